"""What every action is: a frozen set of YAML options that can be applied to a case."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping
from enum import IntEnum
from pathlib import Path
from time import perf_counter
from traceback import extract_tb
from typing import Any, ClassVar

import structlog
from pydantic import BaseModel, ConfigDict

from bot.errors import DeedFailed, Forbidden, Gone
from bot.records import Case, Outcome, Status

log = structlog.get_logger()


class Stage(IntEnum):
    """Within one decision: what has to be over before what. A member who was removed can no longer be written to."""

    MESSAGE = 0
    MEMBER = 10


class Urgency(IntEnum):
    """Within a guild's queue, over all decisions: lower goes first. Cards go between MEMBER and DIRECT_MESSAGE."""

    DELETE = 0
    MEMBER = 10
    DIRECT_MESSAGE = 30


class BaseAction(BaseModel, ABC):
    """One thing to do about a flag. A subclass's fields are its YAML options, its file's name is its own.

    ``severity`` is on one scale for all actions, so that steps can be weighed against each other: flag 0, warn 10,
    delete 20; what touches the member comes above.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: ClassVar[str]
    severity: ClassVar[float]
    needs: ClassVar[frozenset[str]] = frozenset()
    destructive: ClassVar[bool] = True
    repeatable: ClassVar[bool] = False
    stage: ClassVar[int] = Stage.MEMBER
    urgency: ClassVar[int] = Urgency.MEMBER
    short: ClassVar[str | None] = None  # the option that a bare value sets: `- warn: "Please be kind"`

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
    async def do(self, case: Case) -> str:
        """Do it, and return a sentence on what was done (or nothing, where the name says it all).

        Raises a ``DeedFailed``; ``apply`` makes an outcome of it.
        """

    async def apply(self, case: Case) -> Outcome:
        """Do it, timed, and say what came of it. Raises nothing but a cancellation."""
        started = perf_counter()
        status, detail = await self._attempt(case)
        return Outcome(self.name, status, detail, self.options, perf_counter() - started)

    async def _attempt(self, case: Case) -> tuple[Status, str]:
        try:
            return Status.DONE, await self.do(case)
        except Gone as error:
            return Status.ALREADY_DONE, str(error)
        except Forbidden as error:
            return Status.FORBIDDEN, str(error)
        except DeedFailed as error:
            return Status.FAILED, str(error)
        except Exception as error:
            # Type and place only: the message of a stray exception may quote a member.
            where = extract_tb(error.__traceback__)[-1]
            place = f"{Path(where.filename).name}:{where.lineno}"
            log.error("action failed", action=self.name, flag=case.flag.id, error=type(error).__name__, place=place)
            return Status.FAILED, f"{self.name} failed with an unexpected {type(error).__name__} at {place}."
