"""Words that stand beside messages: titles, tags, events, names, and what Discord's own AutoMod acted on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.record.ledger import Ledger
from bot.records import Flag, Status
from bot.sandbox import Sandbox, moderation
from bot.sandbox.beside import ALERT, TIMEOUT
from bot.sandbox.entities import AuditAction, Channel, ChannelType
from bot.sandbox.permissions import MODERATION_BOT, Permission

NAMES = "names: {insult: {at: 0.6, do: [flag, reset_nickname, warn]}}\n"
AUTOMOD = (
    "automod: {do: [flag, delete], strikes: 1}\nstrikes: {weights: {insult: 1}, ladder: [{at: 2, do: [timeout: 1h]}]}\n"
)


async def flagged(box: Sandbox, count: int = 1) -> None:
    """Until so many cards have been posted."""
    await box.until(lambda: len(box.cards()) >= count)


def statuses(flag: Flag) -> dict[str, Status]:
    return {outcome.action: outcome.status for outcome in flag.outcomes}


async def test_the_title_of_a_thread_is_read_taken_away_and_its_author_told(run_bot: Any, flags_in: Any) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        thread = box.thread("general", "Mallory", "you are evil")
        await box.until(lambda: thread.name == "Title removed" and box.dms("Mallory"))
        await flagged(box)
        assert "The title" in box.dms("Mallory")[0].content
    [flag] = await flags_in(bot.folder)
    assert (flag.kind, flag.surface, flag.text, flag.author.name) == ("title", "title", "you are evil", "Mallory")
    assert flag.channel.name == "general"
    assert flag.link.endswith(f"/{thread.id}")


async def test_who_renames_a_thread_of_somebody_else_is_known_by_the_audit_log(run_bot: Any, flags_in: Any) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        thread = box.thread("general", "Alice", "cats")
        box.rename(thread, "cats and dogs", by="Alice")
        box.rename(thread, "evil cats", by="Mallory")
        await box.until(lambda: thread.name == "Title removed")
        await flagged(box)
    [flag] = await flags_in(bot.folder)
    assert (flag.author.name, flag.is_edit) == ("Mallory", True)


async def test_a_title_that_was_taken_away_is_taken_away_again(run_bot: Any, flags_in: Any) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        thread = box.thread("general", "Mallory", "you are evil")
        for _ in range(2):
            await box.until(lambda: thread.name == "Title removed")
            box.rename(thread, "you are evil", by="Mallory")
        await box.until(lambda: thread.name == "Title removed")
        await flagged(box)
    flags = await flags_in(bot.folder)
    assert [flag.author.name for flag in flags] == ["Mallory"] * 3
    assert {flag.link for flag in flags} == {flags[0].link}


def renamed(box: Sandbox, thread: Channel) -> None:
    box.rename(thread, "cats and dogs", by="Alice")


def locked(box: Sandbox, thread: Channel) -> None:
    changes, by = [moderation.change("locked", False, True)], box.member("Alice").user
    moderation.log(box.world, box.guild, AuditAction.THREAD_UPDATE, actor=by, target_id=thread.id, changes=changes)


@pytest.mark.parametrize("done_before", [renamed, locked])
async def test_nobody_is_blamed_for_a_title_because_of_what_they_did_with_the_thread_before(
    run_bot: Any, flags_in: Any, done_before: Callable[[Sandbox, Channel], None]
) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        thread = box.thread("general", "Mallory", "cats")
        done_before(box, thread)
        box.rename(thread, "evil cats", by="Mallory")
        box.guild.audit.pop()  # the entry comes later than the event
        await flagged(box)
    [flag] = await flags_in(bot.folder)
    assert flag.author.name != "Alice"
    assert "View Audit Log" in flag.hold_reason


async def test_without_the_audit_log_a_renamed_thread_is_only_flagged(run_bot: Any, flags_in: Any) -> None:
    async with Sandbox() as box:
        box.grant(MODERATION_BOT & ~Permission.VIEW_AUDIT_LOG)
        thread = box.thread("general", "Alice", "cats")
        async with run_bot(box) as bot:
            box.rename(thread, "evil cats", by="Mallory")
            await flagged(box)
            assert thread.name == "evil cats"
    [flag] = await flags_in(bot.folder)
    assert statuses(flag)["delete"] is Status.HELD_BACK
    assert "View Audit Log" in flag.hold_reason


async def test_title_first_post_and_tags_of_a_forum_are_read(run_bot: Any, flags_in: Any) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        forum = box.forum(tags=["evil tag"])
        thread, first = box.forum_post(forum, "Mallory", "evil title", "an evil beginning")
        await box.until(lambda: thread.name == "Title removed" and first.is_deleted)
        await flagged(box, 3)
    flags = {flag.surface: flag for flag in await flags_in(bot.folder)}
    assert set(flags) == {"title", "first post", "forum tag"}
    assert statuses(flags["forum tag"])["delete"] is Status.DOES_NOT_APPLY


async def test_the_status_of_a_voice_channel_is_read_and_taken_away(run_bot: Any, flags_in: Any) -> None:
    async with Sandbox() as box:
        lounge = box.world.add_channel(box.guild, "lounge", type=ChannelType.VOICE)
        async with run_bot(box) as bot:
            box.voice_status(lounge, "chess and tea", by="Alice")
            for _ in range(2):  # the same words once more are written once more
                box.voice_status(lounge, "evil people only", by="Mallory")
                await box.until(lambda: lounge.status is None)
            await flagged(box)
            assert "The status" in box.dms("Mallory")[0].content
    flags = await flags_in(bot.folder)
    assert [(each.kind, each.surface, each.text) for each in flags] == [
        ("status", "voice channel status", "evil people only")
    ] * 2
    assert {each.author.name for each in flags} == {"Mallory"}
    assert flags[0].link.endswith(f"/{lounge.id}")


async def test_without_the_permission_a_status_stays_and_the_card_says_so(run_bot: Any, flags_in: Any) -> None:
    async with Sandbox() as box:
        box.grant(MODERATION_BOT & ~Permission.MANAGE_CHANNELS)
        lounge = box.world.add_channel(box.guild, "lounge", type=ChannelType.VOICE)
        async with run_bot(box) as bot:
            box.voice_status(lounge, "evil people only", by="Mallory")
            await flagged(box)
            assert lounge.status
    [flag] = await flags_in(bot.folder)
    [delete] = [outcome for outcome in flag.outcomes if outcome.action == "delete"]
    assert delete.status is Status.FORBIDDEN
    assert "Manage Channels in #lounge" in delete.detail


async def test_a_scheduled_event_is_read_and_deleted(run_bot: Any, flags_in: Any) -> None:
    async with Sandbox() as box:
        box.grant(MODERATION_BOT | Permission.MANAGE_EVENTS)
        standing = box.schedule("Alice", "chess", location="the park")
        async with run_bot(box) as bot:
            box.schedule("Mallory", "you are evil", location="the park")
            box.schedule("Alice", "tennis", description="against evil people", channel=box.channel("general"))
            box.change_event(standing, name="chess, evil chess", by="Mallory")
            await box.until(lambda: not box.guild.events)
            await flagged(box, 3)
    flags = await flags_in(bot.folder)
    assert sorted(flag.surface for flag in flags) == ["event description", "event title", "event title"]
    assert {flag.author.name for flag in flags if flag.surface == "event title"} == {"Mallory"}
    assert {flag.kind for flag in flags} == {"event"}


async def test_names_are_read_on_joining_and_on_change_by_a_ladder_of_their_own(
    run_bot: Any, rules: str, flags_in: Any
) -> None:
    async with Sandbox() as box:
        alice = box.member("Alice")
        async with run_bot(box, text=rules + NAMES) as bot:
            box.nickname("Alice", "bad cook")  # for which there is no step
            box.nickname("Alice", "evil cook")
            await box.until(lambda: alice.nick is None and box.dms("Alice"))
            box.nickname("Alice", "evil cook")  # again
            await box.until(lambda: alice.nick is None)
            box.display_name("Bob", "evil bob")
            box.member("evil twin")  # joins
            await box.until(lambda: box.dms("Bob") and box.dms("evil twin"))
            moderation.leave(box.world, box.member("evil twin"))
            box.member("evil twin")  # joins again
            await box.until(lambda: len(box.dms("evil twin")) == 2)
    flags = (await flags_in(bot.folder))[::-1]
    found = [(flag.surface, flag.text.splitlines()[0], statuses(flag)["reset_nickname"]) for flag in flags]
    assert found[:2] == [("nickname", "evil cook", Status.DONE)] * 2
    assert ("display name", "evil bob", Status.DOES_NOT_APPLY) in found
    assert {flag.kind for flag in flags} == {"name"}
    assert "Your name" in box.dms("Alice")[0].content


async def test_without_names_in_the_config_members_are_not_asked_for(run_bot: Any) -> None:
    async with Sandbox() as box:
        box.switch_off_intents("members")
        async with run_bot(box):
            assert box.is_bot_online


async def test_names_are_read_in_that_server_only_which_has_a_ladder_for_them(
    run_bot: Any, rules: str, flags_in: Any
) -> None:
    there = "guilds: {Elsewhere: {names: {insult: [{at: 0.6, do: [warn]}]}}}\n"
    async with Sandbox() as box:
        other = box.world.add_guild("Elsewhere")
        bob = box.member("Bob", other)
        async with run_bot(box, text=rules + there) as bot:
            box.nickname("Alice", "evil cook")
            moderation.rename(box.world, bob, "evil baker", by=bob.user)
            await box.until(lambda: box.dms("Bob"))
        async with Ledger.reading(bot.folder) as ledger:
            scored = [await ledger.score_count(guild.id) for guild in (box.guild, other)]
    assert [flag.author.name for flag in await flags_in(bot.folder)] == ["evil baker"]
    assert scored == [0, 1]


async def test_a_name_that_stands_since_before_a_restart_is_not_flagged_again(
    run_bot: Any, rules: str, flags_in: Any
) -> None:
    text = rules + "names: {insult: [{at: 0.6, do: [warn]}]}\n"
    async with Sandbox() as box:
        box.member("Alice")
        async with run_bot(box, text=text):
            box.nickname("Alice", "evil cook")
            await box.until(lambda: box.dms("Alice"))
        async with run_bot(box, text=text) as bot:
            box.nickname("Alice", "evil cook")  # as a change of roles tells it: the same name
            await flagged(box)
            box.nickname("Alice", None)
            box.nickname("Alice", "evil cook")  # taken anew
            await box.until(lambda: len(box.dms("Alice")) == 2)
    assert len(await flags_in(bot.folder)) == 2


async def test_what_automod_acted_on_joins_the_record_and_the_strikes(run_bot: Any, rules: str, flags_in: Any) -> None:
    async with Sandbox() as box:
        box.grant(MODERATION_BOT | Permission.MANAGE_GUILD)
        mallory = box.member("Mallory")
        async with run_bot(box, text=rules + AUTOMOD) as bot:
            box.automod("general", "Mallory", "something nasty", keyword="nasty")
            box.automod("general", "Mallory", "something nasty", keyword="nasty", action=TIMEOUT)  # of the same message
            await flagged(box)
            seen = await box.say("general", "Mallory", "something worse")
            box.automod("general", "Mallory", "something worse", action=ALERT, message=seen)
            await box.until(lambda: seen.is_deleted and mallory.timed_out_until)
            await flagged(box, 2)
    blocked, alerted = (await flags_in(bot.folder))[::-1]
    assert (blocked.kind, blocked.surface, blocked.text) == ("automod", "AutoMod", "something nasty")
    assert (blocked.struck.total, alerted.struck.total) == (1, 2)
    assert statuses(blocked)["delete"] is Status.DOES_NOT_APPLY
    assert statuses(alerted)["timeout"] is Status.DONE


async def test_a_title_that_was_flagged_by_mistake_stands_there_again(run_bot: Any) -> None:
    async with Sandbox() as box, run_bot(box):
        thread = box.thread("general", "Mallory", "you are evil")
        await flagged(box)
        await box.press("Morgan", box.cards()[0], "Mistaken")
        await box.until(lambda: thread.name == "you are evil")
