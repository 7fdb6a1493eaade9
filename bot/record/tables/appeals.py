"""Appeals against flags, and whose are not taken any more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    ForeignKey,
    Index,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.record.tables.base import Base


class AppealRow(Base):
    """What a member asked to be looked at again, at most once per flag; its words are among the sealed texts.

    ``told_at``: when they had the answer. ``card_due``: moderators have not been shown it, or not its end.
    """

    __tablename__ = "appeals"
    __table_args__ = (
        Index("ix_appeals_guild_id_member_id", "guild_id", "member_id"),
        Index("ix_appeals_card_due", "flag_id", sqlite_where=text("card_due"), postgresql_where=text("card_due")),
    )

    flag_id: Mapped[int] = mapped_column(ForeignKey("flags.id"), primary_key=True)
    guild_id: Mapped[int]
    member_id: Mapped[int]
    made_at: Mapped[datetime]
    decision: Mapped[str | None] = mapped_column(default=None)
    by_id: Mapped[int | None] = mapped_column(default=None)
    by_name: Mapped[str | None] = mapped_column(default=None)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    told_at: Mapped[datetime | None] = mapped_column(default=None)
    card_due: Mapped[bool] = mapped_column(default=True)
    card_has_text: Mapped[bool] = mapped_column(default=False)
    card_channel_id: Mapped[int | None] = mapped_column(default=None)
    card_message_id: Mapped[int | None] = mapped_column(default=None)


class AppealBlockRow(Base):
    """A member whose appeals are not taken any more, and the moderator who said so."""

    __tablename__ = "appeal_blocks"

    guild_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    by_id: Mapped[int]
    by_name: Mapped[str]
    blocked_at: Mapped[datetime]
