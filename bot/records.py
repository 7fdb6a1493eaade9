"""What travels along the path of a message: frozen records, and the protocols by which the stages meet.

Nothing here does I/O. Every stage may import this module and none of its siblings.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Literal, Protocol

Mode = Literal["shadow", "live"]


@dataclass(frozen=True, slots=True)
class Named:
    """A guild, channel, role or member: its snowflake and the name it had when we saw it."""

    id: int
    name: str

    def answers_to(self, reference: str) -> bool:
        """Whether the owner's ``reference`` (an id, or a name with or without ``#`` or ``@``) means this one."""
        wanted = reference.strip().casefold()
        return self.name.casefold() in (wanted, wanted.lstrip("#@")) or wanted.lstrip("#@") == str(self.id)


@dataclass(frozen=True, slots=True)
class Author:
    """The member who wrote a post. ``name`` is the display name in the guild."""

    id: int
    name: str
    roles: tuple[Named, ...] = ()
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class Surface:
    """One text in a post. ``kind`` names where it stands: content, forward, embed, poll, file name, ..."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Post:
    """A message, or an edit of one, as we see it."""

    guild: Named
    channel: Named
    author: Author
    message_id: int
    surfaces: tuple[Surface, ...]
    created_at: datetime
    parent: Named | None = None  # the channel that a thread hangs from
    category: Named | None = None
    is_edit: bool = False
    is_system: bool = False  # written by Discord itself: "Mallory joined", "pinned a message"

    @property
    def link(self) -> str:
        """The jump link to the message."""
        return f"https://discord.com/channels/{self.guild.id}/{self.channel.id}/{self.message_id}"

    @property
    def text(self) -> str:
        """All surfaces as one text, each on its own line: what is kept, and hashed to know the post again."""
        return "\n".join(surface.text for surface in self.surfaces)


@dataclass(frozen=True, slots=True)
class View:
    """One reading of a surface. ``name`` is ``written`` for the text as it stands."""

    surface: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class ViewScores:
    """The probability in [0, 1] of each label for one view; independent of each other."""

    surface: str
    view: str
    labels: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Scores:
    """What the model said about one post.

    ``unscored`` counts the views and windows that were left out because the post was over its cap.
    """

    model: str
    views: tuple[ViewScores, ...]
    unscored: int = 0

    @property
    def labels(self) -> dict[str, float]:
        """The highest probability of each label over all views."""
        top: dict[str, float] = {}
        for view in self.views:
            for label, probability in view.labels.items():
                top[label] = max(probability, top.get(label, 0.0))
        return top

    def highest(self, label: str) -> ViewScores:
        """The view that scored highest for ``label``, the first of equals."""
        return max(self.views, key=lambda view: view.labels[label])


class Status(StrEnum):
    """How far one action of a flag has come."""

    PLANNED = "planned"
    STARTED = "started"  # the call may or may not have reached Discord
    DONE = "done"
    ALREADY_DONE = "already done"
    FORBIDDEN = "forbidden"
    FAILED = "failed"
    HELD_BACK = "held back"  # shadow mode, a limit or the fail-safe
    UNKNOWN = "unknown"  # the bot died in the middle and cannot find out

    @property
    def is_final(self) -> bool:
        return self not in (Status.PLANNED, Status.STARTED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one action of a flag. ``detail`` is a sentence for the moderator, or empty."""

    action: str
    status: Status
    detail: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    took: float | None = None  # seconds


class Action(Protocol):
    """One thing to do about a flag: a class of ``bot/act/``, whose fields are its YAML options."""

    name: ClassVar[str]
    needs: ClassVar[frozenset[str]]  # Discord permissions, by their discord.py names
    destructive: ClassVar[bool]  # touches a member or a message: held back in shadow mode and by the fail-safe
    repeatable: ClassVar[bool]  # doing it twice is the same as once
    stage: ClassVar[int]  # actions of a lower stage are over before those of a higher one start
    urgency: ClassVar[int]  # who goes first in a guild's queue; lower goes first

    @property
    def kind(self) -> Hashable:
        """Two actions of one kind are the same deed in different strengths; only the strongest is done."""
        ...

    @property
    def strength(self) -> float: ...

    @property
    def options(self) -> Mapping[str, Any]:
        """The options as plain data, from which the action can be made again."""
        ...

    async def apply(self, case: Case) -> Outcome:
        """Do it, and say what came of it. A failed deed is an outcome, not an exception."""
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """One rung of a ladder: at this probability, do this. ``source`` is its path in the config, ``line`` its line."""

    at: float
    do: tuple[Action, ...]
    source: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Fired:
    """A label that reached a step of its ladder, and the view that made it."""

    label: str
    probability: float
    at: float
    source: str
    surface: str
    view: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules say about one post.

    ``actions`` are to be done, ``held_back`` would have been but for ``hold_reason``. ``on`` are all labels that are
    on, strongest first, also those that fired nothing.
    """

    on: tuple[str, ...] = ()
    fired: tuple[Fired, ...] = ()
    actions: tuple[Action, ...] = ()
    held_back: tuple[Action, ...] = ()
    hold_reason: str = ""

    @property
    def rule(self) -> str:
        """The step that weighed most, by its path in the config; empty when nothing fired."""
        return self.fired[0].source if self.fired else ""

    @property
    def reason(self) -> str:
        """One sentence: which labels reached which thresholds."""
        return ", ".join(f"{f.label} {f.probability:.2f} (at {f.at:g}, {f.source})" for f in self.fired)

    def holding_back(self, reason: str) -> Decision:
        """The same decision with its destructive actions held back; the first reason stays."""
        held = tuple(action for action in self.actions if action.destructive)
        if not held:
            return self
        return replace(
            self,
            actions=tuple(action for action in self.actions if not action.destructive),
            held_back=self.held_back + held,
            hold_reason=self.hold_reason or reason,
        )


@dataclass(frozen=True, slots=True)
class CardPlace:
    """Where the card of a flag stands."""

    channel_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class Flag:
    """The record of one decision about one post. ``number`` counts per guild; ``id`` is the record's own."""

    id: int
    number: int
    guild: Named
    channel: Named
    author: Author
    message_id: int
    text: str | None  # None: expired, erased, or sealed with a key that is not at hand
    scores: Scores
    on: tuple[str, ...]
    fired: tuple[Fired, ...]
    outcomes: tuple[Outcome, ...]
    created_at: datetime
    parent: Named | None = None
    hold_reason: str = ""
    is_edit: bool = False
    verdict: Literal["upheld", "mistaken"] | None = None
    card: CardPlace | None = None

    @property
    def rule(self) -> str:
        return self.fired[0].source if self.fired else ""

    @property
    def link(self) -> str:
        """The jump link to the message."""
        return f"https://discord.com/channels/{self.guild.id}/{self.channel.id}/{self.message_id}"


class Deeds(Protocol):
    """The calls that change Discord. Each raises a ``bot.errors.DeedFailed`` when it could not be done."""

    async def delete_message(self, guild_id: int, channel_id: int, message_id: int, *, reason: str) -> None: ...

    async def direct_message(self, guild_id: int, user_id: int, text: str) -> None: ...

    async def notice(self, guild_id: int, channel_id: int, user_id: int, text: str, *, seconds: float) -> None:
        """Post ``text`` in a channel, addressed to a member, and take it away again after ``seconds``."""
        ...


@dataclass(frozen=True, slots=True)
class Case:
    """What an action is given: the flag, and the means."""

    flag: Flag
    deeds: Deeds

    @property
    def audit_reason(self) -> str:
        """For Discord's audit log, at most 512 characters; names the flag and never quotes the member."""
        labels = ", ".join(fired.label for fired in self.flag.fired)
        return f"Civil Tongue flag #{self.flag.number}: {labels}"[:512]


class Scorer(Protocol):
    """Anything that turns texts into probabilities, usually the worker."""

    async def score(self, texts: Sequence[str], *, guild_id: int, member_id: int) -> TextScores:
        """Score the texts of one post. Raises ``Overloaded`` or ``ModelFailed``."""
        ...


@dataclass(frozen=True, slots=True)
class TextScores:
    """The worker's answer: per text its probabilities, or None where the post's cap left the text out."""

    model: str
    each: tuple[Mapping[str, float] | None, ...]
    unscored: int = 0
