"""What the model says about a post, and what the rules would make of it. Nothing is recorded."""

from __future__ import annotations

from bot.decide.policy import decide
from bot.errors import CivilTongueError
from bot.read import views
from bot.read.eligibility import skip_reason
from bot.records import Post, Scores, View, ViewScores
from bot.review.desk import Desk
from bot.review.fitting import fit
from bot.review.quote import quote
from bot.review.sources import at

LABELS_SHOWN = 12
READINGS_SHOWN = 2
LABEL_SHOWN, READING_SHOWN, REASON_SHOWN = 24, 200, 200  # characters
BAR_WIDTH = 10


async def judged(desk: Desk, post: Post, asker_id: int) -> str:
    """The scores of a post, and what would be done about it where it stands. Raises ``ScoringFailed``."""
    here = desk.rulebook.here(post)
    readings = views.of(post, here.allow)
    if not readings.scored:
        return "Nothing in it counts: it is all allowed phrases, links, code or names."
    told = await desk.scorer.score([view.text for view in readings.scored], guild_id=post.guild.id, member_id=asker_id)
    scored = zip(readings.scored, told.each, strict=True)
    each = tuple(ViewScores(view.surface, view.name, labels) for view, labels in scored if labels is not None)
    if not each:
        raise CivilTongueError("The model gave no scores for this text.")
    scores = Scores(told.model, each, told.unscored + readings.left_out)
    bars, read = _bars(scores), _readings(readings.scored, scores)
    lines = [bars, *_decision(desk, post, scores), *read]
    return fit(lines)


def _bars(scores: Scores) -> str:
    ranked = sorted(scores.labels.items(), key=lambda item: -item[1])[:LABELS_SHOWN]
    names = {label: label.replace("`", "'")[:LABEL_SHOWN] for label, _ in ranked}
    width = max(len(name) for name in names.values())
    lines = [f"{names[label]:<{width}}  {_bar(probability)} {probability:.2f}" for label, probability in ranked]
    return "```\n" + "\n".join(lines) + "\n```"


def _bar(probability: float) -> str:
    full = round(probability * BAR_WIDTH)
    return "█" * full + "░" * (BAR_WIDTH - full)


def _readings(scored: tuple[View, ...], scores: Scores) -> list[str]:
    """What was read through a disguise, where that scored highest for any label."""
    decisive = {(top.surface, top.view) for label in scores.labels if (top := scores.highest(label))}
    return [
        f"-# Read through its disguise ({view.name}): ||{quote(view.text, READING_SHOWN, one_line=True)}||"
        for view in scored
        if view.name != views.WRITTEN and (view.surface, view.name) in decisive
    ][:READINGS_SHOWN]


def _decision(desk: Desk, post: Post, scores: Scores) -> list[str]:
    here = desk.rulebook.here(post)
    decision = decide(scores, here.rules)
    why = f"{here.exempted_by} exempts it" if here.exempted_by else skip_reason(post, here.exempt)
    skipped = f"This would not be read here: {quote(why, REASON_SHOWN, one_line=True)}." if why else ""
    lines = [skipped] if skipped else []
    if not decision.fired:
        return [*lines, "No rule here fires."]
    for fired in decision.fired:
        label = quote(fired.label, LABEL_SHOWN, one_line=True)
        lines.append(f"- {label} {fired.probability:.2f} reaches {fired.at:g}: {at(desk, fired.line, fired.source)}")
    actions = ", ".join(action.name for action in (*decision.actions, *decision.held_back))
    mode = " Now, in shadow mode, it is only flagged." if here.mode == "shadow" else ""
    return [f"The rules here: {actions}.{mode}", *lines]
