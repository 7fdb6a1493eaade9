"""What every action is: a frozen set of YAML options that can be applied to a case."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Hashable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from time import perf_counter
from traceback import extract_tb
from typing import Any, ClassVar, Literal

import structlog
from pydantic import BaseModel, ConfigDict

from bot.errors import (
    AlreadyForNow,
    AlreadySo,
    Away,
    ChangedSince,
    DeedFailed,
    DoesNotApply,
    Forbidden,
    Gone,
    NotNow,
    TryLater,
)
from bot.records import Case, Kind, Outcome, Status, UndoReach
from bot.texts import Texts
from bot.texts.naming import action_name
from bot.texts.saying import NOTHING, Said, say

log = structlog.get_logger()


class Stage(IntEnum):
    """Within one decision: what has to be over before what. A member who was removed can no longer be written to."""

    MESSAGE = 0
    MEMBER = 10  # what touches the member, a warning among it
    REMOVAL = 20


class Urgency(IntEnum):
    """Within a guild's queue, over all decisions: lower goes first. Cards go between MEMBER and DIRECT_MESSAGE."""

    DELETE = -1  # at once
    MEMBER = 10
    DIRECT_MESSAGE = 70


ANYTHING: frozenset[Kind] = frozenset({"message", "title", "status", "event", "name", "automod"})
WRITTEN_IN_A_CHANNEL: frozenset[Kind] = frozenset({"message", "title", "status", "automod"})


@dataclass(frozen=True, slots=True)
class Done:
    """What ``BaseAction.do`` has done: what it says of it, or nothing where the name says it all.

    ``before`` and ``due`` are those of the outcome. ``lasts``: it was so already, and is to be so until ``due``.
    """

    said: Said = NOTHING
    before: Mapping[str, Any] = field(default_factory=dict)
    due: datetime | None = None
    may_pass: bool = False
    lasts: bool = False


class BaseAction(BaseModel, ABC):
    """One thing to do about a flag. A subclass's fields are its YAML options, its file's name is its own.

    ``severity`` is on one scale for all actions, so that steps can be weighed against each other: flag 0, warn 10,
    delete 20, timeout 40, ban 80. What adds to it, such as a duration, adds less than 10.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)

    name: ClassVar[str]
    severity: ClassVar[float]
    needs: ClassVar[frozenset[str]] = frozenset()
    destructive: ClassVar[bool] = True
    repeatable: ClassVar[bool] = False
    stage: ClassVar[int] = Stage.MEMBER
    urgency: ClassVar[int] = Urgency.MEMBER
    short: ClassVar[str | None] = None  # the option that a bare value sets: `- warn: "Please be kind"`
    changes: ClassVar[Literal["message", "member", "channel"]] = "message"  # two that change one thing take turns
    undo_reach: ClassVar[UndoReach]
    undo_needs: ClassVar[frozenset[str]] = frozenset()
    applies_to: ClassVar[frozenset[Kind]] = ANYTHING

    @property
    def kind(self) -> Hashable:
        return self.name

    @property
    def strength(self) -> float:
        return self.severity

    @property
    def options(self) -> Mapping[str, Any]:
        """The options as JSON data, from which ``bot.act.make`` makes this action again."""
        return self.model_dump(mode="json")

    @abstractmethod
    async def do(self, case: Case) -> Done:
        """Do it, after a look at what is there already.

        Raises a ``DeedFailed``; ``apply`` makes an outcome of it.
        """

    @abstractmethod
    async def take_back(self, case: Case, before: Mapping[str, Any]) -> Said:
        """Undo what was done, from what ``do`` noted in ``before``; says what is as it was, and what is not.

        Raises a ``DeedFailed``: ``ChangedSince`` for what a moderator has changed, ``AlreadySo`` for what they undid.
        """

    async def apply(self, case: Case) -> Outcome:
        """Do it, timed, and say what came of it. Raises nothing but a cancellation."""
        started = perf_counter()
        status, done = await self._attempt(case, lambda: self._do_where_it_applies(case))
        took = perf_counter() - started
        return Outcome(
            self.name,
            status,
            done.said.in_words(case.texts),
            self.options,
            took,
            done.before,
            done.due,
            may_pass=done.may_pass,
            longer=case.texts.lasts_longer if done.lasts else "",
        )

    async def undo(self, case: Case, outcome: Outcome) -> Outcome:
        """Take back what ``outcome`` says was done, timed. Raises nothing but a cancellation."""
        started = perf_counter()

        async def attempt() -> Done:
            if outcome.status is Status.UNKNOWN:
                raise DeedFailed(say("undo_unknown"))
            if outcome.status is not Status.DONE:
                raise AlreadySo(say("nothing_to_undo"))
            if outcome.undo_status is Status.DONE:
                raise AlreadySo(say("undone_before"))
            if case.is_wanted_anew is not None and await case.is_wanted_anew():
                raise ChangedSince(say("ordered_anew"))
            return Done(await self.take_back(case, outcome.before))

        status, done = await self._attempt(case, attempt, passing=(TryLater, NotNow))
        took = perf_counter() - started
        said = done.said.in_words(case.texts)
        return Outcome(self.name, status, said, self.options, took, may_pass=done.may_pass)

    async def _do_where_it_applies(self, case: Case) -> Done:
        if case.flag.kind not in self.applies_to:
            raise DoesNotApply(say("no_such_action", action=self._called, kind=say(f"kind_{case.flag.kind}")))
        return await self.do(case)

    def was_begun(self, case: Case) -> bool:
        """Whether there was an attempt of which nobody knows how it ended."""
        return any(
            each.action == self.name and each.status is Status.STARTED and each.options == self.options
            for each in case.flag.outcomes
        )

    def _called(self, texts: Texts) -> str:
        return action_name(self.name, texts)

    def _alone(self, case: Case) -> AbstractAsyncContextManager[None]:
        """Two flags of one member at the same moment must not both find that nothing has been done yet."""
        if self.changes == "message":
            return nullcontext()
        target = case.flag.author.id if self.changes == "member" else case.flag.channel.id
        return case.deeds.alone(self.changes, case.flag.guild.id, target)

    async def _attempt(
        self,
        case: Case,
        deed: Callable[[], Awaitable[Done]],
        passing: tuple[type[DeedFailed], ...] = (Away,),
    ) -> tuple[Status, Done]:
        """``passing``: what may be over in a while. What is to be done waits for less than what is to be undone."""
        try:
            async with self._alone(case):
                return Status.DONE, await deed()
        except AlreadyForNow as error:
            return Status.ALREADY_DONE, Done(error.said, error.before, error.until, lasts=True)
        except (AlreadySo, Gone) as error:
            return Status.ALREADY_DONE, Done(error.said)
        except Forbidden as error:
            return Status.FORBIDDEN, Done(error.said)
        except ChangedSince as error:
            return Status.HELD_BACK, Done(error.said)
        except DoesNotApply as error:
            return Status.DOES_NOT_APPLY, Done(error.said)
        except DeedFailed as error:
            return Status.FAILED, Done(error.said, may_pass=isinstance(error, passing))
        except Exception as error:
            # Type and place only: the message of a stray exception may quote a member.
            where = extract_tb(error.__traceback__)[-1]
            place = f"{Path(where.filename).name}:{where.lineno}"
            log.error("action failed", action=self.name, flag=case.flag.id, error=type(error).__name__, place=place)
            return Status.FAILED, Done(say("broke", action=self._called, error=type(error).__name__, place=place))
