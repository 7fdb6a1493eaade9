"""``backup`` and ``restore``: the record in one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli import options


def back_up(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The zip file to write.")],
    data: options.Data = options.DEFAULT_DATA,
    path: options.Config = None,
    with_key: Annotated[
        bool, typer.Option("--with-key", help="Put the key in too: who has the file can then read the kept texts.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it is there.")] = False,
) -> None:
    """Write record and config into one file, while the bot runs.

    The key is not in it without --with-key, the token never: keep a copy of the key elsewhere, or the texts of the
    backup cannot be opened. Texts that are deleted later, by retention or on request, stay in old backups: delete them.
    """
    from bot.record import backup
    from bot.record.sealing import key_file_for

    key_file = key_file_for(data) if with_key else None
    made = backup.back_up(data, file, config=options.config_path(data, path), key_file=key_file, force=force)
    typer.echo(f"{file}: {', '.join(f'{name} ({size:,} bytes)' for name, size in made.members.items())}.")
    if made.has_key:
        typer.echo("The key is in it: guard this file as you guard the key.")
    else:
        typer.echo(f"The key is not in it: without a copy of {key_file_for(data)} its texts cannot be opened.")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `backup` wrote.")],
    data: options.Data = options.DEFAULT_DATA,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the record and config that are there; they are kept beside.")
    ] = False,
) -> None:
    """Put record and config of a backup into the data folder. The bot must not be running on it.

    The backup is checked whole before anything is touched. Texts erased on request since it was made come back with it:
    erase them again.
    """
    from bot.record import backup
    from bot.record.sealing import key_file_for

    done = backup.restore(file, data, key_file=key_file_for(data), force=force)
    typer.echo(f"{data} is as it was on {done.backup.made_at:%Y-%m-%d %H:%M} UTC.")
    for kept in done.replaced:
        typer.echo(f"Kept: {kept}")
    if not done.backup.has_key and not key_file_for(data).exists():
        typer.echo(f"Put the key back as {key_file_for(data)} before you start the bot, or its texts stay closed.")
