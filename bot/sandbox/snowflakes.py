"""Discord's ids: 64 bits, a timestamp on top."""

from __future__ import annotations

from datetime import UTC, datetime

DISCORD_EPOCH_MS = 1_420_070_400_000
TIMESTAMP_SHIFT = 22
SEQUENCE_MASK = (1 << TIMESTAMP_SHIFT) - 1


class Snowflakes:
    """Gives out ids, each greater than all before it; those for a time in the past are unique only."""

    def __init__(self) -> None:
        self._last = 0
        self._past = 0

    def make(self, at: datetime | None = None) -> int:
        if at is not None:
            self._past = (self._past + 1) & SEQUENCE_MASK
            return first_at(at) + self._past
        self._last = max(self._last + 1, first_at(datetime.now(UTC)))
        return self._last


def first_at(moment: datetime) -> int:
    """The smallest id of ``moment``."""
    return (int(moment.timestamp() * 1000) - DISCORD_EPOCH_MS) << TIMESTAMP_SHIFT


def moment_of(snowflake: int) -> datetime:
    """When ``snowflake`` was made."""
    return datetime.fromtimestamp(((snowflake >> TIMESTAMP_SHIFT) + DISCORD_EPOCH_MS) / 1000, UTC)
