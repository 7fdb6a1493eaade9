"""Who may speak to the sandbox, and how."""

from __future__ import annotations

import socket
from pathlib import Path

import httpx
import pytest
import websockets

from bot.sandbox import Sandbox

BODY = {"channel": "general", "member": "Mallory", "content": "hello"}


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:{port}", ""])
@pytest.mark.parametrize("path", ["/", "/api/sandbox/state", "/api/v10/gateway", "/app.js"])
async def test_a_foreign_host_is_refused(box: Sandbox, web: httpx.AsyncClient, host: str, path: str) -> None:
    answer = await web.get(path, headers={"Host": host.format(port=box.port)})
    assert answer.status_code == 421
    assert answer.json()["error"].startswith("The sandbox answers only to 127.0.0.1")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST"])
async def test_its_own_names_are_taken(box: Sandbox, web: httpx.AsyncClient, host: str) -> None:
    answer = await web.get("/api/sandbox/state", headers={"Host": f"{host}:{box.port}"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1:{port}", "http://["]
)
async def test_a_foreign_origin_is_refused(box: Sandbox, web: httpx.AsyncClient, origin: str) -> None:
    headers = {"Origin": origin.format(port=box.port)}
    for answer in (
        await web.post("/api/sandbox/messages", json=BODY, headers=headers),
        await web.get("/api/sandbox/events", headers=headers),
        await web.get("/api/v10/gateway", headers=headers),
    ):
        assert answer.status_code == 403
    assert box.messages("general") == []


async def test_its_own_origin_is_taken(box: Sandbox, web: httpx.AsyncClient) -> None:
    headers = {"Origin": box.url}
    assert (await web.post("/api/sandbox/messages", json=BODY, headers=headers)).status_code == 201


@pytest.mark.parametrize(("host", "origin"), [("127.0.0.1", "https://evil.example"), ("evil.example", None)])
async def test_a_foreign_websocket_is_refused(box: Sandbox, host: str, origin: str | None) -> None:
    address = f"ws://{host}:{box.port}/gateway"
    with pytest.raises(websockets.InvalidStatus) as refusal:
        await websockets.connect(address, host="127.0.0.1", port=box.port, origin=origin, proxy=None)
    assert refusal.value.response.status_code == 403


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None])
async def test_only_json_changes_anything(box: Sandbox, web: httpx.AsyncClient, kind: str | None) -> None:
    headers = {} if kind is None else {"Content-Type": kind}
    raw = b'{"channel": "general", "member": "Mallory", "content": "hello"}'
    said = await box.say("general", "Alice", "first")
    answers = [
        await web.post("/api/sandbox/messages", content=raw, headers=headers),
        await web.post("/api/sandbox/members", content=raw, headers=headers),
        await web.patch(f"/api/sandbox/messages/{said.id}", content=raw, headers=headers),
    ]
    assert [answer.status_code for answer in answers] == [415] * 3
    assert len(box.messages("general")) == 1


async def test_json_may_name_its_character_set(web: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    raw = b'{"channel": "general", "member": "Mallory", "content": "hello"}'
    assert (await web.post("/api/sandbox/messages", content=raw, headers=headers)).status_code == 201


@pytest.mark.parametrize("declared", [True, False])
async def test_an_oversized_body_is_refused(box: Sandbox, web: httpx.AsyncClient, declared: bool) -> None:
    async def chunks():  # type: ignore[no-untyped-def]
        for _ in range(64):
            yield b"x" * 8192

    content = b"x" * 8192 * 64 if declared else chunks()
    headers = {"Content-Type": "application/json"}
    answer = await web.post("/api/sandbox/messages", content=content, headers=headers)
    assert answer.status_code == 413
    assert (await web.get("/api/sandbox/state")).status_code == 200


async def test_every_answer_carries_the_security_headers(web: httpx.AsyncClient) -> None:
    for path in ("/", "/app.js", "/style.css", "/api/sandbox/state", "/api/v10/gateway", "/nowhere"):
        headers = (await web.get(path)).headers
        assert headers["content-security-policy"] == (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
            "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
        )
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


async def test_it_listens_on_the_loopback_address_only(box: Sandbox) -> None:
    assert box.url.startswith("http://127.0.0.1:")
    with socket.socket() as other:
        other.bind(("127.0.0.2", box.port))  # taken if it listened on all addresses


async def test_a_taken_port_is_named(box: Sandbox) -> None:
    with pytest.raises(OSError, match=f"Port {box.port} on 127.0.0.1 cannot be had"):
        async with Sandbox(port=box.port):
            pass


async def test_it_makes_up_its_own_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "from.the.environment")
    first, second = Sandbox(), Sandbox()
    assert len({first.token, second.token, "from.the.environment"}) == 3


def test_nothing_in_it_reads_the_environment_or_imports_the_bot() -> None:
    sources = list((Path(__file__).parents[2] / "bot" / "sandbox").rglob("*.py"))
    assert len(sources) > 20
    for source in sources:
        text = source.read_text()
        assert "environ" not in text, source
        imports = [line for line in text.splitlines() if line.startswith(("from bot", "import bot"))]
        assert all(line.startswith("from bot.sandbox") for line in imports), source
