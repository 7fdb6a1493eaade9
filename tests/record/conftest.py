"""What the tests of the record share: posts, scores, decisions, and a folder to keep them in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest

from bot.records import Author, Case, Decision, Fired, Named, Outcome, Post, Scores, Status, Surface, ViewScores


@dataclass(frozen=True)
class Deed:
    """An action that knows its name and its options, which is all that a record asks of one."""

    name: str = "flag"
    options: Mapping[str, Any] = field(default_factory=dict)
    destructive: bool = False
    strength: float = 1.0
    needs: ClassVar[frozenset[str]] = frozenset()
    repeatable: ClassVar[bool] = True
    stage: ClassVar[int] = 0
    urgency: ClassVar[int] = 0

    @property
    def kind(self) -> str:
        return self.name

    async def apply(self, case: Case) -> Outcome:
        return Outcome(self.name, Status.DONE)


POST = Post(
    guild=Named(9_000, "The Guild"),
    channel=Named(500, "general"),
    author=Author(70, "Mallory", (Named(31, "Jester"), Named(30, "Member"))),
    message_id=1_000_000,
    surfaces=(Surface("content", "you are a jerk, said Mallory of the swamp"),),
    created_at=datetime(2026, 11, 20, 12, 0, tzinfo=UTC),
    parent=Named(400, "lounge"),
    category=Named(300, "talk"),
)
SCORES = Scores("embedded@1", (ViewScores("content", "written", {"toxic": 0.97, "insult": 0.91, "threat": 0.01}),))
DECISION = Decision(
    on=("toxic", "insult"),
    fired=(Fired("insult", 0.91, 0.7, "labels.insult[0]", "content", "written", 7),),
    actions=(Deed("flag"), Deed("delete", destructive=True), Deed("warn", {"text": "Mind your words."})),
)


@pytest.fixture
def post() -> Callable[..., Post]:
    """Makes posts: ``post(text=..., message_id=..., any other field)``."""

    def make(text: str | None = None, **fields: Any) -> Post:
        if text is not None:
            fields["surfaces"] = (Surface("content", text),)
        return replace(POST, **fields)

    return make


@pytest.fixture
def scores() -> Scores:
    return SCORES


@pytest.fixture
def decision() -> Decision:
    return DECISION


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that does not exist yet, with no key named in the environment."""
    monkeypatch.delenv("CIVIL_TONGUE_KEY_FILE", raising=False)
    return tmp_path / "data"
