"""Flags as a list with pages, privately for the moderator who asked. A menu opens one of them as a card."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Self

import discord

from bot.errors import NotAllowed
from bot.record.reading import FlagFilter
from bot.records import Flag
from bot.review.answering import NOBODY, guarded
from bot.review.desk import Desk, desk_of, guild_of
from bot.review.permitting import require
from bot.review.quote import quote
from bot.review.seeing import may_read
from bot.texts.saying import say

FLAGS_A_PAGE = 8
OPEN_SECONDS = 840.0  # Discord takes changes of a private answer for 15 minutes
NAME_SHOWN, LABEL_SHOWN, TEXT_SHOWN = 40, 30, 80  # characters, escapes included
LABELS_SHOWN = 3
OPTION_SHOWN = 100  # characters, Discord's limit


class FlagList(discord.ui.LayoutView):
    """``headline`` stands above every page; ``wanted`` says which flags, and of which guild."""

    def __init__(self, headline: str, wanted: FlagFilter, desk: Desk, reader: discord.Member) -> None:
        super().__init__(timeout=OPEN_SECONDS)
        self._headline = headline
        self._wanted = replace(wanted, limit=FLAGS_A_PAGE + 1)  # one more, to know whether there is another page
        self._desk, self._reader = desk, reader
        self._starts: list[int | None] = [None]  # where each page begins that was shown so far

    async def show(self) -> Self:
        """Load the page that is to be shown."""
        found = await self._desk.ledger.flags(replace(self._wanted, before_number=self._starts[-1]))
        flags = found[:FLAGS_A_PAGE]
        self.clear_items()
        readable = {flag.number for flag in flags if may_read(self._desk, self._reader, flag)}
        lines = [line(flag, with_text=flag.number in readable) for flag in flags] or ["There are none."]
        box: discord.ui.Container[Self] = discord.ui.Container()
        box.add_item(discord.ui.TextDisplay(self._headline))
        box.add_item(discord.ui.Separator())
        for each in lines:
            box.add_item(discord.ui.TextDisplay(each))
        self.add_item(box)
        if flags:
            self.add_item(discord.ui.ActionRow(Opening(flags)))
        if len(self._starts) > 1 or len(found) > FLAGS_A_PAGE:
            row: discord.ui.ActionRow[Self] = discord.ui.ActionRow()
            row.add_item(Turning("Newer", self._newer, disabled=len(self._starts) == 1))
            row.add_item(Turning("Older", self._older, disabled=len(found) <= FLAGS_A_PAGE))
            self.add_item(row)
        self._last = flags[-1].number if flags else None
        return self

    async def _older(self) -> Self:
        self._starts.append(self._last)
        return await self.show()

    async def _newer(self) -> Self:
        self._starts.pop()
        return await self.show()


class Turning(discord.ui.Button[FlagList]):
    def __init__(self, label: str, turn: Callable[[], Awaitable[FlagList]], *, disabled: bool) -> None:
        super().__init__(label=label, disabled=disabled)
        self._turn = turn

    @guarded
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer()
        turned = await self._turn()  # by which this button has left it
        await interaction.edit_original_response(view=turned, allowed_mentions=NOBODY)


class Opening(discord.ui.Select[FlagList]):
    """Opens a flag of the page as its card."""

    def __init__(self, flags: list[Flag]) -> None:
        options = [
            discord.SelectOption(
                label=f"Flag #{flag.number}", value=str(flag.number), description=_plainly(flag)[:OPTION_SHOWN] or None
            )
            for flag in flags
        ]
        super().__init__(placeholder="Open a flag", options=options)

    @guarded
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await open_flag(interaction, int(self.values[0]))


async def open_flag(interaction: discord.Interaction[Any], number: int) -> None:
    """Answer with the card of a flag of this guild, its buttons working."""
    desk = desk_of(interaction)
    flag = await desk.ledger.flag(guild_of(interaction).id, number)
    if flag is not None and not may_read(desk, require(interaction), flag):
        raise NotAllowed(say("channel_unseen", number=number))
    if flag is None:
        await interaction.edit_original_response(content=f"There is no flag #{number} in this server.")
        return
    await interaction.edit_original_response(view=await desk.board.card(flag), allowed_mentions=NOBODY)


def line(flag: Flag, *, with_text: bool) -> str:
    """A flag in two lines."""
    member = quote(flag.author.name, NAME_SHOWN, one_line=True)
    has_text = with_text and flag.text and flag.text.strip()
    text = f"\n-# ||{quote(flag.text or '', TEXT_SHOWN, one_line=True)}||" if has_text else ""
    place = f" in <#{flag.channel.id}>" if flag.channel.id else ""
    when = f"<t:{int(flag.created_at.timestamp())}:R>"
    link = f" · [message]({flag.link})"
    return (
        f"**#{flag.number}** {_labels(flag)} · {member} (<@{flag.author.id}>){place}, {when} · "
        f"**{flag.verdict or 'waiting'}**{link}{text}"
    )


def _labels(flag: Flag) -> str:
    names = labels_of(flag)
    more = f" +{len(names) - LABELS_SHOWN}" if len(names) > LABELS_SHOWN else ""
    shown = (quote(name.replace("_", " "), LABEL_SHOWN, one_line=True) for name in names[:LABELS_SHOWN])
    return ", ".join(shown) + more


def labels_of(flag: Flag) -> tuple[str, ...]:
    """The labels that fired, heaviest first; what people raised has its rule for a label."""
    return tuple(dict.fromkeys(fired.label for fired in flag.fired)) or flag.on


def _plainly(flag: Flag) -> str:
    """For a menu, where Discord reads no markdown."""
    return ", ".join(name.replace("_", " ") for name in labels_of(flag)[:LABELS_SHOWN])
