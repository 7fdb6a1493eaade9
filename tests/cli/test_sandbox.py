"""``sandbox``, started and stopped as a newcomer does."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from bot.record.ledger import Ledger
from bot.records import Flag

WAIT_S = 90.0


async def start(*arguments: str | Path, **env: str) -> Process:
    command = [sys.executable, "-m", "bot", "sandbox", "--port", "0", "--no-browser", *map(str, arguments)]
    return await asyncio.create_subprocess_exec(*command, env={**os.environ, **env}, stdout=PIPE, stderr=PIPE)


@asynccontextmanager
async def sandbox(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The sandbox in a process of its own, ready; stopped at the end."""
    process = await start("--data", folder)
    assert process.stdout is not None
    async with asyncio.timeout(WAIT_S):
        ready = (await process.stdout.readline()).decode()
    async with httpx.AsyncClient(base_url=ready.split()[1], timeout=WAIT_S) as web:
        yield web
    process.send_signal(signal.SIGINT)
    async with asyncio.timeout(WAIT_S):
        assert await process.wait() == 0


async def flags_of(folder: Path) -> list[Flag]:
    async with Ledger.reading(folder) as ledger:
        return [flag async for flag in ledger.every_flag()]


async def insult(web: httpx.AsyncClient) -> None:
    """An insult, and the wait until the bot has deleted it."""
    async with asyncio.timeout(WAIT_S), web.stream("GET", "/api/sandbox/events") as events:
        lines = events.aiter_lines()
        await anext(lines)
        await web.post("/api/sandbox/messages", json={"channel": "general", "member": "Mallory", "content": "evil"})
        async for line in lines:
            if line.startswith("data: ") and _is_deletion(json.loads(line.removeprefix("data: "))):
                return


def _is_deletion(news: dict[str, dict[str, object]]) -> bool:
    return bool(news.get("message", {}).get("deleted"))


async def mistaken(web: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Press *Mistaken* on the newest card as Morgan; the messages of the log channel after that."""
    cards = (await web.get("/api/sandbox/history?channel=mod-log")).json()
    card = next(each for each in reversed(cards) if "Mistaken" in json.dumps(each["components"]))
    [button] = [part["custom_id"] for part in parts(card["components"]) if part.get("label") == "Mistaken"]
    press = {"member": "Morgan", "message": card["id"], "component": button}
    outcome = (await web.post("/api/sandbox/presses", json=press)).json()
    assert (outcome["answered"], outcome["error"]) == (True, None)
    return cards


def parts(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for each in components:
        yield each
        yield from parts([*each.get("components", []), *([each["accessory"]] if each.get("accessory") else [])])


async def test_a_folder_that_is_kept_is_the_same_server_again(tmp_path: Path, rules: str) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "config.yaml").write_text(rules)
    states = []
    async with sandbox(folder) as web:
        await insult(web)
        states.append((await web.get("/api/sandbox/state")).json())
        async with asyncio.timeout(WAIT_S):
            while not (await web.get("/api/sandbox/history?channel=mod-log")).json():
                await asyncio.sleep(0.1)
    async with sandbox(folder) as web:
        states.append((await web.get("/api/sandbox/state")).json())
        [said] = (await web.get("/api/sandbox/messages?channel=general")).json()
        assert (said["content"], said["deleted"]) == ("evil", True)
        await mistaken(web)  # the card of before still works
        async with asyncio.timeout(WAIT_S):  # what says the same until then is decided with it
            while (await flags_of(folder))[0].verdict is None:
                await asyncio.sleep(0.1)
        await insult(web)
    first, second = states
    for kind in ("channels", "members", "roles"):
        assert [each["id"] for each in first[kind]] == [each["id"] for each in second[kind]], kind
    assert first["about"] == {"mode": "live", "rules": str(folder / "config.yaml")}
    flags = await flags_of(folder)
    assert [(flag.number, flag.verdict) for flag in flags] == [(2, None), (1, "mistaken")]
    assert {str(flag.guild.id) for flag in flags} == {first["guild"]["id"]}


async def test_ctrl_c_while_the_model_loads_is_answered_at_once(tmp_path: Path) -> None:
    process = await start(TMPDIR=str(tmp_path))
    assert process.stderr is not None
    async with asyncio.timeout(WAIT_S):
        while b"Loading the model" not in await process.stderr.readline():
            pass
        process.send_signal(signal.SIGINT)
        _, errors = await process.communicate()
    assert (process.returncode, errors.decode()) == (0, "Stopped before the model was loaded.\n")
    assert list(tmp_path.iterdir()) == []
