"""The REST API, version 10: finds what was called, lets faults happen, and turns answers and refusals into JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response

from bot.sandbox.buckets import Buckets
from bot.sandbox.calls import application, commands, events, guilds, interactions, members, messages, voice
from bot.sandbox.calls.call import Answer, Call, Reply, Route
from bot.sandbox.entities import Json
from bot.sandbox.faults import Received, RestFaults
from bot.sandbox.files import Files, read_json, read_multipart
from bot.sandbox.refusals import (
    ApiError,
    invalid_form,
    method_not_allowed,
    not_found,
    unauthorized,
)
from bot.sandbox.state import World

PREFIX = "/api/v10"
MAX_REASON = 512  # characters
ROUTES: tuple[Route, ...] = (
    *application.ROUTES,
    *commands.ROUTES,
    *events.ROUTES,
    *guilds.ROUTES,
    *interactions.ROUTES,
    *members.ROUTES,
    *messages.ROUTES,
    *voice.ROUTES,
)


class Table:
    """Finds the route of a path; a literal part goes before a named one."""

    def __init__(self, routes: tuple[Route, ...]) -> None:
        self._by_length: dict[int, list[tuple[list[str], Route]]] = {}
        for route in sorted(routes, key=lambda each: each.path.count("{")):
            parts = route.path.split("/")
            self._by_length.setdefault(len(parts), []).append((parts, route))

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """The route and the texts at its named parts. Raises ``ApiError`` 404 or 405."""
        given = path.split("/")
        seen = False
        for parts, route in self._by_length.get(len(given), ()):
            ids = _matched(parts, given)
            seen = seen or ids is not None
            if ids is not None and route.method == method:
                return route, ids
        raise method_not_allowed() if seen else not_found()


def _matched(parts: list[str], given: list[str]) -> dict[str, str] | None:
    ids: dict[str, str] = {}
    for part, text in zip(parts, given, strict=True):
        if part.startswith("{") and text:
            ids[part[1:-1]] = text
        elif part != text:
            return None
    return ids


class Rest:
    """``received`` is every call so far; ``on_call`` is told after each has been answered."""

    def __init__(
        self,
        world: World,
        faults: RestFaults,
        buckets: Buckets,
        files: Files,
        urls: Callable[[], tuple[str, str]],
        on_call: Callable[[Received], None],
    ) -> None:
        self._world = world
        self._faults = faults
        self._buckets = buckets
        self._files = files
        self._urls = urls
        self._on_call = on_call
        self._table = Table(ROUTES)
        self.received: list[Received] = []

    async def answer(self, request: Request) -> Response:
        """Raises ``Dropped`` when a fault cuts the connection."""
        raw = await request.body()
        received = _received(request)
        self.received.append(received)
        headers: dict[str, str] = {"Via": "1.1 sandbox"}  # discord.py takes a 429 without it for Cloudflare's
        try:
            await self._faults.happen(received.line, "before")
            reply = self._carry_out(request, received, raw, headers)
            await self._faults.happen(received.line, "after")
        except ApiError as error:
            headers |= error.headers
            reply = Reply(error.status, error.body)
        received.status = reply.status
        self._on_call(received)
        return respond(reply, headers)

    def _carry_out(self, request: Request, received: Received, raw: bytes, headers: dict[str, str]) -> Reply:
        route, ids = self._table.find(received.method, received.path)
        received.route = f"{route.method} {route.path}"
        if route.needs_token and request.headers.get("authorization") != f"Bot {self._world.application.token}":
            raise unauthorized()
        headers |= self._buckets.take(received.route, ids, counts=route.needs_token)
        base_url, gateway_url = self._urls()
        body, attachments = self._read(request, raw, base_url)
        received.body = body
        reason = received.reason = _reason(request.headers)
        call = Call(self._world, base_url, gateway_url, ids, received.query, body, attachments, reason)
        return _as_reply(route.answer(call))

    def _read(self, request: Request, raw: bytes, base_url: str) -> tuple[Any, list[Json]]:
        """The body, and what was attached to it."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip()
        if not raw:
            return None, []
        if kind == "multipart/form-data":
            body, parts = read_multipart(request.headers["content-type"], raw)
            return body, [self._files.keep(part, self._world.snowflakes.make(), base_url) for part in parts]
        if kind != "application/json":
            expected = 'Expected "Content-Type" header to be one of {"application/json", "multipart/form-data"}.'
            raise invalid_form({"_errors": [{"code": "CONTENT_TYPE_INVALID", "message": expected}]})
        return read_json(raw), []


def _received(request: Request) -> Received:
    headers = {name: value for name, value in request.headers.items() if name != "authorization"}
    raw_path = request.scope.get("raw_path", request.url.path.encode()).decode("ascii", "replace")
    path = raw_path.partition("?")[0].removeprefix(PREFIX)
    return Received(request.method, path, "", dict(request.query_params), headers, None, None)


def _reason(headers: Mapping[str, str]) -> str | None:
    reason = unquote(headers.get("x-audit-log-reason", ""))
    if len(reason) > MAX_REASON:
        error = {"code": "BASE_TYPE_MAX_LENGTH", "message": f"Must be {MAX_REASON} or fewer in length."}
        raise invalid_form({"reason": {"_errors": [error]}})
    return reason or None


def _as_reply(answer: Answer) -> Reply:
    if isinstance(answer, Reply):
        return answer
    return Reply(204, None) if answer is None else Reply(200, answer)


def respond(reply: Reply, headers: Mapping[str, str] | None = None) -> Response:
    """The media type is exactly ``application/json``: discord.py parses nothing else."""
    content = b"" if reply.status == 204 else json.dumps(reply.body, ensure_ascii=False).encode("utf-8", "replace")
    response = Response(content, reply.status, headers=dict(headers or {}))
    if reply.status != 204:
        response.headers["content-type"] = "application/json"
    return response
