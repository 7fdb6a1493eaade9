"""Lines of text as far as Discord takes them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.texts import Texts, fill

LONGEST_MESSAGE = 2_000  # characters
LONGEST_LAYOUT = 4_000  # characters in all texts of a message of components
LONGEST_BUTTON, LONGEST_OPTION = 80, 100  # characters of what a button, and a line of a menu, is called
LONGEST_REST = 200  # characters of the line that says how many lines are left out


def fit(lines: Sequence[str], texts: Texts, longest: int = LONGEST_MESSAGE) -> str:
    """The lines, one under the other, whole or left out: as many as fit, and how many more there are."""
    room = longest - len(_rest(len(lines), texts)) - 1
    kept: list[str] = []
    used = 0
    for line in lines:
        used += len(line) + 1
        if used > room and not (len(kept) == len(lines) - 1 and used - 1 <= longest):
            break
        kept.append(line)
    if rest := len(lines) - len(kept):
        kept.append(_rest(rest, texts))
    return "\n".join(kept)


def cut(text: str, limit: int) -> str:
    """``text`` in at most ``limit`` characters: texts of the owner's may be longer than the room for them."""
    return text if len(text) <= limit else text[: limit - 1].rstrip("\\") + "…"


def _rest(count: int, texts: Texts) -> str:
    return cut(f"-# {fill(texts.and_more, count=count)}", LONGEST_REST)
