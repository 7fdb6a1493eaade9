"""The world as a newcomer finds it: one guild, its people, and a channel for every purpose."""

from __future__ import annotations

from bot.sandbox.entities import Guild, Overwrite
from bot.sandbox.permissions import MODERATOR, ORDINARY, Permission
from bot.sandbox.state import World

GUILD_NAME = "Sandbox"
MODERATOR_COLOR = 0x5BA8A0
MEMBER_COLOR = 0x8A93C9
ORDINARY_PEOPLE = ("Mallory", "Alice", "Bob")


def furnish(world: World) -> Guild:
    """Make the starting guild; its owner is Olivia, its moderator Morgan."""
    guild = world.add_guild(GUILD_NAME, owner="Olivia")
    bot_role = world.role_called(world.bot.name, guild)
    member = world.add_role(guild, "Member", ORDINARY, color=MEMBER_COLOR)
    moderator = world.add_role(
        guild, "Moderator", ORDINARY | MODERATOR, position=bot_role.position + 1, color=MODERATOR_COLOR
    )
    general = world.add_channel(guild, "general", topic="Talk about anything. Be kind.")
    world.add_channel(guild, "off-topic", topic="Everything else")
    world.add_channel(guild, "trash-talk", topic="Rougher manners than elsewhere")
    seen = Permission.VIEW_CHANNEL
    world.add_channel(
        guild,
        "mod-log",
        topic="What the bot did, and why. Moderators only.",
        overwrites=[
            Overwrite(guild.id, 0, deny=seen),
            Overwrite(moderator.id, 0, allow=seen),
            Overwrite(bot_role.id, 0, allow=seen | Permission.SEND_MESSAGES),
        ],
    )
    world.add_thread(general, "weekend plans", guild.owner)
    for name in ORDINARY_PEOPLE:
        world.join(guild, world.person(name), [member])
    world.join(guild, world.person("Morgan"), [moderator, member])
    return guild
