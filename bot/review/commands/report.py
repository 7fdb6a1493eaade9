"""*Report to moderators*, in a message's menu, for every member.

The first report of a message raises a flag, or counts on the one that there is; each further one counts up on its card.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import discord
from discord import app_commands

from bot.errors import RecordFailed
from bot.records import BY_REPORT, Post
from bot.review.answering import answer
from bot.review.desk import Desk, desk_of, guild_of, named
from bot.review.raising import post_of
from bot.texts import Texts, fill
from bot.texts.saying import OURS

REPORTS_PER_HOUR = 10  # messages, by one member in one server
WITHIN = timedelta(hours=1)


@app_commands.context_menu(name=OURS.menu_report)
async def report(interaction: discord.Interaction[Any], message: discord.Message) -> None:
    desk, guild = desk_of(interaction), guild_of(interaction)
    texts = desk.rulebook.in_guild(named(guild)).texts
    if message.author.id == interaction.user.id:
        await answer(interaction, texts.report_own)
        return
    post = await post_of(desk, guild, message)
    if post is None:
        await answer(interaction, texts.report_of_bot)
        return
    try:
        said = await take(desk, texts, post, interaction.user.id)
    except RecordFailed:
        said = texts.report_failed
    await answer(interaction, said)


async def take(desk: Desk, texts: Texts, post: Post, member_id: int) -> str:
    """Take a member's report of a post, and give the answer for them. Raises ``RecordFailed``."""
    hour_ago = datetime.now(UTC) - WITHIN
    if await desk.ledger.reports_by(post.guild.id, member_id, hour_ago) >= REPORTS_PER_HOUR:
        return fill(texts.report_limit, most=REPORTS_PER_HOUR)
    known = await desk.ledger.flag_of_message(post.guild.id, post.message_id)
    if known is None or known.text != post.text:
        if await desk.pipeline.raise_flag(post, BY_REPORT, reported_by=member_id) is not None:
            return texts.report_taken
        known = await desk.ledger.flag_of_message(post.guild.id, post.message_id)
    if known is None or known.verdict is not None:
        return texts.report_decided
    if not await desk.ledger.report(known, member_id):
        return texts.report_known
    await desk.ledger.card_changed(post.guild.id, [known.number])
    desk.board.changed()
    return texts.report_taken
