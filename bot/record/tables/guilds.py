"""What is kept of a guild beside its flags: settings, notes, and what is still to be done."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from bot.record.tables.base import Base, RowId


class NoteRow(Base):
    """What the bot has told a guild, so that it is said once: ``state`` tells whether it has to be said anew."""

    __tablename__ = "notes"

    guild_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    what: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]


class GuildSettingsRow(Base):
    """What a guild's moderators have set in Discord: a log channel, a pause."""

    __tablename__ = "guild_settings"

    guild_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    log_channel_id: Mapped[int | None]
    pause_reason: Mapped[str | None]
    paused_by_id: Mapped[int | None]
    paused_by_name: Mapped[str | None]
    paused_at: Mapped[datetime | None]


class AskedRulingRow(Base):
    """A verdict that the command line asks of the bot that runs on the folder, and the bot's answer."""

    __tablename__ = "asked_rulings"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    guild_id: Mapped[int]
    number: Mapped[int]
    verdict: Mapped[str]
    by_name: Mapped[str]
    asked_at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(default=None)


class ErasureRow(Base):
    """What is to be erased: all about a guild or a member (``whole``, 0: any), or what a member asked to have erased.

    The latter waits for flags that are not decided.
    """

    __tablename__ = "erasures"

    guild_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    asked_at: Mapped[datetime]
    whole: Mapped[bool]


class CardGoneRow(Base):
    """A message of the bot's own about flags that were erased: to be deleted, too."""

    __tablename__ = "cards_gone"

    guild_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    channel_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    message_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class NumberRow(Base):
    """The highest flag number of a guild of which flags were erased: old cards must never name another flag."""

    __tablename__ = "numbers_given"

    guild_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]
