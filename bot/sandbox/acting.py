"""How tests play members at buttons, menus, commands and forms: part of ``Sandbox``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.sandbox import invoking, playing
from bot.sandbox.entities import Channel, Guild, Json, Message, User
from bot.sandbox.files import Files
from bot.sandbox.interactions import Interaction, Modal
from bot.sandbox.naming import user_named
from bot.sandbox.refusals import Refused
from bot.sandbox.state import World

WHOLE_ANSWER_S = 10.0  # for what was deferred


class Acting:
    """Each deed waits for the bot's answer, and gives the interaction with it.

    A deferred answer is waited for too, unless ``settle=False``. ``Refused`` is raised where Discord's own client would
    not let the member: the sentence says why.
    """

    world: World
    _files: Files

    def _on_late(self) -> None:
        """An interaction was not answered in time."""
        raise NotImplementedError

    async def press(
        self, member: str, message: Message | Interaction, button: str, *, settle: bool = True
    ) -> Interaction:
        """Press a button, named by its label, custom id or emoji."""
        shown = _shown(message)
        return await self._act(invoking.press, self._person(member, shown.channel), shown, button, settle=settle)

    async def choose(
        self, member: str, message: Message | Interaction, menu: str, values: Sequence[str], *, settle: bool = True
    ) -> Interaction:
        """Choose in a menu, named by its custom id or placeholder: options, or members, roles and channels by name."""
        shown, wanted = _shown(message), [values] if isinstance(values, str) else list(values)
        user = self._person(member, shown.channel)
        return await self._act(invoking.choose, user, shown, menu, wanted, settle=settle)

    async def command(
        self,
        member: str,
        channel: str | int | Channel | None,
        name: str,
        /,
        *,
        options: Mapping[str, Any] | None = None,
        guild: str | int | Guild | None = None,
        settle: bool = True,
        **more: Any,
    ) -> Interaction:
        """Use a slash command; ``/strikes remove`` is a subcommand. Without a channel, in the DM with the bot."""
        place = self._where(member, channel, guild)
        user = self._person(member, place)
        return await self._act(invoking.command, user, place, name, {**(options or {}), **more}, settle=settle)

    async def context_menu(
        self,
        member: str,
        name: str,
        target: Message | str,
        *,
        channel: str | int | Channel = "general",
        guild: str | int | Guild | None = None,
        settle: bool = True,
    ) -> Interaction:
        """Choose from the menu of a message, or of a member (seen in ``channel``)."""
        place = target.channel if isinstance(target, Message) else self._where(member, channel, guild)
        aim = target if isinstance(target, Message) else user_named(self.world, target)
        return await self._act(invoking.context_menu, self._person(member, place), place, name, aim, settle=settle)

    async def submit(
        self, member: str, modal: Modal | None, values: Mapping[str, Any], *, settle: bool = True
    ) -> Interaction:
        """Fill in and send the form that an earlier interaction was answered with; fields by custom id or label."""
        if modal is None:
            raise Refused(404, "No form was opened.")
        user = self._person(member, modal.opened_by.channel)
        return await self._act(invoking.submit, user, modal, values, settle=settle)

    async def autocomplete(
        self,
        member: str,
        channel: str | int | Channel | None,
        name: str,
        option: str,
        typed: str,
        *,
        guild: str | int | Guild | None = None,
    ) -> list[Json]:
        """What the bot suggests while the option is typed."""
        place = self._where(member, channel, guild)
        user = self._person(member, place)
        return (await self._act(invoking.autocomplete, user, place, name, option, typed, settle=True)).choices

    def commands(self, guild: str | int | Guild | None = None) -> list[Json]:
        """The commands that the bot registered for all guilds and for this one."""
        home = guild if isinstance(guild, Guild) else self.world.guild_called(guild)
        registered = self.world.application.commands
        return [*registered.get(None, []), *registered.get(home.id, [])]

    @property
    def interactions(self) -> list[Interaction]:
        """All of them so far, in order."""
        return list(self.world.interactions)

    def seen_by(
        self, member: str, channel: str | int | Channel | None, *, guild: str | int | Guild | None = None
    ) -> list[Message]:
        """The messages that ``member`` sees there now, those only for its eyes among them, oldest first."""
        place = self._where(member, channel, guild)
        user = self._person(member, place)
        invoking.require_sight(user, place)
        return visible_to(self.world, user, place)

    async def _act(self, deed: Callable[..., Interaction], user: User, *what: Any, settle: bool) -> Interaction:
        interaction = deed(self.world, user, *what, self._on_late)
        interaction.files_kept = self._files
        await interaction.first_answer()
        if settle:
            async with asyncio.timeout(WHOLE_ANSWER_S):
                await interaction.whole_answer()
        return interaction

    def _person(self, name: str, channel: Channel) -> User:
        if channel.guild is None:
            return user_named(self.world, name)
        return playing.someone(self.world, channel.guild, name).user

    def _where(self, member: str, channel: str | int | Channel | None, guild: str | int | Guild | None) -> Channel:
        if isinstance(channel, Channel):
            return channel
        if channel is None:
            return self.world.dm_with(user_named(self.world, member))
        home = guild if isinstance(guild, Guild) else self.world.guild_called(guild)
        return self.world.channel_called(channel, home)


def _shown(message: Message | Interaction) -> Message:
    """The message itself, or the one that an interaction was answered with."""
    if isinstance(message, Message):
        return message
    if message.message is None:
        raise Refused(404, "That interaction was not answered with a message.")
    return message.message


def visible_to(world: World, user: User, channel: Channel) -> list[Message]:
    whispered = [each for each in world.whispers.values() if each.channel is channel and each.only_for is user]
    listed = [*channel.messages.everything(), *whispered]
    return sorted((each for each in listed if not each.is_deleted), key=lambda each: each.id)
