"""``/stats``: how much is flagged here, and how often that is right."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import discord
from discord import app_commands

from bot.record.figures import Figures, Judged
from bot.review.answering import answer
from bot.review.chart import draw
from bot.review.desk import desk_of, guild_of
from bot.review.fitting import counted
from bot.review.precision import wilson
from bot.review.quote import quote

DAYS, MOST_DAYS = 30, 90
CHANNELS_SHOWN = 5
LABELS_SHOWN = 12
LABEL_SHOWN = 40  # characters
LONGEST_ALT = 1024  # characters, Discord's limit


@app_commands.command(description="Flags per day and label, how often moderators uphold them, the busiest channels.")
@app_commands.describe(days=f"How many days back, {DAYS} if you say nothing.")
@app_commands.default_permissions(manage_messages=True)
async def stats(interaction: discord.Interaction[Any], days: app_commands.Range[int, 1, MOST_DAYS] = DAYS) -> None:
    desk, guild = desk_of(interaction), guild_of(interaction)
    now = datetime.now(UTC)
    since = (now - timedelta(days=days - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    figures = await desk.ledger.figures(guild.id, since, now, channels=CHANNELS_SHOWN)
    if not figures.flags:
        await answer(interaction, f"Nothing was flagged here in the last {_days(days)}.")
        return
    picture = await asyncio.to_thread(draw, figures, since.date(), now.date())
    file = discord.File(BytesIO(picture), "stats.png", description=alt_text(figures, days))
    await answer(interaction, in_words(figures, days), files=[file])


def in_words(figures: Figures, days: int) -> str:
    """What the picture shows, and the busiest channels."""
    judged = figures.judged
    lines = [
        f"**{counted(figures.flags, 'flag')} in the last {_days(days)}**: {judged.upheld:,} upheld,"
        f" {judged.mistaken:,} mistaken, {judged.waiting:,} waiting for a verdict. {precision(judged)}"
    ]
    shown = list(figures.labels.items())[:LABELS_SHOWN]
    for label, of_label in shown:
        count = of_label.decided + of_label.waiting
        lines.append(f"- {_spoken(label)}: {counted(count, 'flag')}. {precision(of_label)}")
    if rest := len(figures.labels) - len(shown):
        lines.append(f"- and {rest} more labels")
    lines.append("Busiest: " + ", ".join(f"<#{channel.id}> {count:,}" for channel, count in figures.channels))
    return "\n".join(lines)


def precision(judged: Judged) -> str:
    """``Upheld: 9 of 10, 90 % (60 to 98 %).``"""
    if not judged.decided:
        return "No verdicts yet."
    low, high = wilson(judged.upheld, judged.decided)
    share = judged.upheld / judged.decided
    return f"Upheld: {judged.upheld:,} of {judged.decided:,}, {share:.0%} ({low:.0%} to {high:.0%})."


def alt_text(figures: Figures, days: int) -> str:
    """The picture in words, for those who cannot see it."""
    labels = (
        f"{label.replace('_', ' ')} {each.decided + each.waiting} flags, {each.upheld} upheld of {each.decided}"
        for label, each in figures.labels.items()
    )
    shown = f"Bar chart of {figures.flags} flags in {_days(days)} by label, and the share that moderators upheld"
    text = f"{shown}: {'; '.join(labels)}."
    return text if len(text) <= LONGEST_ALT else text[: LONGEST_ALT - 1] + "…"


def _spoken(label: str) -> str:
    return quote(label.replace("_", " "), LABEL_SHOWN, one_line=True)


def _days(days: int) -> str:
    return "day" if days == 1 else f"{days} days"
