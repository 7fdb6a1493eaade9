"""More flags than anybody can read: the log channel stays readable, and nothing is lost."""

from __future__ import annotations

from typing import Any

from bot.review.grouping import CARDS_A_MINUTE
from bot.sandbox import Sandbox
from bot.sandbox.entities import Message

FLOOD = 500
MESSAGES_AT_MOST = 20


def shown(message: Message) -> str:
    """All texts of a message that is made of components."""
    found: list[str] = []

    def look(components: list[Any]) -> None:
        for component in components:
            found.append(component.get("content") or "")
            look(component.get("components", []))

    look(message.components)
    return "\n".join(found)


def digests(box: Sandbox) -> list[Message]:
    return [message for message in box.cards() if "flood" in shown(message)]


async def flood(box: Sandbox, first: int, count: int) -> None:
    for number in range(first, first + count):
        await box.say("general", f"Raider {number % 40}", f"bad {number}")


async def test_a_flood_is_one_digest_and_every_flag_is_recorded(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        await flood(box, 0, FLOOD)
        counted = f"**{FLOOD - CARDS_A_MINUTE} flags since"
        await box.until(lambda: digests(box) and counted in shown(digests(box)[0]))
        assert len(box.messages("mod-log")) <= MESSAGES_AT_MOST
        [digest] = digests(box)
        counted_ones = [flag.number for flag in await flags_in(bot.folder) if flag.card and flag.card.in_digest]
        assert len(counted_ones) == FLOOD - CARDS_A_MINUTE
        assert f"`/flag {min(counted_ones)}`" in shown(digest)
        opened = await box.press("Morgan", digest, "Show the next undecided one")
        assert opened.is_ephemeral
        assert f"Flag #{min(counted_ones)}" in opened.content
        await box.press("Morgan", opened, "Uphold")
        await box.until(lambda: "Decided so far: 1" in shown(digest))
        flags = await flags_in(bot.folder)
    assert len(flags) == FLOOD
    assert sum(flag.verdict == "upheld" for flag in flags) == 1
