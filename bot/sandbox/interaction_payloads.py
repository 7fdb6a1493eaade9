"""An interaction as the gateway tells it, and as the messages that answer it remember it."""

from __future__ import annotations

from collections.abc import Iterable

from bot.sandbox import payloads
from bot.sandbox.entities import Channel, Guild, Json, Member, Role, User
from bot.sandbox.interactions import Interaction, Kind
from bot.sandbox.permissions import Permission
from bot.sandbox.standing import permissions_in
from bot.sandbox.state import World

LOCALE = "en-US"
MAX_UPLOAD = 10 * 1024 * 1024  # bytes, in a guild without boosts
GUILD_CONTEXT, BOT_DM_CONTEXT = 0, 1
# What Discord grants an application in its own DMs.
IN_A_DM = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.MENTION_EVERYONE
    | Permission.USE_EXTERNAL_EMOJIS
)


def told(world: World, of: Interaction) -> Json:
    """What INTERACTION_CREATE carries."""
    home = of.channel.guild
    payload: Json = {
        "version": 1,
        "id": str(of.id),
        "application_id": str(world.application.id),
        "type": int(of.kind),
        "token": of.token,
        "data": of.data,
        "channel_id": str(of.channel.id),
        "locale": LOCALE,
        "entitlements": [],
        "entitlement_sku_ids": [],
        "attachment_size_limit": MAX_UPLOAD,
        "authorizing_integration_owners": owners(home),
        "context": BOT_DM_CONTEXT if home is None else GUILD_CONTEXT,
    }
    payload |= _in_dm(of) if home is None else _in_guild(world, of, home)
    if of.source is not None:
        payload["message"] = payloads.message(of.source, world.bot)
    return payload


def owners(home: Guild | None) -> Json:
    """Who installed the application that is interacted with: the guild; in the bot's DM Discord writes 0."""
    return {"0": "0" if home is None else str(home.id)}


def _in_dm(of: Interaction) -> Json:
    return {"user": payloads.user(of.user), "channel": payloads.dm(of.channel), "app_permissions": str(int(IN_A_DM))}


def _in_guild(world: World, of: Interaction, home: Guild) -> Json:
    member, me = home.members[of.user.id], home.members[world.bot.id]
    return {
        "guild_id": str(home.id),
        "guild": {"id": str(home.id), "locale": LOCALE, "features": []},
        "guild_locale": LOCALE,
        "member": payloads.member(member) | {"permissions": _bits(member, of.channel)},
        "channel": payloads.channel(of.channel) | {"permissions": _bits(member, of.channel)},
        "app_permissions": _bits(me, of.channel),
    }


def _bits(member: Member, channel: Channel) -> str:
    return str(int(permissions_in(member, channel)))


def resolved(channel: Channel, viewer: User, things: Iterable[User | Role | Channel]) -> Json:
    """The things that ids in the data stand for, as far as there are any."""
    found: Json = {}
    home = channel.guild
    for thing in things:
        key = str(thing.id)
        if isinstance(thing, User):
            found.setdefault("users", {})[key] = payloads.user(thing)
            if home is not None and (member := home.members.get(thing.id)) is not None:
                bits = {"permissions": _bits(member, channel)}
                found.setdefault("members", {})[key] = payloads.partial_member(member) | bits
        elif isinstance(thing, Role):
            found.setdefault("roles", {})[key] = payloads.role(thing)
        elif home is not None:
            bits = {"permissions": _bits(home.members[viewer.id], thing)}
            found.setdefault("channels", {})[key] = payloads.channel(thing) | bits
    return found


def metadata(of: Interaction) -> Json:
    """What a message that answers ``of`` says of it."""
    body: Json = {
        "id": str(of.id),
        "type": int(of.kind),
        "user": payloads.user(of.user),
        "authorizing_integration_owners": owners(of.channel.guild),
    }
    if of.kind is Kind.COMMAND:
        return body | _command_target(of)
    if of.kind is Kind.MODAL and of.opener is not None:
        return body | {"triggering_interaction_metadata": metadata(of.opener)}
    return body | {"interacted_message_id": payloads.optional_id(of.source.id if of.source else None)}


def _command_target(of: Interaction) -> Json:
    target, users = of.data.get("target_id"), of.data.get("resolved", {}).get("users", {})
    if of.data["type"] == 3:
        return {"target_message_id": target}
    return {"target_user": users[target]} if target in users else {}
