"""Lines of text as far as Discord takes them."""

from __future__ import annotations

from collections.abc import Sequence

LONGEST_MESSAGE = 2_000  # characters
LONGEST_LAYOUT = 4_000  # characters in all texts of a message of components


_REST = "-# and {count} more"


def fit(lines: Sequence[str], longest: int = LONGEST_MESSAGE) -> str:
    """The lines, one under the other, whole or left out: as many as fit, and how many more there are."""
    room = longest - len(_REST.format(count=len(lines))) - 1
    kept: list[str] = []
    used = 0
    for line in lines:
        used += len(line) + 1
        if used > room and not (len(kept) == len(lines) - 1 and used - 1 <= longest):
            break
        kept.append(line)
    if rest := len(lines) - len(kept):
        kept.append(_REST.format(count=rest))
    return "\n".join(kept)


def counted(number: int, noun: str) -> str:
    """``1 flag``, ``1,200 flags``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
