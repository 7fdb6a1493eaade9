"""The door: only this machine's own browser and programs come in, and nothing oversized."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.sandbox.calls.call import Reply
from bot.sandbox.rest import PREFIX, respond

MAX_REST_BODY = 10 * 1024 * 1024  # bytes, as Discord allows files of that size
MAX_CONTROL_BODY = 256 * 1024
MAX_DRAINED = 64 * 1024 * 1024
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Guard:
    """Wraps the whole application."""

    def __init__(self, app: ASGIApp, port: Callable[[], int]) -> None:
        self._app = app
        self._port = port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(Headers(scope=scope))
        if scope["type"] == "websocket":
            if refusal is not None:
                await send({"type": "websocket.close", "code": 1008, "reason": refusal.body["error"]})
                return
            await self._app(scope, receive, send)
        elif refusal is not None:
            await self._refuse(refusal, scope, receive, send)
        else:
            await self._serve(scope, receive, send)

    def _refusal(self, headers: Headers) -> Reply | None:
        port = self._port()
        hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
        host = headers.get("host", "").lower()
        if host not in hosts:
            return _error(421, f"The sandbox answers only to {hosts[0]} and {hosts[1]}, not to {host or 'no host'!r}.")
        origin = headers.get("origin")
        if origin is not None and not _is_at(origin, hosts):
            return _error(403, f"The sandbox takes nothing from other sites such as {origin!r}.")
        return None

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        most = MAX_REST_BODY if scope["path"].startswith(PREFIX) else MAX_CONTROL_BODY
        intake = _Intake(receive, most)
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdecimal() or int(declared) > most:
            await _drain(receive)
            await self._refuse(too_large(most), scope, receive, send)
            return
        await self._app(scope, intake, _guarded(send))

    async def _refuse(self, reply: Reply, scope: Scope, receive: Receive, send: Send) -> None:
        await respond(reply, {"Connection": "close"})(scope, receive, _guarded(send))


class TooLarge(Exception):
    """A body went on beyond ``most`` bytes."""

    def __init__(self, most: int) -> None:
        super().__init__(f"more than {most} bytes")
        self.most = most


class _Intake:
    """A ``receive`` that counts the bytes of a body that did not declare them."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._most = self._left = most

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            await _drain(self._receive)
            raise TooLarge(self._most)
        return message


async def _drain(receive: Receive) -> None:
    """Read on, so that a client still sending gets to see the refusal."""
    left = MAX_DRAINED
    while left > 0:
        message = await receive()
        left -= len(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return


def _guarded(send: Send) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(SECURITY_HEADERS)
        await send(message)

    return guarded


def _is_at(origin: str, hosts: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:  # "http://[", say
        return False
    return parts.scheme == "http" and parts.netloc.lower() in hosts


def _error(status: int, sentence: str) -> Reply:
    return Reply(status, {"error": sentence})


def too_large(most: int) -> Reply:
    return _error(413, f"The body is larger than the {most} bytes that are taken here.")
