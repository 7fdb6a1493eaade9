"""purge, strikes, export and search, as an owner uses them."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from click.testing import Result
from typer.testing import CliRunner

from bot.cli import app, exporting
from bot.errors import CommandInvalid
from bot.record.belongings import Whom
from bot.record.ledger import Ledger
from bot.records import Author, Decision, Fired, Named, Post, Scores, Struck, Surface, ViewScores

HERE, THERE = Named(9_000, "The Guild"), Named(9_001, "Elsewhere")
MALLORY, BOB = Author(70, "Mallory"), Author(71, "=Bob")
SCORES = Scores("tiny@1", (ViewScores("content", "written", {"toxic": 0.97123, "insult": 0.61}),))
FIRED = (Fired("toxic", 0.97123, 0.5, "labels.toxic", "content", "written", 3),)


def bot(*arguments: str | Path, answer: str = "") -> Result:
    """A command, in this process."""
    return CliRunner().invoke(app, [str(each) for each in arguments], input=answer)


def post(text: str, message_id: int, author: Author = MALLORY, guild: Named = HERE) -> Post:
    surfaces = (Surface("content", text),)
    return Post(guild, Named(500, "general"), author, message_id, surfaces, datetime.now(UTC))


async def fill(folder: Path) -> None:
    decision = Decision(("toxic",), FIRED, struck=Struck(2, 2))
    async with Ledger.at(folder) as ledger:
        for each in (
            post("you are bad, Alice", 1),
            post("BAD words, said in a bad way", 2),
            post("nothing to see", 3, BOB),
            post("bad elsewhere", 4, guild=THERE),
        ):
            ledger.add_scores(each, SCORES)
            flag = await ledger.open_flag(each, SCORES, decision)
            assert flag is not None
            await ledger.close(flag)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("CIVIL_TONGUE_KEY_FILE", raising=False)
    asyncio.run(fill(tmp_path / "data"))
    (tmp_path / "data" / "config.yaml").write_text("labels: {toxic: flag}\nstrikes: {weights: {toxic: 2}}\n")
    return tmp_path / "data"


def texts(folder: Path, *arguments: str) -> list[str]:
    listed = bot("flags", "list", "--json", "--data", folder, *arguments)
    assert listed.exit_code == 0, listed.output
    return [flag["text"] for flag in json.loads(listed.stdout)]


def test_purging_a_member_asks_first_and_says_what_is_gone(folder: Path) -> None:
    asked = bot("purge", "--member", "70", "--guild", "9000", "--data", folder, answer="n\n")
    assert asked.exit_code == 1
    assert "2 flags, 2 scores" in asked.output
    one = bot("purge", "--member", "71", "--guild", "9000", "--data", folder, answer="n\n")
    assert "Erase 1 flag, 1 score and" in one.output
    assert len(texts(folder)) == 4
    done = bot("purge", "--member", "70", "--guild", "9000", "--data", folder, answer="y\n")
    assert done.exit_code == 0, done.output
    assert "Erased: 2 flags, 2 texts, 2 scores, the strikes for 2 flags" in done.output
    assert "backup" in done.output
    assert texts(folder) == ["bad elsewhere", "nothing to see"]
    assert bot("purge", "--member", "70", "--yes", "--data", folder).exit_code == 0
    assert texts(folder) == ["nothing to see"]


def test_purging_a_server_leaves_the_others(folder: Path) -> None:
    assert bot("purge", "--guild", "9000", "--yes", "--data", folder).exit_code == 0
    assert texts(folder) == ["bad elsewhere"]


async def test_a_running_bot_is_asked_to_purge(folder: Path) -> None:
    async with Ledger.at(folder) as ledger:
        purging = asyncio.create_task(asyncio.to_thread(bot, "purge", "--member", "70", "--yes", "--data", folder))
        while not purging.done():
            await ledger.erasing.carry_out(datetime.now(UTC))
            await asyncio.sleep(0.05)
        done = await purging
        assert done.exit_code == 0, done.output
        assert "The running bot has erased everything about member 70" in done.output
        assert [flag.author.id for flag in await ledger.flags()] == [71]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Say what to erase"),
        (("--member", "Mallory"), "--member wants an id, a number, not Mallory"),
        (("--guild", "0"), "--guild wants an id"),
        (("--guild", "9" * 30), "--guild wants an id"),
    ],
)
def test_what_to_purge_has_to_be_said_with_ids(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    done = bot("purge", "--yes", "--data", folder, *arguments)
    assert isinstance(done.exception, CommandInvalid)
    assert said in str(done.exception)
    assert len(texts(folder)) == 4


def test_a_purge_of_a_folder_without_a_record_makes_none(tmp_path: Path) -> None:
    done = bot("purge", "--guild", "1", "--yes", "--data", tmp_path / "nothing")
    assert "holds no record" in str(done.exception)
    assert not (tmp_path / "nothing").exists()


def test_strikes_are_listed_and_forgiven_while_a_bot_may_be_running(folder: Path) -> None:
    listed = json.loads(bot("strikes", "list", "--json", "--data", folder).stdout)
    assert [(each["member"]["id"], each["guild"]["id"], each["total"]) for each in listed] == [
        ("70", "9000", 4),
        ("71", "9000", 2),
        ("70", "9001", 2),
    ]
    assert "Mallory (70)" in bot("strikes", "list", "--data", folder).stdout.replace("\n", "")
    one = bot("strikes", "forgive", "--guild", "9000", "--member", "70", "--flag", "1", "--data", folder)
    assert one.stdout == "2 strikes are taken back.\n"
    rest = bot("strikes", "forgive", "--guild", "9000", "--member", "70", "--data", folder)
    assert rest.stdout == "2 strikes are taken back.\n"
    none = bot("strikes", "forgive", "--guild", "9000", "--member", "70", "--data", folder)
    assert "Member 70 has no strikes in server 9000" in str(none.exception)
    left = json.loads(bot("strikes", "list", "--member", "70", "--json", "--data", folder).stdout)
    assert [each["guild"]["id"] for each in left] == ["9001"]


def test_strikes_that_have_faded_are_not_listed(folder: Path) -> None:
    (folder / "config.yaml").write_text("labels: {toxic: flag}\nstrikes: {weights: {toxic: 2}, forget_after: 7d}\n")
    with time_machine.travel(datetime.now(UTC) + timedelta(days=8), tick=False):
        assert bot("strikes", "list", "--data", folder).stdout == "No strikes.\n"


def test_a_search_finds_all_words_in_any_case_within_its_range(folder: Path) -> None:
    assert texts(folder, "--text", "bad", "--since", "1d") == [
        "bad elsewhere",
        "BAD words, said in a bad way",
        "you are bad, Alice",
    ]
    assert texts(folder, "--text", "way bad", "--member", "mallory") == ["BAD words, said in a bad way"]
    assert texts(folder, "--text", "bad", "--channel", "general", "--guild", "9001") == ["bad elsewhere"]
    assert texts(folder, "--text", "bad", "--since", "1d", "--limit", "1") == ["bad elsewhere"]


@pytest.mark.parametrize(
    "arguments", [("--text", "bad"), ("--text", "bad", "--guild", "9000"), ("--text", "bad", "--label", "toxic")]
)
def test_a_search_without_a_range_is_refused(folder: Path, arguments: tuple[str, ...]) -> None:
    done = bot("flags", "list", "--data", folder, *arguments)
    assert "needs a range" in str(done.exception)


def test_csv_has_one_flat_value_a_cell(folder: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(bot("flags", "export", "--format", "csv", "--data", folder).stdout)))
    assert len(rows) == 4
    bob = next(row for row in rows if row["member_id"] == "71")
    assert bob["member_name"] == "'=Bob"  # a spreadsheet would run it
    assert (bob["score_toxic"], bob["score_insult"], bob["probability"]) == ("0.9712", "0.61", "0.9712")
    assert (bob["on"], bob["label"], bob["at"], bob["strikes"], bob["verdict"]) == ("toxic", "toxic", "0.5", "2", "")
    assert not any("{" in cell or "[" in cell for row in rows for name, cell in row.items() if name != "text")


def test_parquet_holds_the_same_with_types(folder: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra [parquet] is not installed")
    file = tmp_path / "flags.parquet"
    done = bot("flags", "export", "--out", file, "--data", folder)
    assert done.exit_code == 0, done.output
    table = parquet.read_table(file)
    assert table.column("text").to_pylist()[-1] == "you are bad, Alice"
    assert table.column("score_toxic").to_pylist() == pytest.approx([0.97123] * 4)
    assert [str(table.schema.field(name).type) for name in ("flag", "created_at", "edited", "at")] == [
        "int64",
        "timestamp[ms, tz=UTC]",
        "bool",
        "double",
    ]
    assert table.schema.field("strikes").metadata[b"meaning"] == b"the strikes that it gave"
    again = bot("flags", "export", "--out", file, "--data", folder)
    assert "is there already" in str(again.exception)


def test_without_pyarrow_parquet_says_what_to_install_and_leaves_no_file(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    done = bot("flags", "export", "--out", tmp_path / "flags.parquet", "--data", folder)
    assert "pip install 'civil-tongue[parquet]'" in str(done.exception)
    assert not (tmp_path / "flags.parquet").exists()


def test_every_column_is_documented(folder: Path) -> None:
    said = bot("flags", "export", "--columns").stdout
    written = next(csv.reader(io.StringIO(bot("flags", "export", "--format", "csv", "--data", folder).stdout)))
    for name in written:
        assert (f"{exporting.SCORE}LABEL" if name.startswith(exporting.SCORE) else name) in said


def test_an_export_can_be_narrowed_to_words(folder: Path) -> None:
    done = bot("flags", "export", "--text", "elsewhere", "--since", "1d", "--data", folder)
    assert [json.loads(line)["text"] for line in done.stdout.splitlines()] == ["bad elsewhere"]


def test_a_purge_needs_somebody_to_purge() -> None:
    with pytest.raises(ValueError, match="not meant"):
        Whom()
