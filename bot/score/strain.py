"""Judges from the answers given whether scoring as a whole is in trouble, and tells ``Health``."""

from __future__ import annotations

from collections import Counter, deque

from bot.health import Health
from bot.texts.saying import Said, say

PART = "scoring"

RECENT_ANSWERS = 64
OVERLOADS_FOR_TROUBLE = 20  # among the recent answers
FAILURES_FOR_TROUBLE = 5  # in a row
SCORED_TO_HEAL = 8  # in a row

_OVERLOADED, _FAILING = say("scoring_overloaded"), say("scoring_fails")


class Strain:
    """Counts what became of the latest posts. Used on the event loop only."""

    def __init__(self, health: Health) -> None:
        self._health = health
        self._recent: deque[tuple[int, bool]] = deque(maxlen=RECENT_ANSWERS)  # (guild, was overloaded)
        self._failed_in_a_row = 0
        self._scored_in_a_row = 0
        self._in_trouble = False

    def scored(self, guild_id: int, *, has_backlog: bool) -> None:
        """A post was scored. Scores that come out of a backlog heal nothing."""
        self._failed_in_a_row = 0
        self._recent.append((guild_id, False))
        self._scored_in_a_row = 0 if has_backlog else self._scored_in_a_row + 1
        if self._in_trouble and self._scored_in_a_row >= SCORED_TO_HEAL:
            self.healed()

    def overloaded(self, guild_id: int) -> None:
        """A post was turned away."""
        self._scored_in_a_row = 0
        self._recent.append((guild_id, True))
        if self._is_overload_common():
            self.trouble(_OVERLOADED)

    def failed(self) -> None:
        """The model failed on a post."""
        self._scored_in_a_row = 0
        self._failed_in_a_row += 1
        if self._failed_in_a_row >= FAILURES_FOR_TROUBLE:
            self.trouble(_FAILING)

    def trouble(self, said: Said) -> None:
        self._in_trouble = True
        self._health.trouble(PART, said)

    def healed(self) -> None:
        self._in_trouble = False
        self._failed_in_a_row = 0
        self._recent.clear()
        self._health.healed(PART)

    def _is_overload_common(self) -> bool:
        """Whether most of the guilds heard of lately are turned away half the time; one raided guild is no trouble."""
        turned_away = Counter(guild for guild, was_overloaded in self._recent if was_overloaded)
        if turned_away.total() < OVERLOADS_FOR_TROUBLE:
            return False
        heard = Counter(guild for guild, _ in self._recent)
        suffering = sum(2 * turned_away[guild] >= count for guild, count in heard.items())
        return 2 * suffering > len(heard)
