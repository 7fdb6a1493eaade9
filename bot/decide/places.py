"""Where a rule holds, and which of many hold for a post: the more specific one wins."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bot.records import Named, Post, is_id

# The conditions of an override, most specific first. Of two overrides the one with the more specific condition wins;
# with the same one, the next condition decides.
BY_SPECIFICITY = ("members", "roles", "threads", "channels", "categories", "younger_than")

PLACES_KEPT = 10_000  # channels and threads whose overrides are remembered; then all are found anew
ROLES_KEPT = 10_000
COMBINATIONS_KEPT = 10_000

_DISCORD_EPOCH = 1_420_070_400_000  # milliseconds: an id says when it was made, counted from here
_MILLISECOND = timedelta(milliseconds=1)
_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")


def _only_an_id(why: str) -> AfterValidator:
    def check(reference: str) -> str:
        if not is_id(reference):
            raise ValueError(f'must be an id such as 80351110224678912, not "{reference[:60]}": {why}')
        return reference

    return AfterValidator(check)


_Reference = Annotated[str, Field(min_length=1, max_length=100)]
_References = Annotated[tuple[_Reference, ...], Field(min_length=1)]
_Members = Annotated[
    tuple[Annotated[str, _only_an_id("anybody can take a name")], ...],
    Field(min_length=1),
]
_Threads = Annotated[
    tuple[Annotated[str, _only_an_id("any member may open a thread of that name")], ...],
    Field(min_length=1),
]


class Where(BaseModel):
    """The conditions of an entry of ``overrides:``. All that are given must hold; of a list, any entry."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channels: _References = Field(default=(), description="Channels, by name or id; their threads too.")
    categories: _References = Field(default=(), description="Categories, by name or id; all channels in them.")
    threads: _Threads = Field(default=(), description="Threads, by id.")
    roles: _References = Field(default=(), description="Members with one of these roles, by name or id.")
    members: _Members = Field(default=(), description="Members, by id.")
    younger_than: Annotated[timedelta, Field(gt=timedelta(0))] | None = Field(
        default=None, description="Members whose Discord account is younger than this when they write."
    )

    @property
    def conditions(self) -> tuple[str, ...]:
        """The names of those that are given, most specific first."""
        return tuple(name for name in BY_SPECIFICITY if getattr(self, name))


@dataclass(frozen=True, slots=True)
class Scope:
    """Conditions, and the guild they are about: its name or id, or None for every guild."""

    where: Where = field(default_factory=Where)
    guild: str | None = None

    @property
    def weight(self) -> int:
        """How specific it is: the greater one wins."""
        given = [bool(getattr(self.where, name)) for name in BY_SPECIFICITY] + [self.guild is not None]
        return sum(bit << place for place, bit in enumerate(reversed(given)))


class Places(Generic[T]):
    """Finds the scopes that a post is in and gives what ``build`` makes of them.

    ``build`` gets the positions of these scopes in the order in which they are to be applied, the least specific
    first and of equals the earlier; it is called once per combination, not once per post. What is found for a place is
    remembered, so that hundreds of scopes cost a post no more than a few.
    """

    def __init__(self, scopes: Sequence[Scope], build: Callable[[tuple[int, ...]], T]) -> None:
        self._build = build
        self._order = sorted(range(len(scopes)), key=lambda at: scopes[at].weight)
        self._scopes = [scopes[at] for at in self._order]  # the scope at n owns bit n of every mask below
        self._all = (1 << len(scopes)) - 1
        self._in_place: dict[tuple[object, ...], int] = {}
        self._with_role: dict[tuple[int, str], int] = {}
        self._built: dict[int, T] = {}
        self._without_roles = self._mask(lambda scope: not scope.where.roles)
        self._without_members = self._mask(lambda scope: not scope.where.members)
        named = {int(member) for scope in scopes for member in scope.where.members}
        self._with_member = {
            member: self._without_members | self._mask(partial(_names_member, str(member))) for member in named
        }
        self._ages = sorted({scope.where.younger_than for scope in scopes if scope.where.younger_than})
        self._at_age = [self._mask(partial(_holds_under, limit)) for limit in self._ages]
        self._at_age.append(self._mask(lambda scope: scope.where.younger_than is None))

    def at(self, post: Post) -> T:
        """What was built for the scopes that ``post`` is in."""
        author = post.author
        roles = self._without_roles
        if roles != self._all:
            for role in author.roles:
                found = self._with_role.get((role.id, role.name))
                roles |= self._find_role(role) if found is None else found
        holding = self._place(post) & roles & self._with_member.get(author.id, self._without_members)
        if self._ages:
            holding &= self._at_age[bisect_right(self._ages, post.created_at - made_at(author.id))]
        built = self._built.get(holding)
        return self._make(holding) if built is None else built

    def _place(self, post: Post) -> int:
        guild, thread, category = post.guild, post.channel, post.category
        channel = post.parent or thread
        # Names may change while the bot runs, and a channel may move. A thread's name is no condition.
        key = (guild.id, guild.name, thread.id, channel.id, channel.name, category and (category.id, category.name))
        found = self._in_place.get(key)
        if found is None:
            found = self._mask(lambda scope: _is_in(scope, guild, channel, thread.id, category))
            _remember(self._in_place, key, found, PLACES_KEPT)
        return found

    def _find_role(self, role: Named) -> int:
        found = self._mask(lambda scope: _is_named(role, scope.where.roles))
        _remember(self._with_role, (role.id, role.name), found, ROLES_KEPT)
        return found

    def _make(self, holding: int) -> T:
        built = self._build(tuple(self._order[bit] for bit in _bits(holding)))
        _remember(self._built, holding, built, COMBINATIONS_KEPT)
        return built

    def _mask(self, holds: Callable[[Scope], bool]) -> int:
        return sum(1 << bit for bit, scope in enumerate(self._scopes) if holds(scope))


def made_at(snowflake: int) -> datetime:
    """When the account, message or whatever has this id was made."""
    return _UNIX_EPOCH + ((snowflake >> 22) + _DISCORD_EPOCH) * _MILLISECOND


def _bits(mask: int) -> Iterator[int]:
    """The bits that are set, lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _is_in(scope: Scope, guild: Named, channel: Named, thread_id: int, category: Named | None) -> bool:
    where = scope.where
    if scope.guild is not None and not guild.answers_to(scope.guild):
        return False
    if where.threads and str(thread_id) not in where.threads:
        return False
    if where.channels and not (_is_named(channel, where.channels) or str(thread_id) in where.channels):
        return False
    return not where.categories or (category is not None and _is_named(category, where.categories))


def _names_member(member: str, scope: Scope) -> bool:
    return member in scope.where.members


def _holds_under(age: timedelta, scope: Scope) -> bool:
    """Whether the scope holds for an account that is just younger than ``age``."""
    return scope.where.younger_than is None or scope.where.younger_than >= age


def _is_named(named: Named, references: Iterable[str]) -> bool:
    return any(named.answers_to(reference) for reference in references)


def _remember(cache: dict[K, V], key: K, value: V, most: int) -> None:
    if len(cache) >= most:
        cache.clear()
    cache[key] = value
