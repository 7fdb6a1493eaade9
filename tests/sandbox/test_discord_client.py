"""The real discord.py, logged in over real sockets."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any

import discord
import pytest
import yarl
from discord.gateway import DiscordWebSocket, KeepAliveHandler

from bot.sandbox import Sandbox


async def test_a_client_logs_in_and_knows_the_guild(box: Sandbox, connect: Any) -> None:
    client = await connect()
    guild = client.guilds[0]
    assert client.user.name == "Civil Tongue"
    assert {channel.name for channel in guild.text_channels} == {"general", "off-topic", "trash-talk", "mod-log"}
    assert [thread.name for thread in guild.threads] == ["weekend plans"]
    assert {member.display_name for member in guild.members} >= {"Mallory", "Alice", "Bob", "Morgan", "Olivia"}
    assert guild.owner.display_name == "Olivia"
    assert guild.me.guild_permissions.moderate_members
    assert not guild.me.guild_permissions.administrator


async def test_without_the_members_intent_only_the_bot_is_known(connect: Any) -> None:
    client = await connect(members=False)
    assert [member.id for member in client.guilds[0].members] == [client.user.id]


async def test_a_client_hears_a_message_with_its_author_and_deletes_it(box: Sandbox, connect: Any) -> None:
    client = await connect()
    said = await box.say("general", "Mallory", "you fool")
    heard = await client.next("message")
    assert (heard.id, heard.content, heard.author.display_name) == (said.id, "you fool", "Mallory")
    assert [role.name for role in heard.author.roles] == ["@everyone", "Member"]
    await heard.delete()
    assert said.is_deleted
    assert (await client.next("raw_message_delete")).message_id == said.id


async def test_a_client_hears_edits_threads_and_replies(box: Sandbox, connect: Any) -> None:
    client = await connect()
    first = await box.say("general", "Alice", "hello")
    await box.edit(first, "goodbye")
    await box.say("weekend plans", "Bob", "hiking?")
    await box.say("general", "Bob", "why?", reply_to=first)
    edited = await client.next("raw_message_edit")
    in_thread, answer = await client.next("message", 2), await client.next("message", 3)
    assert edited.message.content == "goodbye"
    assert edited.message.edited_at is not None
    assert in_thread.channel.parent.name == "general"
    assert answer.reference.resolved.content == "goodbye"
    assert answer.mentions[0].display_name == "Alice"


async def test_every_surface_of_a_message_arrives(box: Sandbox, connect: Any) -> None:
    client = await connect()
    original = await box.say("off-topic", "Alice", "the original")
    poll = {
        "question": {"text": "Tea?"},
        "answers": [{"answer_id": 1, "poll_media": {"text": "yes"}}],
        "expiry": "2030-01-01T00:00:00+00:00",
        "allow_multiselect": False,
        "layout_type": 1,
    }
    await box.say("general", "Bob", forward=original)
    embed = {"type": "rich", "title": "T"}
    await box.say("general", "Bob", "see", files={"note.txt": "grüße".encode()}, embeds=[embed])
    await box.say("general", "Bob", extra={"poll": poll})
    forward, file, asked = [await client.next("message", number) for number in (2, 3, 4)]
    assert forward.message_snapshots[0].content == "the original"
    assert (await file.attachments[0].read()).decode() == "grüße"
    assert file.embeds[0].title == "T"
    assert asked.poll.question == "Tea?"


async def test_without_the_content_intent_messages_are_empty_but_for_mentions(box: Sandbox, connect: Any) -> None:
    client = await connect(content=False)
    await box.say("general", "Mallory", "secret", files={"a.txt": b"x"}, embeds=[{"type": "rich", "title": "T"}])
    await box.say("general", "Mallory", f"<@{client.user.id}> hello")
    own = await client.get_channel(box.channel("general").id).send("mine")
    blank, mentioning = await client.next("message"), await client.next("message", 2)
    assert (blank.content, blank.attachments, blank.embeds) == ("", [], [])
    assert mentioning.content.endswith("hello")
    assert (await client.next("message", 3)).content == own.content == "mine"


async def test_a_heartbeat_is_answered_after_the_client_has_noted_that_it_sent_it(
    connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[float] = []
    acknowledge, send = KeepAliveHandler.ack, DiscordWebSocket.send_heartbeat

    async def slowly(socket: DiscordWebSocket, data: Any) -> None:
        """The thread that beats is told late, as on a busy machine."""
        await send(socket, data)
        await asyncio.sleep(0.05)

    def noted(handler: KeepAliveHandler) -> None:
        sent.append(handler._last_send)
        acknowledge(handler)

    monkeypatch.setattr(KeepAliveHandler, "ack", noted)
    monkeypatch.setattr(DiscordWebSocket, "send_heartbeat", slowly)
    async with Sandbox(heartbeat_interval=0.4) as box:
        monkeypatch.setattr(discord.http.Route, "BASE", box.api_url)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(box.gateway_url))
        client = discord.Client(intents=discord.Intents.none())
        running = asyncio.create_task(client.start(box.token))
        await box.until(lambda: len(sent) > 4)
        await client.close()
        await running
    # Each answer is to a heartbeat of its own: with an older one it would pass for late by the whole time since.
    assert len(set(sent)) == len(sent)


async def test_channels_that_the_bot_cannot_see_are_silent(box: Sandbox, connect: Any) -> None:
    client = await connect()
    hidden = box.world.add_channel(box.guild, "hidden", overwrites=[box.deny_everyone(box.guild)])
    await box.say(hidden, "Olivia", "psst")
    await box.say("general", "Alice", "hello")
    assert (await client.next("message")).content == "hello"
    with pytest.raises(discord.Forbidden) as refusal:
        await client.get_channel(hidden.id).send("?")
    assert refusal.value.code == 50001


async def test_a_warning_by_dm_arrives_or_fails_with_50278(box: Sandbox, connect: Any) -> None:
    client = await connect()
    guild = client.guilds[0]
    await guild.get_member_named("Mallory").send("please stop")
    box.close_dms("Bob")
    with pytest.raises(discord.Forbidden) as refusal:
        await guild.get_member_named("Bob").send("please stop")
    assert [message.content for message in box.dms("Mallory")] == ["please stop"]
    assert refusal.value.code == 50278
    assert box.dms("Bob") == []


async def test_after_a_kick_there_is_no_dm(box: Sandbox, connect: Any) -> None:
    client = await connect()
    mallory = client.guilds[0].get_member_named("Mallory")
    await mallory.kick(reason="enough")
    assert (await client.next("member_remove")).id == mallory.id
    with pytest.raises(discord.Forbidden) as refusal:
        await mallory.send("you were kicked")
    assert refusal.value.code == 50278


async def test_timeouts_kicks_and_bans_keep_to_the_hierarchy(box: Sandbox, connect: Any) -> None:
    client = await connect()
    guild = client.guilds[0]
    for name in ("Morgan", "Olivia"):
        for deed in ("timeout", "kick", "ban"):
            member = guild.get_member_named(name)
            call = member.timeout(timedelta(hours=1)) if deed == "timeout" else getattr(member, deed)()
            with pytest.raises(discord.Forbidden) as refusal:
                await call
            assert refusal.value.code == 50013, (name, deed)
    await guild.get_member_named("Mallory").timeout(timedelta(hours=1), reason="insult – ü")
    updated = await client.next("member_update")
    assert updated.id == box.member("Mallory").user.id
    entry = await client.next("audit_log_entry_create")
    assert entry.action is discord.AuditLogAction.member_update
    assert entry.reason == "insult – ü"
    assert entry.after.timed_out_until is not None


async def test_a_ban_takes_recent_messages_along_and_can_be_undone(box: Sandbox, connect: Any) -> None:
    client = await connect()
    guild = client.guilds[0]
    spam = [await box.say("general", "Mallory", f"spam {number}") for number in range(3)]
    mallory = guild.get_member_named("Mallory")
    await guild.ban(mallory, reason="spam", delete_message_seconds=3600)
    assert all(message.is_deleted for message in spam)
    bans = [entry async for entry in guild.bans()]
    assert [(entry.user.id, entry.reason) for entry in bans] == [(mallory.id, "spam")]
    await guild.unban(mallory)
    assert [entry async for entry in guild.bans()] == []
    assert (await client.next("member_unban")) == guild
    log = [(entry.action.name, entry.reason) async for entry in guild.audit_logs()]
    assert log == [("unban", None), ("ban", "spam")]


async def test_history_is_read_in_pages_and_bulk_deleted(box: Sandbox, connect: Any) -> None:
    client = await connect()
    for number in range(230):
        await box.say("general", f"Member {number % 7}", f"message {number}")
    channel = client.get_channel(box.channel("general").id)
    read = [message.content async for message in channel.history(limit=None, oldest_first=True)]
    assert read == [f"message {number}" for number in range(230)]
    deleted = await channel.purge(limit=150)
    assert len(deleted) == 150
    assert sum(not message.is_deleted for message in box.messages("general")) == 80


async def test_a_rate_limited_call_is_tried_again(box: Sandbox, connect: Any) -> None:
    client = await connect()
    for scope in ("user", "shared", "global"):
        box.faults.rate_limit("POST /channels/{channel}/messages", retry_after=0.01, scope=scope)
        await client.get_channel(box.channel("general").id).send(scope)
    calls = box.calls("POST /channels/{}/messages")
    assert [call.status for call in calls] == [429, 200, 429, 200, 429, 200]
    assert box.invalid_calls == 3


async def test_a_tight_bucket_only_slows_the_client_down(box: Sandbox, connect: Any) -> None:
    client = await connect()
    box.faults.limit("POST /channels/{channel}/messages", calls=5, per=0.05)
    channel = client.get_channel(box.channel("general").id)
    await channel.send("the first tells of the limit")
    await asyncio.gather(*(channel.send(str(number)) for number in range(20)))
    assert sorted(int(message.content) for message in box.messages("general")[1:]) == list(range(20))
    assert {call.status for call in box.calls("POST /channels/{}/messages")} <= {200, 429}


async def test_a_cut_connection_is_resumed_and_what_was_missed_is_replayed(box: Sandbox, connect: Any) -> None:
    client = await connect()
    await box.say("general", "Alice", "before")
    await client.next("message")
    box.gateway.cut()
    for number in range(5):
        await box.say("general", "Alice", f"missed {number}")
    await client.next("resumed")
    await client.next("message", 6)
    assert [message.content for message in client.all("message")] == ["before", *(f"missed {n}" for n in range(5))]
    assert (box.gateway.identifies, box.gateway.resumes) == (1, 1)


@pytest.mark.parametrize("how", ["close", "reconnect", "resumable"])
async def test_a_client_that_is_sent_away_resumes(box: Sandbox, connect: Any, how: str) -> None:
    client = await connect()
    if how == "close":
        box.gateway.close(4000)
    elif how == "reconnect":
        box.gateway.ask_to_reconnect()
    else:
        box.gateway.invalidate(resumable=True)
    await client.next("resumed")
    await box.say("general", "Alice", "after")
    assert (await client.next("message")).content == "after"


async def test_an_invalid_session_starts_anew_without_what_was_missed(box: Sandbox, connect: Any) -> None:
    client = await connect()
    box.gateway.invalidate()
    await box.say("general", "Alice", "missed")
    await client.next("ready", 2)
    await box.say("general", "Alice", "after")
    assert (await client.next("message")).content == "after"
    assert (box.gateway.identifies, box.gateway.resumes) == (2, 0)


async def test_a_session_that_was_forgotten_cannot_be_resumed(box: Sandbox, connect: Any) -> None:
    client = await connect()
    box.gateway.forget_sessions()
    box.gateway.cut()
    await client.next("ready", 2)
    assert box.gateway.identifies == 2


async def test_without_heartbeat_answers_the_client_reconnects(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    caplog.set_level(logging.CRITICAL, logger="discord")
    async with Sandbox(heartbeat_interval=0.05) as box:
        monkeypatch.setattr(discord.http.Route, "BASE", box.api_url)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(box.gateway_url))
        client = discord.Client(intents=discord.Intents.default(), heartbeat_timeout=0.2)
        running = asyncio.create_task(client.start(box.token))
        await box.until(lambda: box.gateway.heartbeats > 3)
        box.gateway.answers_heartbeats = False
        await box.until(lambda: box.gateway.resumes > 0)
        box.gateway.answers_heartbeats = True
        await box.until(lambda: box.is_bot_online)
        await client.close()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_wrong_token_is_refused(box: Sandbox, connect: Any) -> None:
    client = await connect(ready=False)
    await box.until(lambda: box.is_bot_online)
    stranger = discord.Client(intents=discord.Intents.default())
    with pytest.raises(discord.LoginFailure):
        await stranger.start("wrong.token.altogether")
    await stranger.close()
    assert box.calls("GET /users/@me")[-1].status == 401
    assert not client.is_closed()


async def test_a_privileged_intent_that_is_switched_off_closes_with_4014(box: Sandbox, connect: Any) -> None:
    box.switch_off_intents("message_content")
    client = await connect(ready=False)
    with pytest.raises(discord.PrivilegedIntentsRequired):
        await client.running


async def test_the_application_says_which_privileged_intents_it_has(box: Sandbox, connect: Any) -> None:
    client = await connect()
    assert (await client.application_info()).flags.gateway_message_content_limited
    box.switch_off_intents("message_content")
    flags = (await client.application_info()).flags
    assert not flags.gateway_message_content_limited
    assert flags.gateway_guild_members_limited


async def test_a_raw_dispatch_reaches_the_client_even_when_it_breaks_it(box: Sandbox, connect: Any) -> None:
    client = await connect()
    said = await box.say("general", "Alice", "a poll")
    await client.next("message")
    broken = {"question": {"text": "?"}, "answers": [], "expiry": None, "allow_multiselect": False, "layout_type": 1}
    data = {"id": str(said.id), "channel_id": str(said.channel.id), "type": 0, "content": "", "poll": broken}
    box.gateway.dispatch("MESSAGE_CREATE", data)
    with pytest.raises((TypeError, KeyError, AttributeError)):
        await client.running


async def test_a_layout_view_is_sent_and_comes_back_whole(box: Sandbox, connect: Any) -> None:
    client = await connect()
    view = discord.ui.LayoutView(timeout=None)
    section = discord.ui.Section("**Flag 1**", accessory=discord.ui.Button(label="Jump", url="https://discord.com"))
    row = discord.ui.ActionRow(discord.ui.Button(label="Uphold", custom_id="uphold:1"))
    view.add_item(discord.ui.Container(section, discord.ui.Separator(), row, accent_color=0xAA0000))
    log = client.get_channel(box.channel("mod-log").id)
    sent = await log.send(view=view, allowed_mentions=discord.AllowedMentions.none())
    assert sent.flags.components_v2
    container = box.messages("mod-log")[0].components[0]
    assert (container["type"], container["accent_color"]) == (17, 0xAA0000)
    assert [child["type"] for child in container["components"]] == [9, 14, 1]
    view.clear_items()
    view.add_item(discord.ui.TextDisplay("done"))
    await sent.edit(view=view)
    assert box.messages("mod-log")[0].components[0]["content"] == "done"


async def test_the_same_nonce_makes_one_message(box: Sandbox, connect: Any) -> None:
    client = await connect()
    channel = client.get_channel(box.channel("mod-log").id)
    first, second = await channel.send("card", nonce="flag-7"), await channel.send("card", nonce="flag-7")
    assert first.id == second.id
    assert len(box.messages("mod-log")) == 1


async def test_commands_are_registered_and_kept(box: Sandbox, connect: Any) -> None:
    client = await connect()
    tree = discord.app_commands.CommandTree(client)

    @tree.command(name="flags", description="The latest flags")
    async def flags(interaction: discord.Interaction) -> None: ...

    first, second = await tree.sync(), await tree.sync()
    assert [command.name for command in first] == ["flags"]
    assert first[0].id == second[0].id


class Sharded(discord.AutoShardedClient):
    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Without the five seconds between shards."""


async def test_two_shards_share_the_guilds(box: Sandbox, connect: Any) -> None:
    guilds = [box.world.add_guild(f"Guild {number}") for number in range(4)]
    for number, guild in enumerate(guilds):
        box.world.add_channel(guild, "general", topic=str(number))
    client = Sharded(intents=discord.Intents.default(), shard_count=2, guild_ready_timeout=0.05)
    running = asyncio.create_task(client.start(box.token))
    await box.until(lambda: len(box.gateway.connected) == 2)
    async with asyncio.timeout(60):
        await client.wait_until_ready()
    assert {guild.id for guild in client.guilds} == set(box.world.guilds)
    assert all(guild.shard_id == (guild.id >> 22) % 2 for guild in client.guilds)
    await client.close()
    await asyncio.gather(running, return_exceptions=True)
    assert not box.is_bot_online


async def test_presence_and_members_are_asked_for_over_the_gateway(box: Sandbox, connect: Any) -> None:
    client = await connect()
    found = await client.guilds[0].query_members("mal")
    assert [member.display_name for member in found] == ["Mallory"]
    by_id = await client.guilds[0].query_members(user_ids=[box.member("Bob").user.id, 1])
    assert [member.display_name for member in by_id] == ["Bob"]
    await client.change_presence(status=discord.Status.idle, activity=discord.CustomActivity("watching"))
    await box.until(lambda: box.gateway.connected[0].status == "idle")


async def test_members_roles_and_channels_are_kept_up_to_date(box: Sandbox, connect: Any) -> None:
    client = await connect()
    guild = client.guilds[0]
    channel = box.world.add_channel(box.guild, "new-place")
    await client.until(lambda: guild.get_channel(channel.id))
    role = box.world.add_role(box.guild, "Quiet")
    await client.until(lambda: guild.get_role(role.id))
    box.member("Zoe")
    zoe = await client.until(lambda: guild.get_member_named("Zoe"))
    await zoe.add_roles(guild.get_role(role.id), reason="strike")
    await client.until(lambda: [each.name for each in zoe.roles] == ["@everyone", "Quiet", "Member"])
    await guild.get_channel(channel.id).edit(slowmode_delay=30)
    await client.until(lambda: guild.get_channel(channel.id).slowmode_delay == 30)
    box.world.drop_channel(channel)
    await client.until(lambda: guild.get_channel(channel.id) is None)


async def test_a_burst_of_two_thousand_messages_arrives_in_order(box: Sandbox, connect: Any) -> None:
    client = await connect(max_messages=None)
    for number in range(2_000):
        await box.say("general", f"Member {number % 200}", str(number))
    await client.next("message", 2_000)
    assert [message.content for message in client.all("message")] == [str(number) for number in range(2_000)]
