"""``run``: the bot on Discord."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Annotated

import typer

from bot import config
from bot.cli import logs, options


def command(
    data: options.Data = options.DEFAULT_DATA,
    path: options.Config = None,
    log_format: Annotated[str, typer.Option(help="text or json")] = "text",
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error")] = "info",
) -> None:
    """Run the bot on Discord until it is told to stop.

    The token comes from `DISCORD_TOKEN`, from the file that `DISCORD_TOKEN_FILE` names, from `DIR/token` (which `init`
    writes), or from `.env`; never from the command line, where other users of the machine could read it.
    """
    logs.set_up_as_asked(log_format, log_level)
    from bot import app
    from bot.gateway.token import read_token
    from bot.score.model import labels_of

    options.refuse_sandbox(data)
    used = options.config_path(data, path)
    settings = config.load(used, labels_of)
    token = read_token(data)
    asyncio.run(until_stopped(lambda stop: app.run(settings, data, token, stop=stop, config_file=used)))


async def until_stopped(work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Give ``work`` an event that Ctrl+C and SIGTERM set, and wait for it; a second Ctrl+C ends it at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows: Ctrl+C raises KeyboardInterrupt instead
            loop.add_signal_handler(number, partial(_ask_to_stop, stop, loop, number))
    await work(stop)


def _ask_to_stop(stop: asyncio.Event, loop: asyncio.AbstractEventLoop, number: int) -> None:
    stop.set()
    loop.remove_signal_handler(number)
