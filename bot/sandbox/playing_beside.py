"""What a test or a script does as a member beside writing messages; a part of ``Sandbox``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from bot.sandbox import beside, composing, moderation
from bot.sandbox.entities import Channel, ChannelType, Event, Guild, Member, Message, ScheduledEvent
from bot.sandbox.payloads import told_message
from bot.sandbox.state import World

Where = str | int | Channel


class _Has(Protocol):
    """What ``Sandbox`` brings along."""

    world: World
    guild: Guild

    def channel(self, name: str | int, guild: str | int | Guild | None = None) -> Channel: ...

    def member(self, name: str, guild: str | int | Guild | None = None) -> Member: ...

    async def say(self, channel: Where, member: str, content: str = "", **more: Any) -> Message: ...


class PlayingBeside:
    """Members are called by their names, and join on first use."""

    async def poll(self: _Has, channel: Where, member: str, question: str, answers: Sequence[str]) -> Message:
        """Ask the others something."""
        return await self.say(channel, member, extra={"poll": composing.poll(question, answers)})

    def unfurl(self: _Has, message: Message, **embed: Any) -> None:
        """Let the preview of a link appear under a message: an update that is no edit."""
        message.embeds = [*message.embeds, {"type": "link", **embed}]
        data = told_message(message, self.world.bot)
        self.world.tell(Event("MESSAGE_UPDATE", data, message.channel.guild, message.channel, message, message.author))

    def thread(self: _Has, channel: Where, member: str, title: str, *, of: Message | None = None) -> Channel:
        """Open a thread, on its own or hanging from a message."""
        parent = channel if isinstance(channel, Channel) else self.channel(channel)
        return self.world.add_thread(parent, title, self.member(member).user, id=of.id if of else None)

    def rename(self: _Has, thread: Channel, title: str, *, by: str) -> None:
        beside.rename_thread(self.world, thread, title, by=self.member(by).user)

    def forum(self: _Has, name: str = "ideas", tags: Sequence[str] = ()) -> Channel:
        """A forum, made by the guild's owner."""
        made = self.world.add_channel(self.guild, name, type=ChannelType.FORUM)
        if tags:
            beside.tag_forum(self.world, made, tags, by=self.guild.owner)
        return made

    def forum_post(self: _Has, forum: Channel, member: str, title: str, content: str) -> tuple[Channel, Message]:
        return beside.forum_post(self.world, forum, self.member(member), title, content)

    def voice_status(self: _Has, channel: Channel, status: str | None, *, by: str) -> None:
        """Say what goes on in a voice channel."""
        beside.set_voice_status(self.world, channel, status, by=self.member(by).user)

    def schedule(self: _Has, member: str, name: str, **more: Any) -> ScheduledEvent:
        """Plan an event; ``description``, and a ``channel`` or a ``location``."""
        return beside.schedule(self.world, self.guild, self.member(member).user, name, **more)

    def change_event(self: _Has, event: ScheduledEvent, *, by: str, **changes: str) -> None:
        beside.change_event(self.world, event, by=self.member(by).user, **changes)

    def nickname(self: _Has, member: str, nick: str | None, *, by: str | None = None) -> None:
        """Take a nickname, or have it given by somebody else."""
        renamed = self.member(member)
        moderation.rename(self.world, renamed, nick, by=self.member(by).user if by else renamed.user)

    def display_name(self: _Has, member: str, name: str) -> None:
        """Change what an account is called everywhere. Here it is still found by its first name."""
        beside.call_account(self.world, self.member(member).user, name)

    def automod(self: _Has, channel: Where, member: str, content: str, **more: Any) -> None:
        """Let Discord's AutoMod act on something; see ``beside.execution``."""
        place = channel if isinstance(channel, Channel) else self.channel(channel)
        beside.execution(self.world, self.guild, self.member(member).user, content, channel=place, **more)
