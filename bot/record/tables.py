"""The tables. What repeats in every score (places, roles, models, readings) is numbered, so that scores stay small."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, LargeBinary, MetaData, Text, UniqueConstraint, text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)

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


class SealedTextRow(Base):
    """The text of a flag, encrypted, apart from the flag so that it can go while the flag stays."""

    __tablename__ = "sealed_texts"

    flag_id: Mapped[int] = mapped_column(ForeignKey("flags.id"), primary_key=True)
    key_id: Mapped[str] = mapped_column(index=True)
    nonce: Mapped[bytes]
    ciphertext: Mapped[bytes]


class FlagRow(Base):
    """A flag: names as they were, what the model said, what the rules made of it, and how far it has come."""

    __tablename__ = "flags"
    __table_args__ = (
        UniqueConstraint("guild_id", "number"),
        UniqueConstraint("guild_id", "message_id", "text_hash"),
        Index("ix_flags_guild_id_author_id", "guild_id", "author_id"),
        Index(
            "ix_flags_open", "id", sqlite_where=text("closed_at IS NULL"), postgresql_where=text("closed_at IS NULL")
        ),
        Index("ix_flags_card_due", "id", sqlite_where=text("card_due"), postgresql_where=text("card_due")),
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
    is_edit: Mapped[bool]
    text_hash: Mapped[bytes]
    hashed_with: Mapped[int] = mapped_column(ForeignKey("hash_secrets.id"))
    model: Mapped[str]
    views: Mapped[list[Any]] = mapped_column(JSON)
    unscored: Mapped[int]
    on_labels: Mapped[list[str]] = mapped_column(JSON)
    fired: Mapped[list[Any]] = mapped_column(JSON)
    hold_reason: Mapped[str]
    struck: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    verdict: Mapped[str | None] = mapped_column(default=None)
    verdict_by_id: Mapped[int | None] = mapped_column(default=None)
    verdict_by_name: Mapped[str | None] = mapped_column(default=None)
    verdict_at: Mapped[datetime | None] = mapped_column(default=None)
    card_due: Mapped[bool] = mapped_column(default=True)
    card_channel_id: Mapped[int | None] = mapped_column(default=None)
    card_message_id: Mapped[int | None] = mapped_column(default=None)

    outcomes: Mapped[list[OutcomeRow]] = relationship(
        order_by=OutcomeRow.position, lazy="selectin", default_factory=list
    )
    sealed: Mapped[SealedTextRow | None] = relationship(lazy="selectin", init=False, viewonly=True)


class NoteRow(Base):
    """What the bot has told a guild, so that it is said once: ``state`` tells whether it has to be said anew."""

    __tablename__ = "notes"

    guild_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    what: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]


class StrikeRow(Base):
    """The strikes that a flag gave its author. ``forgiven_at``: taken back, so they count no more."""

    __tablename__ = "strikes"
    __table_args__ = (
        Index("ix_strikes_guild_id_member_id", "guild_id", "member_id"),
        Index("ix_strikes_given_at", "given_at"),
    )

    flag_id: Mapped[int] = mapped_column(ForeignKey("flags.id"), primary_key=True)
    guild_id: Mapped[int]
    member_id: Mapped[int]
    weight: Mapped[int]
    given_at: Mapped[datetime]
    forgiven_at: Mapped[datetime | None] = mapped_column(default=None)


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
