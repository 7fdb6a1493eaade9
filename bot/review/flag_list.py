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
from bot.review.desk import Desk, desk_of, guild_of, named, texts_for
from bot.review.fitting import cut
from bot.review.permitting import require
from bot.review.quote import quote
from bot.review.seeing import may_read
from bot.texts import Texts, fill
from bot.texts.naming import label_name, label_names
from bot.texts.saying import say

FLAGS_A_PAGE = 8
OPEN_SECONDS = 840.0  # Discord takes changes of a private answer for 15 minutes
NAME_SHOWN, LABEL_SHOWN, TEXT_SHOWN = 40, 30, 80  # characters, escapes included
LABELS_SHOWN = 3
OPTION_SHOWN, LONGEST_LABEL = 100, 80  # characters, Discord's limits


class FlagList(discord.ui.LayoutView):
    """``headline`` stands above every page; ``wanted`` says which flags, and of which guild."""

    def __init__(self, headline: str, wanted: FlagFilter, desk: Desk, reader: discord.Member) -> None:
        super().__init__(timeout=OPEN_SECONDS)
        self._headline = headline
        self._wanted = replace(wanted, limit=FLAGS_A_PAGE + 1)  # one more, to know whether there is another page
        self._desk, self._reader = desk, reader
        self._texts = desk.rulebook.in_guild(named(reader.guild)).texts
        self._starts: list[int | None] = [None]  # where each page begins that was shown so far

    async def show(self) -> Self:
        """Load the page that is to be shown."""
        found = await self._desk.ledger.flags(replace(self._wanted, before_number=self._starts[-1]))
        flags = found[:FLAGS_A_PAGE]
        self.clear_items()
        texts = self._texts
        readable = {flag.number for flag in flags if may_read(self._desk, self._reader, flag)}
        lines = [line(flag, self._texts, with_text=flag.number in readable) for flag in flags] or [
            self._texts.flags_none
        ]
        box: discord.ui.Container[Self] = discord.ui.Container()
        box.add_item(discord.ui.TextDisplay(self._headline))
        box.add_item(discord.ui.Separator())
        for each in lines:
            box.add_item(discord.ui.TextDisplay(each))
        self.add_item(box)
        if flags:
            self.add_item(discord.ui.ActionRow(Opening(flags, texts)))
        if len(self._starts) > 1 or len(found) > FLAGS_A_PAGE:
            row: discord.ui.ActionRow[Self] = discord.ui.ActionRow()
            row.add_item(Turning(texts.flags_newer, self._newer, disabled=len(self._starts) == 1))
            row.add_item(Turning(texts.flags_older, self._older, disabled=len(found) <= FLAGS_A_PAGE))
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
        super().__init__(label=cut(label, LONGEST_LABEL), disabled=disabled)
        self._turn = turn

    @guarded
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer()
        turned = await self._turn()  # by which this button has left it
        await interaction.edit_original_response(view=turned, allowed_mentions=NOBODY)


class Opening(discord.ui.Select[FlagList]):
    """Opens a flag of the page as its card."""

    def __init__(self, flags: list[Flag], texts: Texts) -> None:
        options = [
            discord.SelectOption(
                label=cut(fill(texts.flags_option, number=flag.number), OPTION_SHOWN),
                value=str(flag.number),
                description=_plainly(flag, texts)[:OPTION_SHOWN] or None,
            )
            for flag in flags
        ]
        super().__init__(placeholder=cut(texts.flags_open, OPTION_SHOWN), options=options)

    @guarded
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await open_flag(interaction, int(self.values[0]))


async def open_flag(interaction: discord.Interaction[Any], number: int) -> None:
    """Answer with the card of a flag of this guild, its buttons working."""
    desk = desk_of(interaction)
    flag = await desk.ledger.flag(guild_of(interaction).id, number)
    if flag is not None and not may_read(desk, require(interaction), flag):
        raise NotAllowed(say("flag_unseen", number=number))
    if flag is None:
        await interaction.edit_original_response(content=fill(texts_for(interaction).no_flag, number=number))
        return
    await interaction.edit_original_response(view=await desk.board.card(flag), allowed_mentions=NOBODY)


def line(flag: Flag, texts: Texts, *, with_text: bool) -> str:
    """A flag in two lines."""
    member = quote(flag.author.name, NAME_SHOWN, one_line=True)
    has_text = with_text and flag.text and flag.text.strip()
    text = f"\n-# ||{quote(flag.text or '', TEXT_SHOWN, one_line=True)}||" if has_text else ""
    place = f" {fill(texts.flags_in, channel=f'<#{flag.channel.id}>')}" if flag.channel.id else ""
    when = f"<t:{int(flag.created_at.timestamp())}:R>"
    verdict = {None: texts.flags_waiting, "upheld": texts.upheld, "mistaken": texts.mistaken}[flag.verdict]
    link = f" · [{texts.flags_message}]({flag.link})"
    return (
        f"**#{flag.number}** {_labels(flag, texts)} · {member} (<@{flag.author.id}>){place}, {when} · "
        f"**{verdict}**{link}{text}"
    )


def _labels(flag: Flag, texts: Texts) -> str:
    names = labels_of(flag)
    more = f" +{len(names) - LABELS_SHOWN}" if len(names) > LABELS_SHOWN else ""
    shown = (quote(label_name(name, texts), LABEL_SHOWN, one_line=True) for name in names[:LABELS_SHOWN])
    return ", ".join(shown) + more


def labels_of(flag: Flag) -> tuple[str, ...]:
    """The labels that fired, heaviest first; what people raised has its rule for a label."""
    return tuple(dict.fromkeys(fired.label for fired in flag.fired)) or flag.on


def _plainly(flag: Flag, texts: Texts) -> str:
    """For a menu, where Discord reads no markdown."""
    return label_names(labels_of(flag)[:LABELS_SHOWN], texts)
