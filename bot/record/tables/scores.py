"""Scores. What repeats in every one (places, roles, models, readings) is numbered, so that they stay small."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    ForeignKey,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.record.tables.base import Base, RowId


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
