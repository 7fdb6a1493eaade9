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
from bot.review.desk import desk_of, guild_of, texts_for
from bot.review.fitting import cut, fit
from bot.review.precision import wilson
from bot.review.quote import quote
from bot.texts import Texts, fill
from bot.texts.naming import label_name

DAYS, MOST_DAYS = 30, 90
CHANNELS_SHOWN = 5
LABELS_SHOWN = 12
LABEL_SHOWN = 40  # characters
LONGEST_ALT = 1024  # characters, Discord's limit


@app_commands.command()
@app_commands.default_permissions(manage_messages=True)
async def stats(interaction: discord.Interaction[Any], days: app_commands.Range[int, 1, MOST_DAYS] = DAYS) -> None:
    desk, guild, texts = desk_of(interaction), guild_of(interaction), texts_for(interaction)
    now = datetime.now(UTC)
    since = (now - timedelta(days=days - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    figures = await desk.ledger.figures(guild.id, since, now, channels=CHANNELS_SHOWN)
    if not figures.flags:
        await answer(interaction, fill(texts.stats_none, days=days))
        return
    picture = await asyncio.to_thread(draw, figures, since.date(), now.date(), texts)
    file = discord.File(BytesIO(picture), "stats.png", description=alt_text(figures, days, texts))
    await answer(interaction, in_words(figures, days, texts), files=[file])


def in_words(figures: Figures, days: int, texts: Texts) -> str:
    """What the picture shows, and the busiest channels."""
    judged = figures.judged
    lines = [
        fill(
            texts.stats_title,
            days=days,
            flags=f"{figures.flags:,}",
            upheld=f"{judged.upheld:,}",
            mistaken=f"{judged.mistaken:,}",
            waiting=f"{judged.waiting:,}",
            precision=precision(judged, texts),
        )
    ]
    shown = list(figures.labels.items())[:LABELS_SHOWN]
    for label, of_label in shown:
        count = of_label.decided + of_label.waiting
        said = precision(of_label, texts)
        lines.append(f"- {fill(texts.stats_label, label=_spoken(label, texts), flags=f'{count:,}', precision=said)}")
    if rest := len(figures.labels) - len(shown):
        lines.append(f"- {fill(texts.and_more, count=rest)}")
    busiest = ", ".join(f"<#{channel.id}> {count:,}" for channel, count in figures.channels)
    lines.append(fill(texts.stats_busiest, channels=busiest))
    return fit(lines, texts)


def precision(judged: Judged, texts: Texts) -> str:
    """``Upheld: 9 of 10, 90 % (60 to 98 %).``"""
    if not judged.decided:
        return texts.stats_undecided
    low, high = wilson(judged.upheld, judged.decided)
    share = judged.upheld / judged.decided
    return fill(
        texts.stats_precision,
        upheld=f"{judged.upheld:,}",
        decided=f"{judged.decided:,}",
        share=f"{share:.0%}",
        low=f"{low:.0%}",
        high=f"{high:.0%}",
    )


def alt_text(figures: Figures, days: int, texts: Texts) -> str:
    """The picture in words, for those who cannot see it."""
    labels = (
        fill(
            texts.stats_picture_label,
            label=label_name(label, texts),
            flags=each.decided + each.waiting,
            upheld=each.upheld,
            decided=each.decided,
        )
        for label, each in figures.labels.items()
    )
    return cut(fill(texts.stats_picture, flags=figures.flags, days=days, labels="; ".join(labels)), LONGEST_ALT)


def _spoken(label: str, texts: Texts) -> str:
    return quote(label_name(label, texts), LABEL_SHOWN, one_line=True)
