"""Whether a moderator may do what they ask the bot for.

The bot has more permissions than most who press its buttons, and lends them to nobody: each press is held against what
Discord would let its presser do by themselves, at that moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import discord

from bot import act
from bot.away import AWAY
from bot.records import Action, Flag, Named, Status, Verdict
from bot.review.placing import place_of
from bot.review.quote import quote
from bot.texts import Texts, fill
from bot.texts.naming import permission_named

NAME_SHOWN = 80  # characters
LOOKED_UP = 5  # members of a group whose roles are asked for anew; of the others those stand that the flag recorded


class Deed(StrEnum):
    """What a moderator may ask for."""

    VERDICT = "verdict"
    NOTE = "note"
    DELETE = "delete"
    TIMEOUT = "timeout"
    BAN = "ban"
    STRIKES = "strikes"  # to take them away
    READ = "read"  # what the record says; asks for no rank


# One of these is enough.
_NEEDS: dict[Deed, tuple[str, ...]] = {
    Deed.VERDICT: ("manage_messages", "moderate_members"),
    Deed.NOTE: ("manage_messages", "moderate_members"),
    Deed.DELETE: ("manage_messages",),
    Deed.TIMEOUT: ("moderate_members",),
    Deed.BAN: ("ban_members",),
    Deed.STRIKES: ("moderate_members",),
    Deed.READ: ("manage_messages", "moderate_members"),
}
# Of what an action needs, what makes a member a moderator. The rest (to write, to react) is nothing to lend.
_OF_MODERATORS = frozenset(
    {
        "manage_messages",
        "moderate_members",
        "kick_members",
        "ban_members",
        "manage_roles",
        "manage_nicknames",
        "manage_channels",
        "manage_threads",
        "manage_events",
        "manage_guild",
    }
)


@dataclass(frozen=True, slots=True)
class _Target:
    who: Named
    role_ids: tuple[int, ...] = ()


async def refusal(
    presser: discord.Member,
    deed: Deed,
    about: Flag | Named,
    texts: Texts,
    *,
    also: Sequence[Flag] = (),
    verdict: Verdict | None = None,
) -> str | None:
    """The sentence for a moderator who may not do ``deed`` about a flag's author or a member; None: they may.

    ``also``: the further flags of the group. A ``verdict`` of mistaken asks for what undoing its actions takes, too.
    Makes a call for each member whose rank has to be known, so answer the interaction first. Raises nothing of Discord.
    """
    flags = [each for each in (about, *also) if isinstance(each, Flag)]
    targets = _targets(flags) if flags else [_Target(about)] if isinstance(about, Named) else []
    if deed is not Deed.READ and any(target.who.id == presser.id for target in targets):
        return texts.refused_self
    for flag in {flag.channel.id: flag for flag in flags}.values() or (None,):
        if lacking := _lacking(presser, _NEEDS[deed], flag):
            return _refused(lacking, _channel_name(flag) if deed is Deed.DELETE else "", texts)
    if verdict == "mistaken":
        for flag in flags:
            for needed in sorted(_undoing_needs(flag)):
                if lacking := _lacking(presser, (needed,), flag):
                    return _refused(lacking, "", texts)
    return None if deed is Deed.READ else await _outranked(presser, targets, texts)


def _targets(flags: Iterable[Flag]) -> list[_Target]:
    authors = {flag.author.id: flag.author for flag in flags}
    return [
        _Target(Named(author.id, author.name), tuple(role.id for role in author.roles)) for author in authors.values()
    ]


def _lacking(presser: discord.Member, one_of: tuple[str, ...], flag: Flag | None) -> tuple[str, ...]:
    """``one_of`` where the moderator has none of them: in the server as a whole, or in the flag's channel."""
    allowed = presser.guild_permissions
    place = place_of(presser.guild, flag) if flag else None
    if isinstance(place, discord.Thread):
        place = place.parent
    if place is not None:
        allowed = place.permissions_for(presser)
    return () if any(getattr(allowed, name) for name in one_of) else one_of


def _undoing_needs(flag: Flag) -> set[str]:
    needed: set[str] = set()
    for outcome in flag.outcomes:
        is_done = outcome.status is Status.DONE or not outcome.status.is_final  # what is being done is undone then, too
        if is_done and outcome.undo_status is not Status.DONE and (action := act.recorded(outcome)) is not None:
            needed |= _needed_about(action, flag) & _OF_MODERATORS
    return needed


def _needed_about(action: Action, flag: Flag) -> frozenset[str]:
    """What ``action`` takes about this flag: some take one permission in a thread and another elsewhere."""
    if "manage_threads" not in action.needs:
        return action.needs
    in_thread = flag.kind == "title" if action.name == "delete" else flag.parent is not None
    return action.needs - ({"manage_messages", "manage_channels"} if in_thread else {"manage_threads"})


async def _outranked(presser: discord.Member, targets: Sequence[_Target], texts: Texts) -> str | None:
    guild = presser.guild
    for at, target in enumerate(targets):
        shown = quote(target.who.name, NAME_SHOWN, one_line=True)
        if target.who.id == guild.owner_id:
            return fill(texts.refused_owner, member=shown)
        if presser.id == guild.owner_id:
            continue
        role_ids = await _roles_now(guild, target) if at < LOOKED_UP else target.role_ids
        roles = [role for role_id in role_ids if (role := guild.get_role(role_id)) is not None]
        if max(roles, default=guild.default_role) >= presser.top_role:
            return fill(texts.refused_rank, member=shown)
    return None


async def _roles_now(guild: discord.Guild, target: _Target) -> Iterable[int]:
    """Of a member who has left none; where Discord does not say, those that the flag recorded."""
    try:
        member = await guild.fetch_member(target.who.id)
    except discord.NotFound:
        return ()
    except (discord.DiscordException, *AWAY):
        return target.role_ids
    return [role.id for role in member.roles]


def _refused(permissions: tuple[str, ...], channel: str, texts: Texts) -> str:
    names = texts.refused_or.join(f"**{permission_named(name).in_words(texts)}**" for name in permissions)
    return fill(
        texts.refused_permission, permission=names, channel=channel and fill(texts.refused_in_channel, channel=channel)
    )


def _channel_name(flag: Flag | None) -> str:
    return f"<#{flag.channel.id}>" if flag and flag.channel.id else ""
