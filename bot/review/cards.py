"""Renders a flag as the card that moderators see in the log channel."""

from __future__ import annotations

import discord

from bot.read import views
from bot.records import Flag, Outcome, Status
from bot.review.quote import quote
from bot.texts import Texts, fill

TEXT_SHOWN = 1500  # characters of the member's text, escapes included; a card may hold 4,000 in all
READING_SHOWN = 300  # characters of what was read through a disguise
NAME_SHOWN = 80
LABELS_SHOWN = 12
BAR_WIDTH = 10

_RED, _AMBER, _GREY = discord.Colour(0xD83C3E), discord.Colour(0xE9A23B), discord.Colour(0x80848E)


class Card(discord.ui.LayoutView):
    """Who, where, the text behind a spoiler, a bar per label, the rule and threshold, and what was done."""

    def __init__(self, flag: Flag, texts: Texts) -> None:
        super().__init__(timeout=None)
        parts = [
            _headline(flag, texts),
            _text(flag, texts),
            _bars(flag, texts),
            _rule(flag, texts),
            _deeds(flag, texts),
        ]
        box: discord.ui.Container[Card] = discord.ui.Container(accent_colour=_colour(flag))
        for at, part in enumerate(parts):
            if at == 2:
                box.add_item(discord.ui.Separator())
            box.add_item(discord.ui.TextDisplay(part))
        self.add_item(box)


def _headline(flag: Flag, texts: Texts) -> str:
    title = fill(texts.card_title, number=flag.number, labels=", ".join(label.replace("_", " ") for label in flag.on))
    place = fill(
        texts.card_place,
        member=f"**{quote(flag.author.name, NAME_SHOWN, one_line=True)}** (<@{flag.author.id}>)",
        channel=f"<#{flag.channel.id}>",
        edited=texts.card_edited if flag.is_edit else "",
        when=f"<t:{int(flag.created_at.timestamp())}:R>",
        link=flag.link,
    )
    return f"### {title}\n{place}"


def _text(flag: Flag, texts: Texts) -> str:
    if flag.text is None:
        return f"-# {texts.card_no_text}"
    return f"||{quote(flag.text, TEXT_SHOWN)}||" + _read_as(flag, flag.text, texts)


def _read_as(flag: Flag, text: str, texts: Texts) -> str:
    """What was read where a disguise was undone; worked out anew, so that it is kept nowhere but in the text."""
    view = next((fired.view for fired in flag.fired), views.WRITTEN)
    if view == views.WRITTEN or (read := views.read_as(text, view)) is None:
        return ""
    return f"\n-# {fill(texts.card_read_as, view=view)} ||{quote(read, READING_SHOWN, one_line=True)}||"


def _bars(flag: Flag, texts: Texts) -> str:
    thresholds = {fired.label: fired.at for fired in flag.fired}
    ranked = sorted(flag.scores.labels.items(), key=lambda item: -item[1])[:LABELS_SHOWN]
    width = max(len(label) for label, _ in ranked)
    lines = [
        f"{label:<{width}}  {_bar(probability)} {probability:.2f}"
        + (f"  {fill(texts.card_threshold, at=f'{thresholds[label]:.2f}')}" if label in thresholds else "")
        for label, probability in ranked
    ]
    return "```\n" + "\n".join(lines) + "\n```"


def _bar(probability: float) -> str:
    full = round(probability * BAR_WIDTH)
    return "█" * full + "░" * (BAR_WIDTH - full)


def _rule(flag: Flag, texts: Texts) -> str:
    if not flag.fired:
        return f"-# {texts.card_no_rule}"
    first = flag.fired[0]
    rule = fill(
        texts.card_rule,
        rule=f"`{first.source}`",
        line=_line(first.line, texts),
        label=first.label,
        probability=f"{first.probability:.2f}",
        at=f"{first.at:g}",
        surface=fill(texts.card_surface, surface=first.surface) if first.surface != "content" else "",
    )
    return "\n".join(f"-# {line}" for line in (rule, _strikes(flag, texts)) if line)


def _strikes(flag: Flag, texts: Texts) -> str:
    struck = flag.struck
    if struck is None:
        return ""
    given = fill(texts.card_strikes, given=struck.given, total=struck.total)
    if struck.at is None:
        return given
    reached = fill(texts.card_strikes_reached, rule=f"`{struck.source}`", line=_line(struck.line, texts))
    return f"{given} {reached}"


def _line(line: int | None, texts: Texts) -> str:
    return fill(texts.card_line, line=line) if line else ""


def _deeds(flag: Flag, texts: Texts) -> str:
    if held := [outcome for outcome in flag.outcomes if outcome.status is Status.HELD_BACK]:
        done = [outcome for outcome in flag.outcomes if outcome.status is not Status.HELD_BACK]
        would = ", ".join(outcome.action for outcome in held)
        deeds = [_deed(outcome, texts) for outcome in _telling(done)]
        return "\n".join([*deeds, fill(texts.card_held_back, actions=would, why=flag.hold_reason)])
    return "\n".join(_deed(outcome, texts) for outcome in _telling(flag.outcomes)) or f"-# {texts.card_nothing_done}"


def _telling(outcomes: tuple[Outcome, ...] | list[Outcome]) -> list[Outcome]:
    """All but the flag itself, which the card is."""
    return [outcome for outcome in outcomes if outcome.action != "flag"]


def _deed(outcome: Outcome, texts: Texts) -> str:
    mark = "✓" if outcome.status in (Status.DONE, Status.ALREADY_DONE) else "✗"
    detail = f": {quote(outcome.detail, 300, one_line=True)}" if outcome.detail else ""
    status: str = getattr(texts, f"status_{outcome.status.name.lower()}")
    return f"{mark} **{outcome.action}** {status}{detail}"


def _colour(flag: Flag) -> discord.Colour:
    if any(outcome.status in (Status.FAILED, Status.FORBIDDEN, Status.UNKNOWN) for outcome in flag.outcomes):
        return _AMBER
    return _RED if _telling(flag.outcomes) else _GREY
