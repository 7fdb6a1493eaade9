"""The control API, as scripts use it."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bot.sandbox import Refused, Sandbox
from bot.sandbox.permissions import Permission


async def say(web: httpx.AsyncClient, **fields: Any) -> httpx.Response:
    return await web.post("/api/sandbox/messages", json={"channel": "general", "member": "Mallory"} | fields)


async def test_a_message_is_posted_listed_edited_and_deleted(box: Sandbox, web: httpx.AsyncClient) -> None:
    posted = await say(web, content="hello")
    assert posted.status_code == 201
    message_id = posted.json()["id"]
    assert list(posted.json()) == ["id"]
    assert (await web.patch(f"/api/sandbox/messages/{message_id}", json={"content": "goodbye"})).status_code == 200
    listed = {"id": message_id, "member": "Mallory", "content": "goodbye", "deleted": False, "edited": True}
    assert (await web.get("/api/sandbox/messages?channel=general")).json() == [listed]
    assert (await web.delete(f"/api/sandbox/messages/{message_id}")).status_code == 204
    assert (await web.get("/api/sandbox/messages?channel=%23general")).json() == [listed | {"deleted": True}]
    assert (await web.delete(f"/api/sandbox/messages/{message_id}")).status_code == 404


async def test_members_are_made_on_first_use_and_known_again(box: Sandbox, web: httpx.AsyncClient) -> None:
    for content in ("one", "two"):
        await say(web, member="Zoë the 3rd", content=content)
    authors = {message.author for message in box.messages("general")}
    assert [author.name for author in authors] == ["Zoë the 3rd"]
    assert [role.name for role in box.member("Zoë the 3rd").roles] == ["Member"]


@pytest.mark.parametrize("channel", ["general", "#general", "GENERAL", "weekend plans", "trash-talk"])
async def test_channels_and_threads_are_found_by_name(box: Sandbox, web: httpx.AsyncClient, channel: str) -> None:
    assert (await say(web, channel=channel, content="x")).status_code == 201
    assert len(box.messages(channel)) == 1


async def test_an_unknown_channel_or_guild_is_named_with_the_choices(web: httpx.AsyncClient) -> None:
    channel = await say(web, channel="genral", content="x")
    guild = await say(web, guild="Elsewhere", content="x")
    assert (channel.status_code, guild.status_code) == (404, 404)
    names = "general, off-topic, trash-talk, mod-log, weekend plans"
    assert channel.json()["error"] == f"There is no channel called 'genral'; there are: {names}."
    assert guild.json()["error"] == "There is no guild called 'Elsewhere'; there are: Sandbox."


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"{", "The body is not JSON"),
        (b"[" * 100_000, "The body is not JSON"),
        (b"[]", "The body must be a JSON object."),
        (b'{"channel": "general", "member": "M"}', 'The body must have "content"'),
        (b'{"channel": 5, "member": "M", "content": "x"}', '"channel" must be a text, not 5.'),
        (b'{"channel": "general", "member": "M", "content": "x", "contnet": "y"}', 'unknown field "contnet"'),
        (b'{"channel": "general", "member": "M", "content": " "}', '"content" must not be empty.'),
        (b'{"channel": "general", "member": "", "content": "x"}', "1 to 32 characters long, not 0."),
        (b'{"channel": "general", "member": "Civil Tongue", "content": "x"}', "Civil Tongue is the bot itself"),
    ],
)
async def test_a_wrong_body_is_answered_with_a_sentence(
    box: Sandbox, web: httpx.AsyncClient, raw: bytes, sentence: str
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await web.post("/api/sandbox/messages", content=raw, headers=headers)
    assert answer.status_code == 400
    assert sentence in answer.json()["error"]
    assert box.messages("general") == []


async def test_everything_wrong_with_a_body_is_said_at_once(web: httpx.AsyncClient) -> None:
    answer = await web.post("/api/sandbox/messages", json={"channel": 5, "text": 5, "member": ["M"]})
    assert answer.status_code == 400
    for sentence in (
        'The body has an unknown field "text"; it may have "channel", "member", "content", "guild"',
        '"channel" must be a text, not 5.',
        '"member" must be a text, not ["M"].',
        'The body must have "content"; it needs "channel", "member", "content".',
    ):
        assert sentence in answer.json()["error"]


async def test_presses_forms_and_commands_are_refused_with_a_sentence(box: Sandbox, web: httpx.AsyncClient) -> None:
    said = await box.say("general", "Mallory", "hello")
    wrong: list[tuple[str, dict[str, Any], int, str]] = [
        ("presses", {"member": "Alice", "message": "x", "component": "c"}, 404, "'x' is not the id of a message."),
        ("presses", {"member": "Alice", "message": str(said.id), "component": "c"}, 404, "There is no button 'c'"),
        ("presses", {"member": "Alice", "message": "1", "component": "c", "values": [5]}, 400, "a list of texts"),
        ("forms", {"member": "Alice", "interaction": "1", "values": {}}, 404, "No form was opened by interaction '1'"),
        ("commands", {"member": "Alice", "channel": "general", "name": "/x"}, 404, "Alice is offered no command 'x'"),
        ("dismissals", {"member": "Alice", "message": str(said.id)}, 404, "Alice has no such message to dismiss."),
    ]
    for place, body, status, sentence in wrong:
        answer = await web.post(f"/api/sandbox/{place}", json=body)
        assert (answer.status_code, sentence in answer.json()["error"]) == (status, True), answer.text


async def test_content_has_at_most_4000_characters(web: httpx.AsyncClient) -> None:
    assert (await say(web, content="ü" * 4000)).status_code == 201
    assert (await say(web, content="ü" * 4001)).status_code == 400


async def test_half_a_character_is_replaced(box: Sandbox, web: httpx.AsyncClient) -> None:
    raw = b'{"channel": "general", "member": "Mallory", "content": "a\\ud800b \\ud83e\\udd8a"}'
    await web.post("/api/sandbox/messages", content=raw, headers={"Content-Type": "application/json"})
    assert box.messages("general")[0].content == "a\ufffdb 🦊"
    assert (await web.get("/api/sandbox/messages?channel=general")).status_code == 200


async def test_discords_rules_hold_for_members(box: Sandbox, web: httpx.AsyncClient) -> None:
    hidden = await say(web, channel="mod-log", content="let me in")
    box.member("Alice").timed_out_until = datetime.now(UTC) + timedelta(hours=1)
    silenced = await say(web, member="Alice", content="but")
    assert [answer.status_code for answer in (hidden, silenced)] == [403, 403]
    assert hidden.json()["error"] == "Mallory cannot see #mod-log."
    assert silenced.json()["error"].startswith("Alice is timed out until ")
    assert (await say(web, channel="mod-log", member="Morgan", content="noted")).status_code == 201


async def test_the_banned_cannot_come_back_and_the_kicked_can(box: Sandbox, api: httpx.AsyncClient) -> None:
    mallory, bob = box.member("Mallory").user, box.member("Bob").user
    await api.put(f"/guilds/{box.guild.id}/bans/{mallory.id}", json={})
    await api.delete(f"/guilds/{box.guild.id}/members/{bob.id}")
    with pytest.raises(Refused, match="Mallory is banned"):
        await box.say("general", "Mallory", "hello")
    assert (await box.say("general", "Bob", "back")).author is bob


async def test_the_bots_own_messages_stay(box: Sandbox, api: httpx.AsyncClient, web: httpx.AsyncClient) -> None:
    sent = (await api.post(f"/channels/{box.channel('general').id}/messages", json={"content": "x"})).json()
    for answer in (
        await web.patch(f"/api/sandbox/messages/{sent['id']}", json={"content": "y"}),
        await web.delete(f"/api/sandbox/messages/{sent['id']}"),
    ):
        assert answer.status_code == 403
    assert not box.messages("general")[0].is_deleted


async def test_a_guild_can_be_named(box: Sandbox, web: httpx.AsyncClient) -> None:
    other = box.world.add_guild("Other")
    box.world.add_channel(other, "general")
    assert (await say(web, guild="Other", content="there")).status_code == 201
    assert [message.content for message in box.messages("general", guild="Other")] == ["there"]
    assert box.messages("general") == []
    assert len((await web.get(f"/api/sandbox/messages?channel=general&guild={other.id}")).json()) == 1


async def test_the_state_shows_everything(box: Sandbox, api: httpx.AsyncClient, web: httpx.AsyncClient) -> None:
    mallory = box.member("Mallory").user
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    path = f"/guilds/{box.guild.id}/members/{mallory.id}"
    await api.patch(path, json={"communication_disabled_until": until}, headers={"X-Audit-Log-Reason": "flag"})
    dm = (await api.post("/users/@me/channels", json={"recipient_id": str(mallory.id)})).json()
    await api.post(f"/channels/{dm['id']}/messages", json={"content": "please stop"})
    await api.put(f"/guilds/{box.guild.id}/bans/{box.member('Bob').user.id}", json={})
    state = (await web.get("/api/sandbox/state")).json()
    assert [channel["name"] for channel in state["channels"]] == [
        *("general", "weekend plans", "off-topic", "trash-talk", "mod-log"),
    ]
    assert [each["member"] for each in state["timeouts"]] == ["Mallory"]
    assert [each["member"] for each in state["bans"]] == ["Bob"]
    assert [each["content"] for each in state["dms"]["Mallory"]] == ["please stop"]
    assert [(each["by"], each["target"], each["reason"]) for each in state["audit_log"]] == [
        ("Civil Tongue", "Bob", None),
        ("Civil Tongue", "Mallory", "flag"),
    ]
    assert state["bot"]["online"] is False


async def test_events_stream_as_they_happen(box: Sandbox, web: httpx.AsyncClient) -> None:
    async with web.stream("GET", "/api/sandbox/events") as stream, asyncio.timeout(60):
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.aiter_lines()
        assert await anext(lines) == ": welcome"
        said = await box.say("general", "Mallory", "hello\ndata: x")
        await box.delete(said)
        news = [json.loads(line.removeprefix("data: ")) async for line in _first(lines, 2)]
    assert [each["message"]["content"] for each in news] == ["hello\ndata: x"] * 2
    assert [each["message"]["deleted"] is not None for each in news] == [False, True]


async def _first(lines: Any, count: int) -> Any:
    async for line in lines:
        if line.startswith("data: "):
            yield line
            count -= 1
            if not count:
                return


async def test_leaving_the_sandbox_ends_open_streams() -> None:
    async with httpx.AsyncClient(timeout=60) as client:
        async with Sandbox() as box:
            request = client.build_request("GET", f"{box.url}/api/sandbox/events")
            stream = await client.send(request, stream=True)
            lines = stream.aiter_lines()
            await anext(lines)
        assert [line async for line in lines] == [""]


async def test_a_message_may_carry_more_than_text(box: Sandbox, web: httpx.AsyncClient) -> None:
    first = (await say(web, content="one")).json()["id"]
    assert (await say(web, content="two", reply_to=first)).status_code == 201
    assert (await say(web, channel="off-topic", content="", forward=first)).status_code == 201
    assert (await say(web, content="", poll={"question": "Tea?", "answers": ["yes", " ", "no"]})).status_code == 201
    assert (await say(web, content="", sticker="wave")).status_code == 201
    assert (await say(web, content="", file={"name": "a.txt", "text": "long"})).status_code == 201
    _, reply, poll, sticker, file = box.messages("general")
    assert reply.referenced is box.messages("general")[0]
    assert [each["poll_media"]["text"] for each in poll.extra["poll"]["answers"]] == ["yes", "no"]
    assert sticker.extra["sticker_items"][0]["name"] == "wave"
    assert (await web.get(file.attachments[0]["url"])).text == "long"
    [forwarded] = box.messages("off-topic")
    assert forwarded.extra["message_snapshots"][0]["message"]["content"] == "one"


@pytest.mark.parametrize(
    ("more", "status", "sentence"),
    [
        ({"reply_to": "5"}, 404, "There is no message 5."),
        ({"forward": "x"}, 404, "There is no message 0."),
        ({"poll": {"question": "x"}}, 400, 'A poll needs "answers", a list of texts.'),
        ({"poll": {"question": " ", "answers": ["a"]}}, 400, "A poll's question must be 1 to 300 characters"),
        ({"poll": {"question": "x", "answers": []}}, 400, "A poll has 1 to 10 answers, not 0."),
        ({"sticker": "x" * 31}, 400, "A sticker's name must be 1 to 30 characters long, not 31."),
        ({"file": {"name": "a.txt"}}, 400, '"text" must be a text.'),
        ({"file": {"name": "", "text": "x"}}, 400, "A file's name must be 1 to 100 characters"),
        ({"poll": "x"}, 400, '"poll" must be an object'),
    ],
)
async def test_what_is_wrong_beside_the_text_is_said(
    box: Sandbox, web: httpx.AsyncClient, more: dict[str, Any], status: int, sentence: str
) -> None:
    answer = await say(web, content="", **more)
    assert (answer.status_code, sentence in answer.json()["error"]) == (status, True), answer.text
    assert box.messages("general") == []


async def test_nobody_forwards_what_they_cannot_see(box: Sandbox, web: httpx.AsyncClient) -> None:
    secret = await box.say("mod-log", "Morgan", "a secret")
    answer = await say(web, content="", forward=str(secret.id))
    assert (answer.status_code, answer.json()) == (403, {"error": "Mallory cannot see that message."})


async def test_threads_posts_statuses_and_nicknames(box: Sandbox, web: httpx.AsyncClient) -> None:
    box.widen()
    said = await box.say("general", "Alice", "chess?")
    thread = {"channel": "general", "member": "Mallory", "title": "chess", "content": "e4", "message": str(said.id)}
    opened = await web.post("/api/sandbox/threads", json=thread)
    assert (opened.status_code, opened.json()) == (201, {"id": str(said.id)})
    assert [message.content for message in box.messages("chess")] == ["e4"]
    assert (await web.post("/api/sandbox/threads", json=thread)).json()["error"].startswith("A thread hangs from")
    post = thread | {"channel": "ideas", "title": "a bot"}
    del post["message"]
    assert (await web.post("/api/sandbox/threads", json=post)).status_code == 201
    assert (await say(web, channel="ideas", content="x")).json()["error"] == "#ideas is a forum: open a post in it."
    assert (await web.post("/api/sandbox/threads", json=post | {"channel": "Lounge"})).status_code == 400
    path = f"/api/sandbox/threads/{said.id}"
    assert (await web.patch(path, json={"member": "Alice", "title": "go"})).status_code == 403
    assert (await web.patch(path, json={"member": "Mallory", "title": "go"})).status_code == 204
    assert box.channel(said.id).name == "go"
    status = {"channel": "Lounge", "member": "Mallory", "status": "tea"}
    assert (await web.post("/api/sandbox/statuses", json=status)).status_code == 204
    assert box.channel("Lounge").status == "tea"
    assert (await web.post("/api/sandbox/statuses", json=status | {"channel": "general"})).status_code == 400
    nickname = {"name": "Mallory", "nickname": "Queen M"}
    assert (await web.post("/api/sandbox/members", json=nickname)).status_code == 201
    assert box.member("Mallory").nick == "Queen M"
    too_long = await web.post("/api/sandbox/members", json=nickname | {"nickname": "x" * 33})
    assert too_long.json()["error"] == "A nickname must be 1 to 32 characters long, not 33."


async def test_what_a_member_may_not_do_is_refused(box: Sandbox, web: httpx.AsyncClient) -> None:
    box.guild.everyone.permissions = Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES
    role = box.world.role_called("Member", box.guild)
    role.permissions = Permission.VIEW_CHANNEL
    poll = {"question": "Tea?", "answers": ["yes"]}
    assert (await say(web, content="", poll=poll)).json()["error"] == "Mallory may not send polls in #general."
    file = {"name": "a.txt", "text": "x"}
    assert (await say(web, content="", file=file)).json()["error"] == "Mallory may not send files in #general."
    thread = {"channel": "general", "member": "Mallory", "title": "chess", "content": "e4"}
    assert (await web.post("/api/sandbox/threads", json=thread)).status_code == 403
    assert (await web.post("/api/sandbox/members", json={"name": "Mallory", "nickname": "M"})).status_code == 403
