"""Reading what pages and scripts send to ``/api/sandbox/*``; everything wrong with a body is said at once."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bot.sandbox.calls.call import Reply
from bot.sandbox.entities import Json
from bot.sandbox.refusals import Refused
from bot.sandbox.rest import respond

PREFIX = "/api/sandbox"
KINDS = {str: "a text", bool: "true or false", list: "a list of texts", dict: "an object"}
MAX_QUOTED = 40  # characters of a wrong value

Endpoint = Callable[[Request], Awaitable[Response]]
Fields = Mapping[str, type]


def answered(endpoint: Callable[[Request], Awaitable[Reply]]) -> Endpoint:
    """The endpoint, whose refusals are answered with their sentence."""

    async def answered(request: Request) -> Response:
        try:
            reply = await endpoint(request)
        except Refused as refused:
            reply = Reply(refused.status, {"error": str(refused)})
        return respond(reply, {"Cache-Control": "no-store"})

    return answered


def asked(request: Request, name: str) -> str:
    """A part of the query that must be there."""
    value = request.query_params.get(name)
    if not value:
        raise Refused(400, f'The query must name a {name}, as in "?{name}=general".')
    return value


def require_json(request: Request) -> None:
    given = request.headers.get("content-type", "")
    if given.partition(";")[0].strip().lower() != "application/json":
        raise Refused(415, f"Send the body as application/json, not as {given or 'nothing in particular'!r}.")


async def read_body(request: Request, required: Fields, optional: Fields | None = None) -> Json:
    """The JSON object sent, with all its fields of the right kind."""
    require_json(request)
    try:
        body: Any = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise Refused(400, f"The body is not JSON: {error}.") from error
    if not isinstance(body, dict):
        raise Refused(400, "The body must be a JSON object.")
    known = {**required, **(optional or {})}
    wrong = [*_unknown(body, known), *_of_wrong_kind(body, known), *_missing(body, required)]
    if wrong:
        raise Refused(400, " ".join(wrong))
    return body


def _unknown(body: Json, known: Fields) -> list[str]:
    may = f"it may have {_listing(known)}"
    return [f'The body has an unknown field "{name[:MAX_QUOTED]}"; {may}.' for name in body if name not in known]


def _of_wrong_kind(body: Json, known: Fields) -> list[str]:
    wrong = [name for name, kind in known.items() if name in body and not _is_a(body[name], kind)]
    return [f'"{name}" must be {KINDS[known[name]]}, not {json.dumps(body[name])[:MAX_QUOTED]}.' for name in wrong]


def _is_a(value: Any, kind: type) -> bool:
    if isinstance(value, list):
        return kind is list and all(isinstance(each, str) for each in value)
    return isinstance(value, kind)


def _missing(body: Json, required: Fields) -> list[str]:
    return [f'The body must have "{name}"; it needs {_listing(required)}.' for name in required if name not in body]


def _listing(names: Fields) -> str:
    return ", ".join(f'"{name}"' for name in names)
