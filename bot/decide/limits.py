"""What may hold a decision back: shadow mode, the fail-safe, and quotas: of a guild, and of warnings to one member."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field

from bot.health import Health
from bot.records import Decision, Mode
from bot.texts import Texts, fill
from bot.texts.saying import OURS

WINDOW = 60.0  # seconds
DESTRUCTIVE_PER_MINUTE = 120  # about two deletes a second; Discord itself allows few more
MOST_PER_MINUTE = 3_000  # Discord's 50 requests a second
MEMBERS_PART = 4  # one member's messages use up at most a quarter of their server's quota
WARNINGS_PER_MINUTE = 3  # to one member: who does not read three does not read thirty
WARNING = "warn"  # the action that is held back above it

Listener = Callable[[int, str | None], None]


class LimitOptions(BaseModel):
    """``limits:`` in config.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    destructive_per_minute: int = Field(
        default=DESTRUCTIVE_PER_MINUTE,
        ge=1,
        le=MOST_PER_MINUTE,
        description=(
            "How many messages of one server may see destructive actions in a minute; above it they are held back."
            " One member's messages count for at most a quarter of it."
        ),
    )


@dataclass(slots=True)
class _Recent:
    """When something happened within the window, and to which member."""

    moments: deque[tuple[float, int]] = field(default_factory=deque)
    by_member: Counter[int] = field(default_factory=Counter)

    def forget(self, now: float) -> None:
        while self.moments and now - self.moments[0][0] >= WINDOW:
            self.forget_oldest()

    def forget_oldest(self) -> None:
        _, member_id = self.moments.popleft()
        self.by_member[member_id] -= 1
        if not self.by_member[member_id]:
            del self.by_member[member_id]

    def add(self, now: float, member_id: int) -> None:
        self.moments.append((now, member_id))
        self.by_member[member_id] += 1


@dataclass(slots=True)
class _Breaker:
    """One guild's latest posts that were or were not to be acted on, and since when it is open."""

    asked: _Recent = field(default_factory=_Recent)
    warned: _Recent = field(default_factory=_Recent)
    open_since: datetime | None = None

    def forget(self, now: float) -> None:
        self.asked.forget(now)
        self.warned.forget(now)

    @property
    def is_empty(self) -> bool:
        return not (self.asked.moments or self.warned.moments)

    def ask(self, now: float, member_id: int, quota: int) -> bool:
        """Whether one more post, of this member, fits into the window that ends ``now``."""
        fits = len(self.asked.moments) < quota
        # What is held back counts too: a rule that goes on running away keeps its breaker open. Beyond their share a
        # member's posts count no more: what is to be bounded is a rule that hits many, not the deletes of one flooder.
        if self.asked.by_member[member_id] < max(1, quota // MEMBERS_PART):
            self.asked.add(now, member_id)
        while len(self.asked.moments) > quota:  # older ones cannot change the answer
            self.asked.forget_oldest()
        return fits

    def warn(self, now: float, member_id: int) -> bool:
        """Whether one more warning to this member fits into the window."""
        if self.warned.by_member[member_id] >= WARNINGS_PER_MINUTE:
            return False
        self.warned.add(now, member_id)
        return True


class Limits:
    """Turns destructive actions into held-back ones where they must not be done now.

    Listeners are told (guild id, sentence) when a guild's breaker opens and (guild id, None) at the first decision
    that finds it closed again. ``clock`` only says in a sentence since when a breaker is open.
    """

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self._breakers: dict[int, _Breaker] = {}
        self._swept = 0.0
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def allow(
        self,
        decision: Decision,
        options: LimitOptions,
        *,
        guild_id: int,
        member_id: int,
        now: float,
        mode: Mode,
        health: Health,
        texts: Texts = OURS,
    ) -> Decision:
        """The decision about a post of ``member_id`` as it may be done at ``now``, in seconds of a steady clock.

        ``options`` are those of the guild at this moment.
        What shadow mode or the fail-safe hold back does not count towards the quotas.
        """
        if mode == "shadow":
            return decision.holding_back(texts.held_by_shadow_mode)
        if not health.is_well:
            return decision.holding_back(health.hold_reason.in_words(texts))
        if not any(action.destructive for action in decision.actions):
            return decision
        self._sweep(now)
        breaker = self._breakers.setdefault(guild_id, _Breaker())
        breaker.forget(now)
        quota = options.destructive_per_minute
        if not breaker.ask(now, member_id, quota):
            return decision.holding_back(self._open(guild_id, breaker, quota, texts))
        self._close(guild_id, breaker)
        warns = any(action.name == WARNING for action in decision.actions)
        if warns and not breaker.warn(now, member_id):
            return _without_warning(decision, fill(texts.held_by_warnings, most=WARNINGS_PER_MINUTE))
        return decision

    def open_since(self, guild_id: int) -> datetime | None:
        """Since when this guild's destructive actions are held back by its quota; None when they are not."""
        breaker = self._breakers.get(guild_id)
        return None if breaker is None else breaker.open_since

    def _sweep(self, now: float) -> None:
        """Once a window, forget the guilds where nothing happened within it."""
        if now - self._swept < WINDOW:
            return
        self._swept = now
        for guild_id, breaker in list(self._breakers.items()):
            breaker.forget(now)
            if breaker.is_empty:
                del self._breakers[guild_id]
                self._close(guild_id, breaker)

    def _open(self, guild_id: int, breaker: _Breaker, quota: int, texts: Texts) -> str:
        fresh = breaker.open_since is None
        since = breaker.open_since = breaker.open_since or self._clock()
        sentence = fill(texts.held_by_limit, most=quota, since=f"{since:%Y-%m-%d %H:%M:%S %Z}")
        if fresh:
            self._tell(guild_id, sentence)
        return sentence

    def _close(self, guild_id: int, breaker: _Breaker) -> None:
        if breaker.open_since is not None:
            breaker.open_since = None
            self._tell(guild_id, None)

    def _tell(self, guild_id: int, sentence: str | None) -> None:
        for listener in self._listeners:
            listener(guild_id, sentence)


def _without_warning(decision: Decision, why: str) -> Decision:
    """The decision with nothing but its warnings held back; its strikes stay."""
    return replace(
        decision,
        actions=tuple(action for action in decision.actions if action.name != WARNING),
        held_back=decision.held_back + tuple(action for action in decision.actions if action.name == WARNING),
        hold_reason="; ".join(filter(None, (decision.hold_reason, why))),
    )
