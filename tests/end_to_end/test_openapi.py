"""What the bot sends to Discord is what Discord's published API description takes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bot.sandbox import Sandbox

DESCRIPTION = Path(__file__).parents[2].parent / "shared" / "discord-openapi.json"


@pytest.fixture(scope="module")
def api() -> dict[str, Any]:
    if not DESCRIPTION.exists():
        pytest.skip(f"Discord's API description is not at {DESCRIPTION}")
    return json.loads(DESCRIPTION.read_text())


def operation(api: dict[str, Any], method: str, path: str) -> dict[str, Any] | None:
    """What the description says of a call; a path without parameters goes before one with."""
    for template in sorted(api["paths"], key=lambda template: template.count("{")):
        pattern = "".join(
            "[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{[^}]+\})", template)
        )
        if re.fullmatch(pattern, path) and method.lower() in api["paths"][template]:
            return api["paths"][template][method.lower()]
    return None


async def test_every_call_of_a_run_is_one_that_discord_describes(run_bot, api: dict[str, Any]) -> None:
    async with Sandbox() as box, run_bot(box):
        box.member("Eve")
        box.close_dms("Eve")
        await box.say("general", "Mallory", "you are evil")
        await box.say("general", "Eve", "<@1> **evil** `x` https://example.org ||evil||")
        await box.until(lambda: len(box.cards()) == 2)
    sent = [call for call in box.received if call.path]
    assert {"POST", "DELETE", "GET"} <= {call.method for call in sent}
    bodies = 0
    for call in sent:
        described = operation(api, call.method, call.path)
        assert described is not None, f"{call.line} is no call of Discord's API"
        if call.body is None:
            continue
        schema = described["requestBody"]["content"]["application/json"]["schema"]
        problems = [error.message for error in validator(api, schema).iter_errors(as_described(call.body))]
        assert not problems, f"{call.line}: {problems}"
        if call.method == "POST" and call.path.endswith("/messages"):
            mentions = call.body["allowed_mentions"]
            assert mentions["parse"] == [], "what a member wrote may ping"
            assert mentions.get("roles", []) == []
            if call.body.get("components"):
                assert call.body["enforce_nonce"], "a card may be posted twice"
        bodies += 1
    assert bodies >= 4  # a direct message channel, a warning, a notice, the cards


def validator(api: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": api["components"]})


MEDIA_CHANNEL = 16  # a channel type that Discord knows and its description does not


def as_described(body: Any, key: str = "") -> Any:
    """discord.py writes some ids as numbers; Discord takes both, its description only text."""
    if isinstance(body, dict):
        return {name: as_described(value, name) for name, value in body.items()}
    if isinstance(body, list):
        return [as_described(each) for each in body if not (key == "channel_types" and each == MEDIA_CHANNEL)]
    return str(body) if isinstance(body, int) and body > 2**40 else body
