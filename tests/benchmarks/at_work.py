"""The real bot at work in a sandbox, in the process of the benchmark."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from bot import app, config
from bot.pipeline import Pipeline
from bot.sandbox import Sandbox


@asynccontextmanager
async def at_work(box: Sandbox, folder: Path, rules: str) -> AsyncIterator[Pipeline]:
    """Connected to ``box``, its record in ``folder``, and ready; it leaves at the end."""
    path = folder / "config.yaml"
    path.write_text(rules)
    settings = config.load(path)
    here = settings.model_copy(update={"discord": settings.discord.model_copy(update={"api": box.api_url})})
    stop, ready = asyncio.Event(), asyncio.get_running_loop().create_future()

    async def on_ready(pipeline: Pipeline) -> None:
        ready.set_result(pipeline)

    running = asyncio.create_task(app.run(here, folder, SecretStr(box.token), stop=stop, on_ready=on_ready))
    await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        await running
    try:
        yield ready.result()
    finally:
        stop.set()
        await running
