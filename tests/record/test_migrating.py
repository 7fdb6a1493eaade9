"""The way from any older database to the tables of today."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.errors import RecordFailed
from bot.record import migrating
from bot.record.database import open_for_migrating
from bot.record.ledger import Ledger
from bot.record.migrating import BACKUPS_KEPT, MIGRATIONS, check_revision, migrate, newest_revision
from bot.record.tables import Base
from bot.records import Decision, Post, Scores

MakePost = Callable[..., Post]

NEXT = """
from alembic import op
import sqlalchemy as sa

revision = "{revision}"
down_revision = "{before}"
branch_labels = depends_on = None


def upgrade():
    with op.batch_alter_table("flags") as table:
        table.add_column(sa.Column("{revision}", sa.Integer()))
    {then}
"""


def add_revision(migrations: Path, revision: str, then: str = "pass") -> None:
    before = newest_revision(migrations)
    text = NEXT.format(revision=revision, before=before, then=then)
    (migrations / "versions" / f"{revision}.py").write_text(text)


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    """A copy of the migrations, to add some of the future to."""
    return Path(shutil.copytree(MIGRATIONS, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__")))


@pytest.fixture
def database(folder: Path) -> Path:
    folder.mkdir()
    return folder / "record.sqlite"


def columns(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return [row[1] for row in connection.execute("PRAGMA table_info(flags)")]


def dump(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return list(connection.iterdump())


def test_migrating_an_empty_database_gives_the_tables_of_the_code(database: Path):
    assert migrate(database) is None
    with open_for_migrating(database).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def indexes(connection: sqlite3.Connection) -> set[str]:
    return {
        str(row[0]).replace('"', "") for row in connection.execute("SELECT sql FROM sqlite_master WHERE type = 'index'")
    }


def test_the_partial_indexes_are_those_of_the_code_too(database: Path, tmp_path: Path):
    migrate(database)
    plain = tmp_path / "plain.sqlite"
    plain.touch()
    engine = open_for_migrating(plain)
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
    with closing(sqlite3.connect(database)) as migrated, closing(sqlite3.connect(plain)) as made:
        assert indexes(migrated) == indexes(made)


REVISIONS = [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]


@pytest.mark.parametrize("revision", REVISIONS)
async def test_a_database_of_any_revision_is_brought_up_to_date(database: Path, revision: str):
    database.touch()
    config = migrating._config(MIGRATIONS)
    with open_for_migrating(database).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    backup = migrate(database)
    assert (backup is not None) == (revision != newest_revision())
    assert migrate(database) is None
    async with Ledger.at(database.parent) as ledger:
        assert await ledger.flag_count() == 0


async def test_a_backup_of_the_old_database_is_made_before_it_is_migrated(
    folder: Path, migrations: Path, post: MakePost, scores: Scores, decision: Decision
):
    async with Ledger.at(folder) as ledger:
        flag = await ledger.open_flag(post(), scores, decision)
    database = folder / "record.sqlite"
    before = dump(database)
    add_revision(migrations, "r9001")
    backup = migrate(database, migrations)
    assert backup is not None
    assert backup.parent == folder / "backups"
    assert dump(backup) == before
    assert backup.stat().st_mode & 0o077 == 0
    assert post().text.encode() not in backup.read_bytes()
    assert "r9001" in columns(database)
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT id, r9001 FROM flags").fetchall() == [(1, None)]
        assert connection.execute("SELECT count(*) FROM sealed_texts").fetchone() == (1,)
    database.unlink()
    shutil.copy(backup, database)
    async with Ledger.at(folder) as ledger:
        assert await ledger.flags() == [flag]


def test_only_the_newest_backups_are_kept(database: Path, migrations: Path):
    migrate(database)
    made = []
    for number in range(BACKUPS_KEPT + 2):
        add_revision(migrations, f"r900{number}")
        made.append(migrate(database, migrations))
    assert sorted((database.parent / "backups").iterdir()) == made[-BACKUPS_KEPT:]


def test_a_migration_that_fails_half_way_leaves_the_database_as_it_was(database: Path, migrations: Path):
    migrate(database)
    before = dump(database)
    add_revision(migrations, "r9001", then='op.execute("SELECT nonsense FROM nowhere")')
    with pytest.raises(RecordFailed, match=r"could not be brought up to date.*backups/record-"):
        migrate(database, migrations)
    assert dump(database) == before
    add = migrations / "versions" / "r9001.py"
    add.unlink()
    add_revision(migrations, "r9001")
    migrate(database, migrations)
    assert "r9001" in columns(database)


async def test_a_database_newer_than_the_code_is_refused_unchanged(database: Path, migrations: Path):
    add_revision(migrations, "r9001")
    migrate(database, migrations)
    before = dump(database)
    with pytest.raises(RecordFailed, match=r"newer version of this bot \(revision r9001\)"):
        migrate(database)
    with pytest.raises(RecordFailed, match="newer version"):
        async with Ledger.reading(database.parent):
            pass
    assert dump(database) == before


def test_an_older_database_is_not_read_but_the_mend_is_said(database: Path, migrations: Path):
    migrate(database)
    add_revision(migrations, "r9001")
    with open_for_migrating(database).connect() as connection:
        check_revision(connection, database)
        with pytest.raises(RecordFailed, match="start the bot on it once"):
            check_revision(connection, database, migrations)


def test_somebody_elses_database_is_refused_unchanged(database: Path):
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TABLE cookbook (recipe TEXT)")
    before = database.read_bytes()
    with pytest.raises(RecordFailed, match="not a record of this bot"):
        migrate(database)
    assert database.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"This is a shopping list, not a database. " * 100, b"SQLite format 3\x00" + b"x" * 9_000]
)
async def test_a_damaged_database_is_refused_with_the_mend_and_left_alone(database: Path, content: bytes):
    database.write_bytes(content)
    with pytest.raises(RecordFailed, match=r"record\.sqlite is damaged .*backups"):
        async with Ledger.at(database.parent):
            pass
    assert database.read_bytes() == content
