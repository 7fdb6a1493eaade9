"""How long it takes to find the rules for a message under 500 overrides: ``python tests/benchmarks/rules.py``.

Three kinds of files: overrides by channel, by role, and by everything mixed (guilds, members, account ages too). The
messages are spread over 2,000 members of up to 10 roles in 400 channels of two guilds. Prints microseconds a message:
the median of several turns, and that of the first turn, in which nothing is remembered yet.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from bot import config
from bot.records import Author, Named, Post

OVERRIDES = 500
MESSAGES = 20_000
TURNS = 7
SEED = 20261123

CHANNELS = [Named(10_000 + number, f"channel-{number}") for number in range(400)]
ROLES = [Named(20_000 + number, f"Role {number}") for number in range(200)]
CATEGORIES = [Named(30_000 + number, f"Category {number}") for number in range(20)]
GUILDS = [Named(1, "One"), Named(2, "Two")]


def by_channel(chance: random.Random, number: int) -> str:
    return f"channels: [{chance.choice(CHANNELS).id}, new-{number}]"


def by_role(chance: random.Random, number: int) -> str:
    return f"roles: ['{chance.choice(ROLES).name}', new-{number}]"


def by_everything(chance: random.Random, number: int) -> str:
    kinds = {
        "channels": f"[{chance.choice(CHANNELS).name}, new-{number}]",
        "categories": f"['{chance.choice(CATEGORIES).name}', new-{number}]",
        "roles": f"['{chance.choice(ROLES).name}', new-{number}]",
        "members": f"[{40_000 + chance.randrange(2_000)}, {50_000 + number}]",
        "younger_than": f"{number + 1}h",
    }
    chosen = chance.sample(sorted(kinds), chance.randint(1, 2))
    return ", ".join(f"{kind}: {kinds[kind]}" for kind in chosen)


def rulebook(kind: object, chance: random.Random) -> config.Rulebook:
    entries = [
        f"  - {{{kind(chance, number)}, labels: {{insult: {{at: 0.{number + 100}, do: flag}}}}}}"
        for number in range(OVERRIDES)
    ]  # type: ignore[operator]
    text = "labels: {toxic: flag, insult: flag}\nguilds: {1: {mode: live}}\noverrides:\n" + "\n".join(entries)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.yaml"
        path.write_text(text)
        return config.Rulebook(config.load(path))


def posts(chance: random.Random) -> list[Post]:
    members = [
        Author(40_000 + number, f"member {number}", tuple(chance.sample(ROLES, chance.randint(0, 10))))
        for number in range(2_000)
    ]
    now = datetime.now(UTC)
    places = [(channel, chance.choice(GUILDS), chance.choice(CATEGORIES)) for channel in CHANNELS]
    spread = []
    for number in range(MESSAGES):
        channel, guild, category = chance.choice(places)
        spread.append(Post(guild, channel, chance.choice(members), number, (), now, category=category))
    return spread


def main() -> None:
    for kind in (by_channel, by_role, by_everything):
        chance = random.Random(SEED)
        book, messages = rulebook(kind, chance), posts(chance)
        turns = []
        for _ in range(TURNS):
            started = time.perf_counter()
            for post in messages:
                book.here(post)
            turns.append((time.perf_counter() - started) / MESSAGES * 1e6)
        middle = statistics.median(turns)
        print(f"{OVERRIDES} overrides {kind.__name__:<14} {middle:6.2f} µs a message, first turn {turns[0]:6.2f}")


if __name__ == "__main__":
    main()
