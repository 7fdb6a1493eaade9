"""How many direct messages and notices may go out: Discord puts bots that send many into quarantine."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.errors import DeedFailed, NotNow, Unreachable
from bot.texts.saying import say

DMS_PER_MINUTE = 5  # of one guild
DMS_PER_MINUTE_IN_ALL = 20
REFUSED_PER_MINUTE = 5  # of one guild: each is one of the answers that Discord holds against the bot's address
NOTICES_PER_MINUTE = 3  # in one channel: more would be a flood of the bot's own
CLOSED_FOR = 3600.0  # seconds for which a member who takes no direct messages is not tried again
CLOSED_KEPT = 10_000  # members
MINUTE = 60.0  # seconds

Clock = Callable[[], float]


class Minute:
    """Counts per key what happened within the last minute."""

    def __init__(self, most: int, clock: Clock) -> None:
        self._most = most
        self._clock = clock
        self._times: defaultdict[int, deque[float]] = defaultdict(deque)
        self._swept = clock()

    def is_full(self, key: int) -> bool:
        self._forget()
        times = self._times.get(key, ())
        return sum(1 for each in times if each > self._clock() - MINUTE) >= self._most

    def add(self, key: int) -> float:
        """Count one; what it gives takes it back in ``remove``."""
        now = self._clock()
        self._times[key].append(now)
        return now

    def remove(self, key: int, at: float) -> None:
        if at in self._times.get(key, ()):
            self._times[key].remove(at)

    def _forget(self) -> None:
        """Once a minute, forget what is older."""
        now = self._clock()
        if now - self._swept < MINUTE:
            return
        self._swept = now
        for key, times in list(self._times.items()):
            if times and times[-1] <= now - MINUTE:
                del self._times[key]


class DirectMessages:
    """Stands around the sending of a direct message; only one that was sent or refused is charged."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._of_guild = Minute(DMS_PER_MINUTE, clock)
        self._refused = Minute(REFUSED_PER_MINUTE, clock)
        self._in_all = Minute(DMS_PER_MINUTE_IN_ALL, clock)
        self._closed: OrderedDict[tuple[int, int], float] = OrderedDict()  # guild and member → until when

    @contextmanager
    def sending(self, guild_id: int, user_id: int) -> Iterator[None]:
        """Raises ``NotNow`` where there have been too many, and ``Unreachable`` for who lately took none."""
        self._check(guild_id, user_id)
        places = ((self._of_guild, guild_id), (self._in_all, 0))
        counted = [(minute, key, minute.add(key)) for minute, key in places]  # others may send meanwhile
        try:
            yield
        except BaseException as error:
            for minute, key, at in counted:
                minute.remove(key, at)
            if isinstance(error, Unreachable):
                self._note_closed(guild_id, user_id)
            raise

    def try_again(self, guild_id: int, user_id: int) -> None:
        """Forget that a member took none: they may have come back, or opened them, and a moderator asks for it."""
        self._closed.pop((guild_id, user_id), None)

    def _check(self, guild_id: int, user_id: int) -> None:
        if self._closed.get((guild_id, user_id), 0.0) > self._clock():
            raise Unreachable(say("takes_no_messages"))
        if self._of_guild.is_full(guild_id):
            raise NotNow(say("messages_here", count=DMS_PER_MINUTE))
        if self._in_all.is_full(0):
            raise NotNow(say("messages_in_all", count=DMS_PER_MINUTE_IN_ALL))
        if self._refused.is_full(guild_id):
            raise NotNow(say("messages_refused", count=REFUSED_PER_MINUTE))

    def _note_closed(self, guild_id: int, user_id: int) -> None:
        self._refused.add(guild_id)
        self._closed[guild_id, user_id] = self._clock() + CLOSED_FOR
        self._closed.move_to_end((guild_id, user_id))
        if len(self._closed) > CLOSED_KEPT:
            self._closed.popitem(last=False)


class Notices:
    """Stands around the posting of a notice in a channel."""

    def __init__(self, clock: Clock) -> None:
        self._of_channel = Minute(NOTICES_PER_MINUTE, clock)

    @contextmanager
    def posting(self, channel_id: int) -> Iterator[None]:
        """Raises ``DeedFailed`` where there have been too many."""
        if self._of_channel.is_full(channel_id):
            raise DeedFailed(say("notices_here", count=NOTICES_PER_MINUTE))
        at = self._of_channel.add(channel_id)
        try:
            yield
        except BaseException:
            self._of_channel.remove(channel_id, at)
            raise
