"""The world as a newcomer finds it: one guild, its people, and a channel for every purpose."""

from __future__ import annotations

from bot.sandbox import beside
from bot.sandbox.entities import ChannelType, Guild, Overwrite
from bot.sandbox.permissions import ADMIN, HELPER, MODERATOR, ORDINARY, Permission
from bot.sandbox.state import World

GUILD_NAME = "Sandbox"
FORUM_NAME, LOUNGE_NAME = "ideas", "Lounge"
MODERATOR_COLOR = 0x5BA8A0
MEMBER_COLOR = 0x8A93C9
HELPER_COLOR = 0x7FA65B
ADMIN_COLOR = 0xC98A5B
ORDINARY_PEOPLE = ("Mallory", "Alice", "Bob")
STAFF = ("Robin", "Morgan", "Ada")  # a helper, a moderator, an admin: each above the one before


def widen(world: World, guild: Guild) -> None:
    """Add what there is beside text channels, where it is not there yet: a forum and a voice channel."""
    known = {channel.name for channel in guild.channels.values()}
    if FORUM_NAME not in known:
        forum = world.add_channel(guild, FORUM_NAME, type=ChannelType.FORUM, topic="Every idea is a post of its own")
        forum.tags = beside.new_tags(world, ("question", "wish"))
    if LOUNGE_NAME not in known:
        world.add_channel(guild, LOUNGE_NAME, type=ChannelType.VOICE)


def furnish(world: World) -> Guild:
    """Make the starting guild; its owner is Olivia, its moderators Robin, Morgan and Ada."""
    guild = world.add_guild(GUILD_NAME, owner="Olivia")
    bot_role = world.role_called(world.bot.name, guild)
    member = world.add_role(guild, "Member", ORDINARY, color=MEMBER_COLOR)
    moderator = world.add_role(
        guild, "Moderator", ORDINARY | MODERATOR, position=bot_role.position + 1, color=MODERATOR_COLOR
    )
    helper = world.add_role(
        guild, "Helper", ORDINARY | HELPER, position=bot_role.position, color=HELPER_COLOR
    )  # just below the bot, which therefore may act on helpers too
    admin = world.add_role(
        guild, "Admin", ORDINARY | MODERATOR | ADMIN, position=moderator.position + 1, color=ADMIN_COLOR
    )
    staff = (helper, moderator, admin)
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
            *(Overwrite(role.id, 0, allow=seen) for role in staff),
            Overwrite(bot_role.id, 0, allow=seen | Permission.SEND_MESSAGES),
        ],
    )
    world.add_thread(general, "weekend plans", guild.owner)
    for name in ORDINARY_PEOPLE:
        world.join(guild, world.person(name), [member])
    for name, role in zip(STAFF, staff, strict=True):
        world.join(guild, world.person(name), [role, member])
    return guild
