"""One bot in two servers: no command shows anything of one to the other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.sandbox import Sandbox
from bot.sandbox.permissions import Permission

SECRET = "Mallory"


@pytest.fixture
async def two(furnished, flagged) -> AsyncIterator[Sandbox]:
    """Home has a flag, a strike, a report and a pause; Morgan moderates Away too, and Mallory is a member of both."""
    async with Sandbox() as box:
        away = box.world.add_guild("Away")
        for name in ("general", "mod-log"):
            box.world.add_channel(away, name)
        moderator = box.world.add_role(away, "Moderator", Permission.ADMINISTRATOR)
        box.world.join(away, box.world.person("Morgan"), [moderator])
        box.world.join(away, box.world.person("Mallory"))
        async with furnished("strikes: {weights: {insult: 1}}\n", box=box):
            await flagged(box, ("general", "Mallory", "evil"), ("general", "Bob", "so bad"))
            await box.context_menu("Alice", "Report to moderators", box.messages("general")[-1])
            await box.command("Morgan", "mod-log", "/pause", reason="homely reasons")
            yield box


async def test_no_command_in_one_server_shows_or_changes_anything_of_the_other(two: Sandbox) -> None:
    box = two

    async def ask(name: str, **options: Any) -> str:
        done = await box.command("Morgan", "general", name, guild="Away", options=options)
        assert done.is_ephemeral
        return done.content

    assert "There are none" in await ask("/flags")
    assert "There are none" in await ask("/flags", member="Mallory")
    assert "no flag #1" in await ask("/flag", number=1)
    assert "Flags: 0" in await ask("/history", member="Mallory")
    assert "Strikes that count now: 0" in await ask("/strikes", member="Mallory")
    assert "Nothing was flagged" in await ask("/stats")
    rules = await ask("/rules")
    assert "**Mode** live" in rules
    assert "homely" not in rules
    assert "Nothing is paused" in await ask("/resume")
    assert "shadow" in (await box.command("Morgan", "general", "/rules")).content
    assert "delete" in await ask("/score", text="you are evil")
    assert f"<#{box.channel('mod-log', 'Away').id}>" in await ask("/setup")


async def test_flags_are_numbered_and_shown_in_their_own_server(two: Sandbox) -> None:
    box = two
    message = await box.say("general", "Mallory", "something sly", guild="Away")
    done = await box.context_menu("Morgan", "Flag", message)
    assert "Flag #1" in done.content
    await box.until(lambda: box.cards(guild="Away"))
    assert len(box.cards()) == 2
    reported = await box.context_menu("Olivia", "Report to moderators", message)
    assert "Thank you" in reported.content
    mine = await box.command("Morgan", "general", "/flag", guild="Away", number=1)
    assert "something sly" in mine.content
    theirs = await box.command("Morgan", "general", "/flag", number=1)
    assert "something sly" not in theirs.content
