"""Renders an appeal as the card that moderators decide on."""

from __future__ import annotations

from typing import Any

import discord
from discord.utils import format_dt

from bot.records import Appeal, Flag
from bot.review.appeals.buttons import Decide
from bot.review.card_lines import raised_by
from bot.review.fitting import cut
from bot.review.quote import quote
from bot.texts import Texts, fill
from bot.texts.naming import label_names

WORDS_SHOWN = 1_500  # characters, escapes included; a card may hold 4,000 in all
MESSAGE_SHOWN = 800
NAME_SHOWN = 80
LABELS_SHOWN = 200
HEAD_SHOWN = 800
STATE_SHOWN = 700
LINE_SHOWN = 150

_OPEN, _ACCEPTED, _REFUSED = discord.Colour(0x5865F2), discord.Colour(0x3BA55C), discord.Colour(0x80848E)


class AppealCard(discord.ui.LayoutView):
    """Who appeals against what, in which words; then who decided, and whether the author knows."""

    def __init__(self, appeal: Appeal, flag: Flag, texts: Texts, *, is_blocked: bool) -> None:
        super().__init__(timeout=None)
        box: discord.ui.Container[AppealCard] = discord.ui.Container(accent_colour=_colour(appeal))
        for part in (_headline(appeal, flag, texts), _words(appeal, texts), _message(flag, texts)):
            box.add_item(discord.ui.TextDisplay(part))
        if state := _state(appeal, flag, texts, is_blocked=is_blocked):
            box.add_item(discord.ui.Separator())
            box.add_item(discord.ui.TextDisplay(state))
        row: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
        wanted = ("accept", "refuse") if appeal.decision is None else ()
        for what in (*wanted, "unblock" if is_blocked else "block"):
            row.add_item(Decide.of(what, appeal.number, texts))
        box.add_item(row)
        self.add_item(box)


def _headline(appeal: Appeal, flag: Flag, texts: Texts) -> str:
    by = fill(
        texts.appeal_card_by,
        member=f"**{quote(flag.author.name, NAME_SHOWN, one_line=True)}** (<@{flag.author.id}>)",
        when=format_dt(appeal.made_at, "R"),
        labels=quote(raised_by(flag, texts) or label_names(flag.on, texts), LABELS_SHOWN, one_line=True),
        link=_link(flag),
    )
    return cut(f"### {cut(fill(texts.appeal_card_title, number=appeal.number), LINE_SHOWN)}\n{by}", HEAD_SHOWN)


def _link(flag: Flag) -> str:
    """To the flag's card where there is one: the message itself may be gone."""
    if flag.card is None:
        return flag.link
    return f"https://discord.com/channels/{flag.guild.id}/{flag.card.channel_id}/{flag.card.message_id}"


def _words(appeal: Appeal, texts: Texts) -> str:
    words = quote(appeal.text or "", WORDS_SHOWN)
    return words if words.strip() else f"-# {cut(texts.appeal_card_no_words, LINE_SHOWN)}"


def _message(flag: Flag, texts: Texts) -> str:
    if flag.text is None:
        return f"-# {cut(texts.card_no_text, LINE_SHOWN)}"
    return f"-# {cut(texts.appeal_card_message, LINE_SHOWN)}\n||{quote(flag.text, MESSAGE_SHOWN)}||"


def _state(appeal: Appeal, flag: Flag, texts: Texts, *, is_blocked: bool) -> str:
    lines = []
    if appeal.decision is None and flag.verdict == "upheld" and flag.rulings:
        lines.append(fill(texts.appeal_card_upheld, member=_member(flag.rulings[-1].by.name)))
    if appeal.decision is not None and appeal.by is not None and appeal.decided_at is not None:
        said = texts.appeal_card_accepted if appeal.decision == "accepted" else texts.appeal_card_refused
        lines.append(fill(said, member=_member(appeal.by.name), when=format_dt(appeal.decided_at, "R")))
        lines.append(f"-# {texts.appeal_card_told if appeal.is_told else texts.appeal_card_not_told}")
    if is_blocked:
        lines.append(f"-# {texts.appeal_card_blocked}")
    return cut("\n".join(lines), STATE_SHOWN)


def _member(name: str) -> str:
    return quote(name, NAME_SHOWN, one_line=True)


def _colour(appeal: Appeal) -> discord.Colour:
    return {None: _OPEN, "accepted": _ACCEPTED, "refused": _REFUSED}[appeal.decision]
