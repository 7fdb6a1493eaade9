"""Why a post is not read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from bot.read.eligibility import Exempt, skip_reason
from bot.records import Author, Named, Post, Surface

GENERAL, TRASH, TALK = Named(10, "general"), Named(11, "trash-talk"), Named(12, "Off-topic")
MODERATOR = Named(20, "Moderator")
POST = Post(
    guild=Named(1, "Server"),
    channel=GENERAL,
    author=Author(30, "Mallory"),
    message_id=40,
    surfaces=(Surface("content", "hello"),),
    created_at=datetime(2026, 11, 23, tzinfo=UTC),
)
BOT = Author(31, "Robot", is_bot=True)


def by(author: Author) -> Post:
    return replace(POST, author=author)


def within(channel: Named, parent: Named | None = None, category: Named | None = None) -> Post:
    return replace(POST, channel=channel, parent=parent, category=category)


@pytest.mark.parametrize(
    ("post", "exempt", "reason"),
    [
        (POST, Exempt(), None),
        (replace(POST, is_system=True), Exempt(), "written by Discord itself"),
        (by(BOT), Exempt(), "author is a bot"),
        (by(BOT), Exempt(bots=False), None),
        (replace(POST, surfaces=()), Exempt(), "nothing to read"),
        (replace(POST, surfaces=(Surface("content", " \n"),)), Exempt(), "nothing to read"),
        (POST, Exempt(members=("30",)), "member 30 is exempt"),
        (POST, Exempt(members=("3",)), None),
        (by(Author(30, "Mallory", (MODERATOR,))), Exempt(roles=("moderator",)), "role Moderator is exempt"),
        (by(Author(30, "Mallory", (MODERATOR,))), Exempt(roles=("20",)), "role Moderator is exempt"),
        (by(Author(30, "Moderator")), Exempt(roles=("Moderator",)), None),
        (within(TRASH), Exempt(channels=("#trash-talk",)), "channel #trash-talk is exempt"),
        (within(TRASH), Exempt(channels=("11",)), "channel #trash-talk is exempt"),
        (within(GENERAL), Exempt(channels=("trash-talk",)), None),
        (within(GENERAL, category=TALK), Exempt(channels=("off-topic",)), "category Off-topic is exempt"),
        (within(Named(50, "my thread"), TRASH), Exempt(channels=("trash-talk",)), "channel #trash-talk is exempt"),
        (within(Named(50, "t"), GENERAL, TALK), Exempt(channels=("12",)), "category Off-topic is exempt"),
        (within(Named(50, "t"), GENERAL), Exempt(channels=("50",)), "thread 50 is exempt"),
    ],
)
def test_a_post_is_skipped_for_a_named_reason(post: Post, exempt: Exempt, reason: str | None) -> None:
    why = skip_reason(post, exempt)
    assert (str(why) if why else None) == reason


def test_a_member_cannot_open_an_exempt_place_by_naming_a_thread_like_one() -> None:
    assert skip_reason(within(Named(50, "trash-talk"), GENERAL), Exempt(channels=("trash-talk",))) is None


def test_a_member_is_exempt_by_id_only_since_anybody_can_take_a_name() -> None:
    with pytest.raises(ValidationError, match="must be an id"):
        Exempt(members=("Mallory",))
