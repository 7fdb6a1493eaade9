"""The buttons of a card: who may press them, what they do, and what the presser is told.

They carry the flag's number and how many verdicts it had when the card was drawn, and nothing of them is kept in
memory: a button of last year's card works after any number of restarts.
"""

from __future__ import annotations

import re
from typing import Any, Self

import discord

from bot.review.answering import NOBODY, answer, guarded
from bot.review.authority import Deed, refusal
from bot.review.desk import desk_of
from bot.review.fitting import LONGEST_BUTTON
from bot.review.forms import Form
from bot.review.pressing import TIMEOUTS, VERDICTS, Question, decide, do_by_hand, note, presser_of, texts_of
from bot.texts import Texts, fill

Interaction = discord.Interaction[Any]

LONGEST_NOTE = 1_000  # characters
LONGEST_ANSWER = 1_900  # characters; Discord takes 2,000

_STYLES = {
    "uphold": discord.ButtonStyle.success,
    "mistaken": discord.ButtonStyle.primary,
    "ban": discord.ButtonStyle.danger,
}


class Press(
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"ct:(?P<what>uphold|mistaken|delete|ban|note):(?P<number>\d{1,18}):(?P<seen>\d{1,9})",
):
    """A button of a card."""

    def __init__(self, what: str, number: int, seen: int, label: str = "", *, disabled: bool = False) -> None:
        style = _STYLES.get(what, discord.ButtonStyle.secondary)
        custom_id = f"ct:{what}:{number}:{seen}"
        super().__init__(
            discord.ui.Button(label=label[:LONGEST_BUTTON] or what, style=style, custom_id=custom_id, disabled=disabled)
        )
        self._what, self._number, self._seen = what, number, seen

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        return cls(match["what"], int(match["number"]), int(match["seen"]))

    @guarded
    async def callback(self, interaction: Interaction) -> None:
        if self._what == "note":  # a form can only be the first answer
            await interaction.response.send_modal(NoteForm(self._number, texts_of(interaction)))
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        if self._what in VERDICTS:
            await _tell(interaction, await decide(interaction, self._number, self._what, self._seen))
        else:
            await _tell(interaction, await do_by_hand(interaction, self._number, self._what))


class TimeoutMenu(discord.ui.DynamicItem[discord.ui.Select[Any]], template=r"ct:timeout:(?P<number>\d{1,18})"):
    """The menu of timeouts below a card."""

    def __init__(self, number: int, placeholder: str = "") -> None:
        options = [
            discord.SelectOption(label=f"{placeholder[:LONGEST_BUTTON]} {time}".strip(), value=time)
            for time in TIMEOUTS
        ]
        menu: discord.ui.Select[Any] = discord.ui.Select(
            custom_id=f"ct:timeout:{number}", placeholder=placeholder[:LONGEST_BUTTON] or None, options=options
        )
        super().__init__(menu)
        self._number = number

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        return cls(int(match["number"]))

    @guarded
    async def callback(self, interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        data: Any = interaction.data or {}
        time = next((value for value in data.get("values", ()) if value in TIMEOUTS), next(iter(TIMEOUTS)))
        await _tell(interaction, await do_by_hand(interaction, self._number, "timeout", time))


class Yes(
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"ct:yes:(?P<what>[a-z]+):(?P<number>\d{1,18}):(?P<rest>\w{1,9}):(?P<upto>\d{1,18})",
):
    """The button below a question whether the moderator means it; what it carries is as in ``Question``."""

    def __init__(self, what: str, number: int, rest: str, upto: int, label: str = "") -> None:
        super().__init__(
            discord.ui.Button(
                label=label[:LONGEST_BUTTON] or "yes",
                style=discord.ButtonStyle.danger,
                custom_id=f"ct:yes:{what}:{number}:{rest}:{upto}",
            )
        )
        self._what, self._number, self._rest, self._upto = what, number, rest, upto

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        return cls(match["what"], int(match["number"]), match["rest"], int(match["upto"]))

    @guarded
    async def callback(self, interaction: Interaction) -> None:
        await _instead_of_question(interaction, texts_of(interaction).one_moment)
        if self._what in VERDICTS and self._rest.isdecimal():
            said = await decide(interaction, self._number, self._what, int(self._rest), self._upto)
        else:
            said = await do_by_hand(interaction, self._number, self._what, self._rest, self._upto)
        await _tell(interaction, said)


class No(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"ct:no"):
    """The other button below a question."""

    def __init__(self, label: str = "") -> None:
        super().__init__(discord.ui.Button(label=label[:LONGEST_BUTTON] or "no", custom_id="ct:no"))

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        return cls()

    @guarded
    async def callback(self, interaction: Interaction) -> None:
        await _instead_of_question(interaction, texts_of(interaction).cancelled)


class Next(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"ct:next"):
    """The button below a digest: shows the oldest flag in it that nobody has decided on."""

    def __init__(self, label: str = "") -> None:
        super().__init__(discord.ui.Button(label=label[:LONGEST_BUTTON] or "next", custom_id="ct:next"))

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        return cls()

    @guarded
    async def callback(self, interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        desk, texts, presser = desk_of(interaction), texts_of(interaction), presser_of(interaction)
        digest = interaction.message.id if interaction.message else 0
        flag = await desk.ledger.undecided_in(presser.guild.id, digest)
        if flag is None:
            await answer(interaction, texts.flood_decided)
        elif refused := await refusal(presser, Deed.READ, flag, texts):
            await answer(interaction, refused)
        else:
            await answer(interaction, view=await desk.board.card(flag))


class NoteForm(Form):
    """Asks for a note; whether its writer may note anything is asked when it comes in."""

    template = r"ct:note-form:(?P<number>\d{1,18})"

    def __init__(self, number: int, texts: Texts) -> None:
        title = fill(texts.note_title, number=number)
        super().__init__(f"ct:note-form:{number}", title, texts.note_label, longest=LONGEST_NOTE)

    @classmethod
    async def sent(cls, interaction: Interaction, match: re.Match[str], words: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await _tell(interaction, await note(interaction, int(match["number"]), words))


async def _tell(interaction: Interaction, said: str | Question) -> None:
    """Fill in the answer that was put off; a question has its two buttons."""
    if isinstance(said, str):
        await answer(interaction, said[:LONGEST_ANSWER] or "✓")
        return
    view = discord.ui.View(timeout=None)
    view.add_item(Yes(said.what, said.number, said.rest, said.upto, said.yes))
    view.add_item(No(said.no))
    await answer(interaction, said.text[:LONGEST_ANSWER], view=view)


async def _instead_of_question(interaction: Interaction, text: str) -> None:
    """At once, so that nobody says yes twice."""
    await interaction.response.edit_message(content=text, view=None, allowed_mentions=NOBODY)
