"""Flags, what was done about them, what moderators made of them, and the texts that they keep."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    UniqueConstraint,
    and_,
    text,
)
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from bot.record.tables.base import Base, RowId

MESSAGE, APPEAL = "message", "appeal"  # what a sealed text is


class HashSecretRow(Base):
    """A secret behind the hashes of texts. ``key_id`` says what sealed it; without one it stands in the clear."""

    __tablename__ = "hash_secrets"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    key_id: Mapped[str | None]
    nonce: Mapped[bytes | None]
    secret: Mapped[bytes]


class OutcomeRow(Base):
    """One action of a flag: planned in the flag's own transaction, started, finished, perhaps taken back.

    ``due_at``: when it is to be taken back; empty once that has been done, by whomever.
    """

    __tablename__ = "outcomes"
    __table_args__ = (
        Index(
            "ix_outcomes_due",
            "due_at",
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
    )

    flag_id: Mapped[int] = mapped_column(ForeignKey("flags.id"), primary_key=True, init=False)
    position: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[str]
    status: Mapped[str]
    detail: Mapped[str]
    options: Mapped[dict[str, Any]] = mapped_column(JSON)
    took: Mapped[float | None] = mapped_column(default=None)
    started_at: Mapped[datetime | None] = mapped_column(default=None)
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)
    due_at: Mapped[datetime | None] = mapped_column(default=None)
    undo_status: Mapped[str | None] = mapped_column(default=None)
    undo_detail: Mapped[str] = mapped_column(default="")
    undone_at: Mapped[datetime | None] = mapped_column(default=None)
    by_id: Mapped[int | None] = mapped_column(default=None)
    by_name: Mapped[str | None] = mapped_column(default=None)
    ordered_at: Mapped[datetime | None] = mapped_column(default=None)


class RulingRow(Base):
    """One verdict on a flag, ``position`` counting from 0. ``with_flag_id``: it came with that of its group's card."""

    __tablename__ = "rulings"
    __table_args__ = (Index("ix_rulings_guild_id_by_id_decided_at", "guild_id", "by_id", "decided_at"),)

    flag_id: Mapped[int] = mapped_column(ForeignKey("flags.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    guild_id: Mapped[int]
    verdict: Mapped[str]
    by_id: Mapped[int]
    by_name: Mapped[str]
    decided_at: Mapped[datetime]
    via: Mapped[str]
    with_flag_id: Mapped[int | None] = mapped_column(default=None)


class RemarkRow(Base):
    """A moderator's note on a flag. Its words are among the sealed texts, as ``what``: they may quote the flag's."""

    __tablename__ = "remarks"

    flag_id: Mapped[int] = mapped_column(ForeignKey("flags.id"), primary_key=True)
    what: Mapped[str] = mapped_column(primary_key=True)
    by_id: Mapped[int]
    by_name: Mapped[str]
    written_at: Mapped[datetime]

    sealed: Mapped[SealedTextRow | None] = relationship(
        primaryjoin=lambda: and_(
            RemarkRow.flag_id == foreign(SealedTextRow.flag_id), RemarkRow.what == foreign(SealedTextRow.what)
        ),
        lazy="selectin",
        init=False,
        viewonly=True,
        uselist=False,
    )


class SealedTextRow(Base):
    """A text that belongs to a flag, encrypted, apart from the flag so that it can go while the flag stays.

    ``what``: ``message`` is the flagged text itself. ``written_at``: from when retention counts.
    """

    __tablename__ = "sealed_texts"
    __table_args__ = (Index("ix_sealed_texts_written_at", "written_at"),)

    flag_id: Mapped[int] = mapped_column(ForeignKey("flags.id"), primary_key=True)
    what: Mapped[str] = mapped_column(primary_key=True)
    written_at: Mapped[datetime]
    key_id: Mapped[str] = mapped_column(index=True)
    nonce: Mapped[bytes]
    ciphertext: Mapped[bytes]


class FlagRow(Base):
    """A flag: names as they were, what the model said, what the rules made of it, and how far it has come."""

    __tablename__ = "flags"
    __table_args__ = (
        UniqueConstraint("guild_id", "number"),
        UniqueConstraint("guild_id", "message_id", "kind", "text_hash"),
        Index("ix_flags_guild_id_author_id", "guild_id", "author_id"),
        Index(
            "ix_flags_open", "id", sqlite_where=text("closed_at IS NULL"), postgresql_where=text("closed_at IS NULL")
        ),
        Index("ix_flags_card_due", "id", sqlite_where=text("card_due"), postgresql_where=text("card_due")),
        Index("ix_flags_undo_due", "id", sqlite_where=text("undo_due"), postgresql_where=text("undo_due")),
        Index(
            "ix_flags_card_changed",
            "id",
            sqlite_where=text("card_wanted > card_shown"),
            postgresql_where=text("card_wanted > card_shown"),
        ),
        Index("ix_flags_guild_id_alike", "guild_id", "alike"),
        Index("ix_flags_lead_id", "lead_id"),
        Index("ix_flags_guild_id_card_posted_at", "guild_id", "card_posted_at"),
        Index("ix_flags_has_text", "id", sqlite_where=text("card_has_text"), postgresql_where=text("card_has_text")),
        # An id bound into a sealed text must never be given out twice.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    guild_id: Mapped[int]
    guild_name: Mapped[str]
    number: Mapped[int]
    channel_id: Mapped[int]
    channel_name: Mapped[str]
    parent_id: Mapped[int | None]
    parent_name: Mapped[str | None]
    category_id: Mapped[int | None]
    category_name: Mapped[str | None]
    author_id: Mapped[int]
    author_name: Mapped[str]
    author_is_bot: Mapped[bool]
    author_roles: Mapped[list[Any]] = mapped_column(JSON)
    message_id: Mapped[int]
    kind: Mapped[str]
    also: Mapped[list[int]] = mapped_column(JSON)
    is_edit: Mapped[bool]
    author_joined_at: Mapped[datetime | None]
    text_hash: Mapped[bytes]
    alike: Mapped[bytes]
    hashed_with: Mapped[int] = mapped_column(ForeignKey("hash_secrets.id"))
    model: Mapped[str]
    views: Mapped[list[Any]] = mapped_column(JSON)
    unscored: Mapped[int]
    on_labels: Mapped[list[str]] = mapped_column(JSON)
    fired: Mapped[list[Any]] = mapped_column(JSON)
    hold_reason: Mapped[str]
    struck: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime]
    raised_by_id: Mapped[int | None] = mapped_column(default=None)
    raised_by_name: Mapped[str | None] = mapped_column(default=None)
    reports: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    verdict: Mapped[str | None] = mapped_column(default=None)
    verdict_by_id: Mapped[int | None] = mapped_column(default=None)
    verdict_by_name: Mapped[str | None] = mapped_column(default=None)
    verdict_at: Mapped[datetime | None] = mapped_column(default=None)
    card_due: Mapped[bool] = mapped_column(default=True)
    card_channel_id: Mapped[int | None] = mapped_column(default=None)
    card_message_id: Mapped[int | None] = mapped_column(default=None)
    card_posted_at: Mapped[datetime | None] = mapped_column(default=None)
    in_digest: Mapped[bool] = mapped_column(default=False)
    # Two counters and no switch: what changes while the card is being edited is not lost.
    card_wanted: Mapped[int] = mapped_column(default=0)
    card_shown: Mapped[int] = mapped_column(default=0)
    undo_due: Mapped[bool] = mapped_column(default=False)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("flags.id"), default=None)
    card_has_text: Mapped[bool] = mapped_column(default=False)
    spans: Mapped[list[Any]] = mapped_column(JSON, default_factory=list)

    outcomes: Mapped[list[OutcomeRow]] = relationship(
        order_by=OutcomeRow.position, lazy="selectin", default_factory=list
    )
    sealed: Mapped[SealedTextRow | None] = relationship(
        primaryjoin=lambda: and_(FlagRow.id == foreign(SealedTextRow.flag_id), SealedTextRow.what == MESSAGE),
        lazy="selectin",
        init=False,
        viewonly=True,
        uselist=False,
    )
    rulings: Mapped[list[RulingRow]] = relationship(
        order_by=RulingRow.position, lazy="selectin", init=False, viewonly=True
    )
    remarks: Mapped[list[RemarkRow]] = relationship(
        order_by=RemarkRow.written_at, lazy="selectin", init=False, viewonly=True
    )


class ReportRow(Base):
    """A member who reported the message of a flag. Who it was is kept to count each once and to limit them."""

    __tablename__ = "reports"
    __table_args__ = (Index("ix_reports_guild_id_member_id", "guild_id", "member_id"),)

    flag_id: Mapped[int] = mapped_column(ForeignKey("flags.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    guild_id: Mapped[int]
    reported_at: Mapped[datetime]


class StrikeRow(Base):
    """The strikes that a flag gave its author. ``forgiven_at``: taken back, so they count no more.

    ``number`` is the flag's; the flag itself may be erased before its strikes fade, and then ``flag_id`` is empty.
    """

    __tablename__ = "strikes"
    __table_args__ = (
        Index("ix_strikes_guild_id_member_id", "guild_id", "member_id"),
        Index("ix_strikes_given_at", "given_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    flag_id: Mapped[int | None] = mapped_column(ForeignKey("flags.id"), unique=True)
    number: Mapped[int]
    guild_id: Mapped[int]
    member_id: Mapped[int]
    weight: Mapped[int]
    given_at: Mapped[datetime]
    forgiven_at: Mapped[datetime | None] = mapped_column(default=None)
