"""Looks at everything, one part after another; no part that fails keeps the others from being looked at."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from bot import config
from bot.config import DiscordOptions, Rulebook, Settings
from bot.doctor import machine
from bot.doctor.account import findings_on
from bot.doctor.finding import Finding, Severity, error, ok, warning
from bot.doctor.folder import findings_in, settings_of_guilds
from bot.errors import ConfigInvalid, DiscordUnreachable, ModelUnavailable, TokenRefused
from bot.gateway.looking import look
from bot.gateway.token import read_token
from bot.score.model import labels_of


async def examine(
    folder: Path,
    config_file: Path,
    *,
    token: SecretStr | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> list[Finding]:
    """All findings, the good ones too. ``token``: by default the one that ``run`` would take.

    Asks Discord by REST only and changes nothing, so a bot may be running on the folder.
    """
    found = list(machine.versions())
    settings, of_config = _settings(config_file)
    found += of_config
    is_usable = all(each.severity is Severity.OK for each in of_config)
    if is_usable:
        found += await asyncio.to_thread(lambda: list(machine.models(settings)))
    found += machine.disk(folder)
    found += await findings_in(folder, settings)
    if not is_usable:
        return [*found, warning("network", "Discord was not asked, because the config has errors.", _mend(config_file))]
    rulebook = Rulebook(settings, await settings_of_guilds(folder))
    return found + await _discord(folder, rulebook, token, clock)


def _settings(path: Path) -> tuple[Settings, list[Finding]]:
    """The settings, and what is wrong with them; with errors, the shipped ones stand in for what comes after."""

    def labels(model: str) -> tuple[str, ...] | None:
        try:
            return labels_of(model)
        except ModelUnavailable:
            return None

    try:
        settings = config.load(path, labels)
    except ConfigInvalid as invalid:
        return config.load(config.shipped()), [error("config", problem, _mend(path)) for problem in invalid.problems]
    return settings, [ok("config", f"{path}: {config.summary(settings)}.")]


def _mend(config_file: Path) -> str:
    return f"Correct it and ask `python -m bot check --config {shlex.quote(str(config_file))}`."


async def _discord(
    folder: Path, rulebook: Rulebook, token: SecretStr | None, clock: Callable[[], datetime]
) -> list[Finding]:
    settings = rulebook.settings
    try:
        seen = await look(token or read_token(folder), settings.discord, clock)
    except TokenRefused as refused:
        return [error("token", str(refused), "Run `python -m bot init`, which asks for it and checks it.")]
    except DiscordUnreachable as unreachable:
        address = settings.discord.api
        default = DiscordOptions().api
        mend = "Check the network, a proxy or firewall"
        mend += "." if address == default else f", or take `discord: {{api: {address}}}` out of the config."
        cause = type(unreachable.__cause__).__name__
        return [error("network", f"Discord cannot be reached at {address} ({cause}).", mend)]
    return list(findings_on(seen, rulebook))
