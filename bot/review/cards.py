"""Renders a flag as the card that moderators see in the log channel."""

from __future__ import annotations

import discord

from bot.records import Flag, Outcome, Status
from bot.review.quote import quote

TEXT_SHOWN = 1500  # characters of the member's text, escapes included; a card may hold 4,000 in all
NAME_SHOWN = 80
LABELS_SHOWN = 12
BAR_WIDTH = 10

_RED, _AMBER, _GREY = discord.Colour(0xD83C3E), discord.Colour(0xE9A23B), discord.Colour(0x80848E)
_VERBS = {
    Status.DONE: "done",
    Status.ALREADY_DONE: "already done",
    Status.FORBIDDEN: "not allowed",
    Status.FAILED: "failed",
    Status.HELD_BACK: "held back",
    Status.UNKNOWN: "unknown",
    Status.PLANNED: "planned",
    Status.STARTED: "started",
}


class Card(discord.ui.LayoutView):
    """Who, where, the text behind a spoiler, a bar per label, the rule and threshold, and what was done."""

    def __init__(self, flag: Flag) -> None:
        super().__init__(timeout=None)
        parts = [_headline(flag), _text(flag), _bars(flag), _rule(flag), _deeds(flag)]
        box: discord.ui.Container[Card] = discord.ui.Container(accent_colour=_colour(flag))
        for at, part in enumerate(parts):
            if at == 2:
                box.add_item(discord.ui.Separator())
            box.add_item(discord.ui.TextDisplay(part))
        self.add_item(box)


def _headline(flag: Flag) -> str:
    name = quote(flag.author.name, NAME_SHOWN, one_line=True)
    edited = " (edited)" if flag.is_edit else ""
    return (
        f"### Flag #{flag.number}: {', '.join(label.replace('_', ' ') for label in flag.on)}\n"
        f"**{name}** (<@{flag.author.id}>) in <#{flag.channel.id}>{edited}, "
        f"<t:{int(flag.created_at.timestamp())}:R>: [go to the message]({flag.link})"
    )


def _text(flag: Flag) -> str:
    if flag.text is None:
        return "-# The text was not kept."
    return f"||{quote(flag.text, TEXT_SHOWN)}||"


def _bars(flag: Flag) -> str:
    thresholds = {fired.label: fired.at for fired in flag.fired}
    ranked = sorted(flag.scores.labels.items(), key=lambda item: -item[1])[:LABELS_SHOWN]
    width = max(len(label) for label, _ in ranked)
    lines = [
        f"{label:<{width}}  {_bar(probability)} {probability:.2f}"
        + (f"  over {thresholds[label]:.2f}" if label in thresholds else "")
        for label, probability in ranked
    ]
    return "```\n" + "\n".join(lines) + "\n```"


def _bar(probability: float) -> str:
    full = round(probability * BAR_WIDTH)
    return "█" * full + "░" * (BAR_WIDTH - full)


def _rule(flag: Flag) -> str:
    if not flag.fired:
        return "-# No rule fired."
    first = flag.fired[0]
    line = f", line {first.line}" if first.line else ""
    where = f" in the {first.surface}" if first.surface != "content" else ""
    return f"-# Rule `{first.source}`{line}: {first.label} {first.probability:.2f} reached {first.at:g}{where}."


def _deeds(flag: Flag) -> str:
    if held := [outcome for outcome in flag.outcomes if outcome.status is Status.HELD_BACK]:
        done = [outcome for outcome in flag.outcomes if outcome.status is not Status.HELD_BACK]
        would = ", ".join(outcome.action for outcome in held)
        return "\n".join([*map(_deed, _telling(done)), f"Held back: {would} ({flag.hold_reason})."])
    return "\n".join(map(_deed, _telling(flag.outcomes))) or "-# For your eyes only: nothing was done."


def _telling(outcomes: tuple[Outcome, ...] | list[Outcome]) -> list[Outcome]:
    """All but the flag itself, which the card is."""
    return [outcome for outcome in outcomes if outcome.action != "flag"]


def _deed(outcome: Outcome) -> str:
    mark = "✓" if outcome.status in (Status.DONE, Status.ALREADY_DONE) else "✗"
    detail = f": {quote(outcome.detail, 300, one_line=True)}" if outcome.detail else ""
    return f"{mark} **{outcome.action}** {_VERBS[outcome.status]}{detail}"


def _colour(flag: Flag) -> discord.Colour:
    if any(outcome.status in (Status.FAILED, Status.FORBIDDEN, Status.UNKNOWN) for outcome in flag.outcomes):
        return _AMBER
    return _RED if _telling(flag.outcomes) else _GREY
