"""Actions through the real bot, where it is not each by itself that matters; ``test_every_action`` has the table."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import act
from bot.gateway.answers import REFUSALS_AT_MOST
from bot.records import Case, Outcome, Status
from bot.sandbox import Sandbox, moderation
from bot.sandbox.entities import AuditAction, Member
from bot.sandbox.permissions import Permission

# What *evil* brings, all at once; *bad* brings what would be in the way of it.
TOUCHING = """
  insult:
    at: 0.6
    do: [flag, timeout: 1h, reset_nickname: Guest, add_role: Muted, remove_role: Member, slowmode: 30s,
         reply: Be kind., react: "\N{EYES}", notify: {{role: Moderator, channel: off-topic}}]
"""
MEMBER_ACTIONS = ("timeout", "reset_nickname", "add_role", "remove_role")
TOUCHES = (*MEMBER_ACTIONS, "slowmode", "reply", "react", "notify")
REMOVALS = ("kick", "softban", "ban")


@pytest.fixture
def touching(rules: str) -> str:
    head = rules.split("  insult:")[0]
    return head + TOUCHING.format()


@pytest.fixture
def removing(rules: str) -> Callable[[str], str]:
    head = rules.split("  insult:")[0]
    return lambda action: head + f"  insult: {{at: 0.6, do: [flag, {action}, warn]}}\n"


def furnish(box: Sandbox) -> Member:
    """A role to be muted with, a role to be called, and Mallory, who has a nickname."""
    box.world.add_role(box.guild, "Muted")
    box.world.role_called("Moderator", box.guild).mentionable = True
    mallory = box.member("Mallory")
    mallory.nick = "Rude"
    return mallory


async def card(box: Sandbox, cards: int = 1) -> None:
    """Wait until everything about a flag is over."""
    await box.until(lambda: len(box.cards()) >= cards)


def statuses(flag: Any) -> dict[str, Status]:
    return {outcome.action: outcome.status for outcome in flag.outcomes}


def details(flag: Any) -> dict[str, str]:
    return {outcome.action: outcome.detail for outcome in flag.outcomes}


async def undo(bot: Any, flag: Any, name: str) -> Outcome:
    """As a moderator's verdict does it."""
    outcome = next(outcome for outcome in flag.outcomes if outcome.action == name)
    return await act.make(name, outcome.options).undo(Case(flag, bot.pipeline.carrying._deeds), outcome)


def roles_of(box: Sandbox, member: Member) -> set[str]:
    return {box.guild.roles[each].name for each in member.role_ids}


@pytest.mark.parametrize("action", REMOVALS)
async def test_a_member_is_warned_then_removed_and_can_be_asked_back(run_bot, flags_in, removing, action: str) -> None:
    async with Sandbox() as box, run_bot(box, text=removing(action)) as bot:
        mallory = box.member("Mallory").user
        earlier = await box.say("general", "Mallory", "hello")
        await box.say("general", "Mallory", "you are evil")
        await card(box)
        assert mallory.id not in box.guild.members
        assert (mallory.id in box.guild.bans, earlier.is_deleted) == (action == "ban", action == "softban")
        [warning] = box.dms("Mallory")
        assert warning.created_at < datetime.now(UTC)
        [flag] = await flags_in(bot.folder)
        assert statuses(flag) == dict.fromkeys(("flag", "warn", action), Status.DONE)

        undone = await undo(bot, flag, action)  # nobody can write to a member who is not there
        assert undone.status is Status.DONE
        assert "https://discord.gg/" in undone.detail
        assert next(iter(box.guild.invites)) in undone.detail
        assert not box.guild.bans
        box.member("Mallory")
        assert (await undo(bot, flag, action)).status is Status.ALREADY_DONE


async def test_a_permission_that_is_missing_costs_no_call(run_bot, flags_in, touching) -> None:
    async with Sandbox() as box:
        furnish(box)
        box.grant(Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES | Permission.EMBED_LINKS)
        box.guild.everyone.permissions = Permission.VIEW_CHANNEL
        async with run_bot(box, text=touching) as bot:
            await box.say("general", "Mallory", "you are evil")
            await card(box)
            assert box.invalid_calls == 0
        [flag] = await flags_in(bot.folder)
    lacking = {
        "timeout": "Timeout Members",
        "reset_nickname": "Manage Nicknames",
        "add_role": "Manage Roles",
        "slowmode": "Manage Channels",
        "react": "Add Reactions",
        "reply": "Read Message History",
    }
    for name, permission in lacking.items():
        assert statuses(flag)[name] is Status.FORBIDDEN
        assert permission in details(flag)[name]


@pytest.mark.parametrize("removal", ["kick", "ban"])
async def test_nothing_is_done_to_the_owner_of_the_server(run_bot, flags_in, touching, removal: str) -> None:
    async with Sandbox() as box:
        furnish(box)
        text = touching.replace("timeout: 1h,", f"timeout: 1h, {removal},")
        async with run_bot(box, text=text) as bot:
            before = len(box.received)
            await box.say("general", "Olivia", "you are evil")
            await card(box)
            calls = [call for call in box.received[before:] if "/members/" in call.path or "/bans/" in call.path]
            assert (calls, box.invalid_calls) == ([], 0)
        [flag] = await flags_in(bot.folder)
    for name in (*MEMBER_ACTIONS, removal):
        assert statuses(flag)[name] is Status.FORBIDDEN
        assert "owns this server" in details(flag)[name]
    assert statuses(flag)["react"] is Status.DONE


async def test_a_role_above_the_bot_is_not_given_and_no_call_is_made(run_bot, flags_in, touching) -> None:
    async with Sandbox() as box:
        furnish(box)
        async with run_bot(box, text=touching.replace("add_role: Muted", "add_role: Moderator")) as bot:
            await box.say("general", "Mallory", "you are evil")
            await card(box)
            assert box.invalid_calls == 0
        [flag] = await flags_in(bot.folder)
    assert statuses(flag)["add_role"] is Status.FORBIDDEN
    assert "move the bot's role above it" in details(flag)["add_role"]


async def test_what_discord_forbids_again_and_again_is_not_asked_for_a_while(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        deleting = "DELETE /channels/{channel}/messages/{message}"
        box.faults.answer(deleting, 403, code=50013, message="Missing Permissions", times=None)
        for number in range(REFUSALS_AT_MOST + 2):
            await box.say("general", "Mallory", f"evil {number}")
            await card(box, number + 1)
        assert len(box.calls(deleting)) == REFUSALS_AT_MOST
        [last, *_] = await flags_in(bot.folder)
    assert statuses(last)["delete"] is Status.FAILED
    assert "does not try again before" in details(last)["delete"]


async def test_a_call_for_moderators_that_failed_keeps_no_later_one_back(run_bot, removing, flags_in) -> None:
    text = removing("notify: {role: Moderator, channel: off-topic}")
    async with Sandbox() as box:
        furnish(box)
        async with run_bot(box, text=text) as bot:
            there = box.channel("off-topic")
            box.faults.answer(f"POST /channels/{there.id}/messages", 400)
            for number, text in enumerate(("you are evil", "what an evil day"), 1):
                await box.say("general", f"Rude {number}", text)
                await card(box, number)
        second, first = await flags_in(bot.folder)
    assert (statuses(first)["notify"], statuses(second)["notify"]) == (Status.FAILED, Status.DONE)


async def test_a_member_is_asked_back_by_another_channel_where_theirs_is_gone(run_bot, flags_in, removing) -> None:
    async with Sandbox() as box, run_bot(box, text=removing("kick")) as bot:
        await box.say("general", "Mallory", "you are evil")
        await card(box)
        [flag] = await flags_in(bot.folder)
        box.world.drop_channel(box.channel("general"))
        await box.until(lambda: bot.pipeline.carrying._deeds._client().get_channel(flag.channel.id) is None)
        undone = await undo(bot, flag, "kick")
    assert undone.status is Status.DONE
    assert "https://discord.gg/" in undone.detail


def set_due(folder: Path, when: datetime) -> None:
    with sqlite3.connect(folder / "record.sqlite") as record:
        record.execute("UPDATE outcomes SET due_at = ? WHERE due_at IS NOT NULL", (int(when.timestamp() * 1000),))
    record.close()


def undos(flag: Any) -> dict[str, Status]:
    return {outcome.action: outcome.undo_status for outcome in flag.outcomes if outcome.undo_status is not None}


TIMED = """
  insult: {{at: 0.6, do: [add_role: {{role: Muted, for: 1h}}, remove_role: {{role: Member, for: 1h}},
    slowmode: {{delay: 30s, for: 1h}}]}}
"""


async def test_what_a_moderator_took_back_early_is_not_taken_back_again(run_bot, rules, flags_in) -> None:
    text = rules.split("  insult:")[0] + TIMED.format()
    async with Sandbox() as box:
        mallory, general = furnish(box), box.channel("general")
        async with run_bot(box, text=text) as bot:
            await box.say("general", "Mallory", "you are evil")
            await card(box)
        moderation.set_roles(box.world, mallory, [], by=box.guild.owner)
        general.slowmode = 300
        set_due(bot.folder, datetime.now(UTC) - timedelta(minutes=1))
        before = len([entry for entry in box.guild.audit if entry.actor is box.world.bot])
        async with run_bot(box, text=text):
            await box.until(lambda: box.member("Mallory").role_ids)
            await box.until(lambda: len(box.calls("GET /channels/{channel}")) >= 2)
        [flag] = await flags_in(bot.folder)
    assert undos(flag) == {
        "add_role": Status.ALREADY_DONE,
        "remove_role": Status.DONE,
        "slowmode": Status.HELD_BACK,
    }
    after = [entry for entry in box.guild.audit if entry.actor is box.world.bot][before:]
    assert [entry.action for entry in after] == [AuditAction.MEMBER_ROLE_UPDATE]
    assert general.slowmode == 300


LENGTHENING = """
labels:
  toxic: [{{at: 0.6, do: [add_role: {{role: Muted, for: 1h}}]}}]
  insult: [{{at: 0.6, do: [add_role: {{role: Muted, for: {again}}}]}}]
"""


@pytest.mark.parametrize(("again", "hours"), [("3h", 3), ("30m", 1), (None, None)])
async def test_a_role_that_is_given_again_for_longer_is_taken_back_once_at_the_later_time(
    run_bot, flags_in, rules, again: str | None, hours: int | None
) -> None:
    text = rules[: rules.index("labels:")] + LENGTHENING.format(again=again)
    text = text if again else text.replace(", for: None", "")
    async with Sandbox() as box:
        mallory = furnish(box)
        async with run_bot(box, text=text) as bot:
            await box.say("general", "Mallory", "so bad")
            await box.until(lambda: roles_of(box, mallory) >= {"Muted"} and box.cards())
            await box.say("general", "Mallory", "so evil")
            await box.until(lambda: len(box.cards()) == 2)
        second, first = await flags_in(bot.folder)
    assert statuses(second)["add_role"] is Status.ALREADY_DONE
    assert ("for longer now" in details(second)["add_role"]) == (hours != 1)
    ends = [outcome.due for flag in (first, second) for outcome in flag.outcomes if outcome.action == "add_role"]
    if hours is None:
        assert ends[1] is None
    else:
        assert abs(max(ends) - datetime.now(UTC) - timedelta(hours=hours)) < timedelta(minutes=10)


async def test_a_raid_is_cleared_in_few_calls_whatever_else_waits(run_bot, rules, flags_in, until_shown) -> None:
    text = rules.replace(", warn]", "]") + "limits: {destructive_per_minute: 3000}\n"
    async with Sandbox() as box, run_bot(box, text=text) as bot:
        cards = box.faults.hang(f"POST /channels/{box.channel('mod-log').id}/messages", times=None)
        raid = [await box.say("general", f"Raider {number % 20}", f"evil {number}") for number in range(300)]
        await box.until(lambda: all(message.is_deleted for message in raid))
        assert not box.cards()
        cards.lift()
        await until_shown(bot.folder, 300)
        bulk = box.calls("POST /channels/{channel}/messages/bulk-delete")
        single = box.calls("DELETE /channels/{channel}/messages/{message}")
        assert sum(len(call.body["messages"]) for call in bulk) + len(single) == 300
        assert len(bulk) + len(single) < 100
        assert box.invalid_calls == 0
        assert all("Civil Tongue flag" in (call.reason or "") and len(call.reason or "") <= 512 for call in bulk)
    assert all(statuses(flag)["delete"] is Status.DONE for flag in await flags_in(bot.folder))
