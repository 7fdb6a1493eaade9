"""Why a post is not read at all. Every reason has a name, so that it can be counted and shown."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bot.records import Named, Post, is_id
from bot.texts.saying import Said, say


def _only_an_id(member: str) -> str:
    if not is_id(member):
        raise ValueError(f'must be an id such as 80351110224678912, not "{member[:60]}": anybody can take a name')
    return member


Reference = Annotated[str, Field(min_length=1, max_length=100)]
MemberId = Annotated[str, AfterValidator(_only_an_id)]


class Exempt(BaseModel):
    """``exempt:`` in config.yaml: who and where is never scored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    roles: tuple[Reference, ...] = Field(
        default=(), description="Roles, by name or id, whose members are not moderated."
    )
    channels: tuple[Reference, ...] = Field(
        default=(), description="Channels or categories, by name or id, that are not moderated; their threads neither."
    )
    members: tuple[MemberId, ...] = Field(default=(), description="Members, by id, who are not moderated.")
    bots: bool = Field(default=True, description="Whether other bots and webhooks are left alone.")


def skip_reason(post: Post, exempt: Exempt) -> Said | None:
    """Why ``post`` is not to be read, or None when it is. Quotes the owner's words, never the member's."""
    if post.is_system:
        return say("exempt_discord")
    if post.author.is_bot and exempt.bots:
        return say("exempt_bot")
    if not any(surface.text.strip() for surface in post.surfaces):
        return say("exempt_empty")
    if str(post.author.id) in exempt.members:
        return say("exempt_member", member=post.author.id)
    for role in post.author.roles:
        if _is_named(role, exempt.roles):
            return say("exempt_role", role=role.name)
    return _exempt_place(post, exempt.channels)


def _exempt_place(post: Post, channels: tuple[str, ...]) -> Said | None:
    """A thread is covered by its parent or its category, but by its own name never: any member may open a thread."""
    if str(post.channel.id) in channels:
        is_thread = post.parent is not None
        return say("exempt_thread", thread=post.channel.id) if is_thread else _exempt_channel(post.channel)
    channel = post.parent or post.channel
    if _is_named(channel, channels):
        return _exempt_channel(channel)
    if post.category is not None and _is_named(post.category, channels):
        return say("exempt_category", category=post.category.name)
    return None


def _exempt_channel(channel: Named) -> Said:
    return say("exempt_channel", channel=channel.name)


def _is_named(named: Named, references: tuple[str, ...]) -> bool:
    return any(named.answers_to(reference) for reference in references)
