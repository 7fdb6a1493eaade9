"""A look at the bot's account and servers by REST alone: no gateway session, so a running bot is not disturbed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import aiohttp
import discord
from discord.http import Route
from pydantic import SecretStr

from bot.config import DiscordOptions
from bot.errors import DiscordUnreachable, TokenRefused
from bot.gateway.permissions import bits
from bot.records import Named

# This bot never speaks; discord.py need not warn that it cannot.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False

T = TypeVar("T")

CALL_SECONDS = 30.0  # one answer may take this long, discord.py's own retries among it
GUILDS_A_PAGE = 200

PRIVATE_THREAD = "private_thread"
THREAD_KINDS = frozenset({"public_thread", "news_thread", PRIVATE_THREAD})

_ADMINISTRATOR, _VIEW = bits(["administrator"]), bits(["view_channel"])
_PRIVATE_THREADS = bits(["create_private_threads"])
_EVERYTHING = discord.Permissions.all().value
_WRITABLE = frozenset({"text", "news", "voice", "stage_voice", "forum", "media"})
_MODERATION = bits(
    ["kick_members", "ban_members", "moderate_members", "manage_messages", "manage_guild", "administrator"]
)


@dataclass(frozen=True, slots=True)
class Account:
    """The bot's application and its account."""

    application_id: int
    user: Named
    reads_messages: bool  # the Message Content intent is on
    is_public: bool
    reads_members: bool = False  # the Server Members intent is on


@dataclass(frozen=True, slots=True)
class Role:
    """``position`` and then the id order the hierarchy; of equal positions the smaller id is higher."""

    named: Named
    position: int
    permissions: int
    is_managed: bool  # a bot's or an integration's own: nobody can give it
    is_mentionable: bool

    @property
    def height(self) -> tuple[int, int]:
        return self.position, -self.named.id

    @property
    def is_moderators(self) -> bool:
        """Whether it carries a permission that ordinary members have not."""
        return bool(self.permissions & _MODERATION)


@dataclass(frozen=True, slots=True)
class Place:
    """A channel that holds messages or threads, or a thread.

    ``allowed``: what the bot may do there, as Discord's number. ``parent``: the channel that a thread hangs
    from. ``has_private_threads``: every member may open some there.
    """

    named: Named
    kind: str
    category: Named | None
    allowed: int
    everyone_sees: bool
    has_private_threads: bool = False
    parent: Named | None = None

    @property
    def settings_of(self) -> Named:
        """The channel in whose settings its permissions stand."""
        return self.parent or self.named


@dataclass(frozen=True, slots=True)
class Server:
    """A guild as the bot sees it. ``allowed``: what the bot's roles give it, before any channel's own settings.

    ``threads`` are those that are not archived and that the bot sees.
    """

    named: Named
    roles: tuple[Role, ...]
    places: tuple[Place, ...]
    categories: tuple[Named, ...]
    allowed: int
    top_role: Role
    is_timed_out: bool = False
    threads: tuple[Place, ...] = ()

    def place(self, reference: str | None) -> Place | None:
        """The channel of this name or id, or the thread of this id: anybody may open a thread of any name."""
        if not reference:
            return None
        named = (place for place in self.places if place.named.answers_to(reference))
        return next(named, next((each for each in self.threads if str(each.named.id) == reference.strip()), None))

    @property
    def has_administrator(self) -> bool:
        return bool(self.allowed & _ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Seen:
    """What ``look`` found. ``clock_ahead``: this machine's clock less Discord's, None where Discord gave no time."""

    account: Account
    servers: tuple[Server, ...]
    clock_ahead: timedelta | None


async def look(
    token: SecretStr, options: DiscordOptions, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Seen:
    """Everything at once. Raises ``TokenRefused`` and ``DiscordUnreachable``."""
    ahead = await _clock_ahead(options, clock)
    async with _client() as client:
        account = await _log_in(client, token, options)
        servers = tuple([await look_at(client, Named(int(raw["id"]), raw["name"])) for raw in await _guilds(client)])
    return Seen(account, servers, ahead)


async def account_of(token: SecretStr, options: DiscordOptions) -> Account:
    """Whose token it is, in two calls. Raises ``TokenRefused`` and ``DiscordUnreachable``."""
    async with _client() as client:
        return await _log_in(client, token, options)


def _client() -> discord.Client:
    return discord.Client(intents=discord.Intents(guilds=True), max_ratelimit_timeout=CALL_SECONDS)


async def _log_in(client: discord.Client, token: SecretStr, options: DiscordOptions) -> Account:
    Route.BASE = options.api.rstrip("/")
    try:
        await _answered(client.login(token.get_secret_value()))
    except discord.LoginFailure as error:
        raise TokenRefused(
            "Discord does not take this token: reset it at https://discord.com/developers/applications (Bot, Reset "
            "Token) and give the new one to `python -m bot init`."
        ) from error
    except _UNREACHABLE as error:
        raise _unreachable(options, error) from error
    application, user = client.application, client.user
    if application is None or user is None:
        raise DiscordUnreachable(f"{options.api} answered, but not as Discord does: check `discord.api` in the config.")
    flags = application.flags
    reads = flags.gateway_message_content or flags.gateway_message_content_limited
    members = flags.gateway_guild_members or flags.gateway_guild_members_limited
    return Account(application.id, Named(user.id, user.name), reads, application.bot_public, members)


async def _guilds(client: discord.Client) -> list[Any]:
    found: list[Any] = []
    while True:
        after = int(found[-1]["id"]) if found else 0
        page = await _called(client.http.get_guilds(GUILDS_A_PAGE, after=after, with_counts=False))
        found += page
        if len(page) < GUILDS_A_PAGE:
            return found


async def look_at(client: discord.Client, named: Named) -> Server:
    """One guild, through a client that is logged in. Raises ``DiscordUnreachable``."""
    http, me = client.http, client.user
    assert me is not None  # noqa: S101 - logged in before
    guild: Any = await _called(http.get_guild(named.id, with_counts=False))
    channels: Any = await _called(http.get_all_guild_channels(named.id))
    active: Any = await _called(http.get_active_threads(named.id))
    member: Any = await _called(http.get_member(named.id, me.id))
    roles = tuple(_role(raw) for raw in guild["roles"])
    mine = [role for role in roles if str(role.named.id) in member["roles"] or role.named.id == named.id]
    allowed = _EVERYTHING if guild["owner_id"] == str(me.id) else _sum_of(mine)
    categories = {int(raw["id"]): Named(int(raw["id"]), raw["name"]) for raw in channels if raw["type"] == 4}
    ids = [str(role.named.id) for role in mine] + [str(me.id)]
    everyone = next(role for role in roles if role.named.id == named.id)
    places = []
    for raw in sorted(channels, key=lambda raw: raw.get("position", 0)):
        kind = _kind(raw)
        if kind in _WRITABLE:
            public = _with_overwrites(_sum_of([everyone]), raw, [str(named.id)], named.id, None)
            places.append(
                Place(
                    named=Named(int(raw["id"]), raw["name"]),
                    kind=kind,
                    category=categories.get(int(raw["parent_id"] or 0)),
                    allowed=_with_overwrites(allowed, raw, ids, named.id, me.id),
                    everyone_sees=bool(public & _VIEW),
                    has_private_threads=kind == "text" and bool(public & _PRIVATE_THREADS),
                )
            )
    until = member.get("communication_disabled_until")
    return Server(
        named=named,
        roles=roles,
        places=tuple(places),
        categories=tuple(categories.values()),
        allowed=allowed,
        top_role=max(mine, key=lambda role: role.height),
        is_timed_out=bool(until) and datetime.fromisoformat(until) > datetime.now(UTC),
        threads=tuple(_threads(active["threads"], places)),
    )


def _threads(found: Sequence[Mapping[str, Any]], places: Sequence[Place]) -> Iterator[Place]:
    """A thread has its parent's permissions."""
    parents = {place.named.id: place for place in places}
    for raw in found:
        parent = parents.get(int(raw["parent_id"] or 0))
        if parent is not None:
            kind = _kind(raw)
            named = Named(int(raw["id"]), raw["name"])
            is_public = parent.everyone_sees and kind != PRIVATE_THREAD
            yield Place(named, kind, parent.category, parent.allowed, is_public, parent=parent.named)


def _kind(raw: Mapping[str, Any]) -> str:
    return discord.enums.try_enum(discord.ChannelType, raw["type"]).name


def _role(raw: Mapping[str, Any]) -> Role:
    return Role(
        named=Named(int(raw["id"]), raw["name"]),
        position=raw["position"],
        permissions=int(raw["permissions"]),
        is_managed=raw["managed"],
        is_mentionable=raw["mentionable"],
    )


def _sum_of(roles: list[Role]) -> int:
    total = 0
    for role in roles:
        total |= role.permissions
    return _EVERYTHING if total & _ADMINISTRATOR else total


def _with_overwrites(allowed: int, channel: Mapping[str, Any], ids: list[str], guild_id: int, me: int | None) -> int:
    """As Discord adds up: @everyone's overwrite, those of the roles together, the member's own. Hidden: nothing."""
    if allowed & _ADMINISTRATOR:
        return allowed
    overwrites = {each["id"]: each for each in channel.get("permission_overwrites", [])}
    of_roles = [overwrites[each] for each in ids if each in overwrites and each not in (str(guild_id), str(me))]
    layers = [[overwrites.get(str(guild_id))], of_roles, [overwrites.get(str(me))]]
    for layer in layers:
        given = [each for each in layer if each is not None]
        for each in given:
            allowed &= ~int(each["deny"])
        for each in given:
            allowed |= int(each["allow"])
    return allowed if allowed & _VIEW else 0


async def _clock_ahead(options: DiscordOptions, clock: Callable[[], datetime]) -> timedelta | None:
    """By how much at least, judged by the Date of an answer: it counts whole seconds, and answers take their time."""
    timeout = aiohttp.ClientTimeout(total=CALL_SECONDS)
    try:
        asked = clock()
        async with (
            aiohttp.ClientSession(timeout=timeout, trust_env=True) as session,
            session.get(options.api.rstrip("/") + "/gateway") as answer,
        ):
            answered, date = clock(), answer.headers.get("Date")
        if date is None:
            return None
        there = parsedate_to_datetime(date)
    except _UNREACHABLE as error:
        raise _unreachable(options, error) from error
    except ValueError:
        return None
    least, most = asked - there - timedelta(seconds=1), answered - there
    return min(max(least, timedelta(0)), most)


async def _called(call: Awaitable[T]) -> T:
    try:
        return await _answered(call)
    except _UNREACHABLE as error:
        raise DiscordUnreachable(
            f"Discord stopped answering in the middle ({type(error).__name__}): try again in a minute."
        ) from error


async def _answered(call: Awaitable[T]) -> T:
    async with asyncio.timeout(CALL_SECONDS):
        return await call


def _unreachable(options: DiscordOptions, error: BaseException) -> DiscordUnreachable:
    return DiscordUnreachable(
        f"Discord cannot be reached at {options.api} ({type(error).__name__}): "
        "check the network and `discord.api` in the config."
    )


_UNREACHABLE = (aiohttp.ClientError, OSError, TimeoutError, discord.HTTPException, discord.RateLimited)
