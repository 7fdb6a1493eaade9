"""The calls that touch members: looked up, timed out, renamed, given roles, kicked, banned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import discord

from bot.errors import Forbidden, Gone
from bot.gateway.answers import Answers
from bot.gateway.standing import guild_of, require, require_above, require_to_give, role_called
from bot.records import MemberNow, Named
from bot.texts.saying import say


class MemberDeeds:
    """That part of ``records.Deeds``. Only ``member`` gives the ``MemberNow`` that the others ask for."""

    def __init__(self, client: Callable[[], discord.Client], answers: Answers) -> None:
        self._client = client
        self._answers = answers

    async def member(self, guild_id: int, user_id: int, role_ids: Sequence[int], *, to: str) -> MemberNow:
        client = self._client()
        guild = guild_of(client, guild_id)
        require(guild, to)
        require_above(guild, user_id, role_ids)
        try:
            async with self._answers.to("look_at_member", guild_id):
                found = await guild.fetch_member(user_id)
        except Gone as error:
            raise Gone(say("member_left")) from error
        held = frozenset(role.id for role in found.roles)
        require_above(guild, user_id, held)
        return MemberNow(guild_id, user_id, held, found.nick, found.timed_out_until)

    async def time_out(self, member: MemberNow, until: datetime | None, *, reason: str) -> None:
        text = None if until is None else until.isoformat()
        async with self._answers.to("time_out", member.guild_id):
            await self._client().http.edit_member(
                member.guild_id, member.id, communication_disabled_until=text, reason=reason
            )

    async def kick(self, member: MemberNow, *, reason: str) -> None:
        async with self._answers.to("kick", member.guild_id):
            await self._client().http.kick(member.id, member.guild_id, reason=reason)

    async def set_nickname(self, member: MemberNow, nickname: str | None, *, reason: str) -> None:
        async with self._answers.to("set_nickname", member.guild_id):
            await self._client().http.edit_member(member.guild_id, member.id, nick=nickname, reason=reason)

    async def role(self, guild_id: int, reference: str) -> Named:
        guild = guild_of(self._client(), guild_id)
        require(guild, "manage_roles")
        role = role_called(guild, reference)
        require_to_give(guild, role)
        return Named(role.id, role.name)

    async def add_role(self, member: MemberNow, role_id: int, *, reason: str) -> None:
        async with self._answers.to("add_role", member.guild_id):
            await self._client().http.add_role(member.guild_id, member.id, role_id, reason=reason)

    async def remove_role(self, member: MemberNow, role_id: int, *, reason: str) -> None:
        async with self._answers.to("remove_role", member.guild_id):
            await self._client().http.remove_role(member.guild_id, member.id, role_id, reason=reason)

    async def ban_reason(self, guild_id: int, user_id: int) -> str | None:
        guild = guild_of(self._client(), guild_id)
        require(guild, "ban_members")
        try:
            async with self._answers.to("look_at_ban", guild_id):
                return (await guild.fetch_ban(discord.Object(user_id))).reason or ""
        except Gone:
            return None

    async def ban(self, guild_id: int, user_id: int, *, delete_seconds: int, reason: str) -> None:
        guild = guild_of(self._client(), guild_id)
        require(guild, "ban_members")
        if user_id == guild.owner_id:
            raise Forbidden(say("is_owner"))
        async with self._answers.to("ban", guild_id):
            await self._client().http.ban(user_id, guild_id, delete_seconds, reason=reason)

    async def unban(self, guild_id: int, user_id: int, *, reason: str) -> None:
        require(guild_of(self._client(), guild_id), "ban_members")
        async with self._answers.to("unban", guild_id):
            await self._client().http.unban(user_id, guild_id, reason=reason)
