"""What moderators set in Discord outlives the bot, and strikes are taken back by the number of their flag."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.record.ledger import Ledger
from bot.records import Author, Decision, Fired, GuildSettings, Named, Pause, Post, Scores, Struck

PAUSE = Pause("a rule runs wild", Named(7, "Morgan"), datetime(2026, 11, 23, 12, tzinfo=UTC))


async def test_settings_are_kept_per_guild_and_replaced(folder: Path) -> None:
    async with Ledger.at(folder) as ledger:
        await ledger.put_guild_settings(1, GuildSettings(log_channel=77, pause=PAUSE))
        await ledger.put_guild_settings(2, GuildSettings(log_channel=88))
        await ledger.put_guild_settings(2, GuildSettings(pause=PAUSE))
    async with Ledger.reading(folder) as reading:
        assert await reading.guild_settings() == {
            1: GuildSettings(log_channel=77, pause=PAUSE),
            2: GuildSettings(pause=PAUSE),
        }
    async with Ledger.at(folder) as ledger:
        await ledger.put_guild_settings(1, GuildSettings(log_channel=77))
        assert (await ledger.guild_settings())[1] == GuildSettings(log_channel=77)


async def test_strikes_are_taken_back_once_and_of_that_member_and_guild_only(
    folder: Path, post: Callable[..., Post], scores: Scores
) -> None:
    fired = (Fired("insult", 0.9, 0.5, "labels.insult", "content", "written"),)
    decision = Decision(on=("insult",), fired=fired, struck=Struck(given=2, total=2))
    async with Ledger.at(folder) as ledger:
        for guild in (Named(1, "Home"), Named(2, "Away")):
            await ledger.open_flag(post(guild=guild, author=Author(70, "Mallory")), scores, decision)
        assert await ledger.forgive_strikes(1, 71, 1) == 0
        assert await ledger.forgive_strikes(1, 70, 1) == 2
        assert await ledger.forgive_strikes(1, 70, 1) == 0
        since = datetime.now(UTC) - timedelta(days=1)
        assert await ledger.strikes(1, 70, since) == ()
        assert [strike.weight for strike in await ledger.strikes(2, 70, since)] == [2]
