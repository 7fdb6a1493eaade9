"""``init``: the first minute of a new bot: its folder, config and token, and what to click."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr

from bot import config
from bot.cli import options
from bot.cli.invite import PORTAL, Application, find_application, link_for
from bot.errors import CivilTongueError

STAMP = "%Y%m%dT%H%M%SZ"


def command(
    folder: Annotated[
        Path,
        typer.Option("--data", metavar="DIR", help="The data folder to make: config, token, later record and key."),
    ] = options.DEFAULT_DATA,
    token_file: Annotated[
        Path | None, typer.Option("--token-file", metavar="FILE", help="Take the token from this file.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write config.yaml and token anew; a copy of each is kept beside it.")
    ] = False,
) -> None:
    """Make the folder of a new bot: asks for the token unseen, checks it, writes config.yaml, prints the invite link.

    The token comes from --token-file, DISCORD_TOKEN or DISCORD_TOKEN_FILE, else you are asked for it; it is written to
    DIR/token, which only you can read and where `run --data DIR` finds it. Never give the token itself as an argument:
    other users of the machine could read it. A file that is there already is left alone without --force.
    """
    from bot.gateway.token import TOKEN_NAME, token_in, write_token

    path = folder / "config.yaml"
    standing = [each for each in (path, folder / TOKEN_NAME) if each.exists()]
    if len(standing) == 2 and not force:
        raise CivilTongueError(
            f"{standing[0]} and {standing[1]} are there already, and nothing was changed: `python -m bot doctor` looks "
            "at what you have; --force writes both anew and keeps copies."
        )
    settings = config.load(path if path.exists() else config.shipped())
    has_token = folder / TOKEN_NAME in standing and not force
    token = token_in(folder / TOKEN_NAME) if has_token else _token(token_file)
    application = find_application(token, settings)
    _make_private(folder)
    kept = [_keep(each) for each in standing] if force else []
    if not path.exists():
        path.write_text(own_copy(), encoding="utf-8")
    if not has_token:
        write_token(folder, token)
    for copy in kept:
        typer.echo(f"Kept: {copy}")
    typer.echo(_next_steps(folder, path, application))


def _token(token_file: Path | None) -> SecretStr:
    from bot.gateway.token import checked, read_environment, token_in

    if token_file is not None:
        return token_in(token_file)
    if (found := read_environment()) is not None:
        typer.echo("Taking the token from the environment.", err=True)
        return checked(found)
    if not sys.stdin.isatty():  # a pipe: nothing to hide it from
        return checked(SecretStr(sys.stdin.readline()))
    typer.echo(
        f"A token comes from {PORTAL}: New Application, then Bot, Reset Token. Nothing is shown while you paste it.",
        err=True,
    )
    return checked(SecretStr(typer.prompt("Token", hide_input=True, err=True)))


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix":
            folder.chmod(0o700)
    except OSError as error:
        raise CivilTongueError(f"{folder} cannot be made ({error.strerror}): choose a folder of your own.") from error


def _keep(path: Path) -> Path:
    copy = path.with_name(f"{path.name}.{datetime.now(UTC).strftime(STAMP)}")
    path.replace(copy)
    return copy


def own_copy() -> str:
    """The shipped config without the schema's address, which is that of the checkout, and the blank line after it."""
    lines = config.shipped().read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if "$schema=" not in line]
    while kept and kept[0].strip() in ("", "#"):
        kept.pop(0)
    return "".join(kept)


def _next_steps(folder: Path, path: Path, application: Application) -> str:
    settings = config.load(path)
    lines = [f"Ready: {folder} (only you can read it), with {path.name} and the token."]
    if application.doubt:
        lines.append(application.doubt)
    elif application.name:
        lines.append(f"Discord takes the token: it is {application.name}'s.")
    intent = f"{PORTAL}/{application.id or ''}".rstrip("/") + ("/bot" if application.id else "")
    switch = f"At {intent}, under Privileged Gateway Intents, switch on Message Content Intent."
    if application.reads_messages:
        switch = "Message Content Intent is on already; the other two privileged intents are not needed."
    link = (
        link_for(application.id, settings) if application.id else "Run `python -m bot invite` once there is a network."
    )
    channel = settings.log_channel or "mod-log"
    return "\n".join(
        [
            *lines,
            "",
            f"Intents: {switch}",
            f"Invite:  {link}",
            "",
            "Next:",
            f"  1. Open the invite link and make a private channel #{channel} for the moderators and the bot.",
            f"  2. python -m bot doctor --data {folder}   says what is still missing",
            f"  3. python -m bot run --data {folder}      starts in {settings.mode} mode",
        ]
    )
