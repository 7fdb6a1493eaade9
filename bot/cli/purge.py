"""``purge``: erase everything about a member or a server."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import options
from bot.errors import CommandInvalid, FolderInUse

WAIT = 60.0  # seconds for the bot that runs on the folder


def command(
    data: options.Data = options.DEFAULT_DATA,
    guild: Annotated[str | None, typer.Option("--guild", help="The server: its id.")] = None,
    member: Annotated[
        str | None, typer.Option("--member", help="The member: their id. Everywhere, or in --guild only.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase everything about a member or a server: flags, texts, appeals, strikes and scores.

    It goes from the record and from the copies of it in the data folder; cards in the log channel are deleted by the
    bot, a few a minute. Files that `backup` wrote elsewhere are yours to delete. A bot may be running.
    """
    from bot.record.belongings import Whom

    if guild is None and member is None:
        raise CommandInvalid("Say what to erase: --guild ID, --member ID, or both for a member of one server.")
    whom = Whom(options.snowflake("--guild", guild), options.snowflake("--member", member))
    flags, scores = asyncio.run(_count(data, whom.guild_id, whom.member_id))
    what = _in_words(guild, member)
    if not yes:
        counted = f"{flags:,} flag{'' if flags == 1 else 's'}, {scores:,} score{'' if scores == 1 else 's'}"
        typer.confirm(f"Erase {counted} and all else about {what}, for good?", abort=True)
    typer.echo(asyncio.run(_purge(data, guild, member)))


def _in_words(guild: str | None, member: str | None) -> str:
    if member is None:
        return f"server {guild}"
    return f"member {member} of server {guild}" if guild else f"member {member} in every server"


async def _count(data: Path, guild_id: int | None, member_id: int | None) -> tuple[int, int]:
    from bot.record.ledger import Ledger

    async with Ledger.reading(data) as record:
        return await record.flag_count(guild_id, member_id), await record.score_count(guild_id, member_id)


async def _purge(data: Path, guild: str | None, member: str | None) -> str:
    from bot.record.belongings import Whom
    from bot.record.erasing import ask_running_bot
    from bot.record.ledger import Ledger

    whom = Whom(options.snowflake("--guild", guild), options.snowflake("--member", member))
    try:
        async with Ledger.at(data) as ledger:
            gone = await ledger.erasing.purge(whom)
    except FolderInUse:
        if await ask_running_bot(data, whom, wait=WAIT):
            return f"The running bot has erased everything about {_in_words(guild, member)}."
        return f"The running bot has been told to erase everything about {_in_words(guild, member)}; it is at it."
    copies = f", also in {gone.backups} copies of the record" if gone.backups else ""
    waiting = ""
    if gone.waiting:
        waiting = (
            f" {gone.waiting:,} flags stay without their text until the bot has taken back what it did for a time;"
            " it erases them then."
        )
    return (
        f"Erased: {gone.flags:,} flags, {gone.texts:,} texts, {gone.scores:,} scores,"
        f" the strikes for {gone.strikes:,} flags{copies}.{waiting}"
        " Files that `backup` wrote may still hold some of it: delete them."
    )
