"""The REST API, call by call. The ``api`` fixture checks every answer against Discord's API description."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bot.sandbox import Sandbox
from bot.sandbox.permissions import MODERATION_BOT, Permission

AUDIT_REASON = "X-Audit-Log-Reason"


def code(response: httpx.Response) -> tuple[int, int]:
    return response.status_code, response.json()["code"]


def channel_path(box: Sandbox, name: str = "general") -> str:
    return f"/channels/{box.channel(name).id}"


def member_path(box: Sandbox, name: str) -> str:
    return f"/guilds/{box.guild.id}/members/{box.member(name).user.id}"


async def test_everything_a_bot_reads_is_as_described(box: Sandbox, api: httpx.AsyncClient) -> None:
    said = await box.say("general", "Mallory", "hello", files={"a.txt": b"x"}, embeds=[{"type": "rich", "title": "T"}])
    await box.say("general", "Alice", f"<@{said.author.id}> and @everyone", reply_to=said)
    guild, user, here = f"/guilds/{box.guild.id}", box.member("Mallory").user.id, channel_path(box)
    paths = [
        "/gateway",
        "/gateway/bot",
        "/users/@me",
        "/users/@me/guilds",
        f"/users/{user}",
        "/applications/@me",
        "/oauth2/applications/@me",
        guild,
        f"{guild}?with_counts=true",
        f"{guild}/channels",
        f"{guild}/roles",
        f"{guild}/members?limit=1000",
        f"{guild}/members/search?query=mal&limit=10",
        f"{guild}/members/{user}",
        f"{guild}/bans",
        f"{guild}/threads/active",
        f"{guild}/audit-logs",
        here,
        channel_path(box, "weekend plans"),
        f"{here}/messages?limit=100",
        f"{here}/messages/{said.id}",
        f"/applications/{box.world.application.id}/commands",
    ]
    for path in paths:
        assert (await api.get(path)).status_code == 200, path


async def test_a_path_that_discord_does_not_have_is_its_own_404(box: Sandbox) -> None:
    async with httpx.AsyncClient(headers={"Authorization": f"Bot {box.token}"}) as client:
        missing = await client.get(f"{box.api_url}/users/@me/nonsense/at/all")
        wrong = await client.delete(f"{box.api_url}/gateway")
    assert missing.json() == {"message": "404: Not Found", "code": 0}
    assert wrong.json() == {"message": "405: Method Not Allowed", "code": 0}


@pytest.mark.parametrize("token", ["", "Bot nonsense", "Bearer x"])
async def test_without_the_token_nothing_is_answered(api: httpx.AsyncClient, token: str) -> None:
    answer = await api.get("/users/@me", headers={"Authorization": token})
    assert answer.status_code == 401
    assert answer.json() == {"message": "401: Unauthorized", "code": 0}


async def test_what_is_not_there_is_named(box: Sandbox, api: httpx.AsyncClient) -> None:
    guild, here = f"/guilds/{box.guild.id}", channel_path(box)
    expected = {
        "/channels/1": 10003,
        "/guilds/1": 10004,
        f"{guild}/members/1": 10013,
        f"{guild}/bans/1": 10026,
        f"{here}/messages/1": 10008,
        "/users/1": 10013,
    }
    for path, number in expected.items():
        assert code(await api.get(path)) == (404, number), path
    box.world.person("Stranger")
    stranger = box.world.known_person("Stranger")
    assert stranger is not None
    assert code(await api.get(f"{guild}/members/{stranger.id}")) == (404, 10007)
    assert code(await api.get("/channels/general")) == (400, 50035)


async def test_a_message_is_written_read_edited_and_deleted(box: Sandbox, api: httpx.AsyncClient) -> None:
    path = f"{channel_path(box)}/messages"
    written = (await api.post(path, json={"content": "one", "nonce": "7"})).json()
    assert (written["content"], written["nonce"], written["author"]["id"]) == ("one", "7", str(box.world.bot.id))
    edited = (await api.patch(f"{path}/{written['id']}", json={"content": "two"})).json()
    assert edited["edited_timestamp"] is not None
    assert (await api.get(f"{path}/{written['id']}")).json()["content"] == "two"
    assert (await api.delete(f"{path}/{written['id']}")).status_code == 204
    assert code(await api.delete(f"{path}/{written['id']}")) == (404, 10008)
    assert code(await api.patch(f"{path}/{written['id']}", json={"content": "three"})) == (404, 10008)


async def test_messages_are_listed_around_before_and_after(box: Sandbox, api: httpx.AsyncClient) -> None:
    ids = [str((await box.say("general", "Alice", str(number))).id) for number in range(10)]
    path = f"{channel_path(box)}/messages"

    async def listed(query: str) -> list[int]:
        return [int(message["content"]) for message in (await api.get(f"{path}?{query}")).json()]

    assert await listed("limit=3") == [9, 8, 7]
    assert await listed(f"limit=2&before={ids[5]}") == [4, 3]
    assert await listed(f"limit=2&after={ids[5]}") == [7, 6]
    assert await listed(f"limit=3&around={ids[5]}") == [6, 5, 4]
    assert code(await api.get(f"{path}?limit=101")) == (400, 50035)


def row(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"components": [{"type": 1, "components": [{"type": 2, "style": 1} | button for button in buttons]}]}


def layout(*components: dict[str, Any]) -> dict[str, Any]:
    return {"flags": 1 << 15, "components": list(components)}


TEXT = {"type": 10, "content": "x"}
WRONG_MESSAGES: list[tuple[dict[str, Any], int, str]] = [
    ({}, 50006, ""),
    ({"content": "x" * 2001}, 50035, "content"),
    ({"content": 5}, 50035, "content"),
    ({"content": "x", "nonce": "n" * 26}, 50035, "nonce"),
    ({"embeds": [{"title": "x" * 257}]}, 50035, "embeds.0.title"),
    ({"embeds": [{"title": "a", "fields": [{"name": "", "value": "v"}]}]}, 50035, "embeds.0.fields.0.name"),
    ({"embeds": [{"description": "x" * 4000}, {"description": "x" * 2001}]}, 50035, "embeds"),
    ({"embeds": [{"color": 5}]}, 50035, "embeds.0.description"),
    ({"content": "x", "components": [TEXT]}, 50035, "components.0.type"),
    ({"content": "x"} | layout(TEXT), 50035, "content"),
    (layout({"type": 17, "components": []}), 50035, "components.0.components"),
    (layout(TEXT | {"content": "x" * 4001}), 50035, "components.0.content"),
    (layout(*[TEXT] * 41), 50035, "components"),
    (row(*[{"label": "a", "custom_id": "c"}] * 2), 50035, "components.0.components.1.custom_id"),
    (row({"custom_id": "c"}), 50035, "components.0.components.0.label"),
    (row({"style": 9, "label": "l"}), 50035, "components.0.components.0.style"),
    ({"content": "x", "message_reference": {"message_id": "1"}}, 50035, "message_reference"),
    ({"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}, 50035, "allowed_mentions.users"),
]


@pytest.mark.parametrize(("body", "number", "place"), WRONG_MESSAGES)
async def test_a_wrong_message_is_refused_at_its_place(
    box: Sandbox, api: httpx.AsyncClient, body: dict[str, Any], number: int, place: str
) -> None:
    answer = await api.post(f"{channel_path(box)}/messages", json=body)
    assert code(answer) == (400, number)
    tree = answer.json().get("errors", {})
    for part in filter(None, place.split(".")):
        tree = tree[part]
    assert not place or tree["_errors"][0]["message"]
    assert box.messages("general") == []


async def test_a_body_that_is_no_json_or_of_another_kind_is_refused(box: Sandbox, api: httpx.AsyncClient) -> None:
    path = f"{channel_path(box)}/messages"
    broken = await api.post(path, content=b"{", headers={"Content-Type": "application/json"})
    form = await api.post(path, content=b"a=b", headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert (code(broken), code(form)) == ((400, 50109), (400, 50035))


async def test_mentions_are_only_those_allowed(box: Sandbox, api: httpx.AsyncClient) -> None:
    user, role = box.member("Alice").user.id, box.world.role_called("Moderator", box.guild).id
    content = f"<@{user}> <@&{role}> @everyone"
    path = f"{channel_path(box)}/messages"
    silent = (await api.post(path, json={"content": content, "allowed_mentions": {"parse": []}})).json()
    loud = (await api.post(path, json={"content": content})).json()
    assert (silent["mentions"], silent["mention_roles"]) == ([], [])
    assert [who["id"] for who in loud["mentions"]] == [str(user)]
    assert loud["mention_roles"] == [str(role)]
    assert not loud["mention_everyone"], "the bot lacks the permission"


async def test_others_messages_cannot_be_edited_and_need_a_permission_to_be_deleted(
    box: Sandbox, api: httpx.AsyncClient
) -> None:
    said = await box.say("general", "Mallory", "mine")
    path = f"{channel_path(box)}/messages/{said.id}"
    assert code(await api.patch(path, json={"content": "yours"})) == (403, 50005)
    box.grant(MODERATION_BOT & ~Permission.MANAGE_MESSAGES)
    assert code(await api.delete(path)) == (403, 50013)
    assert not said.is_deleted
    box.grant(MODERATION_BOT)
    assert (await api.delete(path, headers={AUDIT_REASON: "flag%20%231%3A%20insult"})).status_code == 204
    assert said.deleted_reason == "flag #1: insult"
    assert [entry.reason for entry in box.guild.audit] == ["flag #1: insult"]


async def test_an_audit_reason_has_at_most_512_characters(box: Sandbox, api: httpx.AsyncClient) -> None:
    said = await box.say("general", "Mallory", "mine")
    path = f"{channel_path(box)}/messages/{said.id}"
    assert code(await api.delete(path, headers={AUDIT_REASON: "%C3%BC" * 513})) == (400, 50035)
    assert (await api.delete(path, headers={AUDIT_REASON: "%C3%BC" * 512})).status_code == 204


async def test_bulk_delete_takes_2_to_100_messages_of_14_days(box: Sandbox, api: httpx.AsyncClient) -> None:
    path = f"{channel_path(box)}/messages/bulk-delete"
    old = await box.say("general", "Mallory", "old", at=datetime.now(UTC) - timedelta(days=14, minutes=1))
    new = [await box.say("general", "Mallory", str(number)) for number in range(101)]
    ids = [str(message.id) for message in new]
    assert code(await api.post(path, json={"messages": ids[:1]})) == (400, 50016)
    assert code(await api.post(path, json={"messages": [ids[0]] * 2})) == (400, 50016)
    assert code(await api.post(path, json={"messages": ids})) == (400, 50016)
    assert code(await api.post(path, json={"messages": [ids[0], str(old.id)]})) == (400, 50034)
    assert not any(message.is_deleted for message in new)
    assert (await api.post(path, json={"messages": [*ids[:99], "5" * 19]})).status_code == 204
    assert sum(message.is_deleted for message in new) == 99


async def test_files_are_uploaded_and_fetched(box: Sandbox, api: httpx.AsyncClient, web: httpx.AsyncClient) -> None:
    files = {
        "payload_json": (None, '{"content": "the export"}', "application/json"),
        "files[0]": ("flags.csv", b"id,label\r\n1,insult\r\n", "application/octet-stream"),
    }
    sent = (await api.post(f"{channel_path(box)}/messages", files=files)).json()
    attachment = sent["attachments"][0]
    assert (sent["content"], attachment["filename"]) == ("the export", "flags.csv")
    fetched = await web.get(attachment["url"])
    assert fetched.content == b"id,label\r\n1,insult\r\n"
    assert fetched.headers["content-disposition"].startswith("attachment")
    assert (await web.get("/attachments/1/flags.csv")).status_code == 404


async def test_reactions_and_typing(box: Sandbox, api: httpx.AsyncClient) -> None:
    said = await box.say("general", "Mallory", "hello")
    path = f"{channel_path(box)}/messages/{said.id}/reactions/%F0%9F%91%8D"
    assert (await api.put(f"{path}/@me")).status_code == 204
    assert [who["username"] for who in (await api.get(path)).json()] == ["Civil Tongue"]
    listed = (await api.get(f"{channel_path(box)}/messages/{said.id}")).json()["reactions"]
    assert (listed[0]["count"], listed[0]["me"]) == (1, True)
    assert (await api.delete(f"{path}/@me")).status_code == 204
    assert said.reactions == {}
    assert (await api.post(f"{channel_path(box)}/typing")).status_code == 204


async def test_a_dm_needs_a_member_of_a_shared_guild(box: Sandbox, api: httpx.AsyncClient) -> None:
    stranger = box.world.person("Stranger")
    for user, sends in ((box.member("Mallory").user, 200), (stranger, 403)):
        dm = (await api.post("/users/@me/channels", json={"recipient_id": str(user.id)})).json()
        answer = await api.post(f"/channels/{dm['id']}/messages", json={"content": "hello"})
        assert answer.status_code == sends
    assert answer.json()["code"] == 50278
    for wrong in ("1", str(box.world.bot.id)):
        assert code(await api.post("/users/@me/channels", json={"recipient_id": wrong})) == (400, 50033)


async def test_a_timeout_lasts_at_most_28_days(box: Sandbox, api: httpx.AsyncClient) -> None:
    path = member_path(box, "Mallory")
    for days, status in ((27.9, 200), (28.1, 400)):
        until = (datetime.now(UTC) + timedelta(days=days)).isoformat()
        assert (await api.patch(path, json={"communication_disabled_until": until})).status_code == status
    lifted = await api.patch(path, json={"communication_disabled_until": None})
    assert lifted.json()["communication_disabled_until"] is None


async def test_administrators_and_the_owner_are_never_timed_out(box: Sandbox, api: httpx.AsyncClient) -> None:
    admin = box.world.add_role(box.guild, "Admin", Permission.ADMINISTRATOR)
    box.member("Alice").role_ids.append(admin.id)
    until = {"communication_disabled_until": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}
    for name in ("Alice", "Olivia", "Morgan"):
        assert code(await api.patch(member_path(box, name), json=until)) == (403, 50013), name
    assert (await api.patch(member_path(box, "Bob"), json=until)).status_code == 200


@pytest.mark.parametrize(
    ("permission", "method", "path", "body"),
    [
        (Permission.MODERATE_MEMBERS, "PATCH", "/guilds/{g}/members/{m}", {"communication_disabled_until": None}),
        (Permission.MANAGE_NICKNAMES, "PATCH", "/guilds/{g}/members/{m}", {"nick": "Mal"}),
        (Permission.MANAGE_ROLES, "PATCH", "/guilds/{g}/members/{m}", {"roles": []}),
        (Permission.MANAGE_ROLES, "PUT", "/guilds/{g}/members/{m}/roles/{r}", None),
        (Permission.KICK_MEMBERS, "DELETE", "/guilds/{g}/members/{m}", None),
        (Permission.BAN_MEMBERS, "PUT", "/guilds/{g}/bans/{m}", {}),
        (Permission.BAN_MEMBERS, "GET", "/guilds/{g}/bans", None),
        (Permission.VIEW_AUDIT_LOG, "GET", "/guilds/{g}/audit-logs", None),
        (Permission.MANAGE_CHANNELS, "PATCH", "/channels/{c}", {"rate_limit_per_user": 5}),
        (Permission.MANAGE_CHANNELS, "POST", "/guilds/{g}/channels", {"name": "mod-log-2"}),
        (Permission.MANAGE_ROLES, "PUT", "/channels/{c}/permissions/{r}", {"type": 0, "allow": "0", "deny": "0"}),
        (Permission.SEND_MESSAGES, "POST", "/channels/{c}/messages", {"content": "x"}),
    ],
)
async def test_each_call_needs_its_permission(
    box: Sandbox, api: httpx.AsyncClient, permission: Permission, method: str, path: str, body: Any
) -> None:
    box.world.role_called("@everyone", box.guild).permissions &= ~permission
    role = box.world.add_role(box.guild, "Low")
    place = path.format(g=box.guild.id, m=box.member("Mallory").user.id, c=box.channel("general").id, r=role.id)
    box.grant(MODERATION_BOT & ~permission)
    assert code(await api.request(method, place, json=body)) == (403, 50013)
    box.grant(MODERATION_BOT)
    assert (await api.request(method, place, json=body)).is_success


async def test_roles_above_the_bot_and_managed_ones_cannot_be_given(box: Sandbox, api: httpx.AsyncClient) -> None:
    moderator, own = (box.world.role_called(name, box.guild) for name in ("Moderator", "Civil Tongue"))
    path = f"{member_path(box, 'Mallory')}/roles"
    assert code(await api.put(f"{path}/{moderator.id}")) == (403, 50013)
    assert code(await api.put(f"{path}/{own.id}")) == (400, 50028)
    assert code(await api.put(f"{path}/1")) == (404, 10011)


async def test_roles_are_made_changed_given_and_deleted(box: Sandbox, api: httpx.AsyncClient) -> None:
    made = (await api.post(f"/guilds/{box.guild.id}/roles", json={"name": "Quiet", "permissions": "0"})).json()
    path = f"/guilds/{box.guild.id}/roles/{made['id']}"
    assert (await api.patch(path, json={"name": "Quieter"})).json()["name"] == "Quieter"
    assert (await api.put(f"{member_path(box, 'Mallory')}/roles/{made['id']}")).status_code == 204
    assert int(made["id"]) in box.member("Mallory").role_ids
    assert (await api.delete(path)).status_code == 204
    assert int(made["id"]) not in box.member("Mallory").role_ids


async def test_a_kick_a_ban_and_an_unban_are_in_the_audit_log(box: Sandbox, api: httpx.AsyncClient) -> None:
    mallory = box.member("Mallory").user.id
    alice, guild = box.member("Alice").user.id, f"/guilds/{box.guild.id}"
    assert (await api.delete(f"{guild}/members/{mallory}", headers={AUDIT_REASON: "kicked"})).status_code == 204
    assert (await api.put(f"{guild}/bans/{alice}", json={}, headers={AUDIT_REASON: "banned"})).status_code == 204
    assert (await api.get(f"{guild}/bans/{alice}")).json()["reason"] == "banned"
    assert (await api.delete(f"{guild}/bans/{alice}")).status_code == 204
    assert code(await api.delete(f"{guild}/bans/{alice}")) == (404, 10026)
    log = (await api.get(f"{guild}/audit-logs")).json()
    entries = [(entry["action_type"], entry.get("reason"), entry["target_id"]) for entry in log["audit_log_entries"]]
    assert entries == [(23, None, str(alice)), (22, "banned", str(alice)), (20, "kicked", str(mallory))]
    assert {who["id"] for who in log["users"]} == {str(box.world.bot.id), str(alice), str(mallory)}
    only = (await api.get(f"{guild}/audit-logs?action_type=20&limit=1")).json()["audit_log_entries"]
    assert [entry["reason"] for entry in only] == ["kicked"]


async def test_an_invite_is_made_for_a_channel_and_needs_its_permission(box: Sandbox, api: httpx.AsyncClient) -> None:
    path = f"{channel_path(box)}/invites"
    made = (await api.post(path, json={"max_age": 600, "max_uses": 1, "unique": True})).json()
    assert (made["code"] in box.guild.invites, made["max_uses"], made["guild"]["name"]) == (True, 1, "Sandbox")
    assert code(await api.post(path, json={"max_age": 604_801})) == (400, 50035)
    box.grant(MODERATION_BOT & ~Permission.CREATE_INSTANT_INVITE)
    assert code(await api.post(path, json={})) == (403, 50013)


async def test_overwrites_hold_in_a_channel_and_its_threads(box: Sandbox, api: httpx.AsyncClient) -> None:
    private = box.world.add_channel(box.guild, "private", overwrites=[box.deny_everyone(box.guild)])
    thread = box.world.add_thread(private, "inside", box.guild.owner)
    for channel in (private, thread):
        assert code(await api.get(f"/channels/{channel.id}")) == (403, 50001)
        assert code(await api.post(f"/channels/{channel.id}/messages", json={"content": "x"})) == (403, 50001)
    assert (await api.get(f"{channel_path(box, 'mod-log')}/messages")).status_code == 200


async def test_slow_mode_is_set_and_holds_for_members(
    box: Sandbox, api: httpx.AsyncClient, web: httpx.AsyncClient
) -> None:
    changed = await api.patch(channel_path(box), json={"rate_limit_per_user": 3600})
    assert changed.json()["rate_limit_per_user"] == 3600
    assert code(await api.patch(channel_path(box), json={"rate_limit_per_user": 21_601})) == (400, 50035)
    body = {"channel": "general", "member": "Mallory", "content": "hello"}
    answers = [await web.post("/api/sandbox/messages", json=body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 403]
    assert "slow mode" in answers[1].json()["error"]


async def test_channels_and_threads_are_made_and_deleted(box: Sandbox, api: httpx.AsyncClient) -> None:
    made = (await api.post(f"/guilds/{box.guild.id}/channels", json={"name": "New Place", "topic": "t"})).json()
    assert made["name"] == "new-place"
    thread = (await api.post(f"/channels/{made['id']}/threads", json={"name": "talk", "type": 11})).json()
    archived = await api.patch(f"/channels/{thread['id']}", json={"archived": True, "locked": True})
    assert archived.json()["thread_metadata"]["archived"]
    assert (await api.delete(f"/channels/{made['id']}")).status_code == 200
    assert code(await api.get(f"/channels/{thread['id']}")) == (404, 10003)


async def test_members_can_be_listed_only_with_the_members_intent(box: Sandbox, api: httpx.AsyncClient) -> None:
    box.switch_off_intents("members")
    assert code(await api.get(f"/guilds/{box.guild.id}/members?limit=10")) == (403, 50001)


async def test_without_the_content_intent_the_rest_api_hides_content_too(box: Sandbox, api: httpx.AsyncClient) -> None:
    box.switch_off_intents("message_content")
    said = await box.say("general", "Mallory", "secret")
    own = (await api.post(f"{channel_path(box)}/messages", json={"content": "mine"})).json()
    path = f"{channel_path(box)}/messages"
    assert (await api.get(f"{path}/{said.id}")).json()["content"] == ""
    assert (await api.get(f"{path}/{own['id']}")).json()["content"] == "mine"


async def test_headers_tell_of_the_bucket(box: Sandbox, api: httpx.AsyncClient) -> None:
    box.faults.limit("POST /channels/{channel_id}/messages", calls=2, per=60)
    path = f"{channel_path(box)}/messages"
    answers = [await api.post(path, json={"content": "x"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["1", "0", "0"]
    assert {answer.headers["x-ratelimit-limit"] for answer in answers} == {"2"}
    assert len({answer.headers["x-ratelimit-bucket"] for answer in answers}) == 1
    refusal = answers[2]
    assert refusal.json()["retry_after"] == pytest.approx(float(refusal.headers["retry-after"]), abs=0.01)
    assert (refusal.json()["global"], refusal.headers["x-ratelimit-scope"]) == (False, "user")
    elsewhere = await api.post(f"{channel_path(box, 'off-topic')}/messages", json={"content": "x"})
    assert elsewhere.status_code == 200, "another channel has a bucket of its own"


ODD_VALUES: list[Any] = [None, 5, -1, "x", "--5", True, [], [5], ["x"], {}, {"a": 1}, [{}], 1e308]
FIELDS = [
    *("content", "embeds", "components", "flags", "nonce", "allowed_mentions", "message_reference", "poll", "messages"),
    *("nick", "roles", "communication_disabled_until", "name", "type", "topic", "permission_overwrites", "allow"),
    *("deny", "rate_limit_per_user", "recipient_id", "delete_message_seconds", "permissions", "color", "archived"),
]


async def test_no_body_however_odd_is_more_than_a_400(box: Sandbox, api: httpx.AsyncClient) -> None:
    said = await box.say("general", "Mallory", "hello")
    own = (await api.post(f"{channel_path(box)}/messages", json={"content": "x"})).json()["id"]
    role = box.world.add_role(box.guild, "Low")
    guild, here = f"/guilds/{box.guild.id}", channel_path(box)
    member = f"{guild}/members/{said.author.id}"
    routes = [
        ("POST", f"{here}/messages"),
        ("PATCH", f"{here}/messages/{own}"),
        ("POST", f"{here}/messages/bulk-delete"),
        ("POST", f"{here}/threads"),
        ("PATCH", here),
        ("PUT", f"{here}/permissions/{role.id}"),
        ("POST", f"{guild}/channels"),
        ("POST", f"{guild}/roles"),
        ("PATCH", f"{guild}/roles/{role.id}"),
        ("PATCH", member),
        ("POST", "/users/@me/channels"),
        ("PUT", f"/applications/{box.world.application.id}/commands"),
        ("PUT", f"{guild}/bans/{said.author.id}"),
    ]
    bodies = [*ODD_VALUES, *(dict.fromkeys(FIELDS, value) for value in ODD_VALUES)]
    headers = {"Authorization": f"Bot {box.token}"}
    async with httpx.AsyncClient(base_url=box.api_url, headers=headers) as client:
        for method, path in routes:
            for body in bodies:
                answer = await client.request(method, path, json=body)
                assert answer.status_code < 500, (method, path, body)
