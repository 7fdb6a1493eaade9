"""When flags get no card of their own: a flood of them becomes one message that counts.

How many were shown lately, and where, is asked of the record, so a restart in the middle of a flood changes nothing.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
from discord.utils import format_dt

from bot.record.groups import Flood
from bot.record.ledger import Ledger
from bot.records import CardPlace
from bot.review.buttons import Next
from bot.review.quote import quote
from bot.texts import Texts, fill
from bot.texts.naming import label_name

CARDS_A_MINUTE = 12  # in one server; what comes on top of them within a minute is counted by a digest
MINUTE = timedelta(minutes=1)
DIGEST_GOES_ON = timedelta(minutes=5)  # a flood that begins again so soon after the last one is still that one
NAME_SHOWN = 60
NEWEST_DIGEST = "newest_digest"  # the note of it

_AMBER = discord.Colour(0xE9A23B)

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class _Digest:
    """One that was posted, or may have been: ``place`` is None where nobody knows.

    ``nonce``: by which Discord knows it; ``at``: when a flag was last counted in it, or it was last tried to be posted.
    """

    nonce: str
    at: datetime
    place: CardPlace | None = None

    def written(self) -> str:
        where = [self.place.channel_id, self.place.message_id] if self.place else None
        return json.dumps([self.nonce, self.at.isoformat(), where])

    @classmethod
    def read(cls, written: str) -> _Digest:
        nonce, at, where = json.loads(written)
        return cls(nonce, datetime.fromisoformat(at), CardPlace(where[0], where[1], in_digest=True) if where else None)


@dataclass
class _Lately:
    """What was shown in one guild: when within the last minute, and the newest digest.

    ``begun``: the ids of flags that may have a card which the record does not know.
    """

    shown: deque[datetime] = field(default_factory=deque)
    digest: _Digest | None = None
    begun: set[int] = field(default_factory=set)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def forget(self, now: datetime) -> None:
        """What is over by ``now`` counts no longer."""
        while self.shown and self.shown[0] <= now - MINUTE:
            self.shown.popleft()
        if self.digest and now - self.digest.at > DIGEST_GOES_ON:
            self.digest = None

    @property
    def is_flood(self) -> bool:
        """Whether the next flag is counted: there are many, or a digest may be there that counts nothing yet."""
        return len(self.shown) >= CARDS_A_MINUTE or (self.digest is not None and self.digest.place is None)


class Floods:
    """``place`` says where a flag is shown; ``post`` makes a card or a digest there is none for yet."""

    def __init__(self, ledger: Ledger, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self._ledger = ledger
        self._clock = clock
        self._guilds: dict[int, _Lately] = {}

    async def place(
        self,
        guild_id: int,
        flag_id: int,
        post_card: Callable[[], Awaitable[CardPlace | None]],
        post_digest: Callable[[str], Awaitable[CardPlace | None]],
    ) -> CardPlace | None:
        """Post a card, or count the flag in a digest. None: there is nowhere to. Raises what posting raises.

        A flag whose card may be there already gets it again, by which Discord knows it: counted, it would have two.
        ``post_digest`` is given the nonce by which Discord knows a digest that may be there already.
        """
        lately = self._guilds.get(guild_id) or await self._recall(guild_id)
        async with lately.turn:
            now = self._clock()
            lately.forget(now)
            if lately.is_flood and flag_id not in lately.begun:
                return await self._count_in(lately, guild_id, flag_id, now, post_digest)
            lately.begun.add(flag_id)
            lately.shown.append(now)  # before the call: nobody can tell whether one that failed got through
        await self._ledger.card_begun(guild_id, flag_id)
        place = await post_card()
        lately.begun.discard(flag_id)
        return place

    async def gone(self, guild_id: int, place: CardPlace) -> None:
        """A moderator deleted this digest: what comes now is counted in a new one, or nobody would see it."""
        lately = self._guilds.get(guild_id) or await self._recall(guild_id)
        async with lately.turn:
            if lately.digest is not None and lately.digest.place == place:
                lately.digest = None
                await self._ledger.put_note(guild_id, NEWEST_DIGEST, "")

    async def _count_in(
        self,
        lately: _Lately,
        guild_id: int,
        flag_id: int,
        now: datetime,
        post_digest: Callable[[str], Awaitable[CardPlace | None]],
    ) -> CardPlace | None:
        digest = lately.digest or _Digest(f"f{flag_id}-{round(now.timestamp() * 1000):x}", now)
        if digest.place is None:
            lately.digest = digest = replace(digest, at=now)
            await self._ledger.put_note(guild_id, NEWEST_DIGEST, digest.written())
            posted = await post_digest(digest.nonce)
            if posted is None:
                lately.digest = None
                return None
            digest = replace(digest, place=replace(posted, in_digest=True))
            await self._ledger.put_note(guild_id, NEWEST_DIGEST, digest.written())
        lately.digest = replace(digest, at=now)
        lately.shown.append(now)
        return digest.place

    async def _recall(self, guild_id: int) -> _Lately:
        """What the record knows of it; a flag in a digest counts like a card, so that a flood is over when it is."""
        now = self._clock()
        lately = _Lately()
        noted = await self._ledger.note(guild_id, NEWEST_DIGEST)
        digest = _Digest.read(noted) if noted else None
        counted = []
        for shown in await self._ledger.shown_since(guild_id, now - DIGEST_GOES_ON):
            if shown.at > now - MINUTE:
                lately.shown.append(shown.at)
            if shown.place is None:
                lately.begun.add(shown.flag_id)
            elif digest is not None and shown.place == digest.place:
                counted.append(shown.at)
        if digest is not None:
            # One that counts nothing is begun again, by its nonce: the flag that was to be the first may not come back.
            lately.digest = replace(digest, at=max(counted)) if counted else replace(digest, place=None)
        return self._guilds.setdefault(guild_id, lately)


class Digest(discord.ui.LayoutView):
    """How many flags, of what, where, and where to find them."""

    def __init__(self, flood: Flood | None, texts: Texts) -> None:
        super().__init__(timeout=None)
        box: discord.ui.Container[Any] = discord.ui.Container(accent_colour=_AMBER)
        for part in _parts(flood, texts):
            box.add_item(discord.ui.TextDisplay(part))
        box.add_item(discord.ui.ActionRow[Any](Next(texts.button_next)))
        self.add_item(box)


def _parts(flood: Flood | None, texts: Texts) -> list[str]:
    if flood is None:
        return [texts.flood_begins]
    said = fill(
        texts.flood,
        flags=f"{flood.flags:,}",
        since=format_dt(flood.since, "t"),
        first=flood.first,
        last=flood.last,
        authors=f"{flood.authors:,}",
        labels=", ".join(f"{_named(label_name(label, texts))} {count:,}" for label, count in flood.labels),
        channels=", ".join(f"{_named(channel.name)} {count:,}" for channel, count in flood.channels),
        decided=f"{flood.decided:,}",
    )
    return [said[:2_000], fill(texts.flood_where, first=flood.first)[:1_900]]


def _named(name: str) -> str:
    return quote(name, NAME_SHOWN, one_line=True)
