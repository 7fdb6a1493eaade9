"""A sandbox for every test, a client whose answers are checked against Discord's API description, and discord.py."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import Any

import discord
import httpx
import pytest
import yarl
from discord.gateway import DiscordWebSocket
from jsonschema import Draft202012Validator
from playwright.async_api import Page, async_playwright, expect

from bot.sandbox import Sandbox

DESCRIPTION = Path(__file__).parents[2].parent / "shared" / "discord-openapi.json"
WAIT_S = 60.0
CHROMIUM = Path("/usr/bin/chromium")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

expect.set_options(timeout=60_000)  # milliseconds; only a failing test waits that long


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


@cache
def description() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(DESCRIPTION.read_text())
    # Discord's error codes inside a form are words such as BASE_TYPE_REQUIRED; the description calls them integers.
    inner = document["components"]["schemas"]["InnerErrors"]["properties"]["_errors"]["items"]
    inner.clear()
    inner.update({"type": "object", "required": ["code", "message"], "properties": {"code": {"type": "string"}}})
    return document


@cache
def validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema) | {"components": description()["components"]})


def problems(schema: dict[str, Any], value: Any) -> list[str]:
    errors = validator(json.dumps(schema)).iter_errors(value)
    return [f"{error.json_path}: {error.message[:300]}" for error in errors]


@pytest.fixture
def described() -> Callable[[str, Any], None]:
    """Checks a value against a named schema of Discord's description."""
    if not DESCRIPTION.exists():
        pytest.skip("Discord's API description is not beside the repository")

    def check(name: str, value: Any) -> None:
        assert problems({"$ref": f"#/components/schemas/{name}"}, value) == []

    return check


@cache
def operations() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    """Path patterns with their operations, those with fewer named parts first."""
    paths = sorted(description()["paths"].items(), key=lambda item: item[0].count("{"))
    return [(re.compile(re.sub(r"\{[^}]*\}", "[^/]+", path)), item) for path, item in paths]


def answer_schema(method: str, path: str, status: int) -> dict[str, Any] | None:
    """The schema of an answer; None where it has no body, an error's where it is one."""
    if status >= 400:
        return {"$ref": "#/components/schemas/" + ("RatelimitedResponse" if status == 429 else "ErrorResponse")}
    for pattern, item in operations():
        if pattern.fullmatch(path) and method.lower() in item:
            answer = item[method.lower()]["responses"][str(status)]
            schema: dict[str, Any] | None = answer.get("content", {}).get("application/json", {}).get("schema")
            return schema
    raise AssertionError(f"Discord's description has no {method} {path}")


def check_answer(response: httpx.Response, prefix: str) -> None:
    path = response.request.url.path.removeprefix(prefix)
    schema = answer_schema(response.request.method, path, response.status_code)
    if schema is None:
        assert response.content == b""
        return
    assert response.headers["content-type"] == "application/json"
    assert problems(schema, response.json()) == [], f"{response.request.method} {path}"


@pytest.fixture
async def api(box: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    """Calls the REST API as the bot. Where the description is at hand, every answer must be as it says."""

    async def check(response: httpx.Response) -> None:
        await response.aread()
        if DESCRIPTION.exists():
            check_answer(response, "/api/v10")

    headers = {"Authorization": f"Bot {box.token}"}
    async with httpx.AsyncClient(
        base_url=box.api_url, headers=headers, event_hooks={"response": [check]}, timeout=WAIT_S
    ) as client:
        yield client


@pytest.fixture
async def web(box: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    """Calls what is not Discord's: the page and its control API."""
    async with httpx.AsyncClient(base_url=box.url, timeout=WAIT_S) as client:
        yield client


class Watcher(discord.Client):
    """A real client that keeps what it is told, and can wait for it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.told: list[tuple[str, tuple[Any, ...]]] = []
        self._news = asyncio.Condition()
        self.running: asyncio.Task[None] | None = None

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """discord.py waits five seconds before a second identify; the sandbox need not be waited for."""

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        self.told.append((event, args))
        super().dispatch(event, *args, **kwargs)
        self.loop.create_task(self._announce())

    async def _announce(self) -> None:
        async with self._news:
            self._news.notify_all()

    def all(self, event: str) -> list[Any]:
        return [args[0] if args else None for name, args in self.told if name == event]

    async def until(self, condition: Callable[[], Any]) -> Any:
        async with asyncio.timeout(WAIT_S), self._news:
            await self._news.wait_for(condition)
        return condition()

    async def next(self, event: str, count: int = 1) -> Any:
        """The ``count``th event of this name."""
        await self.until(lambda: len(self.all(event)) >= count)
        return self.all(event)[count - 1]


Connect = Callable[..., Awaitable[Watcher]]


def intents(*, content: bool = True, members: bool = True) -> discord.Intents:
    asked = discord.Intents.default()
    asked.message_content, asked.members = content, members
    return asked


@pytest.fixture
async def connect(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Connect]:
    """Logs a discord.py client in and waits until it is ready; ``ready=False`` does not wait."""
    monkeypatch.setattr(discord.http.Route, "BASE", box.api_url)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(box.gateway_url))
    clients: list[Watcher] = []

    async def connect(*, content: bool = True, members: bool = True, ready: bool = True, **options: Any) -> Watcher:
        client = Watcher(intents=intents(content=content, members=members), guild_ready_timeout=0.05, **options)
        clients.append(client)
        client.running = asyncio.create_task(client.start(box.token))
        if ready:
            await box.until(lambda: box.is_bot_online)
            await client.next("ready")
        return client

    yield connect
    for client in clients:
        await client.close()
        if client.running is not None:
            await asyncio.gather(client.running, return_exceptions=True)


@pytest.fixture
async def page(box: Sandbox) -> AsyncIterator[Page]:
    """The page, open; anything the browser complained of fails the test."""
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}")
    complaints: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=OPTIONS)
        page = await browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="dark")
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
        await page.goto(box.url)
        await expect(page.locator("#channel-name")).to_have_text("#general")
        yield page
        await browser.close()
    # A refusal by the sandbox is shown to the person; that the browser notes the status too is no fault.
    assert [each for each in complaints if "status of 40" not in each] == []
