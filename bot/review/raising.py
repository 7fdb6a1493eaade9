"""Messages that people point at: what a moderator flags by hand or has scored, and what members report."""

from __future__ import annotations

from dataclasses import replace

import discord

from bot.away import AWAY
from bot.records import Named, Post
from bot.review.desk import Desk


async def post_of(desk: Desk, guild: discord.Guild, message: discord.Message) -> Post | None:
    """The message that somebody pointed at, with its author's roles; None for one of Discord's or of the bot's own."""
    post = desk.post_of(message)
    if post is None or post.is_system or post.author.id == guild.me.id:
        return None
    return await with_roles(post, guild, message)


async def with_roles(post: Post, guild: discord.Guild, message: discord.Message) -> Post:
    """The post of a message that came with a command: Discord sends that without its author's roles."""
    if post.author.roles or isinstance(message.author, discord.Member) or message.webhook_id:
        return post
    try:
        member = guild.get_member(post.author.id) or await guild.fetch_member(post.author.id)
    except (discord.DiscordException, *AWAY):
        return post  # they have left, or Discord does not say: then what needs their roles is refused later
    roles = tuple(Named(role.id, role.name) for role in member.roles)
    return replace(post, author=replace(post.author, name=member.display_name, roles=roles))
