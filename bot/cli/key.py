"""``key``: the key that seals the text of flagged messages."""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer

from bot.cli import options

app = typer.Typer(help="The key that seals the text of flagged messages.", no_args_is_help=True)


@app.command()
def rotate(data: options.Data = options.DEFAULT_DATA) -> None:
    """Make a new key, seal every kept text with it again, and drop the old key.

    The bot must not be running. When it is broken off, run it again: it goes on where it stopped.
    """
    asyncio.run(_rotate(data))


async def _rotate(data: Path) -> None:
    from bot.record.ledger import Ledger

    async with Ledger.reading(data):
        pass  # a folder without a record is a mistake, not a place to make one
    async with Ledger.at(data) as ledger:
        count = await ledger.rotate_key()
    typer.echo(
        f"{count} texts are sealed with a new key. Back up the key file again: the old backup opens none of them."
    )
