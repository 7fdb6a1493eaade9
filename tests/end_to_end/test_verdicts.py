"""A moderator's verdict on a card, through the real bot: who may give it, what it undoes, and what it says."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import torch

from bot import act
from bot.record.ledger import Ledger
from bot.records import Named, Status
from bot.sandbox import Sandbox, moderation
from bot.sandbox.entities import Message, Overwrite
from bot.sandbox.permissions import Permission
from bot.score.model import Model

_MATRIX = torch.rand(1_000, 1_000)
STRICT = """
strikes:
  weights: {insult: 2}
  ladder: [{at: 2, do: [timeout: 1h]}]
"""


@pytest.fixture
def strict(rules: str) -> str:
    """An insult is deleted, its author warned, and given two strikes, which means a timeout."""
    return rules + STRICT


@pytest.fixture
def banning(rules: str) -> str:
    return rules.replace("do: [flag, delete, warn]", "do: [flag, delete, ban]")


async def flagged(box: Sandbox, text: str = "my evil plan", author: str = "Mallory", cards: int = 1) -> Message:
    """Have ``author`` write something that is flagged, and give its card once everything is done."""
    await box.say("general", author, text)
    return (await box.until(lambda: len(box.cards()) >= cards and box.cards()))[-1]


def shown(card: Message) -> str:
    """All that a card says, as it is now."""
    found: list[str] = []

    def look(components: list[Any]) -> None:
        for component in components:
            found.append(component.get("content") or component.get("label") or "")
            look(component.get("components", []))

    look(card.components)
    return "\n".join(found)


async def ban(box: Sandbox, who: str, card: Message) -> Any:
    """Press *Ban*, say yes to the question, and give what came of it."""
    asked = await box.press(who, card, "Ban")
    done = await box.press(who, asked, "Yes, ban")
    await box.until(lambda: "One moment" not in done.content)
    return done


def statuses(flag: Any) -> dict[str, Status | None]:
    return {each.action: each.undo_status for each in flag.outcomes if each.action != "flag"}


async def test_an_upheld_flag_says_on_its_card_who_decided(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        card = await flagged(box)
        done = await box.press("Morgan", card, "Uphold")
        assert done.is_ephemeral
        assert "Flag #1 is upheld" in done.content
        await box.until(lambda: "**upheld** by **Morgan**" in shown(card))
        [flag] = await flags_in(bot.folder)
    [ruling] = flag.rulings
    assert (flag.verdict, ruling.by.name, ruling.via) == ("upheld", "Morgan", "card")
    assert statuses(flag) == {"delete": None, "warn": None}


async def test_a_mistaken_flag_is_undone_whole(run_bot, flags_in, strict) -> None:
    async with Sandbox() as box, run_bot(box, text=strict) as bot:
        card = await flagged(box)
        mallory = box.member("Mallory")
        assert mallory.timed_out_until is not None
        done = await box.press("Morgan", card, "Mistaken")
        assert mallory.timed_out_until is None
        returned = box.dms("Mallory")[-2:]
        assert any("my evil plan" in message.content for message in returned)
        assert any("mistaken" in message.content for message in returned)
        for said in ("was mistaken", "Strikes taken back: 2", "timeout taken back", "delete taken back"):
            assert said in done.content
        await box.until(lambda: "**mistaken** by **Morgan**" in shown(card))
        [flag] = await flags_in(bot.folder)
        assert statuses(flag) == dict.fromkeys(("delete", "warn", "timeout"), Status.DONE)
        again = await flagged(box, "evil again", cards=2)
        assert "Strikes: 2 for this, 2 in all" in shown(again)  # the first two count no more


async def test_a_mistaken_ban_is_lifted_and_the_invite_told(run_bot, flags_in, banning) -> None:
    async with Sandbox() as box, run_bot(box, text=banning) as bot:
        mallory = box.member("Mallory").user
        card = await flagged(box)
        assert mallory.id in box.guild.bans
        done = await box.press("Ada", card, "Mistaken")
        assert not box.guild.bans
        assert "https://discord.gg/" in done.content  # nobody can write to a member who is not there
        assert "✗ delete not taken back" in done.content
        await box.until(lambda: "Try again" in shown(card))
        box.world.join(box.guild, mallory, [])
        again = await box.press("Ada", card, "Try again")
        assert "✓ delete taken back" in again.content
        await box.until(lambda: "Try again" not in shown(card))
        [flag] = await flags_in(bot.folder)
    assert statuses(flag) == {"delete": Status.DONE, "ban": Status.DONE}
    assert len(flag.rulings) == 1


async def test_with_closed_direct_messages_all_else_is_undone_and_the_rest_is_said(run_bot, flags_in, strict) -> None:
    async with Sandbox() as box, run_bot(box, text=strict) as bot:
        box.close_dms("Mallory")
        card = await flagged(box)
        done = await box.press("Morgan", card, "Mistaken")
        assert box.member("Mallory").timed_out_until is None
        assert "✗ delete not taken back. The member takes no direct messages" in done.content
        await box.until(lambda: "Not taken back. The member takes no direct messages" in shown(card))
        [flag] = await flags_in(bot.folder)
        assert statuses(flag) == {"delete": Status.FAILED, "warn": Status.FAILED, "timeout": Status.DONE}
        box.member("Mallory").user.takes_dms = True
        again = await box.press("Morgan", card, "Try again")
        assert "✓ delete taken back" in again.content
        assert any("my evil plan" in message.content for message in box.dms("Mallory"))


async def test_the_other_of_two_moderators_is_told_who_was_faster(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        card = await flagged(box)
        both = await asyncio.gather(box.press("Morgan", card, "Uphold"), box.press("Ada", card, "Mistaken"))
        [flag] = await flags_in(bot.folder)
        winner, loser = both if flag.rulings[0].by.name == "Morgan" else reversed(both)
    assert len(flag.rulings) == 1
    assert "was faster" in loser.content
    assert flag.rulings[0].by.name in loser.content
    assert "was faster" not in winner.content


async def test_a_verdict_can_be_changed_and_the_card_names_both(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        card = await flagged(box)
        await box.press("Morgan", card, "Uphold")
        await box.until(lambda: "**upheld** by **Morgan**" in shown(card))
        await box.press("Ada", card, "Mistaken")
        await box.until(lambda: "**mistaken** by **Ada**" in shown(card))
        assert "**upheld** by **Morgan**" in shown(card)
        back = await box.press("Ada", card, "Uphold")
        assert "stays so" in back.content
        [flag] = await flags_in(bot.folder)
    assert [ruling.verdict for ruling in flag.rulings] == ["upheld", "mistaken", "upheld"]


async def test_a_button_works_after_a_restart(run_bot, flags_in) -> None:
    async with Sandbox() as box:
        async with run_bot(box):
            card = await flagged(box)
        async with run_bot(box) as bot:
            done = await box.press("Morgan", card, "Mistaken")
            assert "was mistaken" in done.content
            await box.until(lambda: "**mistaken** by **Morgan**" in shown(card))
            assert len(box.cards()) == 1
            [flag] = await flags_in(bot.folder)
    assert statuses(flag) == {"delete": Status.DONE, "warn": Status.DONE}


async def test_what_a_restart_cut_short_is_undone_after_it(run_bot, flags_in, strict) -> None:
    async with Sandbox() as box:
        async with run_bot(box, text=strict):
            card = await flagged(box)
            box.faults.drop("PATCH /guilds/{guild}/members/{member}", times=None)
            done = await box.press("Morgan", card, "Mistaken")
            assert "the card will tell" in done.content
            assert box.member("Mallory").timed_out_until is not None
        box.faults.clear()
        async with run_bot(box, text=strict) as bot:
            await box.until(lambda: box.member("Mallory").timed_out_until is None)
            await box.until(lambda: "The timeout was lifted" in shown(card))
            [flag] = await flags_in(bot.folder)
    assert statuses(flag) == dict.fromkeys(("delete", "warn", "timeout"), Status.DONE)
    texts = [message.content for message in box.dms("Mallory") if "my evil plan" in message.content]
    assert len(texts) == 1


async def test_what_a_moderator_does_after_the_verdict_stays(run_bot, flags_in, strict) -> None:
    async with Sandbox() as box, run_bot(box, text=strict) as bot:
        mallory, ada = box.member("Mallory").user, box.member("Ada").user
        card = await flagged(box)
        box.faults.drop("PATCH /guilds/{guild}/members/{member}", times=None)
        done = await box.press("Morgan", card, "Mistaken")
        assert "the card will tell" in done.content
        await ban(box, "Ada", card)
        box.faults.clear()
        await box.until(lambda: "Taken back. The member has left the server" in shown(card))
        await box.until(lambda: f"**ban** done by **Ada** (<@{ada.id}>), after the verdict, so it stays" in shown(card))
        [flag] = await flags_in(bot.folder)
        assert mallory.id in box.guild.bans
    assert statuses(flag)["ban"] is None


async def test_what_a_moderator_orders_anew_after_the_verdict_is_not_taken_back(run_bot, flags_in, banning) -> None:
    async with Sandbox() as box, run_bot(box, text=banning) as bot:
        mallory = box.member("Mallory").user
        card = await flagged(box)
        box.faults.drop("DELETE /guilds/{guild}/bans/{user}", times=None)
        await box.press("Morgan", card, "Mistaken")
        assert "banned already" in (await ban(box, "Ada", card)).content
        box.faults.clear()
        await box.until(lambda: "ordered this again since" in shown(card))
        [flag] = await flags_in(bot.folder)
        assert mallory.id in box.guild.bans
    assert flag.outcomes[2].undo_status is Status.HELD_BACK


@pytest.mark.parametrize(
    ("author", "who", "button", "why"),
    [
        ("Mallory", "Wanda", "Uphold", "takes the permission **Manage Messages** or **Timeout Members**"),
        ("Mallory", "Robin", "Ban", "takes the permission **Ban Members**"),
        ("Morgan", "Robin", "Uphold", "not above that of Morgan"),
        ("Morgan", "Robin", "Delete", "not above that of Morgan"),
        ("Morgan", "Morgan", "Mistaken", "another moderator has to"),
        ("Morgan", "Morgan", "Delete", "another moderator has to"),
        ("Olivia", "Ada", "Uphold", "Olivia owns this server"),
    ],
)
async def test_the_bot_lends_nobody_its_permissions(run_bot, flags_in, author, who, button, why) -> None:
    async with Sandbox() as box:
        watcher = box.world.add_role(box.guild, "Watcher", Permission.VIEW_CHANNEL)
        box.world.join(box.guild, box.world.person("Wanda"), [watcher])
        box.channel("mod-log").overwrites[watcher.id] = Overwrite(watcher.id, 0, allow=Permission.VIEW_CHANNEL)
        async with run_bot(box) as bot:
            card = await flagged(box, "a bad word", author)
            before = len(box.guild.audit)
            done = await box.press(who, card, button)
            assert done.is_ephemeral
            assert why in done.content
            [flag] = await flags_in(bot.folder)
            assert (flag.verdict, len(box.guild.audit)) == (None, before)
            assert [outcome.action for outcome in flag.outcomes] == ["flag"]


async def test_who_may_delete_messages_may_undo_that_one_was_deleted(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        done = await box.press("Robin", await flagged(box), "Mistaken")
        assert "delete taken back" in done.content
        [flag] = await flags_in(bot.folder)
    assert flag.verdict == "mistaken"


async def test_who_may_not_ban_may_not_undo_a_ban(run_bot, flags_in, banning) -> None:
    async with Sandbox() as box, run_bot(box, text=banning) as bot:
        card = await flagged(box)
        done = await box.press("Robin", card, "Mistaken")
        assert "takes the permission **Ban Members**" in done.content
        assert "is upheld" in (await box.press("Robin", card, "Uphold")).content
        [flag] = await flags_in(bot.folder)
    assert flag.verdict == "upheld"
    assert box.guild.bans


async def test_who_may_not_ban_may_not_undo_a_ban_that_is_only_under_way(run_bot, flags_in, banning) -> None:
    async with Sandbox() as box, run_bot(box, text=banning) as bot:
        banned = box.faults.hang("PUT /guilds/{guild}/bans/{user}")
        await box.say("general", "Mallory", "my evil plan")
        await banned.reached.wait()
        opened = await box.command("Robin", "mod-log", "/flag", number=1)
        done = await box.press("Robin", opened, "Mistaken")
        assert "takes the permission **Ban Members**" in done.content
        banned.release()
        await box.until(lambda: box.guild.bans and box.cards())
        [flag] = await flags_in(bot.folder)
    assert flag.verdict is None


async def test_a_moderator_deletes_times_out_and_bans_from_the_card(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        message = await box.say("general", "Mallory", "a bad word")
        card = (await box.until(lambda: box.cards()))[0]
        assert "nothing was done" in shown(card)
        assert "✓ delete" in (await box.press("Morgan", card, "Delete")).content
        assert message.is_deleted
        assert "already done" in (await box.press("Ada", card, "Delete")).content
        timed_out = await box.choose("Morgan", card, "ct:timeout:1", ["1h"])
        assert "✓ timeout" in timed_out.content
        until = box.member("Mallory").timed_out_until
        assert timedelta(minutes=59) < until - datetime.now(UTC) <= timedelta(hours=1)
        assert "✓ ban" in (await ban(box, "Morgan", card)).content
        assert [entry.reason for entry in box.guild.audit if entry.actor is box.world.bot][-1] == (
            "Civil Tongue flag #1: by Morgan"
        )
        await box.until(lambda: "**ban** done by **Morgan**" in shown(card))
        done = await box.press("Ada", card, "Mistaken")
        assert "✓ ban taken back" in done.content
        [flag] = await flags_in(bot.folder)
    assert not box.guild.bans
    assert [(each.action, each.by.name) for each in flag.outcomes[1:]] == [
        ("delete", "Morgan"),
        ("delete", "Ada"),
        ("timeout", "Morgan"),
        ("ban", "Morgan"),
    ]


async def test_about_a_member_who_left_is_said_what_cannot_be_done(run_bot, strict) -> None:
    async with Sandbox() as box, run_bot(box, text=strict):
        card = await flagged(box)
        moderation.leave(box.world, box.member("Mallory"))
        timed_out = await box.choose("Morgan", card, "ct:timeout:1", ["10m"])
        assert "The member has left the server" in timed_out.content
        done = await box.press("Morgan", card, "Mistaken")
        assert "The member has left the server" in done.content
        assert "Strikes taken back: 2" in done.content


async def test_a_note_stands_on_the_card_and_does_nothing_there(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        card = await flagged(box)
        form = await box.press("Morgan", card, "Note")
        done = await box.submit("Morgan", form.modal, {"words": "said <@1> before, see https://evil.example"})
        assert "on the card" in done.content
        await box.until(lambda: "said" in shown(card))
        assert r"\<\@1\>" in shown(card)
        assert r"https\://evil.example" in shown(card)
        refused = await box.submit("Robin", (await box.press("Robin", card, "Note")).modal, {"words": "me too"})
        assert "on the card" in refused.content
        [flag] = await flags_in(bot.folder)
    assert [(remark.by.name) for remark in flag.remarks] == ["Morgan", "Robin"]


async def test_a_note_that_is_sent_after_a_restart_is_kept(run_bot, flags_in) -> None:
    async with Sandbox() as box:
        async with run_bot(box):
            card = await flagged(box)
            form = await box.press("Morgan", card, "Note")
        async with run_bot(box) as bot:
            done = await box.submit("Morgan", form.modal, {"words": "written slowly"})
            assert "on the card" in done.content
            await box.until(lambda: "written slowly" in shown(card))
            [flag] = await flags_in(bot.folder)
    assert [remark.text for remark in flag.remarks] == ["written slowly"]


async def test_two_notes_that_are_written_at_once_are_both_kept_each_with_its_own_words(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        card = await flagged(box)
        forms = {who: (await box.press(who, card, "Note")).modal for who in ("Morgan", "Robin")}
        await asyncio.gather(*(box.submit(who, form, {"words": f"by {who}"}) for who, form in forms.items()))
        [flag] = await flags_in(bot.folder)
    assert {remark.by.name: remark.text for remark in flag.remarks} == {"Morgan": "by Morgan", "Robin": "by Robin"}


async def test_the_same_text_of_many_members_is_one_card_and_one_verdict(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        messages = [await box.say("general", f"Raider {number}", "join EVIL club") for number in range(6)]
        await box.until(lambda: all(message.is_deleted for message in messages))
        await box.until(lambda: box.cards() and "The same text 6 times" in shown(box.cards()[0]))
        [card] = box.cards()
        assert "Raider 0" in shown(card)
        done = await box.press("Morgan", card, "Uphold")
        assert "5 more flags" in done.content
        flags = await flags_in(bot.folder)
    assert [flag.verdict for flag in flags] == ["upheld"] * 6
    assert all(flag.rulings[0].by.name == "Morgan" for flag in flags)


async def test_a_ban_is_asked_for_once_and_nothing_else_is(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        card = await flagged(box, "a bad word")
        asked = await box.press("Morgan", card, "Ban")
        assert asked.is_ephemeral
        assert "Ban **Mallory**? They are kept out" in asked.content
        left = await box.press("Morgan", asked, "Cancel")
        assert left.content == "Nothing was done."
        assert left.message.components == []
        [flag] = await flags_in(bot.folder)
        assert len(flag.outcomes) == 1
        assert not box.guild.bans
        asked = await box.press("Morgan", card, "Ban")
        done = await box.press("Morgan", asked, "Yes, ban")
        await box.until(lambda: "✓ ban" in done.content)
        assert done.message.components == []
    assert box.guild.bans


async def test_a_ban_of_many_is_one_question_that_names_them_in_order(run_bot) -> None:
    async with Sandbox() as box, run_bot(box):
        for number in range(3):
            await box.say("general", f"Raider {number}", "a bad club")
        await box.until(lambda: box.cards() and "The same text 3 times" in shown(box.cards()[0]))
        assert "by Raider 0, Raider 1, Raider 2 (members: 3)" in shown(box.cards()[0])
        asked = await box.press("Morgan", box.cards()[0], "Ban")
    assert asked.content.startswith("Ban **Raider 0**, **Raider 1**, **Raider 2**?")
    assert asked.content.count("?") == 1


async def test_a_yes_holds_for_those_it_was_asked_about(run_bot) -> None:
    async with Sandbox() as box, run_bot(box):
        messages = [await box.say("general", f"Raider {number}", "a bad club") for number in range(2)]
        await box.until(lambda: box.cards() and "The same text 2 times" in shown(box.cards()[0]))
        asked = await box.press("Morgan", box.cards()[0], "Delete")
        assert "2 messages by 2 members" in asked.content
        messages.append(await box.say("general", "Raider 2", "a bad club"))
        await box.until(lambda: "The same text 3 times" in shown(box.cards()[0]))
        done = await box.press("Morgan", asked, "Yes, I mean it")
        await box.until(lambda: "✓ delete" in done.content)
    assert [message.is_deleted for message in messages] == [True, True, False]


async def test_who_joins_a_group_while_a_verdict_is_given_is_not_covered_by_it(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        card = await flagged(box, "join EVIL club")
        asked = box.faults.hang("GET /guilds/{guild}/members/{member}")
        pressed = asyncio.create_task(box.press("Morgan", card, "Uphold"))
        await asked.reached.wait()
        own = await box.say("general", "Morgan", "join evil club")
        await box.until(lambda: own.is_deleted)
        asked.release()
        assert "Flag #1 is upheld" in (await pressed).content
        alone = (await box.until(lambda: len(box.cards()) == 2 and box.cards()))[1]
        assert "**Morgan**" in shown(alone)
        assert "another moderator has to" in (await box.press("Morgan", alone, "Uphold")).content
        assert "Flag #2 is upheld" in (await box.press("Ada", alone, "Uphold")).content
        flags = await flags_in(bot.folder)
    assert [(flag.verdict, flag.rulings[0].by.name, flag.lead) for flag in flags] == [
        ("upheld", "Ada", None),
        ("upheld", "Morgan", None),
    ]


async def test_a_raid_in_many_spellings_is_one_card(run_bot, flags_in) -> None:
    spellings = [
        "join this EVIL club",
        "Join  this evil CLUB!!",
        "join th\u200bis evil club 😂",
        "join this evil club 41",
    ]
    async with Sandbox() as box, run_bot(box) as bot:
        for number, text in enumerate([*spellings, "join this EVIL club?", "join this evil, bad club"]):
            message = await box.say("general", f"Raider {number}", text)
            await box.until(lambda message=message: message.is_deleted)
        await box.until(lambda: len(box.cards()) == 3 and "Nearly the same text 4 times" in shown(box.cards()[0]))
        assert "in 4 spellings" in shown(box.cards()[0])
        done = await box.press("Morgan", box.cards()[0], "Uphold")
        assert "3 more flags" in done.content
        flags = await flags_in(bot.folder)
    assert [flag.verdict for flag in reversed(flags)] == ["upheld"] * 4 + [None] * 2


async def test_a_deed_on_many_is_asked_for_twice(run_bot, rules) -> None:
    async with Sandbox() as box, run_bot(box) as _:
        messages = [await box.say("general", f"Raider {number}", "a bad club") for number in range(3)]
        await box.until(lambda: box.cards() and "The same text 3 times" in shown(box.cards()[0]))
        asked = await box.press("Morgan", box.cards()[0], "Delete")
        assert "3 messages by 3 members" in asked.content
        assert not any(message.is_deleted for message in messages)
        done = await box.press("Morgan", asked, "Yes, I mean it")
        await box.until(lambda: "✓ delete" in done.content)
        assert all(message.is_deleted for message in messages)


async def test_what_a_moderator_ordered_before_a_crash_is_done_after_it(run_bot, flags_in) -> None:
    async with Sandbox() as box:
        async with run_bot(box) as bot:
            card = await flagged(box, "a bad word")
        async with Ledger.at(bot.folder) as ledger:
            [flag] = await ledger.flags()
            await ledger.order(flag, act.make("timeout", timedelta(hours=1)), Named(7, "Morgan"))
        async with run_bot(box):
            await box.until(lambda: "**timeout** done by **Morgan**" in shown(card))
            assert box.member("Mallory").timed_out_until is not None
            assert len(box.cards()) == 1


async def test_a_card_from_before_a_restored_record_does_nothing_to_another_member(run_bot, flags_in, tmp_path) -> None:
    async with Sandbox() as box:
        async with run_bot(box):
            old = await flagged(box)
        async with run_bot(box, folder=tmp_path / "restored") as bot:  # whose flags are numbered anew
            await flagged(box, author="Bob", cards=2)
            for button in ("Mistaken", "Ban", "Delete"):
                assert "shows another flag" in (await box.press("Morgan", old, button)).content
        [flag] = await flags_in(bot.folder)
    assert (flag.author.name, flag.verdict, flag.outcomes[-1].by) == ("Bob", None, None)


async def test_a_deed_is_written_down_though_the_record_failed_in_its_midst(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        card = await flagged(box, "a bad word")
        banning = box.faults.hang("PUT /guilds/{guild}/bans/{user}")
        banned = asyncio.create_task(ban(box, "Ada", card))
        await banning.reached.wait()
        other = sqlite3.connect(bot.folder / "record.sqlite", isolation_level=None, timeout=60, check_same_thread=False)
        await asyncio.to_thread(other.execute, "BEGIN EXCLUSIVE")
        banning.release()
        assert "the card will tell" in (await banned).content
        other.execute("ROLLBACK")
        other.close()
        await box.until(lambda: "**ban** done by **Ada**" in shown(card))
        async with Ledger.reading(bot.folder) as ledger:
            assert await ledger.unfinished() == []
        [flag] = await flags_in(bot.folder)
    assert flag.outcomes[-1].status is Status.DONE


async def test_a_press_is_answered_while_the_model_is_busy_and_messages_wait_for_it(run_bot, monkeypatch) -> None:
    free, busy = threading.Event(), threading.Event()
    genuine = Model.probabilities

    def slowly(self: Model, windows: Any) -> Any:
        """Work as hard as a model can, for as long as the test wants."""
        while not free.is_set():
            busy.set()
            torch.mm(_MATRIX, _MATRIX)
        return genuine(self, windows)

    async with Sandbox() as box, run_bot(box):
        card = await flagged(box, "a bad word")
        monkeypatch.setattr(Model, "probabilities", slowly)
        for number in range(200):
            await box.say("general", f"Chatty {number % 20}", f"hello {number}")
        await box.until(busy.is_set)
        answers = [await box.press("Morgan", card, "Uphold"), await box.choose("Morgan", card, "ct:timeout:1", ["10m"])]
        answers += [await box.press("Morgan", card, "Delete"), await box.press("Morgan", card, "Note")]
        free.set()
    assert all(done.answered for done in answers)
    assert [done.answer_type for done in answers] == [5, 5, 5, 9]
