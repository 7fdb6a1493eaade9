"""The HTTP server in this process: no signal handlers, quick to stop, and able to cut a connection."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Generator, MutableMapping
from typing import Any
from weakref import WeakValueDictionary

import uvicorn
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

LOOPBACK = "127.0.0.1"
BACKLOG = 512  # connections
GRACE_S = 1  # for answers under way when the server stops


class Wire:
    """The connections by their far end, so that one can be cut."""

    def __init__(self) -> None:
        self._transports: WeakValueDictionary[tuple[str, int], asyncio.Transport] = WeakValueDictionary()

    def protocol(self) -> type[asyncio.Protocol]:
        transports = self._transports

        class Watched(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                super().connection_made(transport)
                transports[transport.get_extra_info("peername")[:2]] = transport

        return Watched

    def cut(self, scope: MutableMapping[str, Any]) -> None:
        """Close the connection of an ASGI ``scope`` without another byte."""
        transport = self._transports.get(tuple(scope["client"]))
        if transport is not None:
            transport.abort()


class Silence(Response):
    """An answer that cuts the connection instead."""

    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self._wire = wire

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._wire.cut(scope)
        while (await receive())["type"] != "http.disconnect":
            pass


class Server(uvicorn.Server):
    """uvicorn as a guest in someone else's event loop."""

    def __init__(self, app: ASGIApp, wire: Wire) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=wire.protocol(),
                ws="websockets-sansio",
                ws_ping_interval=None,
                ws_per_message_deflate=False,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                backlog=BACKLOG,
                timeout_graceful_shutdown=GRACE_S,
            )
        )
        self._up = asyncio.Event()
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self, listener: socket.socket) -> None:
        self._task = asyncio.create_task(self.serve(sockets=[listener]), name="sandbox server")
        await self._up.wait()

    async def stop(self) -> None:
        self._stopping.set()
        if self._task is not None:
            await self._task

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._up.set()

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self._stopping.wait()


def listen(port: int) -> socket.socket:
    """A socket on the loopback address; port 0 takes a free one. Raises ``OSError`` with a sentence."""
    # asyncio switches Nagle's delay of 40 ms off only where the protocol is named.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
    except OSError as error:
        listener.close()
        raise OSError(
            error.errno, f"Port {port} on {LOOPBACK} cannot be had ({error.strerror}); choose another."
        ) from error
    return listener
