"""The one fail-safe state: which parts are in trouble, and why."""

from __future__ import annotations

from collections.abc import Callable

from bot.texts.saying import NOTHING, Said

Listener = Callable[[str, Said | None], None]


class Health:
    """Holds the reasons why destructive actions are held back; no reason means all is well.

    A part reports ``trouble`` and later ``healed``; listeners are told once per change: the part, and
    what it said or None.
    """

    def __init__(self) -> None:
        self._reasons: dict[str, Said] = {}
        self._listeners: list[Listener] = []

    @property
    def is_well(self) -> bool:
        return not self._reasons

    @property
    def reasons(self) -> dict[str, Said]:
        """Part in trouble → what is wrong, in a sentence."""
        return dict(self._reasons)

    @property
    def hold_reason(self) -> Said:
        """The sentences of all troubled parts together; nothing when all is well."""
        return sum(self._reasons.values(), NOTHING)

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def trouble(self, part: str, said: Said) -> None:
        """Enter fail-safe because of ``part``. Saying the same part again changes what it said but tells nobody."""
        fresh = part not in self._reasons
        self._reasons[part] = said
        if fresh:
            self._tell(part, said)

    def healed(self, part: str) -> None:
        if self._reasons.pop(part, None) is not None:
            self._tell(part, None)

    def _tell(self, part: str, said: Said | None) -> None:
        for listener in self._listeners:
            listener(part, said)
