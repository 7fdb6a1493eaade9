"""What reading through disguises costs: ``python tests/benchmarks/views.py``.

Prints the microseconds of a median message (wanted: at most 200) and the milliseconds of 100 KB of each hostile text
(wanted: at most 50). Processor time, the best of several turns.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.read import views
from bot.read.allow import AllowList
from bot.records import Author, Named, Post, Surface

TURNS = 5
SIZE = 100_000

MESSAGES = (
    "anyone up for a game tonight? we need two more for the raid",
    "I think the new update broke the sound settings, can somebody check",
    "lol that was close",
    "thanks <@80351110224678912>, I'll have a look at it tomorrow morning :)",
    "**Patch notes** are out: https://example.com/news/2026/patch-1-2-3",
    "the meeting is at 10:30, don't be late!",
    "sooooo goooood, best episode so far",
    "ich habe das gestern schon gesagt, schönen Abend noch",
    "```py\nfor x in range(10):\n    print(x * y)\n```",
    "what do you think about the ending? I did not expect that at all, honestly",
)
HOSTILE: dict[str, Callable[[int], str]] = {
    "combining marks on one letter": lambda size: "a" + "\u0301" * size,
    "letters with a mark": lambda size: "a\u0301" * (size // 2),
    "letters with piled marks": lambda size: "a\u0301\u0338\u0332" * (size // 4),
    "stars": lambda size: "*" * size,
    "opening brackets": lambda size: "[" * size,
    "links without an end": lambda size: "[a](https://" * (size // 12),
    "nested overrides": lambda size: "\u202ea" * (size // 2),
    "nested spoilers and quotes": lambda size: "> ||**__" * (size // 8),
    "spaced letters": lambda size: "k " * (size // 2),
    "stars in words": lambda size: (
        " ".join(f"{a}*{b}*k" for a in "abcdefghijklmnop" for b in "abcdefghijklmnop") * (size // 1500)
    ),
    "digits in words": lambda size: " ".join(f"{n}a{n * 7919 % 99991}b" for n in range(size // 12)),
    "unknown long words": lambda size: " ".join(
        f"killy{n:x}".translate(_DIGITS_TO_LETTERS) * 5 for n in range(size // 45)
    ),
    "stretched words": lambda size: " ".join("a" * (n % 50 + 3) + "bb" for n in range(size // 30)),
    "one word": lambda size: "a" * size,
    "alternating letters": lambda size: "ab" * (size // 2),
    "dots": lambda size: "a." * (size // 2),
    "slashes": lambda size: "ab/" * (size // 3),
    "angle brackets": lambda size: "<@1" * (size // 3),
    "look-alikes": lambda size: "".join(chr(0x430 + n % 32) + "ax "[n % 3] for n in range(size // 2)),
    "flag letters": lambda size: "\U0001f1e6" * size,
    "upside down": lambda size: "ɐq ɔpǝ ɟƃɥ " * (size // 11),
    "full width": lambda size: "ａｂｃ　" * (size // 4),
    "lines": lambda size: "a\n" * (size // 2),
    "accents": lambda size: "".join(chr(0xE0 + n % 28) + " "[n % 5 :] for n in range(size)),
    "backticks": lambda size: "`" * size,
    "pictures of letters": lambda size: "|\\/|/-\\|_|" * (size // 10),
}
_DIGITS_TO_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


def post(text: str) -> Post:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    return Post(Named(1, "S"), Named(2, "c"), Author(3, "M"), 4, (Surface("content", text),), now)


def seconds(text: str) -> float:
    read, times = post(text), []
    for _ in range(TURNS):
        start = time.process_time()
        views.of(read, AllowList())
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    views.of(post("warm up 1t"), AllowList())
    median = statistics.median(seconds(message) for message in MESSAGES)
    print(f"median message: {median * 1e6:.0f} µs")
    for name, make in HOSTILE.items():
        text = make(SIZE)[:SIZE]
        start = time.process_time()
        views.of(post(text), AllowList())
        print(f"{(time.process_time() - start) * 1e3:8.1f} ms  {name} ({len(text)} characters)")


if __name__ == "__main__":
    main()
