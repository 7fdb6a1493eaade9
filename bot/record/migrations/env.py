"""Alembic's way in: migrates over the connection that it is given."""

from __future__ import annotations

from alembic import context

from bot.record.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    # SQLite can undo changes of tables; alembic does not expect it to.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
