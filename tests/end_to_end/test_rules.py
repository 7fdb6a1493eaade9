"""Rules by place, strikes, and rules that change while the bot runs: the real bot over real sockets."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.record.ledger import Ledger
from bot.records import Status
from bot.sandbox import Sandbox


def notices(box: Sandbox, guild: str | None = None) -> list[str]:
    """What the bot said in #mod-log in plain words."""
    return [message.content for message in box.messages("mod-log", guild=guild) if message.content]


def cards(box: Sandbox, guild: str | None = None) -> str:
    """All that stands on the cards in #mod-log."""
    return str([message.components for message in box.messages("mod-log", guild=guild)])


def statuses(flag: Any) -> dict[str, Status]:
    return {outcome.action: outcome.status for outcome in flag.outcomes}


OVERRIDES = """\
overrides:
  - {channels: [trash-talk], labels: {insult: shadow}}
  - {channels: [off-topic], younger_than: 7d, labels: {insult: off}}
  - {roles: [Moderator], exempt: true}
"""


async def test_an_override_holds_in_its_channel_and_for_its_role_and_nowhere_else(run_bot, rules, flags_in) -> None:
    async with Sandbox() as box, run_bot(box, text=rules + OVERRIDES) as bot:
        ignored = await box.say("off-topic", "Mallory", "you are evil")
        exempt = await box.say("general", "Morgan", "you are evil")
        tried = await box.say("trash-talk", "Mallory", "evil it is")
        deleted = await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: deleted.is_deleted and len(box.cards()) == 2)
        assert not any(message.is_deleted for message in (ignored, exempt, tried))
    flags = {flag.channel.name: flag for flag in await flags_in(bot.folder)}
    assert flags.keys() == {"trash-talk", "general"}
    assert statuses(flags["trash-talk"])["delete"] is Status.HELD_BACK
    assert "overrides[0].labels.insult" in flags["trash-talk"].hold_reason
    assert statuses(flags["general"])["delete"] is Status.DONE


STRIKES = """\
strikes:
  weights: {insult: 1}
  ladder: [{at: 2, do: [timeout: 1h]}, {at: 4, do: [kick]}]
"""
SAID = ("you are evil", "evil as ever, all of you", "what an evil thing to say")  # none alike: each has its own card


async def test_the_second_insult_brings_the_timeout_that_the_strikes_ask_for(run_bot, rules, flags_in) -> None:
    async with Sandbox() as box, run_bot(box, text=rules + STRIKES) as bot:
        mallory = box.member("Mallory")
        for number, text in enumerate(SAID, 1):
            message = await box.say("general", "Mallory", text)
            await box.until(lambda said=message: said.is_deleted)
            await box.until(lambda count=number: len(box.cards()) == count)
            mallory.timed_out_until = None  # so that she can go on
        await box.say("general", "Alice", "so evil")
        await box.until(lambda: len(box.cards()) == 4)
    flags = (await flags_in(bot.folder))[::-1]
    assert [statuses(flag).get("timeout") for flag in flags] == [None, Status.DONE, None, None]
    assert [(flag.struck.given, flag.struck.total, flag.struck.source) for flag in flags] == [
        (1, 1, ""),
        (1, 2, "strikes.ladder[0]"),
        (1, 3, ""),
        (1, 1, ""),
    ]
    assert "strikes.ladder[0]" in cards(box)
    async with Ledger.reading(bot.folder) as ledger:
        since = datetime.now(UTC) - timedelta(days=30)
        assert len(await ledger.strikes(box.guild.id, mallory.user.id, since)) == 3


async def test_shadow_mode_gives_no_strikes(run_bot, rules, flags_in) -> None:
    text = rules.replace("mode: live", "mode: shadow") + STRIKES
    async with Sandbox() as box, run_bot(box, text=text) as bot:
        for number, text in enumerate(SAID, 1):
            await box.say("general", "Mallory", text)
            await box.until(lambda count=number: len(box.cards()) == count)
    assert [(flag.struck.given, flag.struck.total) for flag in await flags_in(bot.folder)] == [(0, 1)] * 3


async def test_a_changed_file_changes_the_rules_and_the_moderators_are_told_what(run_bot, rules) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        before = await box.say("general", "Mallory", "that is bad")
        (bot.folder / "config.yaml").write_text(rules.replace("toxic: flag", "toxic: [{at: 0.6, do: [delete]}]"))
        await box.until(lambda: notices(box))
        [notice] = notices(box)
        assert "`labels.toxic flag → [{at: 0.6, do: [delete]}]`" in notice
        after = await box.say("general", "Mallory", "that is bad too")
        await box.until(lambda: after.is_deleted)
        assert not before.is_deleted


async def test_a_bad_file_keeps_the_old_rules_and_both_places_are_told(run_bot, rules, capsys) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        (bot.folder / "config.yaml").write_text(rules.replace("toxic: flag", "toxic: falg"))
        await box.until(lambda: notices(box))
        message = await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: message.is_deleted)
    [notice] = notices(box)
    assert "the rules stay as they were" in notice
    assert 'config.yaml:6:10: labels.toxic knows no action "falg"; did you mean flag?' in notice
    assert notice.endswith("…`"), "a long list of actions is cut, and seen to be"
    logged = capsys.readouterr()
    assert "did you mean flag?" in logged.err + logged.out


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no SIGHUP")
async def test_a_hangup_signal_takes_the_file_over_at_once(run_bot, rules) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        (bot.folder / "config.yaml").write_text(rules.replace("mode: live", "mode: shadow") + "worker: {threads: 1}\n")
        os.kill(os.getpid(), signal.SIGHUP)
        await box.until(lambda: notices(box))
        assert "`mode live → shadow`" in notices(box)[0]
        assert "`worker`" in notices(box)[0]
        message = await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: "shadow mode" in cards(box))
        assert not message.is_deleted


AWAY = """\
guilds:
  Away:
    mode: shadow
    labels: {toxic: off}
    strikes: off
    texts: {card_title: "Meldung {number}: {labels}", warning: "Bitte nicht."}
"""


def second_guild(box: Sandbox) -> None:
    away = box.world.add_guild("Away")
    for name in ("general", "mod-log"):
        box.world.add_channel(away, name)


async def test_two_guilds_have_their_own_rules_strikes_and_texts(run_bot, rules, flags_in) -> None:
    async with Sandbox() as box:
        second_guild(box)
        async with run_bot(box, text=rules + STRIKES + AWAY) as bot:
            away = await box.say("general", "Mallory", "you are evil", guild="Away")
            await box.say("general", "Mallory", "that is bad", guild="Away")
            home = await box.say("general", "Mallory", "you are evil", guild="Sandbox")
            await box.until(lambda: home.is_deleted and box.messages("mod-log", guild="Away") and box.dms("Mallory"))
            await box.until(lambda: box.messages("mod-log", guild="Sandbox"))
            assert not away.is_deleted
    flags = {flag.guild.name: flag for flag in await flags_in(bot.folder)}
    assert len(await flags_in(bot.folder)) == 2
    assert flags["Away"].struck is None
    assert flags["Sandbox"].struck.total == 1
    assert "Meldung 1" in cards(box, "Away")
    assert "Meldung" not in cards(box, "Sandbox")
    assert "Flag #1" in cards(box, "Sandbox")
    assert "flagged as insult" in box.dms("Mallory")[0].content


async def test_a_guild_does_not_hear_of_what_changes_in_another_one(run_bot, rules) -> None:
    async with Sandbox() as box:
        second_guild(box)
        async with run_bot(box, text=rules + AWAY) as bot:
            path: Path = bot.folder / "config.yaml"
            path.write_text(rules + AWAY.replace("toxic: off", "toxic: delete"))
            await box.until(lambda: notices(box, "Away"))
            path.write_text(rules + AWAY.replace("toxic: off", "toxic: deleet"))
            await box.until(lambda: len(notices(box, "Away")) == 2)
            path.write_text(rules.replace("mode: live", "mode: shadow") + AWAY)
            await box.until(lambda: notices(box, "Sandbox"))
        [only] = notices(box, "Sandbox")
        assert "`mode live → shadow`" in only
        assert "toxic" not in only
