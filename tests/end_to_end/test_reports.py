"""Flags that people raise: a moderator by hand, and members who report a message."""

from __future__ import annotations

from bot.records import Status
from bot.review.commands.report import REPORTS_PER_HOUR
from bot.sandbox import Sandbox
from bot.texts.saying import say


def card_texts(box: Sandbox) -> list[str]:
    return [_texts(message.components) for message in box.cards()]


def _texts(components: object) -> str:
    if isinstance(components, list):
        return "\n".join(filter(None, map(_texts, components)))
    assert isinstance(components, dict)
    return "\n".join(filter(None, [components.get("content", ""), _texts(components.get("components", []))]))


async def test_reports_of_one_message_are_merged_into_one_card_that_counts_and_names_nobody(
    furnished, flags_in
) -> None:
    async with furnished() as (box, bot):
        message = await box.say("general", "Mallory", "something sly")
        first = await box.context_menu("Alice", "Report to moderators", message)
        assert first.is_ephemeral
        assert "Thank you" in first.content
        await box.until(lambda: any("Reports by members: 1." in text for text in card_texts(box)))
        again = await box.context_menu("Alice", "Report to moderators", message)
        assert "before" in again.content
        await box.context_menu("Bob", "Report to moderators", message)
        await box.until(lambda: any("Reports by members: 2." in text for text in card_texts(box)))
        [card] = card_texts(box)
        assert "Flag #1: reported by members" in card
        assert "something sly" in card
        assert "Alice" not in card
        assert "Bob" not in card
        await box.press("Morgan", box.cards()[0], "Uphold")
        late = await box.context_menu("Robin", "Report to moderators", message)
        assert "have looked at this message already" in late.content
    [flag] = await flags_in(bot.folder)
    assert (flag.rule, flag.reports, flag.raised_by) == ("report", 2, None)
    assert [(outcome.action, outcome.status) for outcome in flag.outcomes] == [("flag", Status.DONE)]
    assert not message.is_deleted


async def test_a_report_of_what_is_flagged_already_counts_on_its_card(furnished, flagged, flags_in) -> None:
    async with furnished() as (box, bot):
        await flagged(box, ("general", "Mallory", "so bad"))
        await box.context_menu("Alice", "Report to moderators", box.messages("general")[-1])
        await box.until(lambda: "Reports by members: 1." in card_texts(box)[0])
    [flag] = await flags_in(bot.folder)
    assert flag.rule == "labels.toxic"


async def test_nobody_reports_their_own_words_or_the_bots(furnished, flagged, flags_in) -> None:
    async with furnished() as (box, bot):
        own = await box.say("general", "Alice", "good morning")
        said = await box.context_menu("Alice", "Report to moderators", own)
        assert "your own message" in said.content
        await flagged(box, ("general", "Mallory", "so bad"))
        said = await box.context_menu("Morgan", "Report to moderators", box.cards()[0])
        assert "nothing to report" in said.content
    assert [flag.rule for flag in await flags_in(bot.folder)] == ["labels.toxic"]


async def test_a_member_who_reports_everything_is_stopped(furnished, flags_in) -> None:
    async with furnished() as (box, bot):
        messages = [await box.say("general", "Bob", f"greeting {n}") for n in range(REPORTS_PER_HOUR + 1)]
        answers = [(await box.context_menu("Alice", "Report to moderators", each)).content for each in messages]
        assert all("Thank you" in each for each in answers[:-1])
        assert f"reported {REPORTS_PER_HOUR} messages within an hour" in answers[-1]
        other = await box.context_menu("Robin", "Report to moderators", messages[-1])
        assert "Thank you" in other.content
    assert len(await flags_in(bot.folder)) == REPORTS_PER_HOUR + 1


async def test_a_moderator_flags_by_hand_what_no_rule_found(furnished, flagged, flags_in) -> None:
    async with furnished() as (box, bot):
        message = await box.say("general", "Mallory", "something sly")
        done = await box.context_menu("Morgan", "Flag", message)
        assert "Flag #1" in done.content
        await box.until(lambda: any("Flagged by hand by **Morgan**" in text for text in card_texts(box)))
        assert "Flag #1: flagged by a moderator" in card_texts(box)[0]
        again = await box.context_menu("Ada", "Flag", message)
        assert "flagged already as #1" in again.content
        found = await box.command("Morgan", "mod-log", "/flags")
        assert "moderator · Mallory" in found.content
        reported = await box.say("general", "Mallory", "something slyer")
        await box.context_menu("Alice", "Report to moderators", reported)
        await box.until(lambda: len(card_texts(box)) == 2)
        await flagged(box, ("general", "Mallory", "so bad"))
        for label, number in (("moderator", 1), ("report", 2), ("toxic", 3)):
            found = await box.command("Morgan", "mod-log", "/flags", label=label)
            assert [f"**#{each}**" in found.content for each in (1, 2, 3)] == [each == number for each in (1, 2, 3)]
    flag = (await flags_in(bot.folder))[-1]
    assert flag.rule == "moderator"
    assert flag.raised_by is not None
    assert flag.raised_by.name == "Morgan"
    assert [role.name for role in flag.author.roles if role.name != "@everyone"] == ["Member"]


async def test_a_flag_by_hand_needs_no_model(furnished, flags_in) -> None:
    async with furnished() as (box, bot):
        message = await box.say("general", "Mallory", "something sly")

        async def fail(*_: object, **__: object) -> None:
            from bot.errors import Overloaded

            raise Overloaded(say("no_room"))

        bot.pipeline._scorer.score = fail
        await box.context_menu("Morgan", "Flag", message)
        await box.until(lambda: card_texts(box))
        scored = await box.command("Morgan", "general", "/score", text="hello")
        assert "Too many messages wait to be scored" in scored.content
    [flag] = await flags_in(bot.folder)
    assert flag.scores.views == ()
