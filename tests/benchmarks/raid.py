"""A raid on one of two servers: ``python tests/benchmarks/raid.py [MESSAGES] [SECONDS]``.

200 members write 2,000 abusive messages in a minute in one server of a sandbox that counts calls about as strictly as
Discord does, half of them with direct messages closed. In the other server one abusive message is written every second.
Printed is whether all was recorded, how long messages stood in either server, and what Discord was asked and refused.
The real bot, the embedded model, everything in one process: the sandbox takes its share of the processor, too.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import structlog
from at_work import at_work

from bot.record.ledger import Ledger
from bot.sandbox import Sandbox

MESSAGES, SECONDS = 2_000, 60.0
MEMBERS = 200
PATIENCE = 120.0  # seconds until what was written is given up
OTHER = "Quiet place"
RULES = """
mode: live
log_channel: mod-log
limits: {destructive_per_minute: 3000}
labels:
  toxic: flag
  insult: [{at: 0.6, do: [flag, delete, warn]}]
"""


async def raid(box: Sandbox, messages: int, seconds: float) -> tuple[list[Any], list[Any]]:
    """Write it all at an even pace; the messages in the raided server and those in the other."""
    loop = asyncio.get_running_loop()
    began, raided, quiet = loop.time(), [], []
    for number in range(messages):
        await asyncio.sleep(max(0.0, began + number * seconds / messages - loop.time()))
        member = f"Raider {number % MEMBERS}"
        channel = ("general", "off-topic", "trash-talk")[number % 3]
        raided.append(await box.say(channel, member, f"You stupid idiot, you are a moron and a loser {number}"))
        if number * seconds / messages >= len(quiet):
            text = f"You are a stupid, idiotic jerk number {number}"
            quiet.append(await box.say("general", f"Rude {len(quiet)}", text, guild=OTHER))
    return raided, quiet


def stood(messages: list[Any]) -> str:
    """How long they stood until they were deleted."""
    times = sorted((each.deleted_at - each.created_at).total_seconds() for each in messages if each.is_deleted)
    if not times:
        return "none was deleted"
    middle, late = times[len(times) // 2], times[int(len(times) * 0.99)]
    spread = f"{middle:.2f} s (p50), {late:.2f} s (p99), {times[-1]:.2f} s (most)"
    return f"{len(times)} of {len(messages)} deleted after {spread}"


def asked(box: Sandbox) -> None:
    """What was asked of Discord, and what it refused."""
    answers = Counter(call.status for call in box.received)
    routes = Counter(f"{call.method} {call.route}" for call in box.received)
    print(
        f"calls: {len(box.received)}; answers: {dict(sorted(answers.items()))}; invalid requests: {box.invalid_calls}"
    )
    for route, count in routes.most_common(12):
        print(f"  {count:6} {route}")


async def main(messages: int, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with Sandbox(rate_limits="discord") as box:
            other = box.world.add_guild(OTHER)
            for channel in ("general", "mod-log"):
                box.world.add_channel(other, channel)
            for number in range(0, MEMBERS, 2):
                box.close_dms(f"Raider {number}")
            async with at_work(box, folder, RULES) as pipeline:
                print(f"{messages} messages of {MEMBERS} members in {seconds:.0f} s ...", flush=True)
                raided, quiet = await raid(box, messages, seconds)
                every = (*raided, *quiet)
                until = asyncio.get_running_loop().time() + PATIENCE
                while not all(each.is_deleted for each in every) and asyncio.get_running_loop().time() < until:
                    await asyncio.sleep(0.1)
                print(f"the raided server: {stood(raided)}")
                print(f"the other server:  {stood(quiet)}")
                print(f"not flagged: {dict(pipeline.counts) or 'none'}; in trouble: {pipeline.health.reasons or 'no'}")
                asked(box)
                began = datetime.now(UTC)
            print(f"left after {(datetime.now(UTC) - began).total_seconds():.1f} s")
        async with Ledger.reading(folder) as record:
            flags = Counter([flag.message_id async for flag in record.every_flag()])
            written = {each.id for each in every}
            lost, twice = len(written - flags.keys()), sum(count > 1 for count in flags.values())
            print(f"flags: {flags.total()}, messages without one: {lost}, with more than one: {twice}")
            print(f"scored messages: {await record.score_count()}")


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    arguments = [float(argument) for argument in sys.argv[1:]]
    asyncio.run(main(int(arguments[0]) if arguments else MESSAGES, arguments[1] if len(arguments) > 1 else SECONDS))
