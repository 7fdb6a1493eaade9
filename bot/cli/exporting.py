"""Flags as rows of flat columns: CSV for a spreadsheet, Parquet for a notebook; and whole, as JSON lines."""

from __future__ import annotations

import csv
import os
from collections.abc import AsyncIterable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO, Literal, TextIO

from bot.cli.showing import as_json, for_terminal
from bot.errors import CivilTongueError
from bot.records import Fired, Flag, Outcome, Status

ROWS_TOGETHER = 500  # in memory, and in a group of a Parquet file
# What a spreadsheet runs; some of them the wide signs of East Asian keyboards too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

Kind = Literal["text", "number", "whole", "truth", "time"]


class Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Column:
    """``of`` gives its value for a flag. Lists are joined by spaces: labels and actions hold none."""

    name: str
    kind: Kind
    meaning: str
    of: Callable[[Flag], Any]


def _first(flag: Flag) -> Fired | None:
    return flag.fired[0] if flag.fired else None


def _fired(name: str) -> Callable[[Flag], Any]:
    return lambda flag: getattr(_first(flag), name, None)


def _with(*statuses: Status) -> Callable[[Flag], str]:
    return lambda flag: " ".join(each.action for each in flag.outcomes if each.status in statuses)


def _undone(flag: Flag) -> str:
    def is_undone(outcome: Outcome) -> bool:
        return outcome.undo_status in (Status.DONE, Status.ALREADY_DONE)

    return " ".join(each.action for each in flag.outcomes if is_undone(each))


COLUMNS: tuple[Column, ...] = (
    Column("flag", "whole", "the number of the flag in its server", lambda flag: flag.number),
    Column("created_at", "time", "when it was flagged, UTC", lambda flag: flag.created_at),
    Column("guild_id", "text", "the server", lambda flag: str(flag.guild.id)),
    Column("guild_name", "text", "its name then", lambda flag: flag.guild.name),
    Column("channel_id", "text", "the channel or thread", lambda flag: str(flag.channel.id)),
    Column("channel_name", "text", "its name then", lambda flag: flag.channel.name),
    Column("parent_id", "text", "the channel of the thread", lambda flag: str(flag.parent.id) if flag.parent else None),
    Column("member_id", "text", "who wrote it", lambda flag: str(flag.author.id)),
    Column("member_name", "text", "their name then", lambda flag: flag.author.name),
    Column("message_id", "text", "the message", lambda flag: str(flag.message_id)),
    Column("link", "text", "where it stands", lambda flag: flag.link),
    Column("kind", "text", "message, title, status, event, name or automod", lambda flag: flag.kind),
    Column("edited", "truth", "whether it is an edit of a message", lambda flag: flag.is_edit),
    Column("text", "text", "its text; empty once that is no longer kept", lambda flag: flag.text),
    Column("on", "text", "the labels that were on, strongest first", lambda flag: " ".join(flag.on)),
    Column("rule", "text", "the rule that weighed most, by its path in the config", lambda flag: flag.rule),
    Column("label", "text", "the label of that rule", _fired("label")),
    Column("probability", "number", "of that label", _fired("probability")),
    Column("at", "number", "the threshold that it reached", _fired("at")),
    Column("surface", "text", "where in the message that stood", _fired("surface")),
    Column("view", "text", "the reading that was scored", _fired("view")),
    Column("done", "text", "the actions that were done", _with(Status.DONE, Status.ALREADY_DONE)),
    Column("not_done", "text", "those that failed or were not allowed", _with(Status.FAILED, Status.FORBIDDEN)),
    Column("held_back", "text", "those that were held back", _with(Status.HELD_BACK)),
    Column("undone", "text", "those that were taken back", _undone),
    Column("held_back_because", "text", "why", lambda flag: flag.hold_reason or None),
    Column("strikes", "whole", "the strikes that it gave", lambda flag: flag.struck.given if flag.struck else 0),
    Column("verdict", "text", "upheld, mistaken or empty", lambda flag: flag.verdict),
    Column("verdict_by", "text", "who decided: their id, 0 at the bot's machine", lambda flag: _verdict_by(flag)),
    Column("verdict_at", "time", "when, UTC", lambda flag: flag.rulings[-1].at if flag.rulings else None),
    Column("model", "text", "what scored it", lambda flag: flag.scores.model),
    Column("unscored", "whole", "readings left out, for the message was too long", lambda flag: flag.scores.unscored),
)
SCORE = "score_"  # before the name of a label: its probability, one column each, behind the others


def _verdict_by(flag: Flag) -> str | None:
    return str(flag.rulings[-1].by.id) if flag.rulings else None


def columns(labels: Sequence[str]) -> tuple[Column, ...]:
    """All columns where these are the labels of the flags."""

    def score(label: str) -> Callable[[Flag], float | None]:
        return lambda flag: flag.scores.labels.get(label)

    return COLUMNS + tuple(
        Column(f"{SCORE}{label}", "number", f"the probability of {label}", score(label)) for label in labels
    )


def described(labels: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Name, kind and meaning of each column."""
    for column in columns(labels or ("LABEL",)):
        yield column.name, column.kind, column.meaning


async def write_jsonl(flags: AsyncIterable[Flag], out: TextIO, as_dict: Callable[[Flag], Mapping[str, Any]]) -> None:
    async for flag in flags:
        out.write(as_json(as_dict(flag), out) + "\n")


async def write_csv(flags: AsyncIterable[Flag], out: TextIO, labels: Sequence[str]) -> None:
    wanted = columns(labels)
    writer = csv.writer(out)
    writer.writerow([column.name for column in wanted])
    async for flag in flags:
        writer.writerow([_cell(column.of(flag), out) for column in wanted])


def _cell(value: Any, out: TextIO) -> Any:
    """A CSV cell; a text that a spreadsheet would run as a formula gets an apostrophe before it."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, float):
        return round(value, 4)
    if not isinstance(value, str):
        return value
    return for_terminal("'" + value if value[:1] in FORMULA else value, out)


async def write_parquet(flags: AsyncIterable[Flag], out: BinaryIO, labels: Sequence[str]) -> None:
    """Raises ``CivilTongueError`` where pyarrow is not installed."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as parquet
    except ImportError:
        raise CivilTongueError(
            "Parquet needs pyarrow, which is not installed: pip install 'civil-tongue[parquet]', or take --format csv."
        ) from None
    types = {
        "text": pa.string(),
        "number": pa.float64(),
        "whole": pa.int64(),
        "truth": pa.bool_(),
        "time": pa.timestamp("ms", tz="UTC"),
    }
    wanted = columns(labels)
    fields = [pa.field(each.name, types[each.kind], metadata={"meaning": each.meaning}) for each in wanted]
    schema = pa.schema(fields)
    with parquet.ParquetWriter(out, schema) as writer:
        async for group in _groups(flags):
            rows = [{column.name: _plain(column.of(flag)) for column in wanted} for flag in group]
            writer.write_table(pa.Table.from_pylist(rows, schema=schema))


def _plain(value: Any) -> Any:
    # Half a surrogate pair, which Discord lets through and Parquet does not.
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


async def _groups(flags: AsyncIterable[Flag]) -> Any:
    group: list[Flag] = []
    async for flag in flags:
        group.append(flag)
        if len(group) == ROWS_TOGETHER:
            yield group
            group = []
    if group:
        yield group


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A new file, readable by its owner only; nothing is left of it where writing fails, nothing is replaced."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    except FileExistsError:
        raise CivilTongueError(f"{path} is there already: choose another name.") from None
    except OSError as error:
        raise CivilTongueError(f"{path} cannot be written: {error.strerror}.") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise
