"""Which files are read, from where, and in which letters."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import yarl
from aiohttp import web

from bot.gateway import files
from bot.gateway.files import Fetcher, decoded, text_files
from bot.records import TextFile

DISCORD = "https://discord.com/api/v10"


def attached(name: str, **more: Any) -> dict[str, Any]:
    return {"attachments": [{"filename": name, "url": f"https://cdn.discordapp.com/{name}", "size": 3, **more}]}


@pytest.mark.parametrize("name", ["message.txt", "READ.MD", "notes.log"])
def test_files_of_words_are_found(name: str) -> None:
    assert text_files(attached(name)) == (TextFile(f"https://cdn.discordapp.com/{name}", 3),)
    assert text_files({"message_snapshots": [{"message": attached(name)}]})


@pytest.mark.parametrize("name", ["photo.png", "code.py", "data.json", "page.html"])
def test_pictures_and_code_are_not(name: str) -> None:
    assert text_files(attached(name, content_type="text/x-python")) == ()


def test_a_file_without_an_ending_is_judged_by_its_media_type() -> None:
    assert text_files(attached("notes", content_type="text/plain; charset=utf-8"))
    assert not text_files(attached("notes", content_type="application/octet-stream"))


def test_at_most_four_files_of_a_message_are_read() -> None:
    message = {"attachments": attached("a.txt")["attachments"] * 9}
    assert len(text_files(message)) == files.FILES_PER_POST


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("https://cdn.discordapp.com/attachments/1/2/a.txt?ex=1", True),
        ("https://media.discordapp.net/a.txt", True),
        ("http://cdn.discordapp.com/a.txt", False),
        ("https://cdn.discordapp.com:8443/a.txt", False),
        ("https://cdn.discordapp.com.evil.example/a.txt", False),
        ("https://user@example.com/a.txt", False),
        ("http://127.0.0.1:8080/a.txt", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_only_discords_own_network_is_asked(address: str, allowed: bool) -> None:
    assert Fetcher(DISCORD).may_ask(yarl.URL(address)) is allowed


def test_a_compatible_server_gives_its_own_files() -> None:
    fetcher = Fetcher("http://127.0.0.1:8080/api/v10")
    assert fetcher.may_ask(yarl.URL("http://127.0.0.1:8080/attachments/1/a.txt"))
    assert not fetcher.may_ask(yarl.URL("http://127.0.0.1:8081/attachments/1/a.txt"))


@pytest.fixture
async def server() -> AsyncIterator[str]:
    """Gives out ``/endless``, ``/away`` and ``/short``."""

    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "text/plain"})
        await answer.prepare(request)
        try:
            while True:
                await answer.write(b"evil " * 1000)
        except (ConnectionError, asyncio.CancelledError):
            return answer

    async def away(_: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/short")

    async def short(_: web.Request) -> web.Response:
        return web.Response(body="grüezi".encode("latin-1"))

    app = web.Application()
    app.add_routes([web.get("/endless", endless), web.get("/away", away), web.get("/short", short)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_an_endless_file_is_read_to_the_limit_and_no_further(server: str) -> None:
    text = await Fetcher(server).text_of(TextFile(f"{server}/endless", 3))
    assert text is not None
    assert len(text) == files.MOST_READ


async def test_a_file_that_is_elsewhere_or_not_there_is_not_followed(server: str) -> None:
    fetcher = Fetcher(server)
    assert await fetcher.text_of(TextFile(f"{server}/short", 3)) == "grüezi"
    assert await fetcher.text_of(TextFile(f"{server}/away", 3)) is None
    assert await fetcher.text_of(TextFile(f"{server}/missing", 3)) is None
    assert await fetcher.text_of(TextFile("http://[", 3)) is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_text_is_read_in_its_encoding_wherever_it_is_cut(encoding: str) -> None:
    content = "Grüße, you are evil — 😀".encode(encoding)
    for cut in range(len(content) - 3, len(content)):
        assert "you are evil" in (decoded(content[:cut]) or "")


@pytest.mark.parametrize(
    "content", [b"", b"   \n", b"\x00" * 400, bytes(range(256)) * 8, b"\x89PNG\r\n\x1a\n" + b"\x00\x01" * 99]
)
def test_what_is_no_text_is_none(content: bytes) -> None:
    assert decoded(content) is None
