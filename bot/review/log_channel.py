"""The channel where moderators read: one per guild, found by name or id."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TypeAlias

import discord
import structlog

from bot.away import AWAY
from bot.config import Rulebook
from bot.errors import Forbidden, Gone, TryLater
from bot.records import CardPlace, Flag, Named
from bot.texts import Texts
from bot.texts.saying import Said, say

# What is to be said in a guild, in its own words; nothing where the guild is not concerned.
Say = Callable[[Named, Texts], str | None]

REFUSED_PAUSE = 60.0  # seconds in which no card is edited in a channel where Discord did not let the bot
LONGEST_NONCE = 25  # characters
WRITTEN_BY_ANOTHER = 50005  # Discord's code
Channel: TypeAlias = "discord.TextChannel | discord.Thread"

log = structlog.get_logger()


class LogChannel:
    """Posts cards and notices. Where there is no such channel it says so once per guild and gives None."""

    def __init__(self, client: Callable[[], discord.Client], rulebook: Rulebook) -> None:
        self._client = client
        self._rulebook = rulebook
        self._missing: set[int] = set()
        self._closed: dict[int, tuple[float, Said]] = {}  # channel id → until when no card is edited there, and why

    async def post_view(
        self, guild_id: int, view: discord.ui.LayoutView, *, nonce: str, plainly: str | None = None
    ) -> CardPlace | None:
        """Post a card, once however often it is asked within minutes; None: there is nowhere to post it.

        ``plainly`` is posted where Discord does not take the card itself. Raises ``TryLater`` when it is not reached.
        """
        channel = await self._channel(guild_id)
        if channel is None:
            return None
        try:
            sent = await channel.send(view=view, nonce=nonce, allowed_mentions=_NOBODY)
        except discord.Forbidden:
            self._say_missing(guild_id, "the bot may not write there")
            return None
        except discord.NotFound:
            self._say_missing(guild_id, "it was deleted")
            return None
        except discord.HTTPException as error:
            if error.status != 400 or plainly is None:
                raise TryLater(_answered(error, "post_card")) from error
            return await self._post_plainly(channel, plainly, f"plain-{nonce}")
        except _AWAY as error:
            raise TryLater(_away(error, "post_card")) from error
        return CardPlace(sent.channel.id, sent.id)

    async def _post_plainly(self, channel: Channel, text: str, nonce: str) -> CardPlace:
        """Moderators are told at least that there is a flag."""
        log.error("card refused", guild=channel.guild.id)
        try:
            sent = await channel.send(text, nonce=nonce[:LONGEST_NONCE], allowed_mentions=_NOBODY, suppress_embeds=True)
        except _AWAY as error:
            raise TryLater(_away(error, "post_card")) from error
        return CardPlace(sent.channel.id, sent.id)

    async def edit_view(self, place: CardPlace, view: discord.ui.LayoutView) -> None:
        """Show something else at ``place``.

        Raises ``Gone`` where it was deleted, ``Forbidden`` where the bot may not do that now, which closes the channel
        for a while, and ``TryLater`` as ``post_view``.
        """
        if place.channel_id in self.closed:
            raise Forbidden(self._closed[place.channel_id][1])
        message = self._client().get_partial_messageable(place.channel_id).get_partial_message(place.message_id)
        try:
            await message.edit(view=view, allowed_mentions=_NOBODY)
        except discord.NotFound as error:
            raise Gone(say("nothing_left", deed=say("deed_edit_card"))) from error
        except discord.Forbidden as error:
            refused = _answered(error, "edit_card")
            if error.code == WRITTEN_BY_ANOTHER:  # this folder had another bot then
                raise Gone(refused) from error
            self._close(place.channel_id, refused)
            raise Forbidden(refused) from error
        except discord.HTTPException as error:
            if error.status == 400:
                raise Gone(_answered(error, "edit_card")) from error
            raise TryLater(_answered(error, "edit_card")) from error
        except _AWAY as error:
            raise TryLater(_away(error, "edit_card")) from error

    @property
    def closed(self) -> frozenset[int]:
        """The ids of the channels where Discord lately did not let the bot edit its cards: nothing is tried there."""
        now = monotonic()
        self._closed = {channel_id: closed for channel_id, closed in self._closed.items() if closed[0] > now}
        return frozenset(self._closed)

    def _close(self, channel_id: int, why: Said) -> None:
        if channel_id not in self.closed:
            log.warning("cards not edited", channel=channel_id, why=str(why), seconds=REFUSED_PAUSE)
        self._closed[channel_id] = (monotonic() + REFUSED_PAUSE, why)

    async def say(self, say: Say, guild_id: int | None = None) -> None:
        """Post a notice of our own words in one guild's log channel, or in every one's. Failures are only logged."""
        for guild in self._client().guilds:
            is_meant = guild_id in (None, guild.id) and not guild.unavailable
            channel = await self._channel(guild.id) if is_meant else None
            named = Named(guild.id, guild.name)
            text = say(named, self._rulebook.in_guild(named).texts) if channel else None
            if channel is None or not text:
                continue
            try:
                await channel.send(text, allowed_mentions=_NOBODY, suppress_embeds=True)
            except _AWAY as error:
                log.warning("notice not posted", guild=guild.id, error=type(error).__name__)

    def guilds(self) -> list[Named]:
        """The guilds that the bot is in and that can be reached."""
        return [Named(guild.id, guild.name) for guild in self._client().guilds if not guild.unavailable]

    async def tell(self, guild_id: int, text: str, *, nonce: str) -> bool:
        """Post a text in one guild, once however often it is asked within minutes; False: there is nowhere to.

        Raises ``TryLater`` when Discord cannot be reached.
        """
        channel = await self._channel(guild_id)
        if channel is None:
            return False
        try:
            await channel.send(text, nonce=nonce, allowed_mentions=_NOBODY, suppress_embeds=True)
        except (discord.Forbidden, discord.NotFound):
            return False
        except _AWAY as error:
            raise TryLater(_away(error, "post_notice")) from error
        return True

    async def _channel(self, guild_id: int) -> Channel | None:
        client = self._client()
        guild = client.get_guild(guild_id)
        if (guild is None and not client.is_ready()) or (guild is not None and guild.unavailable):
            raise TryLater(say("not_connected"))
        reference = self._reference(guild)
        if guild is None or reference is None:
            return None
        found = find(guild, reference) or await self._asleep(guild, reference)
        if found is None:
            self._say_missing(guild_id, "there is none of this name or id")
            return None
        if not _may_write(guild, found):
            self._say_missing(guild_id, "the bot may not write there")
            return None
        self._missing.discard(guild_id)
        return found

    async def _asleep(self, guild: discord.Guild, reference: str) -> discord.Thread | None:
        """A thread that was archived, which discord.py forgets: what is written there opens it again."""
        if not reference.isdecimal() or guild.id in self._missing:
            return None
        try:
            found = await guild.fetch_channel(int(reference))
        except _AWAY:
            return None
        return found if isinstance(found, discord.Thread) else None

    def _reference(self, guild: discord.Guild | None) -> str | None:
        return self._rulebook.in_guild(Named(guild.id, guild.name)).log_channel if guild else None

    def _say_missing(self, guild_id: int, why: str) -> None:
        if guild_id in self._missing:
            return
        self._missing.add(guild_id)
        log.warning(
            "no log channel",
            guild=guild_id,
            log_channel=self._reference(self._client().get_guild(guild_id)),
            why=why,
            where_flags_are="in the record: python -m bot flags list",
        )


def nonce_of(what: str, flag: Flag) -> str:
    """By which Discord knows a message again for some minutes; ``what`` of the flag it shows, in a letter.

    Not by its id alone: that begins anew where a record is put back to an earlier day.
    """
    return f"{what}{flag.id}-{flag.message_id:x}"[:LONGEST_NONCE]


def find(guild: discord.Guild, reference: str) -> Channel | None:
    """The text channel of this name or id, or the thread of this id: anybody may open a thread of any name."""
    wanted = reference.lstrip("#").casefold()
    named = (each for each in guild.text_channels if wanted in (str(each.id), each.name.casefold()))
    return next(named, None) or (guild.get_thread(int(wanted)) if wanted.isdecimal() else None)


def _may_write(guild: discord.Guild, channel: Channel) -> bool:
    if isinstance(channel, discord.TextChannel):
        allowed = channel.permissions_for(guild.me)
        return allowed.view_channel and allowed.send_messages
    allowed = channel.parent.permissions_for(guild.me) if channel.parent else discord.Permissions.none()
    return allowed.view_channel and allowed.send_messages_in_threads


def _answered(error: discord.HTTPException, deed: str) -> Said:
    return say("discord_answered", status=error.status, code=error.code, deed=say(f"deed_{deed}"))


def _away(error: Exception, deed: str) -> Said:
    return say("discord_away", deed=say(f"deed_{deed}"), error=type(error).__name__)


_NOBODY = discord.AllowedMentions.none()
_AWAY = (discord.DiscordException, *AWAY)
