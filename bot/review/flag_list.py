"""Flags as a list with pages, privately for the moderator who asked. A menu opens one of them as a card."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, Self

import discord
from discord.utils import format_dt

from bot.errors import NotAllowed
from bot.record.ledger import Ledger
from bot.record.reading import FlagFilter
from bot.records import Flag
from bot.review.answering import NOBODY, guarded
from bot.review.desk import Desk, desk_of, guild_of, named, texts_for
from bot.review.fitting import LONGEST_BUTTON, LONGEST_OPTION, cut
from bot.review.permitting import require
from bot.review.quote import quote
from bot.review.seeing import may_list, may_read
from bot.texts import Texts, fill
from bot.texts.naming import label_name, label_names, verdict_name
from bot.texts.saying import OURS, say

FLAGS_A_PAGE = 8
NAME_SHOWN, LABEL_SHOWN, TEXT_SHOWN = 40, 30, 80  # characters, escapes included
LABELS_SHOWN = 3
LONGEST_LABEL = 28  # characters of a label that is asked for: what is left of the 100 of a button's id

Interaction = discord.Interaction[Any]

_VERDICTS: dict[str, Literal["none", "upheld", "mistaken"]] = {"n": "none", "u": "upheld", "m": "mistaken"}


class FlagList(discord.ui.LayoutView):
    """One page. Its buttons carry what was asked for, and its head is read off the message: none is kept."""

    def __init__(
        self, headline: str, wanted: FlagFilter, page: Page, readable: Collection[int], texts: Texts = OURS
    ) -> None:
        super().__init__(timeout=None)
        lines = [line(flag, texts, with_text=flag.number in readable) for flag in page.flags] or [texts.flags_none]
        box: discord.ui.Container[Self] = discord.ui.Container()
        box.add_item(discord.ui.TextDisplay(headline))
        box.add_item(discord.ui.Separator())
        for each in lines:
            box.add_item(discord.ui.TextDisplay(each))
        self.add_item(box)
        if page.flags:
            self.add_item(discord.ui.ActionRow(Opening(page.flags, texts)))
        if page.flags and (page.has_newer or page.has_older):
            first, last = page.flags[0].number, page.flags[-1].number
            row: discord.ui.ActionRow[Self] = discord.ui.ActionRow()
            row.add_item(Turning("newer", first, wanted, texts.flags_newer, disabled=not page.has_newer))
            row.add_item(Turning("older", last, wanted, texts.flags_older, disabled=not page.has_older))
            self.add_item(row)


@dataclass(frozen=True, slots=True)
class Page:
    """Flags, newest first, and whether there are more on either side."""

    flags: Sequence[Flag]
    has_newer: bool
    has_older: bool


async def flag_list(headline: str, wanted: FlagFilter, desk: Desk, reader: discord.Member) -> FlagList:
    """The page of the newest flags that ``wanted`` lets through; ``headline`` stands above every page."""
    page = await _page(desk.ledger, wanted)
    readable = {flag.number for flag in page.flags if may_read(desk, reader, flag)}
    return FlagList(headline, wanted, page, readable, desk.rulebook.in_guild(named(reader.guild)).texts)


async def _page(ledger: Ledger, wanted: FlagFilter) -> Page:
    """As far as ``before_number`` or ``after_number`` says; the newest page of all where that one would not be full."""
    found = await ledger.flags(replace(wanted, limit=FLAGS_A_PAGE + 1))  # one more, to know whether there is another
    if wanted.after_number is not None:
        if len(found) < FLAGS_A_PAGE:
            return await _page(ledger, replace(wanted, after_number=None))
        return Page(found[-FLAGS_A_PAGE:], has_newer=len(found) > FLAGS_A_PAGE, has_older=True)
    if not found and wanted.before_number is not None:
        return await _page(ledger, replace(wanted, before_number=None))
    flags = found[:FLAGS_A_PAGE]
    newer = replace(wanted, before_number=None, after_number=flags[0].number, limit=1) if flags else None
    has_newer = wanted.before_number is not None and newer is not None and bool(await ledger.flags(newer))
    return Page(flags, has_newer=has_newer, has_older=len(found) > FLAGS_A_PAGE)


class Turning(
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=(
        r"ct:flags:(?P<to>newer|older):(?P<number>\d{1,10}):(?P<member>[0-9a-f]{0,16}):(?P<channel>[0-9a-f]{0,16})"
        r":(?P<verdict>[num]?):(?P<since>[0-9a-f]{0,9}):(?P<label>(?s:.{0,28}))"  # at most LONGEST_LABEL
    ),
):
    """A button that turns the page: to the flags before or after ``number``."""

    def __init__(self, to: str, number: int, wanted: FlagFilter, label: str = "", *, disabled: bool = False) -> None:
        asked = (
            f"{wanted.author_id or 0:x}",
            f"{wanted.channel or 0:x}",
            (wanted.verdict or "")[:1],
            f"{int(wanted.since.timestamp()):x}" if wanted.since else "",
            wanted.label or "",
        )
        super().__init__(
            discord.ui.Button(
                label=cut(label, LONGEST_BUTTON) or to,
                disabled=disabled,
                custom_id=":".join((f"ct:flags:{to}:{number}", *asked)),
            )
        )
        before, after = (None, number) if to == "newer" else (number, None)
        self._wanted = replace(wanted, before_number=before, after_number=after)

    @classmethod
    async def from_custom_id(cls, interaction: Interaction, __: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        since = int(match["since"], 16) if match["since"] else None
        wanted = FlagFilter(
            guild_id=guild_of(interaction).id,
            author_id=int(match["member"] or "0", 16) or None,
            channel=int(match["channel"] or "0", 16) or None,
            verdict=_VERDICTS.get(match["verdict"]),
            since=datetime.fromtimestamp(since, UTC) if since is not None else None,
            label=match["label"] or None,
        )
        return cls(match["to"], int(match["number"]), wanted)

    @guarded
    async def callback(self, interaction: Interaction) -> None:
        await interaction.response.defer()
        desk, reader = desk_of(interaction), _reader(interaction)
        turned = await flag_list(_headline(interaction.message), self._wanted, desk, reader)
        await interaction.edit_original_response(view=turned, allowed_mentions=NOBODY)


class Opening(discord.ui.DynamicItem[discord.ui.Select[Any]], template=r"ct:flags:open"):
    """Opens a flag of the page as its card."""

    def __init__(self, flags: Sequence[Flag] = (), texts: Texts = OURS) -> None:
        options = [
            discord.SelectOption(
                label=cut(fill(texts.flags_option, number=flag.number), LONGEST_OPTION),
                value=str(flag.number),
                description=_plainly(flag, texts)[:LONGEST_OPTION] or None,
            )
            for flag in flags
        ]
        placeholder = cut(texts.flags_open, LONGEST_OPTION)
        super().__init__(discord.ui.Select(custom_id="ct:flags:open", placeholder=placeholder, options=options))

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        return cls()

    @guarded
    async def callback(self, interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        _reader(interaction)
        data: Any = interaction.data or {}
        await open_flag(interaction, int(next(iter(data.get("values", ())))))


def _reader(interaction: Interaction) -> discord.Member:
    """Who uses a list, which may stand since long ago; ``NotAllowed`` where they would be given none today."""
    reader = require(interaction)
    if not may_list(desk_of(interaction), reader):
        raise NotAllowed(say("needs_permissions", permissions=say("permission_manage_messages")))
    return reader


def _headline(message: discord.Message | None) -> str:
    """The first text of a list, which is our own."""
    box = message.components[0] if message and message.components else None
    head = box.children[0] if isinstance(box, discord.Container) and box.children else None
    return head.content if isinstance(head, discord.TextDisplay) else ""


async def open_flag(interaction: Interaction, number: int) -> None:
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
    when = format_dt(flag.created_at, "R")
    link = f" · [{texts.flags_message}]({flag.link})"
    return (
        f"**#{flag.number}** {_labels(flag, texts)} · {member} (<@{flag.author.id}>){place}, {when} · "
        f"**{verdict_name(flag.verdict, texts)}**{link}{text}"
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
