"""``flags``: what was flagged, and what came of it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, BinaryIO, TextIO

import typer
from pytimeparse2 import parse as parse_duration
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text as Line

from bot.cli import exporting, options
from bot.cli.exporting import Format
from bot.cli.showing import as_json as written
from bot.cli.showing import cell, plain
from bot.errors import CivilTongueError, CommandInvalid
from bot.record.ledger import Ledger
from bot.record.reading import FlagFilter, Reading
from bot.record.searching import search
from bot.records import BY_MODERATOR, BY_REPORT, Flag, Outcome, Status, marked

app = typer.Typer(help="What was flagged, and what came of it.", no_args_is_help=True)

Guild = Annotated[str | None, typer.Option("--guild", help="Only this server: its id.")]
Channel = Annotated[str | None, typer.Option("--channel", help="Only this channel: its name or id.")]
Member = Annotated[str | None, typer.Option("--member", help="Only this member: name or id.")]
Label = Annotated[str | None, typer.Option("--label", help="Only flags with this label on.")]
Text = Annotated[
    str | None,
    typer.Option("--text", help="Only texts with all these words. Needs a --member, --channel or --since as well."),
]
Since = Annotated[str | None, typer.Option("--since", help="Only newer ones: 7d, 12h or a date such as 2026-11-01.")]


RAISED = {BY_MODERATOR: "flagged by a moderator", BY_REPORT: "reported by members"}
LEAST_WIDTH_OF_TABLE = 110  # characters; a narrower terminal gets three lines a flag
SERVERS_SHOWN = 20  # when a number is ambiguous
MOST_NUMBER = 2**63 - 1  # that the record can look for


@app.command("list")
def list_(
    data: options.Data = options.DEFAULT_DATA,
    guild: Guild = None,
    channel: Channel = None,
    member: Member = None,
    label: Label = None,
    since: Since = None,
    text: Text = None,
    limit: Annotated[int, typer.Option(help="At most this many, newest first.", min=1)] = 50,
    as_json: options.Json = False,
) -> None:
    """List flags, newest first."""
    flags = asyncio.run(_collect(data, _filter(guild, channel, member, label, since), limit, text))
    if as_json:
        typer.echo(written([as_dict(flag) for flag in flags], indent=2))
    elif not flags:
        typer.echo("No flags.")
    else:
        console = Console()
        console.print(_table(flags) if console.width >= LEAST_WIDTH_OF_TABLE else _list(flags))


@app.command()
def show(
    number: Annotated[int, typer.Argument(help="The flag's number, as on its card.")],
    data: options.Data = options.DEFAULT_DATA,
    guild: Guild = None,
    as_json: options.Json = False,
) -> None:
    """Show one flag whole. With several servers in the record, name one with --guild."""
    found = the_one(data, guild, number)
    typer.echo(written(as_dict(found), indent=2) if as_json else _page(found))


@app.command()
def export(
    form: Annotated[
        Format | None, typer.Option("--format", help="csv, jsonl or parquet. Default: by the name of --out, or jsonl.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Default: standard output.")] = None,
    show_columns: Annotated[bool, typer.Option("--columns", help="Only say what the columns mean.")] = False,
    data: options.Data = options.DEFAULT_DATA,
    guild: Guild = None,
    channel: Channel = None,
    member: Member = None,
    label: Label = None,
    since: Since = None,
    text: Text = None,
) -> None:
    """Write all flags, newest first.

    CSV and Parquet have one flat row a flag (see --columns); a line of JSONL is the flag whole, as `flags show --json`
    prints it.
    """
    if show_columns:
        for name, kind, meaning in exporting.described(()):
            typer.echo(f"{name:<18} {kind:<7} {meaning}")
        return
    form = form or _format_of(out)
    if form is Format.PARQUET and out is None and sys.stdout.isatty():
        raise CivilTongueError("Parquet is no text for a terminal: say where to with --out FILE.")
    asyncio.run(_export(data, _filter(guild, channel, member, label, since), text, form, out))


def the_one(data: Path, guild: str | None, number: int) -> Flag:
    """The flag of this number, in the server that is meant. Raises ``CivilTongueError`` for none or several."""
    wanted = _filter(guild, number=number)
    found = asyncio.run(_collect(data, wanted, SERVERS_SHOWN)) if abs(number) <= MOST_NUMBER else []
    if not found:
        raise CivilTongueError(f"There is no flag {number}; `flags list` shows those there are.")
    if len(found) > 1:
        guilds = ", ".join(f"{flag.guild.id} ({flag.guild.name})" for flag in found)
        raise CivilTongueError(f"Several servers have a flag {number}: name one with --guild: {guilds}.")
    return found[0]


def as_dict(flag: Flag) -> dict[str, Any]:
    """A flag as the JSON that `list`, `show` and `export` print. Snowflakes are strings, as in Discord's API."""
    return {
        "id": flag.number,
        "guild": {"id": str(flag.guild.id), "name": flag.guild.name},
        "channel": {"id": str(flag.channel.id), "name": flag.channel.name},
        "member": {"id": str(flag.author.id), "name": flag.author.name},
        "message_id": str(flag.message_id),
        "link": flag.link,
        "text": flag.text,
        "edited": flag.is_edit,
        "scores": {label: round(probability, 4) for label, probability in flag.scores.labels.items()},
        "on": list(flag.on),
        "rule": flag.rule,
        "fired": [
            {
                "label": f.label,
                "probability": round(f.probability, 4),
                "at": f.at,
                "rule": f.source,
                "surface": f.surface,
                "view": f.view,
            }
            for f in flag.fired
        ],
        "spans": [
            {"label": span.label, "start": span.start, "end": span.end, "weight": span.weight} for span in flag.spans
        ],
        "actions": [outcome.action for outcome in flag.outcomes],
        "outcomes": [
            {
                "action": o.action,
                "status": str(o.status),
                "detail": o.detail,
                "options": dict(o.options),
                "seconds": o.took,
                "by": o.by.name if o.by else None,
                "taken_back": str(o.undo_status) if o.undo_status else None,
                "taken_back_detail": o.undo_detail,
            }
            for o in flag.outcomes
        ],
        "held_back_because": flag.hold_reason or None,
        "verdict": flag.verdict,
        "verdicts": [
            {"verdict": each.verdict, "by": each.by.name, "at": each.at.isoformat(), "via": each.via}
            for each in flag.rulings
        ],
        "notes": [{"text": each.text, "by": each.by.name, "at": each.at.isoformat()} for each in flag.remarks],
        "model": flag.scores.model,
        "created_at": flag.created_at.isoformat(),
    }


def _table(flags: list[Flag]) -> Table:
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for column in ("flag", "when (UTC)", "member", "channel", "labels", "what was done", "verdict", "text"):
        table.add_column(column, no_wrap=column in ("flag", "when (UTC)"), overflow="ellipsis")
    for flag in flags:
        table.add_row(
            f"#{flag.number}",
            f"{flag.created_at:%Y-%m-%d %H:%M}",
            cell(flag.author.name),
            cell("#" + flag.channel.name),
            cell(", ".join(flag.on)),
            _done(flag),
            flag.verdict or "none yet",
            cell((flag.text or "(not kept)")[:80]),
        )
    return table


def _list(flags: list[Flag]) -> Group:
    """Each flag on lines of its own, cut to the width of the terminal."""
    lines = [
        line
        for flag in flags
        for line in (
            f"#{flag.number}  {flag.created_at:%Y-%m-%d %H:%M}  {flag.author.name} in #{flag.channel.name}",
            f"    {', '.join(flag.on) or flag.rule}  |  {_done(flag)}  |  {flag.verdict or 'no verdict yet'}",
            f"    {flag.text or '(not kept)'}",
        )
    ]
    return Group(*(Line(plain(line), no_wrap=True, overflow="ellipsis") for line in lines))


def _done(flag: Flag) -> str:
    done = [
        f"{o.action}: {'taken back' if o.undo_status is Status.DONE else o.status}"
        for o in flag.outcomes
        if o.action != "flag"
    ]
    return ", ".join(done) or "flag"


def _page(flag: Flag) -> str:
    scores = sorted(flag.scores.labels.items(), key=lambda item: -item[1])
    by_hand = RAISED.get(flag.rule)
    reasons = [f"{f.label} {f.probability:.2f} reached {f.at:g} ({f.source}, {f.surface})" for f in flag.fired]
    lines = [
        f"Flag #{flag.number} in {flag.guild.name} ({flag.guild.id}), {flag.created_at:%Y-%m-%d %H:%M:%S} UTC",
        f"  member    {flag.author.name} ({flag.author.id})",
        f"  channel   #{flag.channel.name}  {flag.link}",
        f"  text      {flag.text if flag.text is not None else '(not kept)'}",
        f"  scores    {', '.join(f'{label} {probability:.2f}' for label, probability in scores)}",
        f"  why       {by_hand or '; '.join(reasons)}",
        *([f"  words     {_words(flag)}"] if flag.spans and flag.text else []),
        *(line for outcome in flag.outcomes for line in _deed(outcome)),
        *(
            f"  verdict   {each.verdict} by {each.by.name}, {each.at:%Y-%m-%d %H:%M} UTC ({each.via})"
            for each in flag.rulings
        ),
        *(["  verdict   none yet"] if not flag.rulings else []),
        *(f"  note      {each.by.name}: {each.text or '(not kept)'}" for each in flag.remarks),
        f"  model     {flag.scores.model}",
    ]
    return "\n".join(plain(line) for line in lines)


def _words(flag: Flag) -> str:
    """What moved the scores, in the order of the text."""
    return ", ".join((flag.text or "")[start:end] for start, end in marked(flag.spans))


def _deed(outcome: Outcome) -> Iterator[str]:
    by = f" by {outcome.by.name}" if outcome.by else ""
    yield f"  {outcome.action:<9} {outcome.status}{by}{': ' + outcome.detail if outcome.detail else ''}"
    if outcome.undo_status is not None and outcome.action != "flag":
        detail = f". {outcome.undo_detail}" if outcome.undo_detail else ""
        yield f"            taken back: {outcome.undo_status}{detail}"


def _filter(
    guild: str | None = None,
    channel: str | None = None,
    member: str | None = None,
    label: str | None = None,
    since: str | None = None,
    number: int | None = None,
) -> FlagFilter:
    if guild is not None and not _is_id(guild):
        raise CommandInvalid(f"--guild wants the server's id, a number, not {plain(guild)}.")
    return FlagFilter(
        guild_id=int(guild) if guild is not None else None,
        channel=channel,
        member=member,
        label=label,
        since=_moment(since) if since else None,
        number=number,
    )


def _is_id(text: str) -> bool:
    """Whether ``text`` is a number that the record can look for."""
    return text.isascii() and text.isdigit() and len(text) <= len(str(MOST_NUMBER)) and int(text) <= MOST_NUMBER


def _moment(text: str) -> datetime:
    """A date, a time, or how long ago: 2026-11-01, 2026-11-01T12:00, 7d, 12h."""
    if (seconds := parse_duration(text)) is not None:
        return datetime.now(UTC) - timedelta(seconds=seconds)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CommandInvalid(f"--since wants a time such as 7d, 12h or 2026-11-01, not {text}.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


async def _collect(data: Path, wanted: FlagFilter, limit: int, words: str | None = None) -> list[Flag]:
    async with Ledger.reading(data) as record:
        if record.key_trouble:
            print(record.key_trouble, file=sys.stderr)
        found: list[Flag] = []
        if words is not None:
            async with aclosing(search(record, wanted, words)) as matching:
                while len(found) < limit and (flag := await anext(matching, None)) is not None:
                    found.append(flag)
            return found
        found = await record.flags(replace(wanted, limit=limit))
        if not found and wanted.label is not None:
            await _refuse_unknown_label(record, wanted)
        return found


async def _refuse_unknown_label(record: Reading, wanted: FlagFilter) -> None:
    """A label that no flag has a probability of is a slip of the pen, not a label without flags."""
    labels = await record.labels(wanted.guild_id)
    known = [*labels, *RAISED]
    if labels and wanted.label not in known:
        raise CommandInvalid(f"--label: there is no label {plain(wanted.label or '')}; there are {', '.join(known)}.")


def _format_of(out: Path | None) -> Format:
    known = {f".{form}": form for form in Format}
    return known.get(out.suffix.lower(), Format.JSONL) if out else Format.JSONL


async def _export(data: Path, wanted: FlagFilter, words: str | None, form: Format, out: Path | None) -> None:
    async with Ledger.reading(data) as record:
        if record.key_trouble:
            print(record.key_trouble, file=sys.stderr)
        flags = record.every_flag(wanted) if words is None else search(record, wanted, words)
        if out is None:
            return await _write(flags, form, sys.stdout.buffer, sys.stdout, await record.labels(wanted.guild_id))
        with exporting.opened(out) as file, TextIOWrapper(file, "utf-8", "replace", newline="") as lines:
            await _write(flags, form, file, lines, await record.labels(wanted.guild_id))


async def _write(
    flags: AsyncIterator[Flag], form: Format, file: BinaryIO, lines: TextIO, labels: Sequence[str]
) -> None:
    if form is Format.PARQUET:
        await exporting.write_parquet(flags, file, labels)
    elif form is Format.CSV:
        await exporting.write_csv(flags, lines, labels)
    else:
        await exporting.write_jsonl(flags, lines, as_dict)
