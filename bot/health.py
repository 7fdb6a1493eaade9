"""The one fail-safe state: which parts are in trouble, and why."""

from __future__ import annotations

from collections.abc import Callable

Listener = Callable[[str, str | None], None]


class Health:
    """Holds the reasons why destructive actions are held back; no reason means all is well.

    A part reports ``trouble`` and later ``healed``; listeners are told once per change with (part, sentence or None).
    """

    def __init__(self) -> None:
        self._reasons: dict[str, str] = {}
        self._listeners: list[Listener] = []

    @property
    def is_well(self) -> bool:
        return not self._reasons

    @property
    def reasons(self) -> dict[str, str]:
        """Part in trouble → sentence saying what is wrong."""
        return dict(self._reasons)

    @property
    def hold_reason(self) -> str:
        """The sentences of all troubled parts as one; empty when all is well."""
        return "; ".join(self._reasons.values())

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def trouble(self, part: str, sentence: str) -> None:
        """Enter fail-safe because of ``part``. Saying the same part again changes the sentence but tells nobody."""
        fresh = part not in self._reasons
        self._reasons[part] = sentence
        if fresh:
            self._tell(part, sentence)

    def healed(self, part: str) -> None:
        if self._reasons.pop(part, None) is not None:
            self._tell(part, None)

    def _tell(self, part: str, sentence: str | None) -> None:
        for listener in self._listeners:
            listener(part, sentence)
