"""Every error that Civil Tongue raises on purpose. Each message is one sentence a person can act on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from bot.texts.saying import Said, say


class CivilTongueError(Exception):
    """The base of them all; the command line prints its message and exits with ``exit_code``."""

    exit_code: ClassVar[int] = 1


class ConfigInvalid(CivilTongueError):
    """config.yaml cannot be used. ``problems`` holds every error, a line ``file:line:column: what`` each."""

    exit_code = 2

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class CommandInvalid(CivilTongueError):
    """The command line names something that there is not."""

    exit_code = 2


class TokenRefused(CivilTongueError):
    """No token, or one that Discord does not take."""

    exit_code = 3


class IntentMissing(CivilTongueError):
    """A privileged intent is switched off in the developer portal."""

    exit_code = 4


class DiscordUnreachable(CivilTongueError):
    """No network, or no Discord at the other end of it."""

    exit_code = 5


class ModelUnavailable(CivilTongueError):
    """The model cannot be had, or is not one that can be used here."""

    exit_code = 6


class FolderInUse(CivilTongueError):
    """Another bot runs on the same data folder."""

    exit_code = 7


class RecordFailed(CivilTongueError):
    """The record cannot be read or written: disk full, locked, damaged. ``said`` is what is read of it in Discord."""

    exit_code = 8

    def __init__(self, sentence: str, said: Said | None = None) -> None:
        super().__init__(sentence)
        self.said = (said or say("record_fails")).plainly(sentence)


class KeyUnusable(CivilTongueError):
    """The key that seals texts is missing, malformed, or not the one that rows were sealed with."""

    exit_code = 9


class TellsPeople(CivilTongueError):
    """An error that is read in Discord, too: ``said`` is its sentence before it is put into a server's words."""

    def __init__(self, said: Said) -> None:
        super().__init__(str(said))
        self.said = said


class ScoringFailed(TellsPeople):
    """A text got no score; the path goes on in fail-safe."""


class Overloaded(ScoringFailed):
    """The worker's queue is full or a deadline has passed."""


class ModelFailed(ScoringFailed):
    """The model raised on this text, or gave something that is not a probability."""


class ShuttingDown(ScoringFailed):
    """The worker is closing and answers what is queued with this."""


class NotAllowed(TellsPeople):
    """Whoever asked for it may not have it done."""


class NotUnderstood(TellsPeople):
    """What a command in Discord was given makes no sense."""


class DeedFailed(TellsPeople):
    """A call to Discord did not do what it was to do."""


class Forbidden(DeedFailed):
    """The bot lacks a permission, or the member stands above it."""


class Gone(DeedFailed):
    """What the deed was about is no longer there: the message is deleted, the member has left."""


class Unreachable(DeedFailed):
    """The member takes no direct messages from this bot."""


class NotNow(Unreachable):
    """Too many direct messages went out lately; this one may go in a minute."""


class TryLater(DeedFailed):
    """Discord is down or limits us for longer than we wait."""


class Away(TryLater):
    """There is no connection at this moment; the call did not reach Discord, or nobody knows whether it did."""


class NoSuchRole(DeedFailed):
    """The server has no role of that name or id."""


class AlreadySo(DeedFailed):
    """Nothing had to be done: it is as it should be."""


class DoesNotApply(DeedFailed):
    """There is no such thing to do about this: a nickname cannot be answered."""


class AlreadyForNow(AlreadySo):
    """It is as it should be, but perhaps for a shorter time: it should be until ``until``, None for good.

    ``before`` is what an earlier action that made it so noted in its outcome.
    """

    def __init__(self, said: Said, before: Mapping[str, Any], until: datetime | None) -> None:
        super().__init__(said)
        self.before = before
        self.until = until


class ChangedSince(DeedFailed):
    """A moderator has changed it since, so it is left alone."""
