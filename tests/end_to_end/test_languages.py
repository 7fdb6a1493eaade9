"""What is not English is only flagged, unless the config names a model for its language or its English is abuse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.records import Flag, Status
from bot.sandbox import Sandbox

# The tiny model knows "evil" inside a word too.
GERMAN = "ich glaube wirklich, du bist ein Krevilmann und das finde ich gar nicht gut"
FRENCH = "je crois vraiment que tu es crevilain et je ne trouve pas ça bien du tout"


def status_of(flag: Flag) -> dict[str, Status]:
    return {outcome.action: outcome.status for outcome in flag.outcomes}


def cards(box: Sandbox) -> list[Any]:
    return [message for message in box.messages("mod-log") if message.components]


async def test_a_message_in_another_language_is_flagged_and_left_standing(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        german = await box.say("general", "Mallory", GERMAN)
        await box.until(lambda: cards(box))
        assert not german.is_deleted
        assert not box.dms("Mallory")
    [flag] = await flags_in(bot.folder)
    assert status_of(flag) == {"flag": Status.DONE, "delete": Status.HELD_BACK, "warn": Status.HELD_BACK}
    assert "(de)" in flag.hold_reason
    assert flag.scores.labels["insult"] > 0.6  # no score is hidden


@pytest.mark.parametrize(
    "abuse", ["you evil one", "evil", "you ich are gehe so auf evil", "y0u 4r3 3v1l", "y o u  a r e  e v i l"]
)
async def test_a_foreign_sentence_does_not_save_english_abuse(run_bot, flags_in, abuse: str) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        mixed = await box.say("general", "Mallory", f"{GERMAN}, {abuse}, {GERMAN}")
        await box.until(lambda: mixed.is_deleted)
        await box.until(lambda: cards(box))
    [flag] = await flags_in(bot.folder)
    assert status_of(flag) == {"flag": Status.DONE, "delete": Status.DONE, "warn": Status.DONE}
    assert flag.hold_reason == ""


async def test_only_what_its_english_asks_for_is_done(run_bot, flags_in, rules: str) -> None:
    text = rules.replace("toxic: flag", "toxic: [{at: 0.6, do: [flag, timeout: 1h]}]")
    async with Sandbox() as box, run_bot(box, text=text) as bot:
        mixed = await box.say("general", "Mallory", f"{GERMAN.replace('Krevilmann', 'Krebadmann')}, you evil one")
        await box.until(lambda: mixed.is_deleted)
        await box.until(lambda: cards(box))
        assert box.member("Mallory").timed_out_until is None
    [flag] = await flags_in(bot.folder)
    done = {"flag": Status.DONE, "delete": Status.DONE, "warn": Status.DONE, "timeout": Status.HELD_BACK}
    assert status_of(flag) == done
    assert "(de)" in flag.hold_reason


async def test_a_foreign_file_name_does_not_save_a_short_text(run_bot) -> None:
    async with Sandbox() as box, run_bot(box):
        short = await box.say("general", "Mallory", "evil you", files={f"{GERMAN.replace(' ', '_')}.png": b"x"})
        await box.until(lambda: short.is_deleted)


async def test_a_model_of_its_own_may_judge_a_language(run_bot, flags_in, rules: str, make_model) -> None:
    german = make_model(window=32)
    text = rules + f"models:\n  de: {german}\n"
    async with Sandbox() as box, run_bot(box, text=text) as bot:
        in_german = await box.say("general", "Mallory", GERMAN)
        await box.until(lambda: in_german.is_deleted)
        in_french = await box.say("general", "Alice", FRENCH)
        await box.until(lambda: len(cards(box)) == 2)
        assert not in_french.is_deleted
    of_french, of_german = await flags_in(bot.folder)
    assert of_german.scores.model.startswith(f"{german.name}@")
    assert of_german.hold_reason == ""
    assert [GERMAN[span.start : span.end] for span in of_german.spans] == ["Krevilmann"]
    assert "(fr)" in of_french.hold_reason


async def test_other_stands_for_every_language_without_an_entry(run_bot, rules: str, make_model) -> None:
    text = rules + f"models:\n  de: {make_model()}\n  other: {make_model()}\n"
    async with Sandbox() as box, run_bot(box, text=text):
        in_french = await box.say("general", "Alice", FRENCH)
        await box.until(lambda: in_french.is_deleted)


async def test_where_a_language_s_model_is_missing_the_main_one_flags(
    run_bot, flags_in, rules: str, tmp_path: Path
) -> None:
    text = rules + f"models:\n  de: {tmp_path / 'nowhere'}\n"
    async with Sandbox() as box, run_bot(box, text=text) as bot:
        german = await box.say("general", "Mallory", GERMAN)
        await box.until(lambda: cards(box))
        assert not german.is_deleted
    [flag] = await flags_in(bot.folder)
    assert "(de)" in flag.hold_reason


async def test_a_model_of_its_own_hides_no_english(run_bot, flags_in, rules: str, make_model) -> None:
    """The German model here knows no word at all."""
    text = rules + f"models:\n  de: {make_model(random=True)}\n"
    async with Sandbox() as box, run_bot(box, text=text) as bot:
        await box.say("general", "Alice", GERMAN)
        mixed = await box.say("general", "Mallory", f"{GERMAN}, you evil one")
        await box.until(lambda: mixed.is_deleted)
        await box.until(lambda: cards(box))
    assert {flag.author.name for flag in await flags_in(bot.folder)} == {"Mallory"}
