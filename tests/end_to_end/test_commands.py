"""What moderators ask of the bot by commands: flags, members, figures, scores. The real bot over real sockets."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.record.ledger import Ledger
from bot.sandbox import Refused, Sandbox, moderation
from bot.sandbox.permissions import Permission


async def test_flags_are_listed_by_member_channel_label_and_verdict(furnished, flagged) -> None:
    async with furnished() as (box, _):
        await flagged(
            box, ("general", "Mallory", "so bad"), ("general", "Bob", "bad day"), ("off-topic", "Mallory", "evil thing")
        )
        await box.press("Morgan", box.cards()[0], "Uphold")
        every = await box.command("Morgan", "mod-log", "/flags")
        assert every.is_ephemeral
        assert ["#3" in every.content, "#2" in every.content, "#1" in every.content] == [True] * 3
        asked = {
            "member": ({"member": "Bob"}, "#2"),
            "channel": ({"channel": "off-topic"}, "#3"),
            "label": ({"label": "insult"}, "#3"),
            "verdict": ({"verdict": "upheld"}, "#1"),
            "all of it": ({"member": "Mallory", "channel": "general", "label": "toxic", "since": "7d"}, "#1"),
        }
        for what, (options, number) in asked.items():
            found = await box.command("Morgan", "mod-log", "/flags", options=options)
            listed = [each for each in ("#1", "#2", "#3") if f"**{each}**" in found.content]
            assert listed == [number], what
        none = await box.command("Morgan", "mod-log", "/flags", options={"member": "Alice"})
        assert "There are none" in none.content
        wrong = await box.command("Morgan", "mod-log", "/flags", options={"since": "some time"})
        assert "such as 7d" in wrong.content


async def test_the_list_has_pages_and_opens_a_flag_as_its_card(furnished, flagged) -> None:
    async with furnished() as (box, _):
        await flagged(box, *(("general", f"Member{number}", f"bad {number}") for number in range(10)))
        first = await box.command("Morgan", "mod-log", "/flags")
        assert "**#10**" in first.content
        assert "**#2**" not in first.content
        with pytest.raises(Refused):
            await box.press("Morgan", first, "Newer")
        second = await box.press("Morgan", first, "Older")
        await box.until(lambda: "**#2**" in second.content)
        assert "**#10**" not in second.content
        with pytest.raises(Refused):
            await box.press("Morgan", second, "Older")
        back = await box.press("Morgan", second, "Newer")
        await box.until(lambda: "**#10**" in back.content)
        opened = await box.choose("Morgan", back, "Open a flag", ["7"])
        assert opened.is_ephemeral
        assert "Flag #7" in opened.content
        assert "**__bad__**" in opened.content


async def test_a_list_turns_its_pages_after_a_restart_by_what_was_asked(furnished, until_shown) -> None:
    async with Sandbox() as box:
        async with furnished(box=box) as (_, bot):
            for number in range(1, 19):
                await box.say("general", "Mallory" if number > 1 else "Bob", f"bad {number}")
                await until_shown(bot.folder, number)
            asked = {"member": "Mallory", "channel": "general", "label": "toxic", "verdict": "waiting", "since": "7d"}
            page = await box.command("Morgan", "mod-log", "/flags", options=asked)
            head = page.content.partition("\n**#")[0]
        async with furnished(box=box) as (_, __):
            turns = []
            for button in ("Older", "Older", "Newer", "Newer"):
                before = page.content
                page = await box.press("Morgan", page, button)
                await box.until(lambda page=page, before=before: page.content != before)
                turns.append([number for number in range(1, 19) if f"**#{number}**" in page.content])
            assert head in page.content
            opened = await box.choose("Morgan", page, "Open a flag", ["18"])
            assert "Flag #18" in opened.content
    assert turns == [list(range(3, 11)), [2], list(range(3, 11)), list(range(11, 19))]


async def test_who_is_no_moderator_any_more_turns_no_page_and_opens_no_flag(furnished, flagged) -> None:
    async with furnished() as (box, _):
        await flagged(box, *(("general", "Mallory", f"bad {number}") for number in range(10)))
        page = await box.command("Morgan", "general", "/flags")
        moderation.set_roles(box.world, box.member("Morgan"), [], by=box.guild.owner)
        refused = await box.press("Morgan", page, "Older")
        said = (await box.until(lambda: refused.followups))[0]
        assert said.only_for is not None
        assert "need the permission" in said.content
        assert "**#10**" in page.content
        unopened = await box.choose("Morgan", page, "Open a flag", ["7"])
        assert "need the permission" in unopened.content
        assert "Flag #7" not in unopened.content


async def test_a_flag_opened_by_its_number_can_be_decided_on_there(furnished, flagged, flags_in) -> None:
    async with furnished() as (box, bot):
        await flagged(box, ("general", "Mallory", "so bad"))
        shown = await box.command("Morgan", "general", "/flag", number=1)
        assert shown.is_ephemeral
        assert "Flag #1" in shown.content
        await box.press("Morgan", shown, "Mistaken")
        missing = await box.command("Morgan", "general", "/flag", number=2)
        assert "no flag #2" in missing.content
    [flag] = await flags_in(bot.folder)
    assert flag.verdict == "mistaken"


async def test_a_moderator_reads_nothing_of_a_channel_that_they_do_not_see(furnished, flagged) -> None:
    async with furnished() as (box, _):
        owners = box.world.add_channel(box.guild, "owners")
        await flagged(box, ("owners", "Olivia", "a bad secret"))
        owners.overwrites = {box.guild.id: box.deny_everyone(box.guild)}
        box.world.tell_channel("UPDATE", owners)
        greeter = box.world.add_role(box.guild, "Greeter", Permission.MANAGE_MESSAGES)
        box.world.join(box.guild, box.world.person("Greta"), [greeter])
        listed = await box.command("Greta", "general", "/flags")
        assert "**#1**" in listed.content
        assert "secret" not in listed.content
        opened = await box.command("Greta", "general", "/flag", number=1)
        assert "a channel that you do not see" in opened.content
        theirs = await box.command("Morgan", "general", "/flag", number=1)  # who sees the log channel
        assert "secret" in theirs.content


async def test_the_history_of_a_member_counts_their_flags_verdicts_and_strikes(furnished, flagged) -> None:
    async with furnished("strikes: {weights: {insult: 2}}\n") as (box, _):
        await flagged(box, ("general", "Mallory", "so bad"), ("general", "Mallory", "evil"), ("general", "Bob", "bad"))
        await box.press("Morgan", box.cards()[0], "Mistaken")
        found = await box.command("Morgan", "mod-log", "/history", member="Mallory")
        assert "Flags: 2 (upheld 0, mistaken 1, waiting 1)" in found.content
        assert "Strikes that count now: 2" in found.content
        assert "Bob" not in found.content


async def test_strikes_are_shown_and_taken_back_before_everybodys_eyes(furnished, flagged) -> None:
    async with furnished("strikes: {weights: {insult: 2}}\n") as (box, _):
        await flagged(box, ("general", "Mallory", "evil"))
        shown = await box.command("Morgan", "mod-log", "/strikes", member="Mallory")
        assert "2 for flag **#1**" in shown.content
        taken = await box.choose("Morgan", shown, "Take strikes back", ["1"])
        await box.until(lambda: taken.followups)
        assert "Strikes taken back for flag #1: 2" in taken.followups[0].content
        assert "Strikes that count now: 0" in taken.content
        assert any("Morgan took back strikes" in message.content for message in box.messages("mod-log"))


async def test_nobody_takes_back_their_own_strikes_or_those_of_a_superior(furnished, flagged) -> None:
    async with furnished("strikes: {weights: {insult: 1}}\n") as (box, _):
        await flagged(box, ("general", "Morgan", "evil"), ("general", "Robin", "so evil"))
        own = await box.command("Morgan", "mod-log", "/strikes", member="Morgan")
        said = await box.choose("Morgan", own, "Take strikes back", ["1"])
        superior = await box.command("Robin", "mod-log", "/strikes", member="Morgan")
        refused = await box.choose("Robin", superior, "Take strikes back", ["1"])
        await box.until(lambda: said.followups and refused.followups)
        assert not any("took back" in message.content for message in box.messages("mod-log"))
        again = await box.command("Ada", "mod-log", "/strikes", member="Morgan")
        assert "Strikes that count now: 1" in again.content


async def test_the_figures_come_as_a_picture_that_is_told_in_words_too(furnished, flagged) -> None:
    async with furnished() as (box, _):
        empty = await box.command("Morgan", "mod-log", "/stats")
        assert "Nothing was flagged" in empty.content
        await flagged(
            box, ("general", "Mallory", "bad one"), ("general", "Bob", "bad two"), ("off-topic", "Bob", "evil")
        )
        await box.press("Morgan", box.cards()[0], "Uphold")
        await box.press("Morgan", box.cards()[1], "Mistaken")
        found = await box.command("Morgan", "mod-log", "/stats", days=7)
        assert found.files["stats.png"].startswith(b"\x89PNG")
        assert found.response.attachments[0]["description"].startswith("Bar chart of 3 flags in 7 days")
        assert "toxic: 2. Upheld: 1 of 2, 50% (9% to 91%)." in found.content
        assert "insult: 1. No verdicts yet." in found.content
        assert f"<#{box.channel('general').id}> 2" in found.content


async def test_a_text_is_scored_with_the_rules_of_the_channel_and_not_kept(furnished, flags_in) -> None:
    more = "overrides: [{channels: [off-topic], labels: {insult: off}}]\n"
    async with furnished(more) as (box, bot):
        there = await box.command("Morgan", "general", "/score", text="you are evil")
        assert "The rules here: delete, flag, warn." in there.content
        assert "config.yaml:7 labels.insult[0]" in there.content
        elsewhere = await box.command("Morgan", "off-topic", "/score", text="you are evil")
        assert "No rule here fires" in elsewhere.content
        message = await box.say("general", "Alice", "good morning")
        scored = await box.context_menu("Morgan", "Score this message", message)
        assert scored.is_ephemeral
        assert "toxic" in scored.content
    assert await flags_in(bot.folder) == []


async def test_a_message_is_scored_with_the_rules_for_the_roles_of_its_author(furnished) -> None:
    async with furnished("overrides: [{roles: [Moderator], labels: {insult: off}}]\n") as (box, _):
        message = await box.say("general", "Morgan", "you are evil")
        scored = await box.context_menu("Olivia", "Score this message", message)
        assert "No rule here fires" in scored.content


async def test_every_answer_is_put_off_at_once_while_the_model_is_busy(furnished) -> None:
    async with furnished() as (box, bot):
        free = asyncio.Event()
        scorer = bot.pipeline._scorer
        score = scorer.score

        async def wait(*args: Any, **kwargs: Any) -> Any:
            await free.wait()
            return await score(*args, **kwargs)

        scorer.score = wait
        asked = await box.command("Morgan", "general", "/score", text="you are evil", settle=False)
        assert asked.deferred
        rules = await box.command("Morgan", "general", "/rules")
        assert "What holds" in rules.content
        free.set()
        await box.until(lambda: "The rules here" in asked.content)


async def test_an_unexpected_error_is_answered_and_logged_without_anybodys_words(furnished, capsys) -> None:
    async with furnished() as (box, bot):

        async def fail(*_: Any, **__: Any) -> None:
            raise ZeroDivisionError("the secret words")

        bot.pipeline._scorer.score = fail
        answered = await box.command("Morgan", "general", "/score", text="the secret words")
        assert answered.is_ephemeral
        assert "Something went wrong" in answered.content
    printed = "".join(capsys.readouterr())
    assert "ZeroDivisionError" in printed
    assert "secret" not in printed


async def test_commands_are_told_to_discord_only_when_they_have_changed_or_are_lost(run_bot) -> None:
    told = "PUT /applications/{application}/commands"
    async with Sandbox() as box:
        async with run_bot(box) as bot:
            await has_noted(bot.folder, "commands")
        async with run_bot(box):
            await box.until(lambda: box.calls("GET /applications/{application}/commands"))
            await box.command("Morgan", "general", "/rules")
        assert len(box.calls(told)) == 1
        box.world.application.commands.clear()
        async with run_bot(box):
            await box.until(lambda: len(box.calls(told)) == 2 and box.commands())
            await box.command("Morgan", "general", "/rules")


async def has_noted(folder: Path, what: str) -> None:
    """Wait until the record holds this note."""
    async with asyncio.timeout(60), Ledger.reading(folder) as reading:
        while await reading.note(0, what) is None:
            await asyncio.sleep(0.05)


async def test_members_without_rights_are_offered_only_what_is_for_everybody(furnished) -> None:
    async with furnished() as (box, _):
        message = await box.say("general", "Bob", "good morning")
        for name in ("/flags", "/flag", "/history", "/strikes", "/stats", "/score", "/rules", "/pause", "/setup"):
            with pytest.raises(Refused):
                await box.command(
                    "Alice", "general", name, options={"number": 1, "member": "Bob", "text": "a", "reason": "b"}
                )
        for name in ("Flag", "Score this message"):
            with pytest.raises(Refused):
                await box.context_menu("Alice", name, message)
        with pytest.raises(Refused):
            await box.command("Morgan", None, "/flags")
