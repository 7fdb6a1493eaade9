"""What travels along the path of a message: frozen records, and the protocols by which the stages meet.

Nothing here does I/O. Every stage may import this module and none of its siblings.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Literal, Protocol

from bot.texts import Texts

Mode = Literal["shadow", "live"]

BY_MODERATOR, BY_REPORT = "moderator", "report"  # the rules of flags that people raise
# What a post is: a message; the title and tags of a thread; a scheduled event; the names of a member; something that
# Discord's own AutoMod acted on. The ``message_id`` of a post is the id of that: of a name, a made-up one of its time.
Kind = Literal["message", "title", "status", "event", "name", "automod"]
# Why a post is only flagged, whatever its scores: the name of the text that says so.
Doubt = Literal["", "held_by_preview", "held_by_unknown_author"]
Verdict = Literal["upheld", "mistaken"]

DISCORD_EPOCH_MS = 1_420_070_400_000  # a snowflake's upper 42 bits count from here
LATE_AFTER = timedelta(minutes=2)
AUDIT_REASON = 512  # characters that Discord's audit log takes
LONGEST_ID = 19  # digits; ids are numbers under 2**63


def is_id(text: str) -> bool:
    """Whether ``text`` is the id of something on Discord."""
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_ID and int(text) < 2**63


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
    joined_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Surface:
    """One text in a post. ``kind`` names where it stands: content, forward, embed, poll, file name, ..."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file beside a message that holds words, and where it is to be had. ``size`` in bytes, as Discord says."""

    url: str
    size: int


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
    kind: Kind = "message"
    also: tuple[int, ...] = ()  # earlier messages, oldest first, that are read as one with this one
    context: str = ""  # the beginning of the message by somebody else that this one answers
    doubt: Doubt = ""
    files: tuple[TextFile, ...] = ()

    @property
    def link(self) -> str:
        """Where a moderator sees it."""
        return _link(self.kind, self.guild.id, self.channel.id, self.message_id, self.author.id)

    @property
    def text(self) -> str:
        """All surfaces as one text, each on its own line: what is kept, and hashed to know the post again."""
        return "\n".join(surface.text for surface in self.surfaces)


def _link(kind: Kind, guild_id: int, channel_id: int, message_id: int, author_id: int) -> str:
    match kind:
        case "name":
            return f"https://discord.com/users/{author_id}"
        case "event":
            return f"https://discord.com/events/{guild_id}/{message_id}"
        case "title" | "status":
            return f"https://discord.com/channels/{guild_id}/{channel_id}"
        case _:
            return f"https://discord.com/channels/{guild_id}/{channel_id}/{message_id}"


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
    language: str = ""  # whose own model judged; not recorded

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
    DOES_NOT_APPLY = "does not apply"  # there is no such thing to do: a nickname cannot be answered
    UNKNOWN = "unknown"  # the bot died in the middle and cannot find out

    @property
    def is_final(self) -> bool:
        return self not in (Status.PLANNED, Status.STARTED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one action of a flag. ``detail`` is a sentence for the moderator, or empty.

    ``before`` is plain data from which the action can be undone: what stood there, and what was put in its place.
    ``due``: when it is to be taken back by itself. ``undo_status`` is None until somebody or something has undone it.
    """

    action: str
    status: Status
    detail: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    took: float | None = None  # seconds
    before: Mapping[str, Any] = field(default_factory=dict)
    due: datetime | None = None
    undo_status: Status | None = None
    undo_detail: str = ""
    by: Named | None = None  # the moderator who ordered it by hand; None: the rules did
    ordered_at: datetime | None = None  # when that was
    may_pass: bool = False  # Discord was away; the same call may go through in a moment. Not recorded.
    longer: str = ""  # it was so before, and is to last until ``due``: what to say if that is longer. Not recorded.


UndoReach = Literal["full", "partial", "none"]


class Action(Protocol):
    """One thing to do about a flag: a class of ``bot/act/``, whose fields are its YAML options."""

    name: ClassVar[str]
    needs: ClassVar[frozenset[str]]  # Discord permissions, by their discord.py names
    destructive: ClassVar[bool]  # touches a member or a message: held back in shadow mode and by the fail-safe
    repeatable: ClassVar[bool]  # doing it twice is the same as once
    stage: ClassVar[int]  # actions of a lower stage are over before those of a higher one start
    urgency: ClassVar[int]  # who goes first in a guild's queue; lower goes first
    undo_reach: ClassVar[UndoReach]  # how much of it ``undo`` can make undone
    undo_needs: ClassVar[frozenset[str]]  # Discord permissions that only ``undo`` asks for

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

    async def undo(self, case: Case, outcome: Outcome) -> Outcome:
        """Take back what ``outcome`` says was done, and leave alone what a moderator has changed since."""
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """One rung of a ladder: at this probability, do this. ``source`` is its path in the config, ``line`` its line.

    ``strikes`` is what reaching it is worth, where the step says so itself. ``shadowed_by`` is the path of what put it
    into shadow mode, empty where nothing did.
    """

    at: float
    do: tuple[Action, ...]
    source: str
    line: int | None = None
    strikes: int | None = None
    shadowed_by: str = ""


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
class Struck:
    """What a decision means for its author's strikes.

    ``given`` are recorded with the flag, 0 when the decision was held back; ``total`` stand against the member with the
    new ones. ``at``, ``source`` and ``line`` tell the step of the strike ladder that this newly reached, if it did.
    """

    given: int
    total: int
    at: int | None = None
    source: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Strike:
    """Strikes that a member got at once: ``weight`` of them, for the flag ``flag_number`` of the guild."""

    flag_number: int
    weight: int
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Reported:
    """A message that a member reported."""

    reported_at: datetime
    message_id: int
    channel: Named


@dataclass(frozen=True, slots=True)
class History:
    """What a member did before, as far as it matters for a decision."""

    strikes: int = 0


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
    struck: Struck | None = None
    raised_by: Named | None = None  # the moderator who flagged it by hand
    reported_by: int | None = None  # the member who reported it, by id; nobody is ever shown who that is

    @property
    def rule(self) -> str:
        """The step that weighed most, by its path in the config; empty when nothing fired."""
        return self.fired[0].source if self.fired else ""

    def holding_back(self, reason: str, but: Decision | None = None) -> Decision:
        """The same decision with its destructive actions held back and no strikes given; earlier reasons stay.

        What ``but``, another decision about the post, asks for as well is done all the same, as far as it asks for it.
        """
        asked = {action.kind: action for action in but.actions} if but else {}
        done = tuple(
            min(action, asked[action.kind], key=lambda each: each.strength) if action.destructive else action
            for action in self.actions
            if not action.destructive or action.kind in asked
        )
        held = tuple(action for action in self.actions if action not in done)
        struck = self._struck_less(but)
        if not held and struck == self.struck:
            return self
        return replace(
            self,
            actions=done,
            held_back=self.held_back + held,
            hold_reason="; ".join(filter(None, (self.hold_reason, reason))),
            struck=struck,
        )

    def _struck_less(self, but: Decision | None) -> Struck | None:
        if self.struck is None or but is None or but.struck is None:
            return replace(self.struck, given=0) if self.struck else None
        return min(self.struck, but.struck, key=lambda each: each.given)


@dataclass(frozen=True, slots=True)
class CardPlace:
    """Where the card of a flag stands. ``in_digest``: it is one of many that a message there counts."""

    channel_id: int
    message_id: int
    in_digest: bool = False


@dataclass(frozen=True, slots=True)
class Ruling:
    """One verdict: a moderator's, with the way it came; ``by.id`` is 0 for whoever is at the bot's machine."""

    verdict: Verdict
    by: Named
    at: datetime
    via: str


@dataclass(frozen=True, slots=True)
class Remark:
    """What a moderator noted about a flag. ``text`` is None where it is no longer kept, or its key is not at hand."""

    by: Named
    at: datetime
    text: str | None


@dataclass(frozen=True, slots=True)
class Span:
    """Whole words that moved the score of ``label``: the characters from ``start`` to before ``end`` of a text.

    ``weight`` is in (0, 1], 1 for the words that moved it most.
    """

    label: str
    start: int
    end: int
    weight: float


def marked(spans: Iterable[Span]) -> list[tuple[int, int]]:
    """The (start, end) of what the spans of all labels cover together, in order, without overlap."""
    pieces: list[tuple[int, int]] = []
    for start, end in sorted((span.start, span.end) for span in spans):
        if pieces and start <= pieces[-1][1]:
            pieces[-1] = (pieces[-1][0], max(end, pieces[-1][1]))
        else:
            pieces.append((start, end))
    return pieces


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
    category: Named | None = None
    hold_reason: str = ""
    struck: Struck | None = None
    is_edit: bool = False
    verdict: Verdict | None = None
    card: CardPlace | None = None
    rulings: tuple[Ruling, ...] = ()  # oldest first; the last one is the verdict
    remarks: tuple[Remark, ...] = ()
    lead: int | None = None  # id of the flag whose card shows this one too: the same text a little earlier
    raised_by: Named | None = None  # the moderator who flagged it by hand
    reports: int = 0  # members who reported it
    spans: tuple[Span, ...] = ()  # offsets into ``text``; none where they could not be had in time
    kind: Kind = "message"
    also: tuple[int, ...] = ()  # the ids of earlier messages that were read as one with this one

    @property
    def post(self) -> Post:
        """The post that was flagged, as far as the flag knows it: enough to ask which rules hold for it."""
        return Post(
            guild=self.guild,
            channel=self.channel,
            author=self.author,
            message_id=self.message_id,
            surfaces=(),
            created_at=self.created_at,
            parent=self.parent,
            category=self.category,
            kind=self.kind,
        )

    @property
    def is_late(self) -> bool:
        """Whether the message had stood for a while when it was flagged: the bot was away, the talk has moved on."""
        written = datetime.fromtimestamp(((self.message_id >> 22) + DISCORD_EPOCH_MS) / 1000, UTC)
        return not self.is_edit and self.created_at - written > LATE_AFTER

    @property
    def rule(self) -> str:
        return self.fired[0].source if self.fired else ""

    @property
    def surface(self) -> str:
        """Where the text stood that weighed most; empty when nothing fired."""
        return self.fired[0].surface if self.fired else ""

    @property
    def link(self) -> str:
        """Where a moderator sees it."""
        return _link(self.kind, self.guild.id, self.channel.id, self.message_id, self.author.id)

    @property
    def links(self) -> tuple[str, ...]:
        """The link, after those of the messages that were read as one with it."""
        place = f"https://discord.com/channels/{self.guild.id}/{self.channel.id}/"
        return (*(f"{place}{each}" for each in self.also if each != self.message_id), self.link)

    @property
    def messages(self) -> tuple[int, ...]:
        """The ids of all its messages, oldest first; none where it is about no message that there is."""
        return (*self.also, self.message_id) if self.kind == "message" else self.also

    def is_later(self, outcome: Outcome) -> bool:
        """Whether a moderator ordered it by hand after the verdict, which therefore does not speak of it."""
        decided = self.rulings[-1].at if self.rulings else None
        return decided is not None and outcome.ordered_at is not None and outcome.ordered_at > decided


@dataclass(frozen=True, slots=True)
class Pause:
    """Shadow mode for a whole guild, put on by a moderator and not by the config. ``reason`` is in their words."""

    reason: str
    by: Named
    since: datetime


@dataclass(frozen=True, slots=True)
class GuildSettings:
    """What a guild's moderators have set in Discord. It goes before what the file says for all guilds, and after what
    the file says for this one. ``log_channel`` is the id of a channel."""

    log_channel: int | None = None
    pause: Pause | None = None


AppealDecision = Literal["accepted", "refused"]


@dataclass(frozen=True, slots=True)
class Appeal:
    """What the author of a flag says against it, and what became of that. ``number`` is the flag's in its guild."""

    flag_id: int
    guild_id: int
    number: int
    member_id: int
    made_at: datetime
    text: str | None  # None: expired, erased, or sealed with a key that is not at hand
    decision: AppealDecision | None = None
    by: Named | None = None  # who decided
    decided_at: datetime | None = None
    is_told: bool = False  # the member has had the answer
    card: CardPlace | None = None


@dataclass(frozen=True, slots=True)
class MemberNow:
    """A member as Discord has them at this moment, whom the bot may touch: it has been looked up."""

    guild_id: int
    id: int
    role_ids: frozenset[int]
    nickname: str | None
    timed_out_until: datetime | None  # may be over


class Deeds(Protocol):
    """The calls that change Discord. Each raises a ``bot.errors.DeedFailed`` when it could not be done.

    Each checks before it calls what can be known before: a permission that is missing costs no call.
    """

    def alone(self, *about: Hashable) -> AbstractAsyncContextManager[None]:
        """Keep others who name the same out, from a look at Discord to the change that is based on it."""
        ...

    # Messages

    async def delete_message(self, guild_id: int, channel_id: int, message_id: int, *, reason: str) -> None: ...

    async def delete_own(self, guild_id: int, channel_id: int, message_id: int) -> None:
        """Delete a message of the bot's own."""
        ...

    async def direct_message(self, guild_id: int, user_id: int, text: str, *, appeal: int | None = None) -> None:
        """Write to a member; ``appeal``: the number of the flag against which a button below lets them appeal."""
        ...

    def try_again(self, guild_id: int, user_id: int) -> None:
        """A moderator asks for it: a member who lately took no direct messages is written to all the same."""
        ...

    async def notice(self, guild_id: int, channel_id: int, user_id: int, text: str, *, seconds: float) -> None:
        """Post ``text`` in a channel, addressed to a member, and take it away again after ``seconds``."""
        ...

    async def reply(self, guild_id: int, channel_id: int, message_id: int, text: str) -> int:
        """Answer a message, or write below where it stood, pinging nobody; returns the id of the answer."""
        ...

    async def react(self, guild_id: int, channel_id: int, message_id: int, emoji: str) -> None: ...

    async def unreact(self, guild_id: int, channel_id: int, message_id: int, emoji: str) -> None: ...

    async def ping(self, guild_id: int, role: str, text: str, *, channel: str | None = None) -> None:
        """Ping the role in a channel (both by name or id); without one, in the log channel."""
        ...

    # Channels

    async def title(self, guild_id: int, thread_id: int) -> str:
        """The title of a thread as it is now."""
        ...

    async def set_title(self, guild_id: int, thread_id: int, title: str, *, reason: str) -> None: ...

    async def clear_voice_status(self, guild_id: int, channel_id: int, *, reason: str) -> None: ...

    async def delete_event(self, guild_id: int, event_id: int, *, reason: str) -> None:
        """Delete a scheduled event."""
        ...

    async def slowmode(self, guild_id: int, channel_id: int) -> int:
        """The seconds between two messages of one member, in a channel where the bot may change them."""
        ...

    async def set_slowmode(self, guild_id: int, channel_id: int, seconds: int, *, reason: str) -> None: ...

    async def invite(self, guild_id: int, channel_id: int, *, reason: str) -> str:
        """The address of an invite for one person."""
        ...

    # Members

    async def member(self, guild_id: int, user_id: int, role_ids: Sequence[int], *, to: str) -> MemberNow:
        """The member as they are now.

        Raises ``Forbidden`` where the bot lacks the permission ``to`` or may not touch the member, if ``role_ids``
        (those they had) already say so without a call; ``Gone`` where they have left.
        """
        ...

    async def time_out(self, member: MemberNow, until: datetime | None, *, reason: str) -> None: ...

    async def kick(self, member: MemberNow, *, reason: str) -> None: ...

    async def set_nickname(self, member: MemberNow, nickname: str | None, *, reason: str) -> None: ...

    async def role(self, guild_id: int, reference: str) -> Named:
        """The role of this name or id. Raises ``Forbidden`` where the bot may not give or take it."""
        ...

    async def add_role(self, member: MemberNow, role_id: int, *, reason: str) -> None: ...

    async def remove_role(self, member: MemberNow, role_id: int, *, reason: str) -> None: ...

    async def ban_reason(self, guild_id: int, user_id: int) -> str | None:
        """Why someone is banned, or an empty text where nobody said; None: they are not banned."""
        ...

    async def ban(self, guild_id: int, user_id: int, *, delete_seconds: int, reason: str) -> None: ...

    async def unban(self, guild_id: int, user_id: int, *, reason: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Case:
    """What an action is given: the flag, the means, and the words for it in this guild.

    ``by`` and ``since``: the moderator who ordered or took it back by hand, and when; None: the rules, with the flag.
    ``is_wanted_anew``: whether a moderator has meanwhile ordered what is to be taken back.
    """

    flag: Flag
    deeds: Deeds
    texts: Texts = field(default_factory=Texts)
    by: Named | None = None
    since: datetime | None = None
    is_wanted_anew: Callable[[], Awaitable[bool]] | None = None

    @property
    def begins(self) -> datetime:
        """From when on a time is counted: an action that is begun again after a crash ends at the same moment."""
        return self.since or self.flag.created_at

    @property
    def audit_reason(self) -> str:
        """For Discord's audit log, at most 512 characters; names the flag and never quotes the member."""
        why = f"by {self.by.name}" if self.by else ", ".join(fired.label for fired in self.flag.fired)
        return f"Civil Tongue flag #{self.flag.number}: {why}"[:AUDIT_REASON]

    @property
    def undo_reason(self) -> str:
        """As ``audit_reason``, for what is taken back."""
        by = f" by {self.by.name}" if self.by else ""
        return f"Civil Tongue flag #{self.flag.number}: taken back{by}"[:AUDIT_REASON]


class Scorer(Protocol):
    """Anything that turns texts into probabilities, usually the worker."""

    async def score(self, texts: Sequence[str], *, guild_id: int, member_id: int) -> TextScores:
        """Score the texts of one post. Raises ``Overloaded`` or ``ModelFailed``."""
        ...


class BackgroundScorer(Protocol):
    """As ``Scorer``, for what nobody waits for: it is scored only while no message waits for its scores."""

    async def score(
        self, texts: Sequence[str], *, guild_id: int, member_id: int, in_background: bool = False
    ) -> TextScores: ...


@dataclass(frozen=True, slots=True)
class TextScores:
    """The worker's answer: per text its probabilities, or None where the post's cap left the text out."""

    model: str
    each: tuple[Mapping[str, float] | None, ...]
    unscored: int = 0
    language: str = ""  # the code of the language whose own model judged; empty for the main model
