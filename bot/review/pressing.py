"""What comes of a press on a card: whether it may be, what is asked first, what is done, and what is said of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import discord

from bot import act
from bot.records import Flag, Named, Outcome, Status, Verdict
from bot.review.authority import Deed, refusal
from bot.review.desk import desk_of, named
from bot.review.quote import quote
from bot.texts import Texts, fill
from bot.texts.naming import action_name
from bot.verdict import Result, in_words

Interaction = discord.Interaction[Any]

VERDICTS: dict[str, Verdict] = {"uphold": "upheld", "mistaken": "mistaken"}
TIMEOUTS = {"10m": timedelta(minutes=10), "1h": timedelta(hours=1), "1d": timedelta(days=1), "7d": timedelta(days=7)}
NAME_SHOWN = 80
NAMES_SHOWN = 10
ANSWERS_SHOWN = 10  # outcomes of a deed on many


@dataclass(frozen=True, slots=True)
class Question:
    """What the presser is asked before it is done. ``rest`` is what the button said beyond the flag's number.

    ``upto``: the number of the newest flag that they are asked about; those that join the group later are left out.
    """

    text: str
    yes: str
    no: str
    what: str
    number: int
    rest: str
    upto: int


async def decide(
    interaction: Interaction, number: int, what: str, seen: int, upto: int | None = None
) -> str | Question:
    """Give a verdict; ``upto`` as the presser was asked and said yes. What to tell them, or to ask."""
    desk, texts, verdict = desk_of(interaction), texts_of(interaction), VERDICTS[what]
    flags, refused = await _flags_for(interaction, number, Deed.VERDICT, verdict, upto)
    if refused:
        return refused
    by, covers, is_meant = named(presser_of(interaction)), {flag.id for flag in flags}, upto is not None
    decided = await desk.verdicts.decide(
        flags[0].guild.id, number, verdict, by, via="card", seen=seen, covers=covers, confirmed=is_meant
    )
    said = in_words(decided, number, texts, name=_quoted)
    if decided.result is not Result.CONFIRM:
        return said
    return Question(said, texts.verdict_yes, texts.cancel, what, number, str(seen), _newest(flags))


async def do_by_hand(
    interaction: Interaction, number: int, what: str, time: str = "", upto: int | None = None
) -> str | Question:
    """Delete, time out or ban, as ``decide``. What takes many, or cannot be undone whole, is asked for first."""
    desk, texts = desk_of(interaction), texts_of(interaction)
    flags, refused = await _flags_for(interaction, number, Deed(what), upto=upto)
    if refused:
        return refused
    authors = {each.author.id: each for each in reversed(flags)}
    if upto is None and (asked := _asked(what, flags, authors.values(), texts)):
        yes = texts.ban_yes if what == "ban" else texts.verdict_yes
        return Question(asked, yes, texts.cancel, what, number, time or "now", _newest(flags))
    concerned = flags if what == "delete" else list(authors.values())
    by, action = named(presser_of(interaction)), act.make(what, TIMEOUTS.get(time))
    outcomes = await asyncio.gather(*(desk.by_hand.do(each, action, by) for each in concerned))
    return _results(outcomes, texts)


async def note(interaction: Interaction, number: int, words: str) -> str:
    """Keep a note."""
    desk, texts = desk_of(interaction), texts_of(interaction)
    flags, refused = await _flags_for(interaction, number, Deed.NOTE)
    if refused:
        return refused
    kept = await desk.ledger.remark(flags[0], named(presser_of(interaction)), words)
    desk.board.changed()
    return texts.note_kept if kept else texts.note_not_kept


def presser_of(interaction: Interaction) -> discord.Member:
    if not isinstance(interaction.user, discord.Member):
        raise LookupError("the interaction came from no guild")
    return interaction.user


def texts_of(interaction: Interaction) -> Texts:
    guild = presser_of(interaction).guild
    return desk_of(interaction).rulebook.in_guild(Named(guild.id, guild.name)).texts


async def _flags_for(
    interaction: Interaction, number: int, deed: Deed, verdict: Verdict | None = None, upto: int | None = None
) -> tuple[list[Flag], str]:
    """The flag with those of its group, and why the presser may not do this about them; empty when they may.

    Who joins the group after this was not asked about, and is not concerned.
    """
    desk, texts, presser = desk_of(interaction), texts_of(interaction), presser_of(interaction)
    flag = await desk.ledger.flag(presser.guild.id, number)
    if flag is None:
        return [], fill(texts.no_flag, number=number)
    if interaction.message is not None and interaction.message.id < flag.message_id:
        return [], fill(texts.card_of_another, number=number)
    mates = [mate for mate in await desk.ledger.mates(flag) if upto is None or mate.number <= upto]
    return [flag, *mates], await refusal(presser, deed, flag, texts, also=mates, verdict=verdict) or ""


def _newest(flags: Iterable[Flag]) -> int:
    return max(flag.number for flag in flags)


def _asked(what: str, flags: Sequence[Flag], of_authors: Iterable[Flag], texts: Texts) -> str:
    """What is asked before a deed; empty where it is done at once."""
    names = [_quoted(flag.author.name) for flag in sorted(of_authors, key=lambda flag: flag.number)]
    if what == "ban":
        rest = len(names) - NAMES_SHOWN
        shown = [*names[:NAMES_SHOWN], *([fill(texts.and_more, count=rest)] if rest > 0 else [])]
        return fill(texts.ban_question, members=", ".join(shown))
    return fill(texts.by_hand_group, count=len(flags), authors=len(names)) if len(flags) > 1 else ""


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


def _quoted(name: str) -> str:
    return f"**{quote(name, NAME_SHOWN, one_line=True)}**"
