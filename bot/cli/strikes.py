"""``strikes``: who has how many, and taking them back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot import config
from bot.cli import options
from bot.cli.showing import as_json as written
from bot.cli.showing import cell
from bot.config import Rulebook
from bot.errors import CivilTongueError
from bot.record.strikes import Standing

app = typer.Typer(help="Who has how many strikes, and taking them back.", no_args_is_help=True)

Guild = Annotated[str | None, typer.Option("--guild", help="Only this server: its id.")]
Member = Annotated[str | None, typer.Option("--member", help="Only this member: their id.")]


@app.command("list")
def list_(
    data: options.Data = options.DEFAULT_DATA,
    path: options.Config = None,
    guild: Guild = None,
    member: Member = None,
    as_json: options.Json = False,
) -> None:
    """The strikes that count now, most of them first."""
    ids = options.snowflake("--guild", guild), options.snowflake("--member", member)
    found = asyncio.run(_standing(data, options.config_path(data, path), *ids))
    found.sort(key=lambda each: -each.total)
    if as_json:
        typer.echo(written([_as_dict(each) for each in found], indent=2))
    elif not found:
        typer.echo("No strikes.")
    else:
        Console().print(_table(found))


@app.command()
def forgive(
    guild: Annotated[str, typer.Option("--guild", help="The server: its id.")],
    member: Annotated[str, typer.Option("--member", help="The member: their id.")],
    data: options.Data = options.DEFAULT_DATA,
    number: Annotated[int | None, typer.Option("--flag", help="Only those for this flag: its number.")] = None,
) -> None:
    """Take back the strikes of a member, all or those for one flag. A bot may be running; it counts them no more."""
    guild_id, member_id = options.snowflake("--guild", guild), options.snowflake("--member", member)
    count = asyncio.run(_forgive(data, guild_id or 0, member_id or 0, number))
    if not count:
        which = f" for flag {number}" if number is not None else ""
        raise CivilTongueError(f"Member {member} has no strikes{which} in server {guild}; `strikes list` shows all.")
    typer.echo(f"{count} strikes are taken back.")


async def _standing(data: Path, rules: Path, guild_id: int | None, member_id: int | None) -> list[Standing]:
    from dataclasses import replace

    from bot.record.ledger import Ledger

    rulebook, now = Rulebook(config.load(rules)), datetime.now(UTC)
    async with Ledger.reading(data) as record:
        found = await record.standing_strikes(now - rulebook.longest_memory, guild_id, member_id)
    fading = [
        replace(each, strikes=tuple(strike for strike in each.strikes if strike.given_at > now - memory))
        for each in found
        for memory in (rulebook.in_guild(each.guild).rules.strikes.forget_after,)
    ]
    return [each for each in fading if each.strikes]


async def _forgive(data: Path, guild_id: int, member_id: int, number: int | None) -> int:
    from bot.record.beside import beside
    from bot.record.clock import now_in_record
    from bot.record.strikes import forgive_all_of_member, forgive_of_member

    now = now_in_record()
    async with beside(data) as writer:
        if number is None:
            return await writer.do(lambda session: forgive_all_of_member(session, guild_id, member_id, now))
        return await writer.do(lambda session: forgive_of_member(session, guild_id, member_id, number, now))


def _as_dict(standing: Standing) -> dict[str, Any]:
    return {
        "guild": {"id": str(standing.guild.id), "name": standing.guild.name},
        "member": {"id": str(standing.member.id), "name": standing.member.name},
        "total": standing.total,
        "strikes": [
            {"flag": each.flag_number, "weight": each.weight, "given_at": each.given_at.isoformat()}
            for each in standing.strikes
        ],
    }


def _table(found: list[Standing]) -> Table:
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for column in ("strikes", "member", "server", "newest (UTC)", "flags"):
        table.add_column(column, overflow="ellipsis")
    for each in found:
        newest = max(strike.given_at for strike in each.strikes)
        table.add_row(
            str(each.total),
            cell(f"{each.member.name} ({each.member.id})"),
            cell(f"{each.guild.name} ({each.guild.id})"),
            f"{newest:%Y-%m-%d %H:%M}",
            ", ".join(f"#{strike.flag_number}" for strike in each.strikes),
        )
    return table
