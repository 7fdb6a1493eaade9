"""How long a rate limit is waited for: discord.py waits for any time that Discord names unless it is told a longest."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import discord
import pytest
from pydantic import SecretStr

from bot.config import DiscordOptions
from bot.errors import DiscordUnreachable, TryLater
from bot.gateway import by_rest, client, looking
from bot.gateway.deeds import DiscordDeeds
from bot.sandbox import Sandbox

TOP = Path(__file__).parents[2]
LONGER = 900.0  # seconds


async def nobody(*_: object) -> None:
    """Whom a post is handed to."""


def made() -> Iterator[discord.Client]:
    """One of each kind of client that the bot makes."""
    yield client.Client(nobody, nobody, intents=discord.Intents.none())
    yield by_rest.RestClient()
    yield looking._client()


def test_every_client_has_a_longest_wait() -> None:
    waits = [each.http.max_ratelimit_timeout for each in made()]
    assert len(waits) == len(list(makings()))
    assert all(wait is not None and wait <= 60.0 for wait in waits)


def test_no_client_is_made_without_one() -> None:
    assert [where for where, names in makings() if "max_ratelimit_timeout" not in names] == []


def makings() -> Iterator[tuple[str, set[str]]]:
    """Every place in the code where a discord.py client is made, or its class set up, with the options it is given."""
    for path in TOP.glob("bot/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and any(_is_client(base) for base in node.bases):
                calls = [each for each in ast.walk(node) if isinstance(each, ast.Call) and _is_super_init(each.func)]
                assert calls, f"{path}:{node.lineno} leaves the options of a client to whoever makes it"
            elif isinstance(node, ast.Call) and _is_client(node.func):
                calls = [node]
            else:
                continue
            yield from ((f"{path}:{call.lineno}", {str(each.arg) for each in call.keywords}) for call in calls)


def _is_client(node: ast.expr) -> bool:
    is_discord = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    return is_discord and f"{node.value.id}.{node.attr}" in (  # type: ignore[attr-defined]
        *("discord.Client", "discord.AutoShardedClient"),
        *("commands.Bot", "commands.AutoShardedBot"),
    )


def _is_super_init(node: ast.expr) -> bool:
    return ast.unparse(node) == "super().__init__"


async def test_the_command_line_gives_a_deed_up_that_would_have_to_wait_for_longer() -> None:
    async with Sandbox() as box:
        message = await box.say("general", "Mallory", "hello")
        here = DiscordOptions.model_validate({"api": box.api_url})
        box.faults.rate_limit("DELETE /channels/{channel}/messages/{message}", retry_after=LONGER)
        async with by_rest.logged_in(SecretStr(box.token), here, box.guild.id) as rest:
            deeds = DiscordDeeds(lambda: rest)
            with pytest.raises(TryLater, match="asks the bot to wait 900 s before it may delete the message"):
                await deeds.delete_message(box.guild.id, message.channel.id, message.id, reason="a test")
            assert not message.is_deleted
            await deeds.delete_message(box.guild.id, message.channel.id, message.id, reason="a test")
        assert message.is_deleted


async def test_a_look_at_the_account_does_not_wait_for_longer_either() -> None:
    async with Sandbox() as box:
        here = DiscordOptions.model_validate({"api": box.api_url})
        box.faults.rate_limit("GET /guilds/{guild}/channels", retry_after=LONGER)
        with pytest.raises(DiscordUnreachable, match="RateLimited"):
            await looking.look(SecretStr(box.token), here)
        assert (await looking.look(SecretStr(box.token), here)).servers
