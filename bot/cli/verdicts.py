"""``flags uphold`` and ``flags mistaken``: a verdict from the bot's own machine.

Whoever sits there may decide on every flag. A bot that runs on the folder is asked to do it; with none running it is
done here, by REST and without a gateway session.
"""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot import config
from bot.agenda import Agenda
from bot.cli import flags, options
from bot.cli.showing import plain
from bot.config import Rulebook, Settings
from bot.errors import DiscordUnreachable
from bot.record.asking import ask_running_bot
from bot.record.ledger import Ledger
from bot.record.lock import holder_of
from bot.records import Deeds, Flag, Named, Verdict

ASKED_SECONDS = 15.0  # the bot looks every two seconds, and waits at most eight for Discord
BY_REST_SECONDS = 60.0
NAME_AT_MOST = 80  # characters

Number = Annotated[int, typer.Argument(help="The flag's number, as on its card.")]
By = Annotated[str | None, typer.Option("--by", help="Your name, as the card shows it. Default: your login name.")]


def uphold(
    number: Number,
    data: options.Data = options.DEFAULT_DATA,
    guild: flags.Guild = None,
    by: By = None,
    path: options.Config = None,
) -> None:
    """Say that a flag was right. With several servers in the record, name one with --guild."""
    _decide(number, "upheld", data, guild, by, path)


def mistaken(
    number: Number,
    data: options.Data = options.DEFAULT_DATA,
    guild: flags.Guild = None,
    by: By = None,
    path: options.Config = None,
) -> None:
    """Say that a flag was wrong, and take back what was done: timeout, ban, strikes; a deleted text goes to its author.

    A running bot does it within seconds; with none running this logs in for it. With several servers in the record,
    name one with --guild.
    """
    _decide(number, "mistaken", data, guild, by, path)


def _decide(number: int, verdict: Verdict, data: Path, guild: str | None, by: str | None, path: Path | None) -> None:
    flag = flags.the_one(data, guild, number)
    name = (by or _login_name()).strip()[:NAME_AT_MOST] or "command line"
    if holder_of(data) is not None:
        said = asyncio.run(ask_running_bot(data, flag.guild.id, number, verdict, name, wait=ASKED_SECONDS))
        typer.echo(plain(said or "The bot is busy; it has been asked and will do it as soon as it can."))
    else:
        typer.echo(plain(asyncio.run(_decide_here(flag, verdict, name, data, path))))


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container without a user of this number
        return ""


async def _decide_here(flag: Flag, verdict: Verdict, name: str, data: Path, path: Path | None) -> str:
    from bot.score.model import labels_of
    from bot.verdict import AT_THE_MACHINE, Verdicts, in_words

    settings = config.load(options.config_path(data, path), labels_of)
    rulebook = Rulebook(settings)
    async with _deeds(settings, data, flag.guild.id, rulebook, verdict) as deeds, Ledger.at(data) as ledger:
        verdicts = Verdicts(
            ledger,
            deeds=deeds,
            agenda=Agenda(),
            online=_at_once,
            texts=lambda guild: rulebook.in_guild(guild).texts,
        )
        decided = await verdicts.decide(
            flag.guild.id, flag.number, verdict, Named(0, name), via=AT_THE_MACHINE, wait=BY_REST_SECONDS
        )
        await verdicts.drain(0)
    return in_words(decided, flag.number, rulebook.in_guild(flag.guild).texts)


@asynccontextmanager
async def _deeds(
    settings: Settings, data: Path, guild_id: int, rulebook: Rulebook, verdict: Verdict
) -> AsyncIterator[Deeds]:
    """Deeds by REST. For an upheld flag nothing is to be done, so nobody logs in."""
    from bot.gateway.by_rest import logged_in
    from bot.gateway.deeds import DiscordDeeds
    from bot.gateway.token import read_token

    if verdict == "upheld":
        yield DiscordDeeds(_nobody)
        return
    options.refuse_sandbox(data)
    async with logged_in(read_token(data), settings.discord, guild_id) as client:
        deeds = DiscordDeeds(lambda: client, log_channel=lambda guild: rulebook.in_guild(guild).log_channel)
        yield deeds
        await deeds.close()


def _nobody() -> NoReturn:
    raise DiscordUnreachable("The bot is not connected to Discord.")


async def _at_once() -> None:
    """There is no connection to wait for: each call makes its own."""
