"""``flags``: what was flagged, and what came of it."""

from __future__ import annotations

import asyncio
import csv
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer
from pytimeparse2 import parse as parse_duration
from rich.console import Console
from rich.table import Table

from bot.cli import options
from bot.cli.showing import as_json as written
from bot.cli.showing import cell, for_terminal, plain
from bot.errors import CivilTongueError
from bot.record.ledger import Ledger
from bot.record.reading import FlagFilter
from bot.records import Flag

app = typer.Typer(help="What was flagged, and what came of it.", no_args_is_help=True)

Guild = Annotated[str | None, typer.Option("--guild", help="Only this server: its id.")]
Channel = Annotated[str | None, typer.Option("--channel", help="Only this channel: its name or id.")]
Member = Annotated[str | None, typer.Option("--member", help="Only this member: name or id.")]
Label = Annotated[str | None, typer.Option("--label", help="Only flags with this label on.")]
Since = Annotated[str | None, typer.Option("--since", help="Only newer ones: 7d, 12h or a date such as 2026-11-01.")]


SERVERS_SHOWN = 20  # when a number is ambiguous
MOST_NUMBER = 2**63 - 1  # that the record can look for


class Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"


@app.command("list")
def list_(
    data: options.Data = options.DEFAULT_DATA,
    guild: Guild = None,
    channel: Channel = None,
    member: Member = None,
    label: Label = None,
    since: Since = None,
    limit: Annotated[int, typer.Option(help="At most this many, newest first.", min=1)] = 50,
    as_json: options.Json = False,
) -> None:
    """List flags, newest first."""
    flags = asyncio.run(_collect(data, _filter(guild, channel, member, label, since), limit))
    if as_json:
        typer.echo(written([as_dict(flag) for flag in flags], indent=2))
    elif not flags:
        typer.echo("No flags.")
    else:
        Console().print(_table(flags))


@app.command()
def show(
    number: Annotated[int, typer.Argument(help="The flag's number, as on its card.")],
    data: options.Data = options.DEFAULT_DATA,
    guild: Guild = None,
    as_json: options.Json = False,
) -> None:
    """Show one flag whole. With several servers in the record, name one with --guild."""
    wanted = _filter(guild, number=number)
    found = asyncio.run(_collect(data, wanted, SERVERS_SHOWN)) if abs(number) <= MOST_NUMBER else []
    if not found:
        raise CivilTongueError(f"There is no flag {number}; `flags list` shows those there are.")
    if len(found) > 1:
        guilds = ", ".join(f"{flag.guild.id} ({flag.guild.name})" for flag in found)
        raise CivilTongueError(f"Several servers have a flag {number}: name one with --guild: {guilds}.")
    typer.echo(written(as_dict(found[0]), indent=2) if as_json else _page(found[0]))


@app.command()
def export(
    form: Annotated[Format, typer.Option("--format", help="csv or jsonl.")] = Format.JSONL,
    data: options.Data = options.DEFAULT_DATA,
    guild: Guild = None,
    channel: Channel = None,
    member: Member = None,
    label: Label = None,
    since: Since = None,
) -> None:
    """Write all flags to standard output, newest first, one a line."""
    asyncio.run(_export(data, _filter(guild, channel, member, label, since), form, sys.stdout))


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
        "actions": [outcome.action for outcome in flag.outcomes],
        "outcomes": [
            {
                "action": o.action,
                "status": str(o.status),
                "detail": o.detail,
                "options": dict(o.options),
                "seconds": o.took,
            }
            for o in flag.outcomes
        ],
        "held_back_because": flag.hold_reason or None,
        "verdict": flag.verdict,
        "model": flag.scores.model,
        "created_at": flag.created_at.isoformat(),
    }


def _table(flags: list[Flag]) -> Table:
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for column in ("flag", "when (UTC)", "member", "channel", "labels", "what was done", "text"):
        table.add_column(column, no_wrap=column in ("flag", "when (UTC)"), overflow="ellipsis")
    for flag in flags:
        table.add_row(
            f"#{flag.number}",
            f"{flag.created_at:%Y-%m-%d %H:%M}",
            cell(flag.author.name),
            cell("#" + flag.channel.name),
            cell(", ".join(flag.on)),
            ", ".join(f"{o.action}: {o.status}" for o in flag.outcomes if o.action != "flag") or "flag",
            cell((flag.text or "(not kept)")[:80]),
        )
    return table


def _page(flag: Flag) -> str:
    scores = sorted(flag.scores.labels.items(), key=lambda item: -item[1])
    reasons = [f"{f.label} {f.probability:.2f} reached {f.at:g} ({f.source}, {f.surface})" for f in flag.fired]
    lines = [
        f"Flag #{flag.number} in {flag.guild.name} ({flag.guild.id}), {flag.created_at:%Y-%m-%d %H:%M:%S} UTC",
        f"  member    {flag.author.name} ({flag.author.id})",
        f"  channel   #{flag.channel.name}  {flag.link}",
        f"  text      {flag.text if flag.text is not None else '(not kept)'}",
        f"  scores    {', '.join(f'{label} {probability:.2f}' for label, probability in scores)}",
        f"  why       {'; '.join(reasons)}",
        *(f"  {o.action:<9} {o.status}{': ' + o.detail if o.detail else ''}" for o in flag.outcomes),
        f"  verdict   {flag.verdict or 'none yet'}",
        f"  model     {flag.scores.model}",
    ]
    return "\n".join(plain(line) for line in lines)


def _filter(
    guild: str | None = None,
    channel: str | None = None,
    member: str | None = None,
    label: str | None = None,
    since: str | None = None,
    number: int | None = None,
) -> FlagFilter:
    if guild is not None and not _is_id(guild):
        raise CivilTongueError(f"--guild wants the server's id, a number, not {plain(guild)}.")
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
        raise CivilTongueError(f"--since wants a time such as 7d, 12h or 2026-11-01, not {text}.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


async def _collect(data: Path, wanted: FlagFilter, limit: int) -> list[Flag]:
    async with Ledger.reading(data) as record:
        if record.key_trouble:
            print(record.key_trouble, file=sys.stderr)
        return await record.flags(replace(wanted, limit=limit))


async def _export(data: Path, wanted: FlagFilter, form: Format, out: TextIO) -> None:
    async with Ledger.reading(data) as record:
        writer: csv.DictWriter[str] | None = None
        async for flag in record.every_flag(wanted):
            row = as_dict(flag)
            if form is Format.JSONL:
                out.write(written(row, out) + "\n")
                continue
            if writer is None:
                writer = csv.DictWriter(out, list(row))
                writer.writeheader()
            writer.writerow({name: _cell(value, out) for name, value in row.items()})


def _cell(value: Any, out: TextIO) -> Any:
    """A CSV cell; a text that a spreadsheet would run as a formula gets an apostrophe before it."""
    if isinstance(value, dict | list):
        return written(value, out)
    if not isinstance(value, str):
        return value
    return for_terminal("'" + value if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value, out)
