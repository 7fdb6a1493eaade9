"""The first tables: flags with their outcomes and sealed texts, and the scores of every post."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision = None
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _make_flags()
    _make_outcomes_and_texts()
    _make_rulings()
    _make_what_scores_name()
    _make_scores()
    _make_strikes()
    _make_notes()
    _make_what_guilds_say()
    _make_appeals()
    _make_what_erasing_leaves()


def _make_flags() -> None:
    op.create_table(
        "hash_secrets",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("key_id", sa.Text()),
        sa.Column("nonce", sa.LargeBinary()),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "flags",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("guild_name", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_name", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.BigInteger()),
        sa.Column("parent_name", sa.Text()),
        sa.Column("category_id", sa.BigInteger()),
        sa.Column("category_name", sa.Text()),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("author_is_bot", sa.Boolean(), nullable=False),
        sa.Column("author_roles", sa.JSON(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("also", sa.JSON(), nullable=False),
        sa.Column("is_edit", sa.Boolean(), nullable=False),
        sa.Column("author_joined_at", sa.BigInteger()),
        sa.Column("text_hash", sa.LargeBinary(), nullable=False),
        sa.Column("alike", sa.LargeBinary(), nullable=False),
        sa.Column("hashed_with", ROW_ID, sa.ForeignKey("hash_secrets.id"), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("views", sa.JSON(), nullable=False),
        sa.Column("unscored", sa.BigInteger(), nullable=False),
        sa.Column("on_labels", sa.JSON(), nullable=False),
        sa.Column("fired", sa.JSON(), nullable=False),
        sa.Column("hold_reason", sa.Text(), nullable=False),
        sa.Column("struck", sa.JSON()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("raised_by_id", sa.BigInteger()),
        sa.Column("raised_by_name", sa.Text()),
        sa.Column("reports", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger()),
        sa.Column("verdict", sa.Text()),
        sa.Column("verdict_by_id", sa.BigInteger()),
        sa.Column("verdict_by_name", sa.Text()),
        sa.Column("verdict_at", sa.BigInteger()),
        sa.Column("card_due", sa.Boolean(), nullable=False),
        sa.Column("card_channel_id", sa.BigInteger()),
        sa.Column("card_message_id", sa.BigInteger()),
        sa.Column("card_posted_at", sa.BigInteger()),
        sa.Column("in_digest", sa.Boolean(), nullable=False),
        sa.Column("card_wanted", sa.BigInteger(), nullable=False),
        sa.Column("card_shown", sa.BigInteger(), nullable=False),
        sa.Column("undo_due", sa.Boolean(), nullable=False),
        sa.Column("lead_id", ROW_ID, sa.ForeignKey("flags.id")),
        sa.Column("card_has_text", sa.Boolean(), nullable=False),
        sa.Column("spans", sa.JSON(), nullable=False),
        sa.UniqueConstraint("guild_id", "number"),
        sa.UniqueConstraint("guild_id", "message_id", "kind", "text_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_flags_guild_id_author_id", "flags", ["guild_id", "author_id"])
    op.create_index("ix_flags_guild_id_alike", "flags", ["guild_id", "alike"])
    op.create_index("ix_flags_lead_id", "flags", ["lead_id"])
    op.create_index("ix_flags_guild_id_card_posted_at", "flags", ["guild_id", "card_posted_at"])
    partial = {
        "open": "closed_at IS NULL",
        "card_due": "card_due",
        "has_text": "card_has_text",
        "undo_due": "undo_due",
        "card_changed": "card_wanted > card_shown",
    }
    for name, where in ((f"ix_flags_{name}", where) for name, where in partial.items()):
        op.create_index(name, "flags", ["id"], sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _make_outcomes_and_texts() -> None:
    op.create_table(
        "outcomes",
        sa.Column("flag_id", ROW_ID, sa.ForeignKey("flags.id"), primary_key=True),
        sa.Column("position", sa.BigInteger(), primary_key=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("took", sa.Double()),
        sa.Column("started_at", sa.BigInteger()),
        sa.Column("finished_at", sa.BigInteger()),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("undo_status", sa.Text()),
        sa.Column("undo_detail", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.BigInteger()),
        sa.Column("by_id", sa.BigInteger()),
        sa.Column("by_name", sa.Text()),
        sa.Column("ordered_at", sa.BigInteger()),
    )
    due = sa.text("due_at IS NOT NULL")
    op.create_index("ix_outcomes_due", "outcomes", ["due_at"], sqlite_where=due, postgresql_where=due)
    op.create_table(
        "sealed_texts",
        sa.Column("flag_id", ROW_ID, sa.ForeignKey("flags.id"), primary_key=True),
        sa.Column("what", sa.Text(), primary_key=True),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_sealed_texts_key_id", "sealed_texts", ["key_id"])
    op.create_index("ix_sealed_texts_written_at", "sealed_texts", ["written_at"])


def _make_what_guilds_say() -> None:
    op.create_table(
        "guild_settings",
        sa.Column("guild_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("log_channel_id", sa.BigInteger()),
        sa.Column("pause_reason", sa.Text()),
        sa.Column("paused_by_id", sa.BigInteger()),
        sa.Column("paused_by_name", sa.Text()),
        sa.Column("paused_at", sa.BigInteger()),
    )
    op.create_table(
        "reports",
        sa.Column("flag_id", ROW_ID, sa.ForeignKey("flags.id"), primary_key=True),
        sa.Column("member_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("reported_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_reports_guild_id_member_id", "reports", ["guild_id", "member_id"])


def _make_rulings() -> None:
    op.create_table(
        "rulings",
        sa.Column("flag_id", ROW_ID, sa.ForeignKey("flags.id"), primary_key=True),
        sa.Column("position", sa.BigInteger(), primary_key=True),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("with_flag_id", sa.BigInteger()),
    )
    op.create_index("ix_rulings_guild_id_by_id_decided_at", "rulings", ["guild_id", "by_id", "decided_at"])
    op.create_table(
        "remarks",
        sa.Column("flag_id", ROW_ID, sa.ForeignKey("flags.id"), primary_key=True),
        sa.Column("what", sa.Text(), primary_key=True),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "asked_rulings",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.Text()),
    )


def _make_notes() -> None:
    op.create_table(
        "notes",
        sa.Column("guild_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("what", sa.Text(), primary_key=True),
        sa.Column("state", sa.Text(), nullable=False),
    )


def _make_strikes() -> None:
    op.create_table(
        "strikes",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("flag_id", ROW_ID, sa.ForeignKey("flags.id")),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("forgiven_at", sa.BigInteger()),
        sa.UniqueConstraint("flag_id"),
    )
    op.create_index("ix_strikes_guild_id_member_id", "strikes", ["guild_id", "member_id"])
    op.create_index("ix_strikes_given_at", "strikes", ["given_at"])


def _make_appeals() -> None:
    op.create_table(
        "appeals",
        sa.Column("flag_id", ROW_ID, sa.ForeignKey("flags.id"), primary_key=True),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("decision", sa.Text()),
        sa.Column("by_id", sa.BigInteger()),
        sa.Column("by_name", sa.Text()),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("told_at", sa.BigInteger()),
        sa.Column("card_due", sa.Boolean(), nullable=False),
        sa.Column("card_has_text", sa.Boolean(), nullable=False),
        sa.Column("card_channel_id", sa.BigInteger()),
        sa.Column("card_message_id", sa.BigInteger()),
    )
    op.create_index("ix_appeals_guild_id_member_id", "appeals", ["guild_id", "member_id"])
    due = sa.text("card_due")
    op.create_index("ix_appeals_card_due", "appeals", ["flag_id"], sqlite_where=due, postgresql_where=due)
    op.create_table(
        "appeal_blocks",
        sa.Column("guild_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("member_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("blocked_at", sa.BigInteger(), nullable=False),
    )


def _make_what_erasing_leaves() -> None:
    op.create_table(
        "erasures",
        sa.Column("guild_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("member_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "cards_gone",
        sa.Column("guild_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("channel_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("message_id", sa.BigInteger(), primary_key=True, autoincrement=False),
    )
    op.create_table(
        "numbers_given",
        sa.Column("guild_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
    )


def _make_what_scores_name() -> None:
    op.create_table(
        "names",
        sa.Column("id", ROW_ID, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text(), nullable=False),
    )
    op.create_table(
        "places",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("guild_id", "channel_id", "parent_id", "category_id"),
    )
    op.create_table(
        "role_sets",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.UniqueConstraint("roles"),
    )
    op.create_table(
        "models",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.UniqueConstraint("name", "labels"),
    )
    op.create_table(
        "readings",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("surface", sa.Text(), nullable=False),
        sa.Column("view", sa.Text(), nullable=False),
        sa.UniqueConstraint("surface", "view"),
    )


def _make_scores() -> None:
    op.create_table(
        "scores",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("place_id", ROW_ID, sa.ForeignKey("places.id"), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("role_set_id", ROW_ID, sa.ForeignKey("role_sets.id"), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("is_edit", sa.Boolean(), nullable=False),
        sa.Column("model_id", ROW_ID, sa.ForeignKey("models.id"), nullable=False),
        sa.Column("unscored", sa.BigInteger(), nullable=False),
        sa.Column("views", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_scores_seen_at", "scores", ["seen_at"])
