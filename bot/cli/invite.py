"""``invite``: the address where an owner adds the bot to a server."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import typer
from pydantic import SecretStr

from bot import config
from bot.cli import options
from bot.config import Settings
from bot.errors import CivilTongueError, DiscordUnreachable

PORTAL = "https://discord.com/developers/applications"


@dataclass(frozen=True, slots=True)
class Application:
    """The bot's application as far as it is known; ``doubt`` says why that is not far. None of it holds a secret."""

    id: int | None
    name: str = ""
    reads_messages: bool | None = None
    doubt: str = ""


def command(data: options.Data = options.DEFAULT_DATA, path: options.Config = None) -> None:
    """Print the invite link, with exactly the permissions that the config's actions need and the bot itself.

    Open it while logged in to Discord, as somebody who may manage the server.
    """
    from bot.gateway.token import read_token

    settings = config.load(options.config_path(data, path))
    application = find_application(read_token(data), settings)
    if application.doubt:
        typer.echo(application.doubt, err=True)
    if application.id is None:
        raise CivilTongueError(
            f"The application's id is not in the token, so the link cannot be made: open {PORTAL}, choose the "
            "application, OAuth2, and make a link with the scopes bot and applications.commands and these permissions: "
            + _permissions(settings)
        )
    typer.echo(link_for(application.id, settings))
    typer.echo(f"It asks for: {_permissions(settings)}.", err=True)


def find_application(token: SecretStr, settings: Settings) -> Application:
    """Ask Discord whose token it is; without a network, read the id from the token. Raises ``TokenRefused``."""
    from bot.gateway.looking import account_of
    from bot.gateway.token import account_in

    try:
        account = asyncio.run(account_of(token, settings.discord))
    except DiscordUnreachable as error:
        found = account_in(token)
        doubt = f"{error} The token was not checked."
        if found is not None:
            doubt += " Its application id was read from the token; for bots made before 2016 it is another one."
        return Application(found, doubt=doubt)
    return Application(account.application_id, account.user.name, account.reads_messages)


def link_for(application_id: int, settings: Settings) -> str:
    from bot.doctor.wishes import permissions_for
    from bot.gateway.permissions import invite_link

    return invite_link(application_id, permissions_for(settings))


def _permissions(settings: Settings) -> str:
    from bot.doctor.wishes import permissions_for
    from bot.gateway.permissions import titles

    return titles(permissions_for(settings))
