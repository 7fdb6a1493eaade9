"""The words that decided a flag reach the record before its card is posted, and no deed waits for them."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from typing import Any

import pytest

from bot import carrying
from bot.explaining import Explainer
from bot.records import Flag, Span
from bot.sandbox import Sandbox


def words(flag: Flag) -> list[tuple[str, str]]:
    return [(span.label, (flag.text or "")[span.start : span.end]) for span in flag.spans]


def cards(box: Sandbox) -> list[Any]:
    return [message for message in box.messages("mod-log") if message.components]


async def test_a_flag_knows_the_words_that_decided_it(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        await box.say("general", "Mallory", "hello, you are a bad and evil one")
        await box.until(lambda: cards(box))
    [flag] = await flags_in(bot.folder)
    assert words(flag) == [("toxic", "bad"), ("insult", "evil")]


async def test_through_a_disguise_they_are_those_that_were_written(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        await box.say("general", "Mallory", "hello, you are an e\u200bv\u200bi\u200bl one")
        await box.until(lambda: cards(box))
    [flag] = await flags_in(bot.folder)
    assert words(flag) == [("insult", "e\u200bv\u200bi\u200bl")]


async def test_where_they_cannot_be_had_in_time_the_card_comes_without(
    run_bot, flags_in, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> tuple[Span, ...]:
        await asyncio.Event().wait()
        return ()

    monkeypatch.setattr(Explainer, "explain", never)
    monkeypatch.setattr(carrying, "EXPLAINED_WITHIN", 0.05)
    async with Sandbox() as box, run_bot(box) as bot:
        insult = await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: insult.is_deleted and cards(box))
    [flag] = await flags_in(bot.folder)
    assert flag.spans == ()


async def test_where_finding_them_fails_the_card_comes_without(
    run_bot, flags_in, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> tuple[Span, ...]:
        raise RuntimeError("broken")

    monkeypatch.setattr(Explainer, "explain", broken)
    async with Sandbox() as box, run_bot(box) as bot:
        insult = await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: insult.is_deleted and cards(box))
    [flag] = await flags_in(bot.folder)
    assert flag.spans == ()


async def test_the_deeds_do_not_wait_for_them(run_bot, monkeypatch: pytest.MonkeyPatch) -> None:
    may_end = asyncio.Event()

    async def slow(*_: object) -> tuple[Span, ...]:
        await may_end.wait()
        return ()

    monkeypatch.setattr(Explainer, "explain", slow)
    monkeypatch.setattr(carrying, "EXPLAINED_WITHIN", 3600.0)
    async with Sandbox() as box, run_bot(box):
        insult = await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: insult.is_deleted and box.dms("Mallory"))
        assert not cards(box)
        may_end.set()
        await box.until(lambda: cards(box))


async def test_flags_show_tells_them(run_bot) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        await box.say("general", "Mallory", "hello, you are a bad and evil one")
        await box.until(lambda: cards(box))
        show = [sys.executable, "-m", "bot", "flags", "show", "1", "--data", str(bot.folder)]
        plain = await asyncio.to_thread(subprocess.check_output, show, text=True)
        as_json = await asyncio.to_thread(subprocess.check_output, [*show, "--json"], text=True)
    assert "words     bad, evil" in plain
    assert [span["label"] for span in json.loads(as_json)["spans"]] == ["toxic", "insult"]
