"""``/why``: any member's own latest flags, and the way to appeal against them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import discord
from discord import app_commands
from discord.utils import format_dt

from bot.act.wording import harmless
from bot.record.reading import FlagFilter
from bot.records import Appeal, Flag, Status
from bot.review.answering import answer
from bot.review.appeals.buttons import AppealButton
from bot.review.card_lines import place, raised_by
from bot.review.desk import desk_of, guild_of, named
from bot.review.fitting import LONGEST_BUTTON, cut
from bot.review.quote import quote
from bot.texts import Texts, fill
from bot.texts.naming import action_names, label_names

FLAGS_SHOWN = 5  # as many buttons as fit into a row
TEXT_SHOWN = 250  # characters
NAME_SHOWN = 100
LABELS_SHOWN = 100
ACTIONS_SHOWN = 200
TITLE_SHOWN = 250
HEAD_SHOWN = 250
STATE_SHOWN = 200
FOOT_SHOWN = 200

_GREY = discord.Colour(0x80848E)


@app_commands.command()
async def why(interaction: discord.Interaction[Any]) -> None:
    desk, guild, member_id = desk_of(interaction), named(guild_of(interaction)), interaction.user.id
    here, now = desk.rulebook.in_guild(guild), datetime.now(UTC)
    flags = await desk.ledger.flags(FlagFilter(guild_id=guild.id, author_id=member_id, limit=FLAGS_SHOWN))
    if not flags:
        await answer(interaction, here.texts.why_none)
        return
    appeals = await desk.ledger.appeals.of(guild.id, [flag.number for flag in flags])
    strikes = await desk.ledger.strikes(guild.id, member_id, now - here.rules.strikes.forget_after)
    open_to = [
        flag
        for flag in flags
        if here.log_channel and await desk.ledger.appeals.may(guild.id, flag.number, member_id, now) is None
    ]
    view = OwnFlags(
        flags,
        appeals,
        here.texts,
        open_to=[flag.number for flag in open_to],
        count=await desk.ledger.flag_count(guild.id, member_id),
        strikes=sum(strike.weight for strike in strikes),
        appeal_url=desk.rulebook.settings.appeal_url,
    )
    await answer(interaction, view=view)
    for appeal in appeals.values():
        await desk.appeals.heard(appeal)


class OwnFlags(discord.ui.LayoutView):
    """Per flag its place and time, the text, what was done and how it stands; a button for each that is open."""

    def __init__(
        self,
        flags: Sequence[Flag],
        appeals: Mapping[int, Appeal],
        texts: Texts,
        *,
        open_to: Sequence[int],
        count: int,
        strikes: int,
        appeal_url: str | None,
    ) -> None:
        super().__init__(timeout=None)
        box: discord.ui.Container[OwnFlags] = discord.ui.Container(accent_colour=_GREY)
        server = harmless(flags[0].guild.name, NAME_SHOWN)
        box.add_item(discord.ui.TextDisplay(cut(f"### {fill(texts.why_title, server=server)}", TITLE_SHOWN)))
        for flag in flags:
            box.add_item(discord.ui.TextDisplay(_flag(flag, appeals.get(flag.number), texts)))
        if foot := _foot(len(flags), count, strikes, texts):
            box.add_item(discord.ui.TextDisplay(foot))
        self.add_item(box)
        for row in _buttons(flags[0].guild.id, open_to, appeal_url, texts):
            self.add_item(row)


def _flag(flag: Flag, appeal: Appeal | None, texts: Texts) -> str:
    labels = raised_by(flag, texts) or label_names(flag.on or (flag.rule,), texts)
    head = fill(
        texts.why_flag,
        number=f"#{flag.number}",
        channel=place(flag, texts),
        when=format_dt(flag.created_at, "R"),
        labels=quote(labels, LABELS_SHOWN, one_line=True),
    )
    text = (
        f"-# {cut(texts.why_no_text, TEXT_SHOWN)}"
        if flag.text is None
        else f"> {quote(flag.text, TEXT_SHOWN, one_line=True)}"
    )
    state = f"-# {_done(flag, texts)} {_standing(flag, appeal, texts)}"
    return "\n".join((cut(head, HEAD_SHOWN), text, cut(state, STATE_SHOWN)))


def _done(flag: Flag, texts: Texts) -> str:
    done = [each for each in flag.outcomes if each.action != "flag" and each.status in (Status.DONE, Status.UNKNOWN)]
    if not done:
        return texts.why_nothing_done
    actions = action_names((each.action for each in done), texts)[:ACTIONS_SHOWN]
    return fill(texts.why_done, actions=actions)


def _standing(flag: Flag, appeal: Appeal | None, texts: Texts) -> str:
    verdict = {None: texts.why_undecided, "upheld": texts.why_upheld, "mistaken": texts.why_mistaken}[flag.verdict]
    if appeal is None:
        return verdict
    said = {None: texts.why_appealed, "accepted": texts.why_accepted, "refused": texts.why_refused}
    return f"{verdict} {said[appeal.decision]}"


def _foot(shown: int, count: int, strikes: int, texts: Texts) -> str:
    lines = [fill(texts.why_strikes, strikes=strikes)] if strikes else []
    if count > shown:
        lines.append(f"-# {fill(texts.why_more, shown=shown, count=count)}")
    return cut("\n".join(lines), FOOT_SHOWN)


def _buttons(
    guild_id: int, numbers: Sequence[int], appeal_url: str | None, texts: Texts
) -> list[discord.ui.ActionRow[Any]]:
    rows: list[discord.ui.ActionRow[Any]] = []
    if numbers:
        label = texts.appeal_button[: LONGEST_BUTTON - 25]  # room for the number
        rows.append(discord.ui.ActionRow(*(AppealButton(guild_id, each, f"{label} #{each}") for each in numbers)))
    if appeal_url is not None:
        elsewhere = discord.ui.Button[Any](label=texts.appeal_elsewhere[:LONGEST_BUTTON], url=appeal_url)
        rows.append(discord.ui.ActionRow(elsewhere))
    return rows
