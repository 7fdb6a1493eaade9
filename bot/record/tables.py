"""The tables. What repeats in every score (places, roles, models, readings) is numbered, so that scores stay small."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    UniqueConstraint,
    and_,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, foreign, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)

MESSAGE, APPEAL = "message", "appeal"  # what a sealed text is

# SQLite counts rows by itself only in a column that is exactly INTEGER; it holds 64 bits all the same.
RowId = BigInteger().with_variant(Integer, "sqlite")


class Moment(TypeDecorator[datetime]):
    """An aware time in UTC, stored as whole milliseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - EPOCH) // MILLISECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + value * MILLISECOND


class Words(TypeDecorator[str]):
    """Text from outside: half a surrogate pair, which no database takes, becomes a question mark."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else value.encode("utf-8", "replace").decode("utf-8")


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {int: BigInteger, str: Words, datetime: Moment, bytes: LargeBinary}  # noqa: RUF012


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


class NameRow(Base):
    """The last name seen of a guild, channel or role. Never of a member."""

    __tablename__ = "names"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)
    name: Mapped[str]


class PlaceRow(Base):
    """Where messages stand; 0 where there is no parent or category."""

    __tablename__ = "places"
    __table_args__ = (UniqueConstraint("guild_id", "channel_id", "parent_id", "category_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    guild_id: Mapped[int]
    channel_id: Mapped[int]
    parent_id: Mapped[int]
    category_id: Mapped[int]


class RoleSetRow(Base):
    """The roles of a member together: ascending ids with commas between them."""

    __tablename__ = "role_sets"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    roles: Mapped[str] = mapped_column(unique=True)


class ModelRow(Base):
    """A model version and its labels (a JSON list), in the order in which scores give their probabilities."""

    __tablename__ = "models"
    __table_args__ = (UniqueConstraint("name", "labels"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    name: Mapped[str]
    labels: Mapped[str]


class ReadingRow(Base):
    """A kind of surface and the view of it that was scored."""

    __tablename__ = "readings"
    __table_args__ = (UniqueConstraint("surface", "view"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    surface: Mapped[str]
    view: Mapped[str]


class ScoreRow(Base):
    """What the model said about one post, all its views in one blob (see ``bot.record.packing``)."""

    __tablename__ = "scores"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    seen_at: Mapped[datetime] = mapped_column(index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    author_id: Mapped[int]
    role_set_id: Mapped[int] = mapped_column(ForeignKey("role_sets.id"))
    message_id: Mapped[int]
    is_edit: Mapped[bool]
    model_id: Mapped[int] = mapped_column(ForeignKey("models.id"))
    unscored: Mapped[int]
    views: Mapped[bytes]
