"""A bounded queue that is fair by guild, then by member."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class FairQueue(Generic[T]):
    """Guilds take turns, the members of a guild take turns, and each member's items keep their order.

    A raided guild or a flooding member so delays itself alone. When the queue is full, the flooder pays: the newest
    item of the member who has most waiting, in the guild that has most waiting, goes.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._guilds: OrderedDict[int, _Guild[T]] = OrderedDict()
        self._homes: dict[T, tuple[int, int]] = {}

    def __len__(self) -> int:
        return len(self._homes)

    def __contains__(self, item: T) -> bool:
        return item in self._homes

    def __iter__(self) -> Iterator[T]:
        """All that waits, in order of arrival."""
        return iter(tuple(self._homes))

    def push(self, item: T, *, guild_id: int, member_id: int) -> T | None:
        """Add ``item``; returns what had to go for it, which is ``item`` itself where its own guild is the flooder.

        Nothing happens when it waits already.
        """
        if item in self._homes:
            return None
        self._homes[item] = (guild_id, member_id)
        self._guilds.setdefault(guild_id, _Guild()).push(member_id, item)
        if len(self._homes) <= self._capacity:
            return None
        displaced = self._newest_of_longest(guild_id, member_id)
        self.remove(displaced)
        return displaced

    def pop(self) -> T | None:
        """The next item in turn, or None when nothing waits."""
        if not self._guilds:
            return None
        guild_id, guild = next(iter(self._guilds.items()))
        item = guild.pop()
        del self._homes[item]
        if guild.length:
            self._guilds.move_to_end(guild_id)
        else:
            del self._guilds[guild_id]
        return item

    def remove(self, item: T) -> None:
        """Take ``item`` out wherever it stands; nothing happens when it does not wait."""
        home = self._homes.pop(item, None)
        if home is None:
            return
        guild_id, member_id = home
        guild = self._guilds[guild_id]
        guild.remove(member_id, item)
        if not guild.length:
            del self._guilds[guild_id]

    def clear(self) -> list[T]:
        """Empty the queue; returns what waited, in order of arrival."""
        waiting = list(self._homes)
        self._homes.clear()
        self._guilds.clear()
        return waiting

    def _newest_of_longest(self, guild_id: int, member_id: int) -> T:
        # Of equals the newcomer's own guild and member pay, or two flooders would displace each other for ever.
        guild = max(self._guilds, key=lambda each: (self._guilds[each].length, each == guild_id))
        return self._guilds[guild].newest_of_longest(member_id if guild == guild_id else None)


class _Guild(Generic[T]):
    """The members of one guild who have something waiting, next in turn first."""

    def __init__(self) -> None:
        self.length = 0
        self._members: OrderedDict[int, OrderedDict[T, None]] = OrderedDict()

    def push(self, member_id: int, item: T) -> None:
        self._members.setdefault(member_id, OrderedDict())[item] = None
        self.length += 1

    def pop(self) -> T:
        member_id, items = next(iter(self._members.items()))
        item, _ = items.popitem(last=False)
        self.length -= 1
        if items:
            self._members.move_to_end(member_id)
        else:
            del self._members[member_id]
        return item

    def remove(self, member_id: int, item: T) -> None:
        items = self._members[member_id]
        del items[item]
        self.length -= 1
        if not items:
            del self._members[member_id]

    def newest_of_longest(self, newcomer: int | None) -> T:
        member = max(self._members, key=lambda each: (len(self._members[each]), each == newcomer))
        return next(reversed(self._members[member]))
