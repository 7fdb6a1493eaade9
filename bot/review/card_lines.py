"""What a card says, part by part, each at most so long that all parts together fit into one message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from discord.utils import format_dt

from bot.decide.policy import Missed, is_near
from bot.read import views
from bot.record.groups import Group, Standing
from bot.records import BY_MODERATOR, BY_REPORT, DISCORD_EPOCH_MS, Flag, Named, Outcome, Ruling, Status, marked
from bot.review.quote import ELLIPSIS, quote, without_tricks
from bot.texts import Texts, fill
from bot.texts.naming import action_name, action_names, label_name, surface_name, verdict_name, view_name

CARD_ROOM = 3_900  # characters of all texts of a message; Discord takes 4,000
TEXT_SHOWN = 1_500  # characters of the member's text, escapes included, where the other parts leave room for so many
LEAST_TEXT = 200
READING_SHOWN = 300  # characters of what was read through a disguise
NAME_SHOWN, DETAIL_SHOWN, LABEL_SHOWN, SOURCE_SHOWN, NOTE_SHOWN = 80, 200, 24, 120, 200
LABELS_SHOWN, BARS_SHOWN, DEEDS_SHOWN, RULINGS_SHOWN, NOTES_SHOWN = 5, 8, 8, 4, 3
PARTS_SHOWN = (600, 450, 350)  # characters of any one part but text and bars; the first that leaves enough to the text
BAR_WIDTH = 12
NEW_MEMBER = timedelta(days=7)

_FAILED = (Status.FAILED, Status.FORBIDDEN, Status.UNKNOWN)


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What a card says beyond its flag. ``thresholds``: label → the lowest step of its ladder in the flag's channel."""

    standing: Standing | None = None
    group: Group | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)
    nearest: Missed | None = None


def parts_of(flag: Flag, facts: CardFacts, texts: Texts) -> list[str]:
    """The parts of a card in order, none of them empty; the text gets the room that the others leave."""
    before = [headline(flag, texts), author(flag, facts.standing, texts), group(facts.group, texts)]
    after = [rule(flag, facts.nearest, texts), deeds(flag, texts), rulings(flag, texts), remarks(flag, texts)]
    figures = bars(flag, facts.thresholds, texts)
    for most in PARTS_SHOWN:
        heads, tails = [_cut(part, most) for part in before], [_cut(part, most) for part in after]
        left = CARD_ROOM - sum(map(len, (*heads, figures, *tails)))
        if left >= LEAST_TEXT:
            break
    said = text(flag, max(min(TEXT_SHOWN, left), LEAST_TEXT), texts)
    return [part for part in (*heads, said, figures, *tails) if part]


def headline(flag: Flag, texts: Texts) -> str:
    named = [quote(label_name(label, texts), LABEL_SHOWN, one_line=True) for label in _labels(flag)]
    if rest := len(named) - LABELS_SHOWN:
        named = [*named[:LABELS_SHOWN], fill(texts.and_more, count=rest)] if rest > 0 else named
    title = fill(texts.card_title, number=flag.number, labels=raised_by(flag, texts) or ", ".join(named))
    where = fill(
        texts.card_place,
        member=_name(Named(flag.author.id, flag.author.name)),
        channel=place(flag, texts),
        edited=texts.card_edited if flag.is_edit else "",
        when=format_dt(flag.created_at, "R"),
        link=" ".join(flag.links),
    )
    return f"### {title}\n{where}"


def author(flag: Flag, standing: Standing | None, texts: Texts) -> str:
    """How new the member is, and what the record holds against them."""
    said = []
    if (joined := flag.author.joined_at) is not None:
        here = flag.created_at - joined
        known = texts.card_new_member if here < NEW_MEMBER else texts.card_member
        said.append(fill(known, since=format_dt(joined, "R")))
    made = datetime.fromtimestamp(((flag.author.id >> 22) + DISCORD_EPOCH_MS) / 1000, flag.created_at.tzinfo)
    if flag.created_at - made < NEW_MEMBER:
        said.append(fill(texts.card_new_account, since=format_dt(made, "R")))
    if standing is not None and standing.flags:
        said.append(fill(texts.card_history, flags=standing.flags, mistaken=standing.mistaken))
    elif standing is not None:
        said.append(texts.card_no_history)
    if standing is not None and standing.strikes:
        said.append(fill(texts.card_standing_strikes, count=standing.strikes))
    if flag.raised_by is not None:
        said.append(fill(texts.card_raised, member=_name(flag.raised_by)))
    if flag.reports:
        said.append(fill(texts.card_reports, count=flag.reports))
    return f"-# {' '.join(said)}" if said else ""


def group(group: Group | None, texts: Texts) -> str:
    """That the card stands for more flags than its own."""
    if group is None or group.count < 2:
        return ""
    named = [quote(member.name, NAME_SHOWN // 2, one_line=True) for member in group.members]
    if rest := group.authors - len(named):
        named.append(fill(texts.and_more, count=rest))
    said = texts.card_group if group.texts == 1 else texts.card_group_alike
    return fill(said, count=group.count, authors=group.authors, members=", ".join(named), texts=group.texts)


def text(flag: Flag, room: int, texts: Texts) -> str:
    """What was written, behind a spoiler, its decisive words marked; and what was read through a disguise."""
    if flag.text is None:
        return f"-# {texts.card_no_text}"[:room]
    if not flag.text.strip():
        return ""
    read = _read_as(flag, flag.text, min(READING_SHOWN, room // 3), texts)
    return f"||{quote(flag.text, max(room - len(read) - 4, 1), marks=marked(flag.spans))}||{read}"


def bars(flag: Flag, thresholds: Mapping[str, float], texts: Texts) -> str:
    """A bar a label, with a tick where its ladder begins."""
    ranked = sorted(flag.scores.labels.items(), key=lambda item: -item[1])[:BARS_SHOWN]
    if not ranked:
        return ""
    at = dict(thresholds) | {fired.label: fired.at for fired in flag.fired}
    named = [(_in_code(label_name(label, texts))[:LABEL_SHOWN], label, value) for label, value in ranked]
    width = max(len(shown) for shown, _, _ in named)
    lines = [
        f"{shown:<{width}} {_bar(value, at.get(label))} {value:.2f}{_against(value, at.get(label))}"
        for shown, label, value in named
    ]
    return "```\n" + "\n".join(lines) + "\n```"


def rule(flag: Flag, nearest: Missed | None, texts: Texts) -> str:
    """Which step fired, what it means for strikes, and which one nearly fired too."""
    if flag.rule in (BY_MODERATOR, BY_REPORT):
        return ""
    if not flag.fired:
        return f"-# {texts.card_no_rule}"
    first = flag.fired[0]
    said = fill(
        texts.card_rule,
        rule=_source(first.source),
        line=_line(first.line, texts),
        label=quote(label_name(first.label, texts), LABEL_SHOWN, one_line=True),
        probability=f"{first.probability:.2f}",
        at=f"{first.at:g}",
        surface=fill(texts.card_surface, surface=quote(surface_name(first.surface, texts), NAME_SHOWN, one_line=True))
        if first.surface != "content"
        else "",
        view=fill(texts.card_view, view=quote(view_name(first.view, texts), NAME_SHOWN, one_line=True))
        if first.view != views.WRITTEN
        else "",
    )
    return "\n".join(f"-# {line}" for line in (said, _nearest(nearest, texts), _strikes(flag, texts)) if line)


def deeds(flag: Flag, texts: Texts) -> str:
    """What was done and what failed, by whom, and what was taken back."""
    telling = tell_of(flag)
    held = [outcome for outcome in telling if outcome.status is Status.HELD_BACK]
    lines = [_deed(flag, outcome, texts) for outcome in telling if outcome.status is not Status.HELD_BACK]
    if rest := len(lines) - DEEDS_SHOWN:
        lines = [*lines[:DEEDS_SHOWN], fill(texts.and_more, count=rest)] if rest > 0 else lines
    if held:
        would = action_names((outcome.action for outcome in held[:DEEDS_SHOWN]), texts)
        why = quote(flag.hold_reason or held[0].detail, DETAIL_SHOWN, one_line=True)
        lines.append(fill(texts.card_held_back, actions=would, why=why))
    return "\n".join(lines) or f"-# {texts.card_nothing_done}"


def rulings(flag: Flag, texts: Texts) -> str:
    """Who decided what, and when; the last one holds."""
    return "\n".join(_ruling(ruling, texts) for ruling in flag.rulings[-RULINGS_SHOWN:])


def remarks(flag: Flag, texts: Texts) -> str:
    """What moderators noted."""
    lines = [
        fill(
            texts.card_note,
            member=_name(remark.by),
            when=format_dt(remark.at, "R"),
            note=quote(remark.text, NOTE_SHOWN, one_line=True) if remark.text is not None else texts.card_note_gone,
        )
        for remark in flag.remarks[-NOTES_SHOWN:]
    ]
    return "\n".join(lines)


def tell_of(flag: Flag) -> list[Outcome]:
    """All but the flag itself, which the card is."""
    return [outcome for outcome in flag.outcomes if outcome.action != "flag"]


def has_failed(flag: Flag) -> bool:
    return undo_has_failed(flag) or any(outcome.status in _FAILED for outcome in flag.outcomes)


def undo_has_failed(flag: Flag) -> bool:
    return any(outcome.undo_status in _FAILED for outcome in flag.outcomes)


def _labels(flag: Flag) -> tuple[str, ...]:
    return flag.on or tuple(dict.fromkeys(fired.label for fired in flag.fired))


def raised_by(flag: Flag, texts: Texts) -> str | None:
    """Who asked for the flag, in place of labels; None where the rules did."""
    return {BY_MODERATOR: texts.card_by_moderator, BY_REPORT: texts.card_by_report}.get(flag.rule)


def place(flag: Flag, texts: Texts) -> str:
    """Where it was written, as Discord links to it or in words."""
    if flag.channel.id:
        return f"<#{flag.channel.id}>"
    return texts.card_in_events if flag.kind == "event" else texts.card_in_names


def _name(who: Named) -> str:
    shown = f"**{quote(who.name, NAME_SHOWN, one_line=True)}**"
    return f"{shown} (<@{who.id}>)" if who.id else shown


def _read_as(flag: Flag, written: str, room: int, texts: Texts) -> str:
    """What was read where a disguise was undone; worked out anew, so that it is kept nowhere but in the text."""
    view = next((fired.view for fired in flag.fired), views.WRITTEN)
    if view == views.WRITTEN or (read := views.read_as(written, view)) is None:
        return ""
    said = fill(texts.card_read_as, view=view_name(view, texts))[:READING_SHOWN]
    return f"\n-# {said} ||{quote(read, room, one_line=True)}||"


def _in_code(text: str) -> str:
    return without_tricks(text).replace("`", "'")


def _bar(probability: float, at: float | None) -> str:
    """Filled beyond the tick where the threshold was reached, and never beyond it where it was not."""
    full = round(probability * BAR_WIDTH)
    if at is None:
        return "█" * full + "░" * (BAR_WIDTH - full)
    tick = min(round(at * BAR_WIDTH), BAR_WIDTH - 2)
    full = max(full, tick + 2) if probability >= at else min(full, tick)
    bar = "█" * full + "░" * (BAR_WIDTH - full)
    return f"{bar[:tick]}┃{bar[tick + 1 :]}"


def _against(probability: float, at: float | None) -> str:
    return "" if at is None else f" {'≥' if probability >= at else '<'} {at:.2f}"


def _source(path: str) -> str:
    """A path in the config as code; it may hold a channel's or a server's name."""
    return f"`{' '.join(_in_code(path).split())[:SOURCE_SHOWN]}`"


def _nearest(nearest: Missed | None, texts: Texts) -> str:
    if nearest is None or not is_near(nearest.probability, nearest.step.at):
        return ""
    return fill(
        texts.card_nearest,
        label=quote(label_name(nearest.label, texts), LABEL_SHOWN, one_line=True),
        probability=f"{nearest.probability:.2f}",
        at=f"{nearest.step.at:g}",
        rule=_source(nearest.step.source),
    )


def _strikes(flag: Flag, texts: Texts) -> str:
    struck = flag.struck
    if struck is None:
        return ""
    said = [fill(texts.card_strikes, given=struck.given, total=struck.total)]
    if struck.at is not None:
        said.append(fill(texts.card_strikes_reached, rule=_source(struck.source), line=_line(struck.line, texts)))
    if struck.given and flag.verdict == "mistaken":
        said.append(texts.card_strikes_back)
    return " ".join(said)


def _line(line: int | None, texts: Texts) -> str:
    return fill(texts.card_line, line=line) if line else ""


def _deed(flag: Flag, outcome: Outcome, texts: Texts) -> str:
    mark = "–" if outcome.status is Status.DOES_NOT_APPLY else "✗"
    mark = "✓" if outcome.status in (Status.DONE, Status.ALREADY_DONE) else mark
    by = fill(texts.card_by, member=_name(outcome.by)) if outcome.by else ""
    detail = f": {quote(outcome.detail, DETAIL_SHOWN, one_line=True)}" if outcome.detail else ""
    status: str = getattr(texts, f"status_{outcome.status.name.lower()}")
    stays = flag.verdict == "mistaken" and outcome.status is Status.DONE and flag.is_later(outcome)
    by += texts.card_stays if stays else ""
    return f"{mark} **{action_name(outcome.action, texts)}** {status}{by}{detail}{_undone(outcome, texts)}"


def _undone(outcome: Outcome, texts: Texts) -> str:
    if outcome.undo_status is None:
        return ""
    worked = outcome.undo_status in (Status.DONE, Status.ALREADY_DONE)
    said = texts.card_undone if worked else texts.card_not_undone
    return f"\n-# ↩ {fill(said, detail=quote(outcome.undo_detail, DETAIL_SHOWN, one_line=True))}"


def _ruling(ruling: Ruling, texts: Texts) -> str:
    return fill(
        texts.card_ruling,
        verdict=f"**{verdict_name(ruling.verdict, texts)}**",
        member=_name(ruling.by),
        when=format_dt(ruling.at, "f"),
        via=ruling.via,
    )


def _cut(part: str, most: int) -> str:
    """At the end of a line where that leaves most of it, else of a word, so that nothing is cut inside an escape."""
    if len(part) <= most:
        return part
    room = most - len(ELLIPSIS) - 1
    shown = part[:room]
    whole = shown.rpartition("\n")[0]
    if len(whole) < room / 2:
        whole = shown.rpartition(" ")[0]
    return f"{whole or shown.rstrip(chr(92))}\n{ELLIPSIS}"
