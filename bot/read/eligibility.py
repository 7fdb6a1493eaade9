"""Why a post is not read at all. Every reason has a name, so that it can be counted and shown."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bot.records import Named, Post


def _only_an_id(member: str) -> str:
    if not (member.isascii() and member.isdigit()):
        raise ValueError(f'must be an id such as 80351110224678912, not "{member}": anybody can take a name')
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


def skip_reason(post: Post, exempt: Exempt) -> str | None:
    """Why ``post`` is not to be read, or None when it is. Quotes the owner's words, never the member's."""
    if post.is_system:
        return "written by Discord itself"
    if post.author.is_bot and exempt.bots:
        return "author is a bot"
    if not any(surface.text.strip() for surface in post.surfaces):
        return "nothing to read"
    if str(post.author.id) in exempt.members:
        return f"member {post.author.id} is exempt"
    for role in post.author.roles:
        if _is_named(role, exempt.roles):
            return f"role {role.name} is exempt"
    return _exempt_place(post, exempt.channels)


def _exempt_place(post: Post, channels: tuple[str, ...]) -> str | None:
    """A thread is covered by its parent or its category, but by its own name never: any member may open a thread."""
    if str(post.channel.id) in channels:
        return (
            f"channel #{post.channel.name} is exempt" if post.parent is None else f"thread {post.channel.id} is exempt"
        )
    channel = post.parent or post.channel
    if _is_named(channel, channels):
        return f"channel #{channel.name} is exempt"
    if post.category is not None and _is_named(post.category, channels):
        return f"category {post.category.name} is exempt"
    return None


def _is_named(named: Named, references: tuple[str, ...]) -> bool:
    return any(named.answers_to(reference) for reference in references)
