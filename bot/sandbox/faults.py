"""What tests can make go wrong, on either side of Discord."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.sandbox.buckets import Buckets, Limit, limited
from bot.sandbox.entities import Json
from bot.sandbox.refusals import ApiError

When = Literal["before", "after"]  # the sandbox does what was asked


class Dropped(Exception):
    """The connection is to be cut without an answer."""


@dataclass(slots=True)
class Fault:
    """Something that happens to the calls of one route, ``times`` times (None: until it is lifted).

    ``reached`` is set when the first call meets it; ``release`` lets hanging calls go on.
    """

    route: re.Pattern[str]
    when: When
    times: int | None
    error: ApiError | None = None
    hangs: bool = False
    drops: bool = False
    met: int = 0
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        self.released.set()

    def lift(self) -> None:
        """No further call meets it."""
        self.times = 0
        self.release()

    def takes(self, line: str, when: When) -> bool:
        return self.when == when and self.times != 0 and self.route.fullmatch(line) is not None

    async def happen(self) -> None:
        self.met += 1
        self.times = None if self.times is None else self.times - 1
        self.reached.set()
        if self.hangs:
            await self.released.wait()
        if self.error is not None:
            raise self.error
        if self.drops:
            raise Dropped


class RestFaults:
    """Faults of the REST server. A route is a method and a path below ``/api/v10``, where ``{…}`` stands for any part:
    ``DELETE /channels/{channel}/messages/{message}``, ``* /guilds/123/bans/{}``, or ``*`` for every call.
    """

    def __init__(self, buckets: Buckets) -> None:
        self._buckets = buckets
        self._faults: list[Fault] = []

    def answer(
        self,
        route: str,
        status: int,
        *,
        code: int = 0,
        message: str = "Injected by the sandbox",
        body: Json | None = None,
        headers: Mapping[str, str] | None = None,
        times: int | None = 1,
        when: When = "before",
    ) -> Fault:
        """Calls are answered with this; with ``when="after"`` they have been carried out all the same."""
        error = ApiError(status, code, message, extra=body, headers=headers)
        return self._add(Fault(route_pattern(route), when, times, error=error))

    def rate_limit(
        self,
        route: str,
        *,
        retry_after: float,
        scope: Literal["user", "shared", "global"] = "user",
        times: int | None = 1,
    ) -> Fault:
        """Calls are answered 429."""
        return self._add(Fault(route_pattern(route), "before", times, error=limited(retry_after, scope=scope)))

    def limit(self, route: str, *, calls: int, per: float) -> None:
        """From now on the route's buckets hold this many calls in ``per`` seconds."""
        self._buckets.set(route, Limit(calls, per))

    def hang(self, route: str, *, times: int | None = 1, when: When = "before") -> Fault:
        """Calls get no answer until ``release`` of what this gives back."""
        return self._add(Fault(route_pattern(route), when, times, hangs=True))

    def drop(self, route: str, *, times: int | None = 1, when: When = "before") -> Fault:
        """Calls have their connection cut."""
        return self._add(Fault(route_pattern(route), when, times, drops=True))

    def pause(self) -> Fault:
        """No call is answered until ``lift`` of what this gives back."""
        return self.hang("*", times=None)

    def refuse(self) -> Fault:
        """Every connection is cut until ``lift`` of what this gives back."""
        return self.drop("*", times=None)

    def clear(self) -> None:
        """Lift all faults and let all hanging calls go."""
        for fault in self._faults:
            fault.lift()
        self._faults.clear()

    async def happen(self, line: str, when: When) -> None:
        """Let the faults for the call ``line`` happen, the oldest first. Raises ``ApiError`` or ``Dropped``."""
        for fault in [each for each in self._faults if each.takes(line, when)]:
            await fault.happen()

    def _add(self, fault: Fault) -> Fault:
        self._faults.append(fault)
        return fault


def route_pattern(route: str) -> re.Pattern[str]:
    """What matches the lines (``METHOD /path``) of a route."""
    if route == "*":
        return re.compile(".*")
    parts = re.split(r"(\{[^}]*\})", route)
    exact = "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in parts)
    return re.compile(exact.replace(r"\*\ ", "[A-Z]+ ", 1) if route.startswith("* ") else exact)


@dataclass(slots=True)
class Received:
    """One call the REST server got. ``status`` is 0 while it has not been answered, or never was."""

    method: str
    path: str
    route: str  # the template; empty for a path that Discord does not have
    query: dict[str, str]
    headers: dict[str, str]  # in lower case, without the token
    body: Any
    reason: str | None
    status: int = 0

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_invalid(self) -> bool:
        """Whether Discord counts it towards the 10,000 in ten minutes that block an address."""
        return self.status in (401, 403, 429)
