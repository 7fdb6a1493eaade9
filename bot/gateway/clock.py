"""What time it is by Discord, whose times are held against it: the clock of this machine may be wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic

import discord


class DiscordClock:
    """``now`` by the youngest id that Discord gave to anything, which was made before it arrived here.

    Until it has ``seen`` one, by this machine.
    """

    def __init__(
        self,
        monotonic: Callable[[], float] = monotonic,
        here: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._monotonic = monotonic
        self._here = here
        self._zero: datetime | None = None  # what time it was by Discord when ``monotonic`` was 0

    def seen(self, snowflake: int) -> None:
        """An id that Discord has just given: of a new message, of an interaction."""
        if snowflake <= 0:
            return
        zero = discord.utils.snowflake_time(snowflake) - timedelta(seconds=self._monotonic())
        self._zero = zero if self._zero is None else max(self._zero, zero)

    def now(self) -> datetime:
        return self._here() if self._zero is None else self._zero + timedelta(seconds=self._monotonic())
