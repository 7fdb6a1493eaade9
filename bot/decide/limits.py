"""What may hold a decision back: shadow mode, the fail-safe, and a quota per guild against a runaway rule."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field

from bot.health import Health
from bot.records import Decision, Mode
from bot.texts import Texts, fill

WINDOW = 60.0  # seconds
DESTRUCTIVE_PER_MINUTE = 120  # about two deletes a second; Discord itself allows few more
MOST_PER_MINUTE = 3_000  # Discord's 50 requests a second

DEFAULT_TEXTS = Texts()

Listener = Callable[[int, str | None], None]


class LimitOptions(BaseModel):
    """``limits:`` in config.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    destructive_per_minute: int = Field(
        default=DESTRUCTIVE_PER_MINUTE,
        ge=1,
        le=MOST_PER_MINUTE,
        description="How many destructive actions one server may see in a minute. Above it they are held back.",
    )


@dataclass(slots=True)
class _Breaker:
    """One guild's latest destructive actions, done or held back, and since when it is open."""

    asked: deque[float] = field(default_factory=deque)
    open_since: datetime | None = None

    def ask(self, actions: int, now: float, quota: int) -> bool:
        """Whether ``actions`` more fit into the window that ends ``now``."""
        while self.asked and now - self.asked[0] >= WINDOW:
            self.asked.popleft()
        # What is held back counts too: a rule that goes on running away keeps its breaker open.
        fits = len(self.asked) + actions <= quota
        self.asked.extend([now] * actions)
        while len(self.asked) > quota:  # older ones cannot change the answer
            self.asked.popleft()
        return fits


class Limits:
    """Turns destructive actions into held-back ones where they must not be done now.

    Listeners are told (guild id, sentence) when a guild's breaker opens and (guild id, None) at the first decision
    that finds it closed again. ``clock`` only says in a sentence since when a breaker is open.
    """

    def __init__(self, options: LimitOptions, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._quota = options.destructive_per_minute
        self._clock = clock
        self._breakers: dict[int, _Breaker] = {}
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def use(self, options: LimitOptions) -> None:
        """From now on, hold back as ``options`` say."""
        self._quota = options.destructive_per_minute

    def allow(
        self,
        decision: Decision,
        *,
        guild_id: int,
        now: float,
        mode: Mode,
        health: Health,
        texts: Texts = DEFAULT_TEXTS,
    ) -> Decision:
        """The decision as it may be done at ``now``, in seconds of a clock that never goes back.

        What shadow mode or the fail-safe hold back does not count towards the quota.
        """
        if mode == "shadow":
            return decision.holding_back(texts.held_by_shadow_mode)
        if not health.is_well:
            return decision.holding_back(health.hold_reason)
        destructive = sum(action.destructive for action in decision.actions)
        if not destructive:
            return decision
        breaker = self._breakers.setdefault(guild_id, _Breaker())
        if breaker.ask(destructive, now, self._quota):
            self._close(guild_id, breaker)
            return decision
        return decision.holding_back(self._open(guild_id, breaker, texts))

    def open_since(self, guild_id: int) -> datetime | None:
        """Since when this guild's destructive actions are held back by its quota; None when they are not."""
        breaker = self._breakers.get(guild_id)
        return None if breaker is None else breaker.open_since

    def _open(self, guild_id: int, breaker: _Breaker, texts: Texts) -> str:
        fresh = breaker.open_since is None
        since = breaker.open_since = breaker.open_since or self._clock()
        sentence = fill(texts.held_by_limit, most=self._quota, since=f"{since:%Y-%m-%d %H:%M:%S %Z}")
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
