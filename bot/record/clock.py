"""The time as the record keeps it."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.record.tables import MILLISECOND


def now_in_record() -> datetime:
    """The time in the whole milliseconds that the record keeps."""
    now = datetime.now(UTC)
    return now - (now - now.replace(microsecond=0)) % MILLISECOND
