"""How channels, roles and permissions are named in a finding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.doctor.finding import listed
from bot.gateway.looking import Place, Server
from bot.gateway.permissions import in_order
from bot.texts import Texts
from bot.texts.naming import permission_named
from bot.texts.saying import say


class Naming:
    """In the words of ``texts``, about ``server``. ``mine``: the bot's highest role."""

    def __init__(self, server: Server, texts: Texts) -> None:
        self.mine = server.top_role.named.name
        self._texts = texts

    def words(self, key: str, /, **values: object) -> str:
        return say(key, **values).in_words(self._texts)

    def permissions(self, permissions: Iterable[str]) -> str:
        return ", ".join(permission_named(each).in_words(self._texts) for each in in_order(permissions))

    def places(self, places: Sequence[Place]) -> str:
        return self.several([f"#{place.named.name}" for place in places])

    def several(self, names: Sequence[str]) -> str:
        return listed(names, self._texts)

    def quoted(self, names: Sequence[str]) -> str:
        return ", ".join(f"`{name}`" for name in names)
