"""The calls that answer interactions. The ``api`` fixture holds every answer against Discord's description."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bot.sandbox import Interaction, Sandbox, interaction_payloads

EPHEMERAL, LOADING, VERSION_2 = 1 << 6, 1 << 7, 1 << 15
ROW = {
    "type": 1,
    "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go"}],
}


def code(response: httpx.Response) -> tuple[int, int]:
    return response.status_code, response.json()["code"]


def callback(interaction: Interaction) -> str:
    return f"/interactions/{interaction.id}/{interaction.token}/callback"


def webhook(box: Sandbox, interaction: Interaction, message: str = "") -> str:
    beginning = f"/webhooks/{box.world.application.id}/{interaction.token}"
    return f"{beginning}/messages/{message}" if message else beginning


@asynccontextmanager
async def pressed(box: Sandbox, api: httpx.AsyncClient, member: str = "Morgan") -> AsyncIterator[Interaction]:
    """A press that waits for its answer within the block."""
    channel = box.channel("mod-log")
    await api.post(f"/channels/{channel.id}/messages", json={"content": "card", "components": [ROW]})
    pressing = asyncio.create_task(box.press(member, box.messages(channel)[-1], "Go", settle=False))
    await box.until(lambda: box.interactions)
    yield box.interactions[-1]
    await pressing


async def answer(api: httpx.AsyncClient, interaction: Interaction, kind: int, **data: Any) -> httpx.Response:
    return await api.post(callback(interaction), json={"type": kind, "data": data}, params={"with_response": "true"})


async def test_the_first_answer_may_be_told_back(box: Sandbox, api: httpx.AsyncClient) -> None:
    async with pressed(box, api) as interaction:
        told = (await answer(api, interaction, 4, content="hello", flags=EPHEMERAL)).json()
    assert told["interaction"]["response_message_ephemeral"] is True
    assert told["resource"]["message"]["content"] == "hello"
    assert told["resource"]["message"]["flags"] == EPHEMERAL
    assert told["resource"]["message"]["interaction_metadata"]["user"]["id"] == str(interaction.user.id)


async def test_without_asking_nothing_is_told_back(box: Sandbox, api: httpx.AsyncClient) -> None:
    async with pressed(box, api) as interaction:
        quiet = await api.post(callback(interaction), json={"type": 6})
    assert (quiet.status_code, interaction.deferred) == (204, True)


async def test_only_the_first_answer_counts(box: Sandbox, api: httpx.AsyncClient) -> None:
    async with pressed(box, api) as interaction:
        assert (await answer(api, interaction, 4, content="one")).status_code == 200
        assert code(await answer(api, interaction, 4, content="two")) == (400, 40060)
    assert interaction.content == "one"


async def test_an_answer_to_nothing_is_unknown(box: Sandbox, api: httpx.AsyncClient) -> None:
    async with pressed(box, api) as interaction:
        assert code(await api.post(f"/interactions/1/{interaction.token}/callback", json={"type": 6})) == (404, 10062)
        assert code(await api.post(f"/interactions/{interaction.id}/x/callback", json={"type": 6})) == (404, 10062)
        assert code(await api.post(webhook(box, interaction), json={"content": "early"})) == (404, 10015)
        assert code(await api.post("/webhooks/1/x", json={"content": "whose"})) == (404, 10015)
        await answer(api, interaction, 6)


async def test_the_token_dies_after_15_minutes(box: Sandbox, api: httpx.AsyncClient) -> None:
    async with pressed(box, api) as interaction:
        await answer(api, interaction, 4, content="hello")
    assert (await api.get(webhook(box, interaction, "@original"))).status_code == 200
    interaction.started_at -= timedelta(minutes=15)
    assert code(await api.get(webhook(box, interaction, "@original"))) == (401, 50027)


async def test_a_deferred_answer_is_loading_until_it_is_filled_in(box: Sandbox, api: httpx.AsyncClient) -> None:
    async with pressed(box, api) as interaction:
        await answer(api, interaction, 5, flags=EPHEMERAL)
        loading = (await api.get(webhook(box, interaction, "@original"))).json()
        assert loading["flags"] == EPHEMERAL | LOADING
        layout = {"flags": VERSION_2, "components": [{"type": 10, "content": "done"}]}
        filled = (await api.patch(webhook(box, interaction, "@original"), json=layout)).json()
    assert (filled["flags"], filled["edited_timestamp"]) == (EPHEMERAL | VERSION_2, None)
    assert interaction.content == "done"


async def test_followups_are_read_edited_and_deleted_by_their_id(box: Sandbox, api: httpx.AsyncClient) -> None:
    async with pressed(box, api) as interaction:
        await answer(api, interaction, 6)
    sent = (await api.post(webhook(box, interaction), json={"content": "more", "flags": EPHEMERAL})).json()
    path = webhook(box, interaction, sent["id"])
    assert (await api.get(path)).json()["content"] == "more"
    assert (await api.patch(path, json={"content": "less"})).json()["content"] == "less"
    assert (await api.delete(path)).status_code == 204
    assert code(await api.get(path)) == (404, 10008)
    assert code(await api.get(webhook(box, interaction, str(interaction.id)))) == (404, 10008)


async def test_after_an_update_the_original_is_the_message_with_the_button(
    box: Sandbox, api: httpx.AsyncClient
) -> None:
    async with pressed(box, api) as interaction:
        told = (await answer(api, interaction, 7, content="decided", components=[])).json()
    assert told["resource"]["type"] == 7
    assert (await api.get(webhook(box, interaction, "@original"))).json()["id"] == str(box.messages("mod-log")[0].id)
    assert (await api.delete(webhook(box, interaction, "@original"))).status_code == 204
    assert box.messages("mod-log")[0].is_deleted


async def test_an_ephemeral_answer_is_no_message_of_the_channel(box: Sandbox, api: httpx.AsyncClient) -> None:
    async with pressed(box, api) as interaction:
        await answer(api, interaction, 4, content="psst", flags=EPHEMERAL)
    assert interaction.message is not None
    path = f"/channels/{interaction.channel.id}/messages"
    assert [each["content"] for each in (await api.get(path)).json()] == ["card"]
    assert code(await api.get(f"{path}/{interaction.message.id}")) == (404, 10008)


WRONG: list[tuple[int, dict[str, Any], str]] = [
    (8, {"choices": []}, "type"),
    (99, {}, "type"),
    (4, {"content": "x" * 2001}, "data.content"),
    (4, {"flags": VERSION_2, "components": [{"type": 10, "content": ""}]}, "data.components.0.content"),
    (7, {"embeds": [{"title": "x" * 257}]}, "data.embeds.0.title"),
    (9, {"custom_id": "m", "title": "x" * 46, "components": [{"type": 10, "content": "x"}]}, "data.title"),
    (9, {"custom_id": "m", "title": "x"}, "data.components"),
    (9, {"custom_id": "m", "title": "x", "components": [{"type": 2}]}, "data.components.0.type"),
    (9, {"custom_id": "m", "title": "x", "components": [{"type": 18, "label": "l"}]}, "data.components.0.component"),
    (
        4,
        {"flags": VERSION_2, "components": [{"type": 13, "file": {"url": "attachment://no.png"}}]},
        "data.components",
    ),
]


@pytest.mark.parametrize(("kind", "data", "place"), WRONG)
async def test_a_wrong_answer_is_refused_at_its_place_and_another_may_follow(
    box: Sandbox, api: httpx.AsyncClient, kind: int, data: dict[str, Any], place: str
) -> None:
    async with pressed(box, api) as interaction:
        refused = await answer(api, interaction, kind, **data)
        assert code(refused) == (400, 50035)
        tree = refused.json()["errors"]
        for part in place.split("."):
            tree = tree[part]
        assert tree["_errors"][0]["message"]
        assert (await answer(api, interaction, 6)).status_code == 200


async def test_files_come_along_with_an_answer_and_an_edit(
    box: Sandbox, api: httpx.AsyncClient, web: httpx.AsyncClient
) -> None:
    gallery = {"type": 12, "items": [{"media": {"url": "attachment://chart.png"}, "description": "flags"}]}
    body = {
        "type": 4,
        "data": {"flags": VERSION_2, "components": [gallery], "attachments": [{"id": 0, "description": "a"}]},
    }
    png = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (6).to_bytes(4, "big") + (2).to_bytes(4, "big")
    async with pressed(box, api) as interaction:
        files = {"files[0]": ("chart.png", png, "image/png")}
        await api.post(callback(interaction), data={"payload_json": json.dumps(body)}, files=files)
    shown = (await api.get(webhook(box, interaction, "@original"))).json()
    media = shown["components"][0]["items"][0]["media"]
    assert (media["width"], media["height"], media["content_type"]) == (6, 2, "image/png")
    assert shown["attachments"][0]["description"] == "a"
    assert (await web.get(media["url"])).content == png
    second = {"payload_json": json.dumps({"attachments": [{"id": shown["attachments"][0]["id"]}, {"id": 0}]})}
    path = webhook(box, interaction, "@original")
    both = (await api.patch(path, data=second, files={"files[0]": ("b.txt", b"b", "text/plain")})).json()
    assert [each["filename"] for each in both["attachments"]] == ["chart.png", "b.txt"]


async def test_the_parts_of_an_interaction_are_as_described(
    box: Sandbox, api: httpx.AsyncClient, described: Any
) -> None:
    async with pressed(box, api) as interaction:
        told = interaction_payloads.told(box.world, interaction)
        await answer(api, interaction, 6)
    described("GuildMemberResponse", told["member"])
    described("GuildChannelResponse", told["channel"])
    described("MessageResponse", told["message"])
    guild, alice, general = box.guild, box.member("Alice").user, box.channel("general")
    found = interaction_payloads.resolved(
        general, alice, [alice, guild.everyone, general, box.channel("weekend plans")]
    )
    described("ResolvedObjectsResponse", found)
    assert set(found) == {"users", "members", "roles", "channels"}
    assert all("permissions" in each for kind in ("members", "channels") for each in found[kind].values())
    assert {"token", "version", "entitlements", "authorizing_integration_owners", "context"} <= told.keys()


# Commands, as they are registered


def text_option(**more: Any) -> dict[str, Any]:
    return {"type": 3, "name": "text", "description": "d"} | more


async def test_commands_are_put_read_changed_and_deleted(box: Sandbox, api: httpx.AsyncClient) -> None:
    for path in (
        f"/applications/{box.world.application.id}/commands",
        f"/applications/{box.world.application.id}/guilds/{box.guild.id}/commands",
    ):
        made = await api.post(path, json={"name": "one", "description": "d", "options": [text_option()]})
        again = await api.post(path, json={"name": "one", "description": "e"})
        assert (made.status_code, again.status_code) == (201, 200)
        assert made.json()["id"] == again.json()["id"]
        one = f"{path}/{made.json()['id']}"
        assert (await api.get(one)).json()["description"] == "e"
        assert (await api.patch(one, json={"default_member_permissions": "8"})).json()["description"] == "e"
        listed = (await api.put(path, json=[{"name": "one", "description": "f"}, {"name": "Menu", "type": 3}])).json()
        assert [each["id"] == made.json()["id"] for each in listed] == [True, False]
        assert (await api.get(path)).json() == listed
        assert (await api.delete(one)).status_code == 204
        assert code(await api.delete(one)) == (404, 10063)
        assert [each["name"] for each in (await api.get(path)).json()] == ["Menu"]


WRONG_COMMANDS: list[tuple[list[dict[str, Any]], str]] = [
    ([{"name": "Upper", "description": "d"}], "0.name"),
    ([{"name": "two words", "description": "d"}], "0.name"),
    ([{"name": "a"}], "0.description"),
    ([{"name": "a", "description": "d" * 101}], "0.description"),
    ([{"name": "Menu", "type": 2, "description": "d"}], "0.description"),
    ([{"name": "a", "description": "d"}] * 2, ""),
    ([{"name": f"c{number}", "description": "d"} for number in range(101)], ""),
    ([{"name": "a", "description": "d", "options": [text_option(name="B")]}], "0.options.0.name"),
    (
        [{"name": "a", "description": "d", "options": [text_option(), text_option(name="b", required=True)]}],
        "0.options",
    ),
    ([{"name": "a", "description": "d", "options": [text_option()] * 2}], "0.options"),
    (
        [{"name": "a", "description": "d", "options": [text_option(choices=[{"name": "x", "value": "y" * 101}])]}],
        "0.options.0.choices.0.value",
    ),
    ([{"name": "a", "description": "d", "contexts": [7]}], "0.contexts"),
]


@pytest.mark.parametrize(("body", "place"), WRONG_COMMANDS)
async def test_wrong_commands_are_refused_at_their_place(
    box: Sandbox, api: httpx.AsyncClient, body: list[dict[str, Any]], place: str
) -> None:
    refused = await api.put(f"/applications/{box.world.application.id}/commands", json=body)
    assert code(refused) == (400, 50035)
    tree = refused.json()["errors"]
    for part in filter(None, place.split(".")):
        tree = tree[part]
    assert tree["_errors"][0]["message"]
    assert box.commands() == []
