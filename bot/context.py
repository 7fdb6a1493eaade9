"""An answer, read once more behind what it answers: never to punish it harder, only to call a moderator.

What the rules do on the strength of the answer alone is done if the two messages, read together, are still flagged. If
what went before explains it away, so that together they would not even be flagged, then the answer is flagged and
nothing else is done about it.

Any talk before it makes abuse look milder to a model, and whoever wants to abuse can choose what to answer. So it is
also read behind as many friendly words that say nothing: only where it stays as harsh behind those did the question
explain it.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.decide.policy import decide
from bot.decide.rules import Rules
from bot.read import views
from bot.read.allow import AllowList
from bot.records import Post, Scores

# What is answered explains the words of the answer, not the name of a file beside it.
_EXPLAINED = frozenset({"content", "voice chat"})
Reading = tuple[str, str]  # a surface and a view of it
Labels = Mapping[str, float] | None
Together = Mapping[Reading, tuple[Labels, Labels]]  # scored behind what is answered, and behind words that say nothing

_NOTHING_SAID = (
    "Thank you so much, good morning everyone, happy birthday and have a lovely day! Welcome to the garden, it is great"
    " that you are here, thanks for all your kind help with the flowers and see you again on Sunday. "
)


def in_context(post: Post, scores: Scores, allow: AllowList, rules: Rules) -> dict[Reading, tuple[str, str]]:
    """For each reading that something destructive rests on, what to score besides; nothing where nothing is in doubt.

    It is read through the same disguise: an insult in other letters would else look harmless behind any text.
    """
    resting = {reading for _, reading in _resting(scores, rules)} if post.context else set()
    if any(surface not in _EXPLAINED for surface, _ in resting):
        return {}
    found = {(view.surface, view.name): view.text for view in views.of(post, allow).scored} if resting else {}
    nothing = (_NOTHING_SAID * (len(post.context) // len(_NOTHING_SAID) + 1))[: len(post.context)]
    return {
        reading: (allow.blank(f"{post.context}\n{found[reading]}"), allow.blank(f"{nothing}\n{found[reading]}"))
        for reading in resting
        if reading in found
    }


def is_explained(together: Together, scores: Scores, rules: Rules) -> bool:
    """Whether nothing that something destructive rests on reaches any step behind what is answered.

    What is milder behind words that say nothing, too, or has not been scored, is not explained.
    """
    return all(_explains(together.get(reading), label, scores, rules) for label, reading in _resting(scores, rules))


def _explains(told: tuple[Labels, Labels] | None, label: str, scores: Scores, rules: Rules) -> bool:
    behind_question, behind_nothing = told or (None, None)
    if behind_question is None or behind_nothing is None:
        return False
    step = rules.reached(label, behind_nothing.get(label, 0.0))
    as_harsh = step is not None and step == rules.reached(label, scores.labels.get(label, 0.0))
    return as_harsh and rules.reached(label, behind_question.get(label, 0.0)) is None


def _resting(scores: Scores, rules: Rules) -> list[tuple[str, Reading]]:
    """The labels, and where each was found, of which a step does something destructive."""
    found = []
    for fired in decide(scores, rules).fired:
        step = rules.reached(fired.label, fired.probability)
        if step and not step.shadowed_by and any(action.destructive for action in step.do):
            found.append((fired.label, (fired.surface, fired.view)))
    return found
