"""Appeals: a member says what speaks against a flag, another moderator decides, and the member hears of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.record.ledger import Ledger
from bot.sandbox import Refused, Sandbox
from bot.sandbox.permissions import Permission

REMOVING = """
model: {model}
mode: live
log_channel: mod-log
labels:
  toxic: [{{at: 0.6, do: [flag, delete, warn]}}]
  insult: [{{at: 0.6, do: [flag, ban]}}]
"""
WORDS = "I was only quoting somebody."


def appeal_cards(box: Sandbox, guild: Any = None) -> list[Any]:
    """The cards of appeals in #mod-log, as they are now."""
    return [card for card in box.cards(guild=guild) if "Appeal against flag" in card_text(card)]


def card_text(message: Any) -> str:
    def texts(part: Any) -> str:
        if isinstance(part, list):
            return "\n".join(filter(None, map(texts, part)))
        return "\n".join(filter(None, [part.get("content", ""), texts(part.get("components", []))]))

    return texts(message.components)


def labels(message: Any) -> list[str]:
    """The labels of all buttons of a message that can be pressed."""

    def walk(part: Any) -> list[str]:
        if isinstance(part, list):
            return [label for each in part for label in walk(each)]
        own = [part["label"]] if part.get("type") == 2 and not part.get("disabled") else []
        return own + walk(part.get("components", []))

    return walk(message.components)


async def appeal(box: Sandbox, member: str, message: Any, label: str = "Appeal", words: str = WORDS) -> Any:
    """Press the button, fill the form in and send it; the answer."""
    pressed = await box.press(member, message, label)
    assert pressed.modal is not None, pressed.content
    return await box.submit(member, pressed.modal, {"words": words})


async def test_an_appeal_from_why_is_accepted_and_the_flag_becomes_mistaken(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: box.cards() and box.dms("Mallory"))
        why = await box.command("Mallory", "general", "/why")
        assert why.is_ephemeral
        assert "you are evil" in why.content
        answer = await appeal(box, "Mallory", why.message, "Appeal #1")
        assert answer.is_ephemeral
        assert "passed on" in answer.content
        card = (await box.until(lambda: appeal_cards(box)))[0]
        assert WORDS in card_text(card)
        done = await box.press("Morgan", card, "Accept")
        assert "mistaken" in done.content
        await box.until(lambda: any("was accepted" in each.content for each in box.dms("Mallory")))
        await box.until(lambda: "Accepted by Morgan" in card_text(card))
        assert "Accept" not in labels(card)
        again = await box.command("Mallory", "general", "/why")
        assert "Your appeal was accepted." in again.content
        assert labels(again.message) == []
    [flag] = await flags_in(bot.folder)
    assert (flag.verdict, flag.rulings[-1].by.name, flag.rulings[-1].via) == ("mistaken", "Morgan", "appeal")


async def test_an_appeal_from_the_message_before_a_ban_is_accepted_and_lifts_it(run_bot, flags_in, tiny) -> None:
    async with Sandbox() as box, run_bot(box, text=REMOVING.format(model=tiny)) as bot:
        box.grant(Permission.BAN_MEMBERS | Permission.CREATE_INSTANT_INVITE)
        await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: box.calls("PUT /guilds/{guild}/bans/{user}") and box.cards())
        [told] = box.dms("Mallory")
        assert "being removed" in told.content
        answer = await appeal(box, "Mallory", told)
        assert "passed on" in answer.content
        card = (await box.until(lambda: appeal_cards(box)))[0]
        await box.press("Morgan", card, "Accept")
        await box.until(lambda: box.calls("DELETE /guilds/{guild}/bans/{user}"))
        heard = await box.press("Mallory", told, "Appeal")
        assert "was accepted" in heard.content
    [flag] = await flags_in(bot.folder)
    assert flag.verdict == "mistaken"


async def test_a_refused_appeal_upholds_the_flag_and_cannot_be_made_again(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: box.cards() and box.dms("Mallory"))
        [warning] = box.dms("Mallory")
        await appeal(box, "Mallory", warning)
        card = (await box.until(lambda: appeal_cards(box)))[0]
        await box.press("Morgan", card, "Refuse")
        await box.until(lambda: any("was refused" in each.content for each in box.dms("Mallory")))
        again = await box.press("Mallory", warning, "Appeal")
        assert again.modal is None
        assert "was refused" in again.content
        await box.until(lambda: "Refused by Morgan" in card_text(card))
        with pytest.raises(Refused):
            await box.press("Ada", card, "Accept")
    [flag] = await flags_in(bot.folder)
    assert flag.verdict == "upheld"


async def test_who_upheld_a_flag_leaves_the_appeal_to_another_moderator(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: box.cards() and box.dms("Mallory"))
        await box.press("Morgan", box.cards()[0], "Uphold")
        await appeal(box, "Mallory", box.dms("Mallory")[0])
        card = (await box.until(lambda: appeal_cards(box)))[0]
        assert "Upheld by Morgan" in card_text(card)
        own = await box.press("Morgan", card, "Refuse")
        assert "another moderator has to decide" in own.content
        assert own.is_ephemeral
        done = await box.press("Ada", card, "Accept")
        assert "mistaken" in done.content
        late = await box.press("Morgan", card, "Accept") if "Accept" in labels(card) else None
        assert late is None or "Ada has decided" in late.content
    [flag] = await flags_in(bot.folder)
    assert [(each.verdict, each.by.name) for each in flag.rulings] == [("upheld", "Morgan"), ("mistaken", "Ada")]


async def test_the_only_one_who_could_decide_decides_even_if_they_upheld(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: box.cards() and box.dms("Mallory"))
        await box.press("Olivia", box.cards()[0], "Uphold")  # the owner, and nobody else is known to decide here
        await appeal(box, "Mallory", box.dms("Mallory")[0])
        card = (await box.until(lambda: appeal_cards(box)))[0]
        await box.press("Olivia", card, "Accept")
        await box.until(lambda: "Accepted by Olivia" in card_text(card))
    [flag] = await flags_in(bot.folder)
    assert flag.verdict == "mistaken"


async def test_nobody_decides_on_themselves_and_members_not_at_all(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        await box.say("general", "Robin", "you are evil")
        await box.until(lambda: box.cards() and box.dms("Robin"))
        await appeal(box, "Robin", box.dms("Robin")[0])
        card = (await box.until(lambda: appeal_cards(box)))[0]
        own = await box.press("Robin", card, "Accept")
        assert "yourself" in own.content or "your own" in own.content
        blocked = await box.press("Robin", card, "Take no more of their appeals")
        assert blocked.content == own.content
        with pytest.raises(Refused):
            await box.press("Alice", card, "Accept")  # who does not see the channel
        with pytest.raises(Refused):
            await box.press("Alice", box.dms("Robin")[0], "Appeal")
    [flag] = await flags_in(bot.folder)
    assert flag.verdict is None


async def test_with_closed_direct_messages_why_shows_every_step(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        box.close_dms("Mallory")
        await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: box.cards())
        why = await box.command("Mallory", "general", "/why")
        await appeal(box, "Mallory", why.message, "Appeal #1")
        card = (await box.until(lambda: appeal_cards(box)))[0]
        waiting = await box.command("Mallory", "general", "/why")
        assert "waits for a decision" in waiting.content
        done = await box.press("Morgan", card, "Refuse")
        assert "could not be told by direct message" in done.content
        await box.until(lambda: "could not be told" in card_text(card))
        heard = await box.command("Mallory", "general", "/why")
        assert "Your appeal was refused." in heard.content
        await box.until(lambda: "The member was told." in card_text(card))
        assert box.dms("Mallory") == []
    [flag] = await flags_in(bot.folder)
    assert flag.verdict == "upheld"


async def test_a_ban_of_a_member_with_closed_direct_messages_is_a_ban_all_the_same(run_bot, flags_in, tiny) -> None:
    async with Sandbox() as box, run_bot(box, text=REMOVING.format(model=tiny)) as bot:
        box.grant(Permission.BAN_MEMBERS)
        box.close_dms("Mallory")
        await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: box.calls("PUT /guilds/{guild}/bans/{user}") and box.cards())
    [flag] = await flags_in(bot.folder)
    [ban] = [each for each in flag.outcomes if each.action == "ban"]
    assert "They were not told" in ban.detail


async def test_a_button_works_after_a_restart_and_two_guilds_see_nothing_of_each_other(run_bot, flags_in) -> None:
    async with Sandbox() as box:
        elsewhere = box.world.add_guild("Elsewhere", owner="Nora")
        box.world.add_channel(elsewhere, "general")
        box.world.add_channel(elsewhere, "mod-log")
        box.world.join(elsewhere, box.world.person("Mallory"), [])
        async with run_bot(box):
            await box.say("general", "Mallory", "you are evil, all of you here")
            await box.say("general", "Mallory", "you are evil over there", guild="Elsewhere")
            await box.until(lambda: len(box.dms("Mallory")) == 2)
            await box.until(lambda: box.cards() and box.cards(guild="Elsewhere"))
        async with run_bot(box) as bot:
            here = await box.command("Mallory", "general", "/why")
            there = await box.command("Mallory", "general", "/why", guild="Elsewhere")
            assert "of you here" in here.content
            assert "over there" not in here.content
            assert "over there" in there.content
            assert "of you here" not in there.content
            in_elsewhere = next(dm for dm in box.dms("Mallory") if "Elsewhere" in dm.content)
            await appeal(box, "Mallory", in_elsewhere, words="I live there")
            [card] = await box.until(lambda: appeal_cards(box, guild="Elsewhere"))
            assert appeal_cards(box) == []
            await box.press("Nora", card, "Accept")
            await box.until(lambda: "Accepted by Nora" in card_text(card))
    verdicts = {flag.guild.name: flag.verdict for flag in await flags_in(bot.folder)}
    assert verdicts == {"Sandbox": None, "Elsewhere": "mistaken"}


async def test_of_two_moderators_at_once_one_decides_and_a_blocked_member_appeals_no_more(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        await box.say("general", "Mallory", "you are evil")
        await box.say("general", "Mallory", "so evil of you")
        await box.until(lambda: len(box.cards()) == 2 and len(box.dms("Mallory")) == 2)
        await appeal(box, "Mallory", box.dms("Mallory")[0])
        card = (await box.until(lambda: appeal_cards(box)))[0]
        answers = await asyncio.gather(box.press("Morgan", card, "Accept"), box.press("Ada", card, "Refuse"))
        losers = [each.content for each in answers if "has decided on this appeal already" in each.content]
        assert len(losers) == 1
        await box.until(lambda: "Accept" not in labels(card))
        blocked = await box.press("Ada", card, "Take no more of their appeals")
        assert "No more appeals of Mallory" in blocked.content
        await box.until(lambda: "Take their appeals again" in labels(card))
        refused = await box.press("Mallory", box.dms("Mallory")[1], "Appeal")
        assert "take no more appeals" in refused.content
        why = await box.command("Mallory", "general", "/why")
        assert labels(why.message) == []
        await box.press("Morgan", card, "Take their appeals again")
        await appeal(box, "Mallory", box.dms("Mallory")[1])
    [first] = [flag for flag in await flags_in(bot.folder) if flag.number == 1]
    async with Ledger.at(bot.folder) as ledger:
        ended = (await ledger.appeals.of(box.guild.id, [1]))[1]
    assert (ended.decision, first.verdict) in (("accepted", "mistaken"), ("refused", "upheld"))
    assert len(first.rulings) == 1
