"""How channels, roles and permissions are named in a finding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.doctor.finding import MOST_LISTED
from bot.gateway.looking import Place, Server
from bot.gateway.permissions import in_order, named
from bot.texts import Texts, fill
from bot.texts.saying import say


class Naming:
    """In the words of ``texts``, about ``server``. ``mine``: the bot's highest role."""

    def __init__(self, server: Server, texts: Texts) -> None:
        self.mine = server.top_role.named.name
        self._texts = texts

    def words(self, key: str, /, **values: object) -> str:
        return say(key, **values).in_words(self._texts)

    def permissions(self, permissions: Iterable[str]) -> str:
        return ", ".join(named(each).in_words(self._texts) for each in in_order(permissions))

    def places(self, places: Sequence[Place]) -> str:
        return self.several([f"#{place.named.name}" for place in places])

    def several(self, names: Sequence[str]) -> str:
        """``a, b, c and 9 more``."""
        if len(names) <= MOST_LISTED:
            return ", ".join(names)
        shown = names[: MOST_LISTED - 1]
        return fill(self._texts.several, names=", ".join(shown), count=len(names) - len(shown))

    def quoted(self, names: Sequence[str]) -> str:
        return ", ".join(f"`{name}`" for name in names)
