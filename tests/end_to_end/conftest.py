"""The real bot in a loopback Discord: real sockets, real discord.py, a real small model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from bot import app, config
from bot.record.ledger import Ledger
from bot.sandbox import Sandbox

RULES = """
model: {model}
mode: live
log_channel: mod-log
labels:
  toxic: flag
  insult: [{{at: 0.6, do: [flag, delete, warn]}}]
"""


@pytest.fixture
def rules(tiny: Path) -> str:
    """A config for the tiny model: *bad* is toxic and flagged, *evil* is an insult and deleted, its author warned."""
    return RULES.format(model=tiny)


@pytest.fixture
def run_bot(tmp_path: Path, rules: str) -> Callable[..., Any]:
    """``async with run_bot(box) as bot``: the bot in this process, connected and ready."""

    @asynccontextmanager
    async def start(
        box: Sandbox, *, text: str = rules, folder: Path = tmp_path / "data"
    ) -> AsyncIterator[SimpleNamespace]:
        folder.mkdir(exist_ok=True)
        path = folder / "config.yaml"
        path.write_text(text)
        settings = config.load(path)
        here = settings.discord.model_copy(update={"api": box.api_url})
        settings = settings.model_copy(update={"discord": here})
        stop, ready = asyncio.Event(), asyncio.Event()
        bot = SimpleNamespace(folder=folder, pipeline=None)

        async def on_ready(pipeline: Any) -> None:
            bot.pipeline = pipeline
            ready.set()

        running = asyncio.create_task(app.run(settings, folder, SecretStr(box.token), stop=stop, on_ready=on_ready))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED, timeout=60)
        if running.done():
            waiting.cancel()
            await running
        assert ready.is_set(), "the bot did not get ready within 60 s"
        try:
            yield bot
        finally:
            stop.set()
            await running

    return start


@pytest.fixture
def flags_in() -> Callable[[Path], Awaitable[list[Any]]]:
    """All flags in a folder's record, newest first."""

    async def read(folder: Path) -> list[Any]:
        async with Ledger.reading(folder) as ledger:
            return [flag async for flag in ledger.every_flag()]

    return read
