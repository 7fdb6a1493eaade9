"""Whatever a flag holds, the record gives it back."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.record.ledger import Ledger
from bot.records import (
    Author,
    CardPlace,
    Decision,
    Fired,
    Named,
    Outcome,
    Post,
    Scores,
    Status,
    Surface,
    ViewScores,
)

SNOWFLAKES = st.integers(1, 2**63 - 1)
WORDS = st.text(max_size=60)
NAMED = st.builds(Named, SNOWFLAKES, WORDS)
CHANCES = st.floats(0, 1)
POSTS = st.fixed_dictionaries(
    {
        "guild": NAMED,
        "channel": NAMED,
        "author": st.builds(Author, SNOWFLAKES, WORDS, st.lists(NAMED, max_size=4).map(tuple), st.booleans()),
        "message_id": SNOWFLAKES,
        "surfaces": st.lists(st.builds(Surface, WORDS, st.text(max_size=4_000)), max_size=3).map(tuple),
        "parent": st.none() | NAMED,
        "category": st.none() | NAMED,
        "is_edit": st.booleans(),
    }
)
VIEWS = st.builds(ViewScores, WORDS, WORDS, st.dictionaries(WORDS, CHANCES, max_size=6))
SCORES = st.builds(Scores, WORDS, st.lists(VIEWS, max_size=4).map(tuple), st.integers(0, 1_000))
FIRED = st.builds(Fired, WORDS, CHANCES, CHANCES, WORDS, WORDS, WORDS, st.none() | st.integers(1, 9_999))
OPTIONS = st.dictionaries(
    WORDS, st.none() | st.booleans() | st.integers() | WORDS | st.lists(WORDS, max_size=2), max_size=3
)
OUTCOMES = st.builds(
    Outcome,
    st.just("flag"),
    st.sampled_from([status for status in Status if status.is_final]),
    WORDS,
    OPTIONS.filter(bool),
    st.none() | st.floats(0, 100),
)


@given(
    fields=POSTS,
    given_scores=SCORES,
    on=st.lists(WORDS, max_size=4).map(tuple),
    fired=st.lists(FIRED, max_size=3).map(tuple),
    reason=WORDS,
    outcomes=st.lists(OUTCOMES, max_size=3),
    card=st.none() | st.builds(CardPlace, SNOWFLAKES, SNOWFLAKES),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_flag_reads_back_as_it_was_opened_and_finished(
    post: Callable[..., Post],
    decision: Decision,
    fields: dict[str, Any],
    given_scores: Scores,
    on: tuple[str, ...],
    fired: tuple[Fired, ...],
    reason: str,
    outcomes: list[Outcome],
    card: CardPlace | None,
):
    async def there_and_back(folder: Path) -> None:
        each = post(**fields)
        decided = Decision(on, fired, decision.actions[:1] * len(outcomes), decision.actions[:1], reason)
        async with Ledger.at(folder) as ledger:
            flag = await ledger.open_flag(each, given_scores, decided)
            assert flag is not None
            assert (flag.text, flag.author, flag.scores, flag.fired) == (each.text, each.author, given_scores, fired)
            assert await ledger.flag(each.guild.id, 1) == flag
            for position, outcome in enumerate(outcomes):
                await ledger.finish(flag, position, outcome)
            await ledger.card_posted(flag, card)
            finished = replace(flag, outcomes=(*outcomes, *flag.outcomes[len(outcomes) :]), card=card)
            assert await ledger.flag(each.guild.id, 1) == finished

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(there_and_back(Path(folder)))
