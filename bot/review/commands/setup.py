"""``/setup``: a private log channel, and what the bot still lacks in this server."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import discord
from discord import app_commands

from bot.errors import DiscordUnreachable, RecordFailed
from bot.review.answering import NOBODY
from bot.review.desk import Checked, Desk, desk_of, guild_of, named
from bot.review.fitting import LONGEST_LAYOUT, fit
from bot.review.permitting import require
from bot.review.quote import quote
from bot.review.sources import of_layer

CHANNEL_NAME = "mod-log"  # where the config names none
ROLES_LET_IN = 20  # moderators' roles that are allowed into the channel; Discord takes 100 overwrites
NAME_SHOWN, SENTENCE_SHOWN = 80, 400  # characters

_BOT_NEEDS = discord.PermissionOverwrite(view_channel=True, send_messages=True, read_message_history=True)
_MODERATORS_GET = discord.PermissionOverwrite(view_channel=True, read_message_history=True)
_HIDDEN = discord.PermissionOverwrite(view_channel=False)


@dataclass(frozen=True, slots=True)
class _Place:
    """The log channel as it stands: ``channel`` is None where it must be made, ``refusal`` says why it cannot be."""

    channel: discord.TextChannel | None = None
    name: str = CHANNEL_NAME
    refusal: str = ""


@app_commands.command(description="Make a private log channel for moderators, and see what the bot still lacks here.")
@app_commands.default_permissions(manage_guild=True, manage_channels=True)
async def setup(interaction: discord.Interaction[Any]) -> None:
    member = require(interaction, "manage_guild", "manage_channels")
    desk, guild = desk_of(interaction), guild_of(interaction)
    said = [await _log_channel(desk, guild, member)]
    view = discord.ui.LayoutView(timeout=None)
    try:
        checked = await desk.check(named(guild))
    except DiscordUnreachable as error:
        checked = Checked(((str(error), ""),), "", False)
    said += _problems(checked)
    box: discord.ui.Container[discord.ui.LayoutView] = discord.ui.Container()
    box.add_item(discord.ui.TextDisplay(fit(said, LONGEST_LAYOUT)))
    view.add_item(box)
    if checked.lacks_any:
        link: discord.ui.Button[discord.ui.LayoutView] = discord.ui.Button(
            label="Give the permissions", url=checked.invite
        )
        view.add_item(discord.ui.ActionRow(link))
    await interaction.edit_original_response(view=view, allowed_mentions=NOBODY)


async def _log_channel(desk: Desk, guild: discord.Guild, member: discord.Member) -> str:
    """Find the log channel or make it, and say which it is."""
    place = _place(desk, guild)
    if place.refusal:
        return place.refusal
    if place.channel is not None:
        return f"The log channel is {place.channel.mention}."
    if not guild.me.guild_permissions.manage_channels:
        name = quote(place.name, NAME_SHOWN, one_line=True)
        return (
            f"There is no log channel, and I may not make one. Make a private channel #{name}, let {guild.me.mention}"
            " and your moderators into it, and use /setup again; or allow me Manage Channels for a moment."
        )
    made = await guild.create_text_channel(
        place.name,
        overwrites=overwrites(guild, member),
        topic="What Civil Tongue flags, for moderators.",
        reason=f"Civil Tongue: /setup by {member.id}",
    )
    kept = await _keep(desk, guild, made)
    return f"I made {made.mention}, which only moderators and I can read.{kept}"


def _place(desk: Desk, guild: discord.Guild) -> _Place:
    here = desk.rulebook.in_guild(named(guild))
    reference = here.log_channel
    if reference is None:
        return _Place()
    wanted = reference.strip().lstrip("#")
    for channel in guild.text_channels:
        if wanted.casefold() in (str(channel.id), channel.name.casefold()):
            return _Place(channel)
    if here.log_channel_from == "setup":  # it was made here, and deleted since
        return _Place()
    if not wanted.isdigit():
        return _Place(name=wanted)
    layer = here.log_channel_of_guild
    source = of_layer(desk, layer) if layer else "the config"
    if layer is None:
        return _Place()
    return _Place(refusal=f"{source} names the log channel {wanted}, which is not in this server. Change it there.")


def overwrites(
    guild: discord.Guild, member: discord.Member
) -> dict[discord.Role | discord.Member | discord.Object, discord.PermissionOverwrite]:
    """Nobody sees the channel but the bot, whoever asked for it, and the roles that carry a moderator's permissions."""
    moderators = [role for role in guild.roles if _is_moderators(role) and not role.is_default()]
    let_in = sorted(moderators, key=lambda role: role.position, reverse=True)[:ROLES_LET_IN]
    return {
        guild.default_role: _HIDDEN,
        **dict.fromkeys(let_in, _MODERATORS_GET),
        member: _MODERATORS_GET,
        guild.me: _BOT_NEEDS,
    }


def _is_moderators(role: discord.Role) -> bool:
    allowed = role.permissions
    return not role.managed and (allowed.manage_messages or allowed.moderate_members) and not allowed.administrator


async def _keep(desk: Desk, guild: discord.Guild, made: discord.TextChannel) -> str:
    """Take the new channel as this server's, where the config's own entry for it does not name it already."""
    if desk.rulebook.in_guild(named(guild)).log_channel_of_guild is not None:
        return ""
    settings = replace(desk.rulebook.set_there(guild.id), log_channel=made.id)
    desk.rulebook.set_in(guild.id, settings)
    try:
        await desk.ledger.put_guild_settings(guild.id, settings)
    except RecordFailed:
        return " It could not be recorded: use /setup again when the record works."
    return ""


def _problems(checked: Checked) -> list[str]:
    if not checked.problems:
        return ["Nothing is missing."]
    told = [(sentence, _without(mend, checked.invite)) for sentence, mend in checked.problems]
    return ["- " + " ".join(quote(each, SENTENCE_SHOWN, one_line=True) for each in pair if each) for pair in told]


def _without(mend: str, invite: str) -> str:
    """The link stands on a button of its own."""
    return mend.replace(f"; or invite it again: {invite}", ", or press the button below.") if invite else mend
