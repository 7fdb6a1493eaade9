"""What the model says about a post, and what the rules would make of it. Nothing is recorded."""

from __future__ import annotations

from bot.config import Here
from bot.decide.policy import decide
from bot.errors import ModelFailed
from bot.read import views
from bot.read.eligibility import skip_reason
from bot.records import Post, Scores, View, ViewScores
from bot.review.desk import Desk
from bot.review.fitting import fit
from bot.review.quote import quote
from bot.review.sources import at
from bot.texts import Texts, fill
from bot.texts.naming import action_names, label_name, view_name
from bot.texts.saying import say

LABELS_SHOWN = 12
READINGS_SHOWN = 2
LABEL_SHOWN, READING_SHOWN, REASON_SHOWN = 24, 200, 200  # characters
BAR_WIDTH = 10


async def judged(desk: Desk, post: Post, asker_id: int) -> str:
    """The scores of a post, and what would be done about it where it stands. Raises ``ScoringFailed``."""
    here = desk.rulebook.here(post)
    readings = views.of(post, here.allow)
    if not readings.scored:
        return here.texts.score_nothing
    told = await desk.scorer.score([view.text for view in readings.scored], guild_id=post.guild.id, member_id=asker_id)
    scored = zip(readings.scored, told.each, strict=True)
    each = tuple(ViewScores(view.surface, view.name, labels) for view, labels in scored if labels is not None)
    if not each:
        raise ModelFailed(say("no_scores"))
    scores = Scores(told.model, each, told.unscored + readings.left_out)
    bars, read = _bars(scores, here.texts), _readings(readings.scored, scores, here.texts)
    lines = [bars, *_decision(desk, post, scores), *read]
    return fit(lines, here.texts)


def _bars(scores: Scores, texts: Texts) -> str:
    ranked = sorted(scores.labels.items(), key=lambda item: -item[1])[:LABELS_SHOWN]
    names = {label: label_name(label, texts).replace("`", "'")[:LABEL_SHOWN] for label, _ in ranked}
    width = max(len(name) for name in names.values())
    lines = [f"{names[label]:<{width}}  {_bar(probability)} {probability:.2f}" for label, probability in ranked]
    return "```\n" + "\n".join(lines) + "\n```"


def _bar(probability: float) -> str:
    full = round(probability * BAR_WIDTH)
    return "█" * full + "░" * (BAR_WIDTH - full)


def _readings(scored: tuple[View, ...], scores: Scores, texts: Texts) -> list[str]:
    """What was read through a disguise, where that scored highest for any label."""
    decisive = {(top.surface, top.view) for label in scores.labels if (top := scores.highest(label))}
    return [
        f"-# {_read_as(view, texts)}"
        for view in scored
        if view.name != views.WRITTEN and (view.surface, view.name) in decisive
    ][:READINGS_SHOWN]


def _read_as(view: View, texts: Texts) -> str:
    said = fill(texts.card_read_as, view=view_name(view.name, texts))
    return f"{said} ||{quote(view.text, READING_SHOWN, one_line=True)}||"


def _decision(desk: Desk, post: Post, scores: Scores) -> list[str]:
    here = desk.rulebook.here(post)
    texts, decision = here.texts, decide(scores, here.rules, texts=here.texts)
    why = why_not_read(post, here)
    lines = [fill(texts.score_not_read, why=why)] if why else []
    if not decision.fired:
        return [*lines, texts.score_no_rule]
    for fired in decision.fired:
        label = quote(label_name(fired.label, texts), LABEL_SHOWN, one_line=True)
        reached = fill(
            texts.score_reached,
            label=label,
            probability=f"{fired.probability:.2f}",
            at=f"{fired.at:g}",
            rule=at(desk, fired.line, fired.source),
        )
        lines.append(f"- {reached}")
    actions = action_names((action.name for action in (*decision.actions, *decision.held_back)), texts)
    said = [fill(texts.score_rules, actions=actions), texts.score_in_shadow if here.mode == "shadow" else ""]
    return [" ".join(filter(None, said)), *lines]


def why_not_read(post: Post, here: Here) -> str:
    """Why a post is not read where it stands, fit to be shown; empty where it is."""
    why = say("exempted_by", rule=here.exempted_by) if here.exempted_by else skip_reason(post, here.exempt)
    return quote(why.in_words(here.texts), REASON_SHOWN, one_line=True) if why else ""
