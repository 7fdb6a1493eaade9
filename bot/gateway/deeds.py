"""The calls that change Discord, each checked before it is made and told apart when it fails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from time import monotonic
from typing import Any, TypeVar

import discord
import structlog

from bot.agenda import InOrder
from bot.away import AWAY
from bot.errors import AlreadySo, DeedFailed, DiscordUnreachable, Forbidden
from bot.gateway.answers import Answers, InvalidAnswers
from bot.gateway.bulk import Deletes
from bot.gateway.member_deeds import MemberDeeds
from bot.gateway.quotas import DirectMessages, Notices
from bot.gateway.standing import Channel, channel_called, guild_of, require_in, role_called
from bot.gateway.title_deeds import TitleDeeds
from bot.records import Named
from bot.texts.naming import permission_named
from bot.texts.saying import say

PING_EVERY = 60.0  # seconds; within them a role is pinged once, however much there is to tell
INVITE_SECONDS = 7 * 86_400  # how long an invite can be used
LONGEST_MESSAGE = 2_000  # characters
NOTICE_RETRIES = (5.0, 30.0, 120.0)  # seconds until a notice that could not be taken away is tried again
LAST_REMOVALS = 5.0  # seconds that taking the standing notices away may take when the bot leaves

T = TypeVar("T")
log = structlog.get_logger()


class DiscordDeeds(MemberDeeds, TitleDeeds):
    """``records.Deeds`` on a discord.py client. ``client`` is asked for at each call: it changes when we reconnect.

    ``log_channel`` gives the name or id of the channel where roles are pinged. ``invalid`` counts what Discord refuses.
    ``appeal_buttons``: what stands under a direct message about a flag, given the guild and the flag's number.
    """

    def __init__(
        self,
        client: Callable[[], discord.Client],
        clock: Callable[[], float] = monotonic,
        *,
        log_channel: Callable[[Named], str | None] = lambda _: None,
        invalid: InvalidAnswers | None = None,
        appeal_buttons: Callable[[Named, int], discord.ui.View | None] = lambda _guild, _number: None,
    ) -> None:
        super().__init__(client, Answers(invalid or InvalidAnswers(clock), clock))
        self._appeal_buttons = appeal_buttons
        self._clock = clock
        self._log_channel = log_channel
        self._direct_messages = DirectMessages(clock)
        self._notices = Notices(clock)
        self._pinged: dict[tuple[int, int], float] = {}  # guild and role → when
        self._in_order = InOrder()
        self._deletes = Deletes(self._delete_one, self._delete_many)
        self._removals: set[asyncio.Task[None]] = set()

    def alone(self, *about: object) -> AbstractAsyncContextManager[None]:
        return self._in_order(about)

    async def delete_message(self, guild_id: int, channel_id: int, message_id: int, *, reason: str) -> None:
        """Delete a member's message. Its author need not be known, so this works for messages of any age."""
        self._place(guild_id, channel_id, "manage_messages")
        await self._deletes.delete(guild_id, channel_id, message_id, reason)

    async def delete_own(self, guild_id: int, channel_id: int, message_id: int) -> None:
        async with self._answers.to("delete_own", guild_id):
            await self._client().http.delete_message(channel_id, message_id)

    async def direct_message(self, guild_id: int, user_id: int, text: str, *, appeal: int | None = None) -> None:
        client = self._client()
        guild = client.get_guild(guild_id)
        named = Named(guild_id, guild.name if guild else "")
        buttons = self._appeal_buttons(named, appeal) if appeal is not None else None
        with_buttons: dict[str, Any] = {} if buttons is None else {"view": buttons}
        with self._direct_messages.sending(guild_id, user_id):
            async with self._answers.to("direct_message", guild_id):
                await self._send_direct(user_id, text, with_buttons)

    def try_again(self, guild_id: int, user_id: int) -> None:
        self._direct_messages.try_again(guild_id, user_id)

    async def notice(self, guild_id: int, channel_id: int, user_id: int, text: str, *, seconds: float) -> None:
        channel = self._place(guild_id, channel_id, "send_messages")
        mention = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(user_id)])
        with self._notices.posting(channel_id):
            async with self._answers.to("notice", guild_id):
                sent = await channel.send(f"<@{user_id}> {text}", allowed_mentions=mention, suppress_embeds=True)
        task = asyncio.create_task(self._remove_after(sent.channel.id, sent.id, seconds))
        self._removals.add(task)
        task.add_done_callback(self._removals.discard)

    async def reply(self, guild_id: int, channel_id: int, message_id: int, text: str) -> int:
        channel = self._place(guild_id, channel_id, "send_messages", "read_message_history")
        message = discord.MessageReference(message_id=message_id, channel_id=channel_id, fail_if_not_exists=False)
        async with self._answers.to("reply", guild_id):
            sent = await channel.send(
                text, reference=message, mention_author=False, allowed_mentions=_NOBODY, suppress_embeds=True
            )
        return sent.id

    async def react(self, guild_id: int, channel_id: int, message_id: int, emoji: str) -> None:
        self._place(guild_id, channel_id, "add_reactions", "read_message_history")
        async with self._answers.to("react", guild_id):
            await self._message(channel_id, message_id).add_reaction(emoji)

    async def unreact(self, guild_id: int, channel_id: int, message_id: int, emoji: str) -> None:
        client = self._client()
        async with self._answers.to("unreact", guild_id):
            if client.user is not None:
                await self._message(channel_id, message_id).remove_reaction(emoji, client.user)

    async def ping(self, guild_id: int, role: str, text: str, *, channel: str | None = None) -> None:
        guild = guild_of(self._client(), guild_id)
        called, reference = role_called(guild, role), channel or self._log_channel(Named(guild.id, guild.name))
        if reference is None:
            raise DeedFailed(say("no_channel_to_ping_in"))
        place = self._place(guild_id, channel_called(guild, reference).id, "send_messages")
        may_ping = called.mentionable or place.permissions_for(guild.me).mention_everyone
        if called.is_default() or not may_ping:
            raise Forbidden(say("may_not_ping", role=called.name, permission=permission_named("mention_everyone")))
        only = discord.AllowedMentions(everyone=False, users=False, roles=[called])
        content = f"{called.mention} {text}"[:LONGEST_MESSAGE]
        with self._spending_ping(guild_id, called):
            async with self._answers.to("ping", guild_id):
                await place.send(content, allowed_mentions=only, suppress_embeds=True)

    async def slowmode(self, guild_id: int, channel_id: int) -> int:
        self._place(guild_id, channel_id, "manage_channels")
        async with self._answers.to("look_at_channel", guild_id):
            channel = await self._client().fetch_channel(channel_id)
        return int(getattr(channel, "slowmode_delay", 0))

    async def set_slowmode(self, guild_id: int, channel_id: int, seconds: int, *, reason: str) -> None:
        self._place(guild_id, channel_id, "manage_channels")
        async with self._answers.to("set_slowmode", guild_id):
            await self._client().http.edit_channel(channel_id, rate_limit_per_user=seconds, reason=reason)

    async def invite(self, guild_id: int, channel_id: int, *, reason: str) -> str:
        channel_id = self._open_channel(guild_id, channel_id) or channel_id
        self._place(guild_id, channel_id, "create_instant_invite")
        async with self._answers.to("invite", guild_id):
            made = await self._client().http.create_invite(
                channel_id, reason=reason, max_age=INVITE_SECONDS, max_uses=1, unique=True
            )
        return f"https://discord.gg/{made['code']}"

    def _open_channel(self, guild_id: int, wanted: int) -> int:
        """The channel that people can be invited to, or another one; 0 where there is none.

        None is wanted where somebody was removed for their name; it may have been deleted since, or be a forum.
        """
        guild = guild_of(self._client(), guild_id)
        may_invite = [each.id for each in guild.text_channels if each.permissions_for(guild.me).create_instant_invite]
        return wanted if wanted in may_invite else next(iter(may_invite), 0)

    async def close(self) -> None:
        """Take the notices that still stand away at once."""
        await self._deletes.close()
        for task in self._removals:
            task.cancel()
        if self._removals:
            await asyncio.wait(self._removals, timeout=LAST_REMOVALS)

    async def _delete_one(self, guild_id: int, channel_id: int, message_id: int, reason: str) -> None:
        async with self._answers.to("delete_message", guild_id):
            # discord.py's PartialMessage.delete takes no reason; the HTTP call does.
            await self._client().http.delete_message(channel_id, message_id, reason=reason)

    async def _delete_many(self, guild_id: int, channel_id: int, message_ids: Sequence[int], reason: str) -> None:
        async with self._answers.to("delete_message", guild_id):
            await self._client().http.delete_messages(channel_id, list(message_ids), reason=reason)

    async def _remove_after(self, channel_id: int, message_id: int, seconds: float) -> None:
        """Take a notice away, through whichever client there is by then; again after a while if there is none."""
        try:
            for pause in (seconds, *NOTICE_RETRIES):
                await asyncio.sleep(pause)
                if await self._remove(channel_id, message_id):
                    return
        except asyncio.CancelledError:
            await self._remove(channel_id, message_id)
            raise

    async def _remove(self, channel_id: int, message_id: int) -> bool:
        try:
            await self._client().http.delete_message(channel_id, message_id)
        except discord.NotFound:
            return True
        except (discord.DiscordException, *AWAY, DiscordUnreachable) as error:
            # Message.delete(delay=...) would hide this; a notice that stays is worth a log line.
            log.warning("notice stays", channel=channel_id, message=message_id, error=type(error).__name__)
            return False
        return True

    def _place(self, guild_id: int, channel_id: int, *permissions: str) -> Channel:
        client = self._client()
        return require_in(client, guild_of(client, guild_id), channel_id, *permissions)

    def _message(self, channel_id: int, message_id: int) -> discord.PartialMessage:
        return self._client().get_partial_messageable(channel_id).get_partial_message(message_id)

    async def _send_direct(self, user_id: int, text: str, with_buttons: dict[str, Any]) -> None:
        client = self._client()
        user = client.get_user(user_id) or await client.fetch_user(user_id)
        await user.send(text, allowed_mentions=_NOBODY, suppress_embeds=True, **with_buttons)

    @contextmanager
    def _spending_ping(self, guild_id: int, role: discord.Role) -> Iterator[None]:
        """Only a ping that was sent counts: one that failed must not keep the next one back."""
        now, key = self._clock(), (guild_id, role.id)
        if now - self._pinged.get(key, -PING_EVERY) < PING_EVERY:
            raise AlreadySo(say("pinged_before", role=role.name, seconds=f"{PING_EVERY:.0f}"))
        self._pinged[key] = now
        try:
            yield
        except BaseException:
            del self._pinged[key]
            raise


_NOBODY = discord.AllowedMentions.none()
