"""A raid on one of two servers. How fast it goes is for benchmarks/raid.py; here everything is counted."""

from __future__ import annotations

from typing import Any

from bot.gateway.quotas import DMS_PER_MINUTE, NOTICES_PER_MINUTE, REFUSED_PER_MINUTE
from bot.records import Status
from bot.sandbox import Sandbox

RAIDERS, MESSAGES = 40, 200
MOST_INVALID_CALLS = 50


async def test_a_raid_on_one_server_is_recorded_whole_and_does_not_hold_the_other_up(
    run_bot: Any, rules: str, until_shown: Any
) -> None:
    async with Sandbox() as box:
        other = box.world.add_guild("Other")
        for channel in ("general", "mod-log"):
            box.world.add_channel(other, channel)
        for number in range(0, RAIDERS, 2):
            box.close_dms(f"Raider {number}")
        async with run_bot(box, text=rules + "limits: {destructive_per_minute: 3000}\n") as bot:
            gone: list[int] = []
            box.world.listen(lambda event: gone.extend(deleted_by(event)))
            raid = [await box.say("general", f"Raider {n % RAIDERS}", f"evil {n}") for n in range(MESSAGES)]
            elsewhere = await box.say("general", "Mallory", "evil too", guild="Other")
            await box.until(lambda: elsewhere.is_deleted and all(message.is_deleted for message in raid))
            flags = await until_shown(bot.folder, MESSAGES + 1)
    assert sorted(flag.message_id for flag in flags) == sorted([elsewhere.id, *(message.id for message in raid)])
    assert all({o.action: o.status for o in flag.outcomes}["delete"] is Status.DONE for flag in flags)
    assert gone.index(elsewhere.id) < MESSAGES * 3 // 4, "written last, it was not the last to go"
    assert box.invalid_calls <= MOST_INVALID_CALLS
    warned = [member for member in range(RAIDERS) if box.dms(f"Raider {member}")]
    assert len(warned) <= DMS_PER_MINUTE
    refused = [call for call in box.received if call.status == 403]
    assert len(refused) <= REFUSED_PER_MINUTE
    notices = [message for message in box.messages("general") if message.author is box.world.bot]
    assert len(notices) <= NOTICES_PER_MINUTE


def deleted_by(event: Any) -> list[int]:
    """The messages that an event of the gateway says are gone, in the order in which they went."""
    if event.type == "MESSAGE_DELETE":
        return [int(event.data["id"])]
    return [int(each) for each in event.data["ids"]] if event.type == "MESSAGE_DELETE_BULK" else []


async def test_deletes_go_before_everything_else_in_a_raid(run_bot: Any, rules: str, until_shown: Any) -> None:
    text = rules + "limits: {destructive_per_minute: 3000}\n"
    async with Sandbox() as box, run_bot(box, text=text) as bot:
        direct = box.faults.hang("POST /users/@me/channels", times=None)
        cards = box.faults.hang(f"POST /channels/{box.channel('mod-log').id}/messages", times=None)
        raid = [await box.say("general", f"Raider {n % RAIDERS}", f"evil {n}") for n in range(60)]
        await box.until(lambda: all(message.is_deleted for message in raid))
        assert not box.cards()
        direct.lift()
        cards.lift()
        await until_shown(bot.folder, 60)
