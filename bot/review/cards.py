"""Renders a flag as the card that moderators see in the log channel, with the buttons to decide on it."""

from __future__ import annotations

from typing import Any

import discord

from bot.records import Flag
from bot.review.buttons import Press, TimeoutMenu
from bot.review.card_lines import CardFacts, has_failed, parts_of, tell_of, undo_has_failed
from bot.texts import Texts

_RED, _AMBER, _GREY = discord.Colour(0xD83C3E), discord.Colour(0xE9A23B), discord.Colour(0x80848E)
_GREEN = discord.Colour(0x3BA55C)


class Card(discord.ui.LayoutView):
    """Who, where, the text behind a spoiler, a bar per label, the rule, what was done and who decided what."""

    def __init__(self, flag: Flag, texts: Texts, about: CardFacts | None = None) -> None:
        super().__init__(timeout=None)
        box: discord.ui.Container[Any] = discord.ui.Container(accent_colour=_colour(flag))
        for part in parts_of(flag, about or CardFacts(), texts):
            if part.startswith("```"):
                box.add_item(discord.ui.Separator())
            box.add_item(discord.ui.TextDisplay(part))
        seen = len(flag.rulings)
        verdict = discord.ui.ActionRow[Any](
            Press("uphold", flag.number, seen, texts.button_uphold, disabled=flag.verdict == "upheld"),
            Press("mistaken", flag.number, seen, _mistaken(flag, texts), disabled=_is_settled(flag)),
            Press("delete", flag.number, seen, texts.button_delete, disabled=flag.kind != "message"),
            Press("ban", flag.number, seen, texts.button_ban),
            Press("note", flag.number, seen, texts.button_note),
        )
        box.add_item(verdict)
        box.add_item(discord.ui.ActionRow[Any](TimeoutMenu(flag.number, texts.button_timeout)))
        self.add_item(box)


def _is_settled(flag: Flag) -> bool:
    """Found mistaken, and nothing is left that another attempt could take back."""
    return flag.verdict == "mistaken" and not undo_has_failed(flag)


def _mistaken(flag: Flag, texts: Texts) -> str:
    return texts.button_again if flag.verdict == "mistaken" and undo_has_failed(flag) else texts.button_mistaken


def _colour(flag: Flag) -> discord.Colour:
    if has_failed(flag):
        return _AMBER
    if flag.verdict is not None:
        return _GREEN if flag.verdict == "upheld" else _GREY
    return _RED if tell_of(flag) else _GREY
