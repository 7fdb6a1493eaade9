"""Whom Discord would let see a thread, or do something in it, also when the bot does not know the thread any more."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import discord
import pytest

from bot.records import Author, Flag, Named, Scores
from bot.review.authority import Deed, refusal
from bot.review.seeing import sees
from bot.texts import Texts

GUILD, GENERAL, THREAD, EVERYONE, MODERATORS, MORGAN = 1, 10, 20, 1, 30, 40
TEXT, PUBLIC, PRIVATE, OF_A_ROLE = 0, 11, 12, 0
READING = discord.Permissions(view_channel=True, read_message_history=True)
NOW = datetime(2026, 11, 30, tzinfo=UTC)


def guild_with(*, moderators: discord.Permissions, denied: discord.Permissions | None = None) -> discord.Guild:
    """One text channel, in which what is ``denied`` is taken from moderators."""
    deny = str((denied or discord.Permissions.none()).value)
    overwrites = [{"id": str(MODERATORS), "type": OF_A_ROLE, "allow": "0", "deny": deny}]
    roles = [
        {"id": str(EVERYONE), "name": "@everyone", "permissions": str(READING.value), "position": 0},
        {"id": str(MODERATORS), "name": "Moderator", "permissions": str(moderators.value), "position": 1},
    ]
    general = {"id": str(GENERAL), "type": TEXT, "name": "general", "position": 0, "permission_overwrites": overwrites}
    data: Any = {"id": str(GUILD), "name": "Guild", "owner_id": "2", "roles": roles, "channels": [general]}
    return discord.Guild(data=data, state=discord.Client(intents=discord.Intents.none())._connection)


def morgan_in(guild: discord.Guild) -> discord.Member:
    user = {"id": str(MORGAN), "username": "morgan", "discriminator": "0", "avatar": None}
    data: Any = {"user": user, "roles": [str(MODERATORS)], "joined_at": NOW.isoformat(), "flags": 0}
    return discord.Member(data=data, guild=guild, state=guild._state)


def thread_in(guild: discord.Guild, kind: int) -> discord.Thread:
    lasting = {"archived": False, "auto_archive_duration": 60, "archive_timestamp": NOW.isoformat()}
    data: Any = {"id": str(THREAD), "parent_id": str(GENERAL), "owner_id": "2", "name": "aside", "type": kind}
    known = {"message_count": 1, "member_count": 1, "thread_metadata": lasting}
    return discord.Thread(guild=guild, state=guild._state, data={**data, **known})


@pytest.mark.parametrize(
    ("kind", "may_manage_threads", "seen"), [(PUBLIC, False, True), (PRIVATE, False, False), (PRIVATE, True, True)]
)
def test_a_private_thread_is_seen_by_who_may_manage_threads(kind: int, may_manage_threads: bool, seen: bool) -> None:
    guild = guild_with(moderators=discord.Permissions(manage_messages=True, manage_threads=may_manage_threads))
    assert sees(morgan_in(guild), thread_in(guild, kind)) is seen


def test_of_a_thread_that_is_not_known_any_more_it_is_not_known_whether_it_was_private() -> None:
    guild = guild_with(moderators=discord.Permissions(manage_messages=True))
    general = guild.get_channel(GENERAL)
    assert sees(morgan_in(guild), general)
    assert not sees(morgan_in(guild), general, may_be_private=True)


async def test_what_a_channel_denies_is_denied_in_its_archived_threads_too() -> None:
    deleting = discord.Permissions(manage_messages=True)
    guild = guild_with(moderators=deleting, denied=deleting)
    flag = Flag(
        id=1,
        number=1,
        guild=Named(GUILD, "Guild"),
        channel=Named(THREAD, "aside"),
        parent=Named(GENERAL, "general"),
        author=Author(3, "Mallory"),
        message_id=4,
        text="words",
        scores=Scores("m", ()),
        on=(),
        fired=(),
        outcomes=(),
        created_at=NOW,
    )
    assert guild.get_channel_or_thread(THREAD) is None
    for deed in (Deed.DELETE, Deed.READ):
        said = await refusal(morgan_in(guild), deed, flag, Texts())
        assert "it takes the permission" in (said or "")
