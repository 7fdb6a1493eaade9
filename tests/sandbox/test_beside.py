"""Titles, tags, events and names in the sandbox are as Discord describes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from bot.sandbox import Sandbox, beside, payloads
from bot.sandbox.permissions import MODERATION_BOT, Permission


async def test_events_forums_and_their_posts_are_as_described(
    box: Sandbox, api: httpx.AsyncClient, described: Callable[[str, Any], None]
) -> None:
    box.grant(MODERATION_BOT | Permission.MANAGE_EVENTS)
    forum = box.forum(tags=["help"])
    thread, first = box.forum_post(forum, "Mallory", "a title", "hello")
    assert first.id == thread.id
    described("GuildChannelResponse", payloads.channel(forum))
    described("ThreadResponse", payloads.thread(thread))
    event = box.schedule("Mallory", "chess", location="the park")
    described("ExternalScheduledEventResponse", beside.event_payload(event))
    described("VoiceScheduledEventResponse", beside.event_payload(box.schedule("Alice", "go", channel=forum)))
    events = f"/guilds/{box.guild.id}/scheduled-events"
    assert len((await api.get(events)).json()) == 2
    assert (await api.patch(f"{events}/{event.id}", json={"name": "draughts"})).json()["name"] == "draughts"
    assert (await api.delete(f"{events}/{event.id}")).status_code == 204
    assert (await api.get(f"{events}/{event.id}")).json()["code"] == 10070
    assert len(box.guild.events) == 1


async def test_an_event_of_somebody_else_needs_its_permission(box: Sandbox, api: httpx.AsyncClient) -> None:
    event = box.schedule("Mallory", "chess")
    answer = await api.delete(f"/guilds/{box.guild.id}/scheduled-events/{event.id}")
    assert (answer.status_code, answer.json()["code"]) == (403, 50013)


async def test_a_client_is_told_of_titles_events_names_and_what_automod_did(box: Sandbox, connect: Any) -> None:
    box.grant(MODERATION_BOT | Permission.MANAGE_GUILD)
    client = await connect()
    thread = box.thread("general", "Mallory", "cats")
    box.rename(thread, "dogs", by="Mallory")
    event = box.schedule("Mallory", "chess")
    box.change_event(event, name="draughts", by="Mallory")
    box.automod("general", "Mallory", "something nasty", keyword="nasty")
    assert (await client.next("thread_create")).id == thread.id
    assert (await client.next("raw_thread_update")).data["name"] == "dogs"
    assert (await client.next("scheduled_event_create")).id == event.id
    assert (await client.next("scheduled_event_update")).name == "chess"
    execution = await client.next("automod_action")
    assert (execution.content, execution.matched_keyword) == ("something nasty", "nasty")
