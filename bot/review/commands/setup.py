"""``/setup``: a private log channel, and what the bot still lacks in this server."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import discord
import structlog
from discord import app_commands

from bot.errors import DiscordUnreachable, RecordFailed
from bot.review.answering import NOBODY
from bot.review.desk import Checked, Desk, desk_of, guild_of, named, texts_for
from bot.review.fitting import LONGEST_BUTTON, LONGEST_LAYOUT, cut, fit
from bot.review.log_channel import Channel, find
from bot.review.permitting import require
from bot.review.quote import quote
from bot.review.sources import of_layer
from bot.texts import Texts, fill

CHANNEL_NAME = "mod-log"  # where the config names none
ROLES_LET_IN = 20  # moderators' roles that are allowed into the channel; Discord takes 100 overwrites
NAME_SHOWN, SENTENCE_SHOWN, LONGEST_TOPIC = 80, 400, 1_024  # characters

_BOT_NEEDS = discord.PermissionOverwrite(view_channel=True, send_messages=True, read_message_history=True)
_MODERATORS_GET = discord.PermissionOverwrite(view_channel=True, read_message_history=True)
_HIDDEN = discord.PermissionOverwrite(view_channel=False)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Place:
    """The log channel as it stands: ``channel`` is None where it must be made, ``refusal`` says why it cannot be."""

    channel: Channel | None = None
    name: str = CHANNEL_NAME
    refusal: str = ""


@app_commands.command()
@app_commands.default_permissions(manage_guild=True, manage_channels=True)
async def setup(interaction: discord.Interaction[Any]) -> None:
    member = require(interaction, "manage_guild", "manage_channels")
    desk, guild, texts = desk_of(interaction), guild_of(interaction), texts_for(interaction)
    said = [await _log_channel(desk, guild, member)]
    view = discord.ui.LayoutView(timeout=None)
    try:
        checked = await desk.check(named(guild))
    except DiscordUnreachable as error:
        log.warning("server not looked at", guild=guild.id, why=str(error))
        checked = Checked(((texts.setup_unreachable, ""),), "", False)
    said += _problems(checked, texts)
    box: discord.ui.Container[discord.ui.LayoutView] = discord.ui.Container()
    box.add_item(discord.ui.TextDisplay(fit(said, texts, LONGEST_LAYOUT)))
    view.add_item(box)
    if checked.lacks_any:
        link: discord.ui.Button[discord.ui.LayoutView] = discord.ui.Button(
            label=cut(texts.setup_button, LONGEST_BUTTON), url=checked.invite
        )
        view.add_item(discord.ui.ActionRow(link))
    await interaction.edit_original_response(view=view, allowed_mentions=NOBODY)


async def _log_channel(desk: Desk, guild: discord.Guild, member: discord.Member) -> str:
    """Find the log channel or make it, and say which it is."""
    place, texts = _place(desk, guild), desk.rulebook.in_guild(named(guild)).texts
    if place.refusal:
        return place.refusal
    if place.channel is not None:
        return fill(texts.setup_there, channel=place.channel.mention)
    if not guild.me.guild_permissions.manage_channels:
        name = quote(place.name, NAME_SHOWN, one_line=True)
        permission = texts.permission_manage_channels
        return fill(texts.setup_may_not, channel=name, bot=guild.me.mention, permission=permission)
    made = await guild.create_text_channel(
        place.name,
        overwrites=overwrites(guild, member),
        topic=cut(texts.setup_topic, LONGEST_TOPIC),
        reason=f"Civil Tongue: /setup by {member.id}",
    )
    said = [fill(texts.setup_made, channel=made.mention), await _keep(desk, guild, made, texts)]
    return " ".join(filter(None, said))


def _place(desk: Desk, guild: discord.Guild) -> _Place:
    here = desk.rulebook.in_guild(named(guild))
    reference = here.log_channel
    if reference is None:
        return _Place()
    if (found := find(guild, reference)) is not None:
        return _Place(found)
    wanted = reference.strip().lstrip("#")
    if here.log_channel_from == "setup":  # it was made here, and deleted since
        return _Place()
    if not wanted.isdigit():
        return _Place(name=wanted)
    layer = here.log_channel_of_guild
    if layer is None:
        return _Place()
    return _Place(refusal=fill(here.texts.setup_overruled, place=of_layer(desk, layer), channel=wanted))


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


async def _keep(desk: Desk, guild: discord.Guild, made: discord.TextChannel, texts: Texts) -> str:
    """Take the new channel as this server's, where the config's own entry for it does not name it already."""
    if desk.rulebook.in_guild(named(guild)).log_channel_of_guild is not None:
        return ""
    settings = replace(desk.rulebook.set_there(guild.id), log_channel=made.id)
    desk.rulebook.set_in(guild.id, settings)
    try:
        await desk.ledger.put_guild_settings(guild.id, settings)
    except RecordFailed:
        return texts.setup_not_kept
    return ""


def _problems(checked: Checked, texts: Texts) -> list[str]:
    if not checked.problems:
        return [texts.setup_complete]
    told = checked.problems
    return ["- " + " ".join(quote(each, SENTENCE_SHOWN, one_line=True) for each in pair if each) for pair in told]
