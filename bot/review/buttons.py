"""The buttons of a card: who may press them, what they do, and what the presser is told.

They carry the flag's number and how many verdicts it had when the card was drawn, and nothing of them is kept in
memory: a button of last year's card works after any number of restarts.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Self

import discord

from bot import act
from bot.records import Flag, Named, Outcome, Status, Verdict
from bot.review.answering import NOBODY, answer, guarded
from bot.review.authority import Deed, refusal
from bot.review.desk import desk_of, named
from bot.review.quote import quote
from bot.texts import Texts, fill
from bot.texts.naming import action_name
from bot.verdict import Result, in_words

Interaction = discord.Interaction[Any]

TIMEOUTS = {"10m": timedelta(minutes=10), "1h": timedelta(hours=1), "1d": timedelta(days=1), "7d": timedelta(days=7)}
LONGEST_LABEL, LONGEST_TITLE, LONGEST_FIELD = 80, 45, 45  # characters; Discord's limits
LONGEST_NOTE = 1_000  # characters
LONGEST_ANSWER = 1_900  # characters; Discord takes 2,000
NOTE_OPEN = 900.0  # seconds that the form may stay open, as long as its interaction lives
NAME_SHOWN = 80
ANSWERS_SHOWN = 10  # outcomes of a deed on many

_STYLES = {
    "uphold": discord.ButtonStyle.success,
    "mistaken": discord.ButtonStyle.primary,
    "ban": discord.ButtonStyle.danger,
}
_VERDICTS: dict[str, Verdict] = {"uphold": "upheld", "mistaken": "mistaken"}


class Press(
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"ct:(?P<what>uphold|mistaken|delete|ban|note):(?P<number>\d{1,18}):(?P<seen>\d{1,9})",
):
    """A button of a card."""

    def __init__(self, what: str, number: int, seen: int, label: str = "", *, disabled: bool = False) -> None:
        style = _STYLES.get(what, discord.ButtonStyle.secondary)
        custom_id = f"ct:{what}:{number}:{seen}"
        super().__init__(
            discord.ui.Button(label=label[:LONGEST_LABEL] or what, style=style, custom_id=custom_id, disabled=disabled)
        )
        self._what, self._number, self._seen = what, number, seen

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        return cls(match["what"], int(match["number"]), int(match["seen"]))

    @guarded
    async def callback(self, interaction: Interaction) -> None:
        if self._what == "note":  # a form can only be the first answer
            await interaction.response.send_modal(NoteForm(self._number, _texts(interaction)))
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        if self._what in _VERDICTS:
            await _decide(interaction, self._number, self._what, self._seen)
        else:
            await _do_by_hand(interaction, self._number, self._what)


class TimeoutMenu(discord.ui.DynamicItem[discord.ui.Select[Any]], template=r"ct:timeout:(?P<number>\d{1,18})"):
    """The menu of timeouts below a card."""

    def __init__(self, number: int, placeholder: str = "") -> None:
        options = [
            discord.SelectOption(label=f"{placeholder[:LONGEST_LABEL]} {time}".strip(), value=time) for time in TIMEOUTS
        ]
        menu: discord.ui.Select[Any] = discord.ui.Select(
            custom_id=f"ct:timeout:{number}", placeholder=placeholder[:LONGEST_LABEL] or None, options=options
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
        await _do_by_hand(interaction, self._number, "timeout", time)


class Yes(
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"ct:yes:(?P<what>[a-z]+):(?P<number>\d{1,18}):(?P<rest>\w{1,9})",
):
    """The button below a question whether the moderator means it; ``rest`` is what the first button had to say."""

    def __init__(self, what: str, number: int, rest: str, label: str = "") -> None:
        super().__init__(
            discord.ui.Button(
                label=label[:LONGEST_LABEL] or "yes",
                style=discord.ButtonStyle.danger,
                custom_id=f"ct:yes:{what}:{number}:{rest}",
            )
        )
        self._what, self._number, self._rest = what, number, rest

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        return cls(match["what"], int(match["number"]), match["rest"])

    @guarded
    async def callback(self, interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        if self._what in _VERDICTS and self._rest.isdecimal():
            await _decide(interaction, self._number, self._what, int(self._rest), confirmed=True)
        elif self._what in ("delete", "ban", "timeout"):
            time = self._rest if self._rest in TIMEOUTS else None
            await _do_by_hand(interaction, self._number, self._what, time, confirmed=True)


class Next(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"ct:next"):
    """The button below a digest: shows the oldest flag in it that nobody has decided on."""

    def __init__(self, label: str = "") -> None:
        super().__init__(discord.ui.Button(label=label[:LONGEST_LABEL] or "next", custom_id="ct:next"))

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        return cls()

    @guarded
    async def callback(self, interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        desk, texts = desk_of(interaction), _texts(interaction)
        presser = _presser(interaction)
        digest = interaction.message.id if interaction.message else 0
        flag = await desk.ledger.undecided_in(presser.guild.id, digest)
        if flag is None:
            await answer(interaction, texts.flood_decided)
        elif refused := await refusal(presser, Deed.READ, flag, texts):
            await answer(interaction, refused)
        else:
            await answer(interaction, view=await desk.board.card(flag))


class NoteForm(discord.ui.Modal):
    """Asks for a note; whether its writer may note anything is asked when it comes in."""

    def __init__(self, number: int, texts: Texts) -> None:
        title = fill(texts.note_title, number=number)[:LONGEST_TITLE]
        # An id of its own, which discord.py makes: of two open forms with one id, one would take the other's words.
        super().__init__(title=title, timeout=NOTE_OPEN)
        self._number = number
        self._field: discord.ui.TextInput[NoteForm] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph, max_length=LONGEST_NOTE, custom_id="text"
        )
        self.add_item(discord.ui.Label(text=texts.note_label[:LONGEST_FIELD], component=self._field))

    @guarded
    async def on_submit(self, interaction: Interaction, /) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        desk, texts = desk_of(interaction), _texts(interaction)
        flags, refused = await _flags_for(interaction, self._number, Deed.NOTE)
        if refused:
            return await _tell(interaction, refused)
        kept = await desk.ledger.remark(flags[0], named(_presser(interaction)), self._field.value)
        desk.board.changed()
        await _tell(interaction, texts.note_kept if kept else texts.note_not_kept)


async def _decide(interaction: Interaction, number: int, what: str, seen: int, *, confirmed: bool = False) -> None:
    desk, texts, verdict = desk_of(interaction), _texts(interaction), _VERDICTS[what]
    flags, refused = await _flags_for(interaction, number, Deed.VERDICT, verdict)
    if refused:
        return await _tell(interaction, refused)
    by, covers = named(_presser(interaction)), {flag.id for flag in flags}
    decided = await desk.verdicts.decide(
        flags[0].guild.id, number, verdict, by, via="card", seen=seen, covers=covers, confirmed=confirmed
    )
    said = in_words(decided, number, texts, name=_quoted)
    if decided.result is Result.CONFIRM:
        return await _ask(interaction, said, Yes(what, number, str(seen), texts.verdict_yes))
    await _tell(interaction, said)


async def _do_by_hand(
    interaction: Interaction, number: int, what: str, time: str | None = None, *, confirmed: bool = False
) -> None:
    desk, texts = desk_of(interaction), _texts(interaction)
    flags, refused = await _flags_for(interaction, number, Deed(what))
    if refused:
        return await _tell(interaction, refused)
    authors = {each.author.id: each for each in reversed(flags)}
    if len(flags) > 1 and not confirmed:
        asked = fill(texts.by_hand_group, count=len(flags), authors=len(authors))
        return await _ask(interaction, asked, Yes(what, number, time or "now", texts.verdict_yes))
    concerned = flags if what == "delete" else list(authors.values())
    by, action = named(_presser(interaction)), act.make(what, TIMEOUTS.get(time or ""))
    outcomes = await asyncio.gather(*(desk.by_hand.do(each, action, by) for each in concerned))
    await _tell(interaction, _results(outcomes, texts))


async def _flags_for(
    interaction: Interaction, number: int, deed: Deed, verdict: Verdict | None = None
) -> tuple[list[Flag], str]:
    """The flag with those of its group, and why the presser may not do this about them; empty when they may.

    Who joins the group after this was not asked about, and is not concerned.
    """
    desk, texts, presser = desk_of(interaction), _texts(interaction), _presser(interaction)
    flag = await desk.ledger.flag(presser.guild.id, number)
    if flag is None:
        return [], fill(texts.no_flag, number=number)
    mates = await desk.ledger.mates(flag)
    return [flag, *mates], await refusal(presser, deed, flag, texts, also=mates, verdict=verdict) or ""


async def _tell(interaction: Interaction, text: str) -> None:
    await answer(interaction, text[:LONGEST_ANSWER] or "✓")


async def _ask(interaction: Interaction, text: str, yes: Yes) -> None:
    view = discord.ui.View(timeout=None)
    view.add_item(yes)
    await interaction.edit_original_response(content=text[:LONGEST_ANSWER], view=view, allowed_mentions=NOBODY)


def _results(outcomes: Sequence[Outcome | None], texts: Texts) -> str:
    """What came of a deed on one or many, each different answer once; None: it is not over yet."""
    lines = dict.fromkeys(_result(each, texts) if each else texts.by_hand_goes_on for each in outcomes)
    shown = list(lines)[:ANSWERS_SHOWN]
    if rest := len(lines) - len(shown):
        shown.append(fill(texts.and_more, count=rest))
    return "\n".join(shown)


def _result(outcome: Outcome, texts: Texts) -> str:
    worked = outcome.status in (Status.DONE, Status.ALREADY_DONE)
    status: str = getattr(texts, f"status_{outcome.status.name.lower()}")
    return fill(
        texts.by_hand_result,
        mark="✓" if worked else "✗",
        action=action_name(outcome.action, texts),
        status=status,
        detail=quote(outcome.detail, 300, one_line=True),
    ).strip()


def _presser(interaction: Interaction) -> discord.Member:
    if not isinstance(interaction.user, discord.Member):
        raise LookupError("the interaction came from no guild")
    return interaction.user


def _texts(interaction: Interaction) -> Texts:
    guild = _presser(interaction).guild
    return desk_of(interaction).rulebook.in_guild(Named(guild.id, guild.name)).texts


def _quoted(name: str) -> str:
    return f"**{quote(name, NAME_SHOWN, one_line=True)}**"
