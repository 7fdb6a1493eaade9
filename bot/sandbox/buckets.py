"""Rate limits, with Discord's headers: a bucket per route and per channel or guild."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

from bot.sandbox.refusals import ApiError

MAJOR = ("channel_id", "guild_id", "webhook_token", "interaction_token")
SHARED_LIMIT_CODE = 40062


@dataclass(frozen=True, slots=True)
class Limit:
    calls: int
    per: float  # seconds


# Enough for any burst that a test makes.
GENEROUS = Limit(100_000, 1.0)

# What Discord's own headers have been seen to say; it publishes no list.
DISCORD_LIMITS = {
    "POST /channels/{channel_id}/messages": Limit(5, 5.0),
    "PATCH /channels/{channel_id}/messages/{message_id}": Limit(5, 5.0),
    "DELETE /channels/{channel_id}/messages/{message_id}": Limit(5, 1.0),
    "POST /users/@me/channels": Limit(10, 10.0),
    "PUT /channels/{channel_id}/messages/{message_id}/reactions/{emoji}/{user_id}": Limit(1, 0.25),
    "PATCH /guilds/{guild_id}/members/{user_id}": Limit(10, 10.0),
    "*": Limit(50, 1.0),
}
DISCORD_OVERALL = Limit(50, 1.0)  # all calls together


@dataclass(slots=True)
class _Window:
    remaining: int
    ends: float


class Buckets:
    """Counts calls. ``limits`` are by method and path template, ``*`` for all others."""

    def __init__(self, limits: Mapping[str, Limit] | None = None, overall: Limit = GENEROUS) -> None:
        self._limits = {_plain(route): limit for route, limit in (limits or {"*": GENEROUS}).items()}
        self._overall = overall
        self._windows: dict[str, _Window] = {}

    def set(self, route: str, limit: Limit) -> None:
        self._limits[_plain(route)] = limit
        self._windows.clear()

    def take(self, route: str, ids: Mapping[str, str], *, counts: bool = True) -> dict[str, str]:
        """The headers of the answer. Raises ``ApiError`` 429 when the bucket is empty.

        What is called with an interaction's token does not count among all calls together.
        """
        limit = self._limits.get(_plain(route)) or self._limits.get("*", GENEROUS)
        now = time.time()
        overall = self._window("", self._overall, now)
        if counts and overall.remaining <= 0:
            raise limited(overall.ends - now, scope="global")
        overall.remaining -= counts
        window = self._window(f"{route} {'+'.join(ids[name] for name in MAJOR if name in ids)}", limit, now)
        headers = _headers(route, limit, window, now)
        if window.remaining <= 0:
            raise limited(window.ends - now, headers=headers)
        window.remaining -= 1
        return headers | {"X-RateLimit-Remaining": str(window.remaining)}

    def _window(self, key: str, limit: Limit, now: float) -> _Window:
        window = self._windows.get(key)
        if window is None or window.ends <= now:
            window = self._windows[key] = _Window(limit.calls, now + limit.per)
        return window


def _headers(route: str, limit: Limit, window: _Window, now: float) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(limit.calls),
        "X-RateLimit-Remaining": str(max(0, window.remaining)),
        "X-RateLimit-Reset": f"{window.ends:.3f}",
        "X-RateLimit-Reset-After": f"{window.ends - now:.3f}",
        "X-RateLimit-Bucket": hashlib.sha256(route.encode()).hexdigest()[:32],
    }


def limited(retry_after: float, *, scope: str = "user", headers: Mapping[str, str] | None = None) -> ApiError:
    """A 429. ``scope`` is user, shared or global."""
    code = SHARED_LIMIT_CODE if scope == "shared" else 0
    told = dict(headers or {}) | {"Retry-After": f"{retry_after:.3f}", "X-RateLimit-Scope": scope}
    if scope == "global":
        told["X-RateLimit-Global"] = "true"
    body = {"retry_after": round(retry_after, 3), "global": scope == "global"}
    return ApiError(429, code, "You are being rate limited.", extra=body, headers=told)


def _plain(route: str) -> str:
    """Templates differ in the names they give their parts."""
    return re.sub(r"\{[^}]*\}", "{}", route)
