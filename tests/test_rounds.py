"""One round of a duty that fails ends neither the duty nor the bot."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.errors import RecordFailed
from bot.rounds import one_round


def test_a_failing_record_is_said_in_its_own_words() -> None:
    with capture_logs() as logs, one_round("not expired"):
        raise RecordFailed("the disk is full")
    assert logs == [{"event": "not expired", "why": "the disk is full", "log_level": "warning"}]


def test_an_unexpected_error_is_named_without_its_words() -> None:
    with capture_logs() as logs, one_round("not expired"):
        raise KeyError("what Mallory wrote")
    assert logs == [{"event": "not expired", "error": "KeyError", "log_level": "error"}]


def test_being_told_to_stop_is_no_error() -> None:
    with pytest.raises(asyncio.CancelledError), one_round("not expired"):
        raise asyncio.CancelledError
