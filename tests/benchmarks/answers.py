"""How soon interactions are answered while the worker is saturated: ``python tests/benchmarks/answers.py [SECONDS]``.

Members write long messages faster than the model can score them, so that its queue is never empty. Meanwhile moderators
and members use every command, menu and button, one after another. Printed is how long each waited for its first answer
(wanted: less than a second; Discord allows three), and how many posts stood in the queue. Everything in one process.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import structlog
from at_work import at_work

from bot.pipeline import Pipeline
from bot.sandbox import Sandbox
from bot.sandbox.interactions import Interaction

SECONDS = 60.0
PAUSE = 0.02  # seconds between two messages: more of 3,000 characters than any two cores score
LEAST_WAITING = 20  # posts in the worker's queue before an interaction is begun
WORDS = "the patch broke the sound settings again and nobody on the team knows why it only happens on older cards "
RULES = """
mode: live
log_channel: mod-log
labels:
  insult: [{at: 0.6, do: [flag]}]
worker: {queue_posts: 400, deadline: 2m}
"""


async def flood(box: Sandbox, stop: asyncio.Event) -> None:
    number = 0
    while not stop.is_set():
        number += 1
        text = (f"{number} " + WORDS * 30)[:3_000]
        await box.say(("general", "off-topic")[number % 2], f"Writer {number % 50}", text)
        await asyncio.sleep(PAUSE)


def asked(box: Sandbox) -> dict[str, Callable[[], Awaitable[Interaction]]]:
    """Everything that can be asked again and again, by what it is called."""
    message = box.messages("general")[0]
    return {
        "/flags": lambda: box.command("Morgan", "mod-log", "/flags", settle=False),
        "/flag 1": lambda: box.command("Morgan", "mod-log", "/flag", number=1, settle=False),
        "/history": lambda: box.command("Morgan", "mod-log", "/history", member="Mallory", settle=False),
        "/strikes": lambda: box.command("Morgan", "mod-log", "/strikes", member="Mallory", settle=False),
        "/stats": lambda: box.command("Morgan", "mod-log", "/stats", settle=False),
        "/rules": lambda: box.command("Morgan", "mod-log", "/rules", settle=False),
        "/score": lambda: box.command("Morgan", "mod-log", "/score", text="what a mess", settle=False),
        "/why": lambda: box.command("Mallory", "general", "/why", settle=False),
        "/mydata export": lambda: box.command("Mallory", "general", "/mydata export", settle=False),
        "Score this message": lambda: box.context_menu("Morgan", "Score this message", message, settle=False),
        "Report to moderators": lambda: box.context_menu("Alice", "Report to moderators", message, settle=False),
        "Note": lambda: box.press("Morgan", box.cards()[0], "Note", settle=False),
    }


async def measure(box: Sandbox, pipeline: Pipeline, seconds: float) -> None:
    worker: Any = pipeline._scorer._main  # type: ignore[attr-defined]
    took: dict[str, list[float]] = {}
    waited: list[int] = []

    async def once(name: str, ask: Callable[[], Awaitable[Interaction]]) -> None:
        while worker.counters.queued < LEAST_WAITING:
            await asyncio.sleep(0.05)
        waited.append(worker.counters.queued)
        interaction = await ask()
        await interaction.first_answer()
        took.setdefault(name, []).append(interaction.answered_in or float("inf"))

    until = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < until:
        for name, ask in asked(box).items():
            await once(name, ask)
    await once("Uphold", lambda: box.press("Morgan", box.cards()[0], "Uphold", settle=False))
    for name, times in took.items():
        print(f"{name:22} {len(times):4} times, most {1000 * max(times):6.0f} ms")
    every = sorted(time for times in took.values() for time in times)
    median, most = (1000 * each for each in (every[len(every) // 2], every[-1]))
    print(f"{'all':22} {len(every):4} times, median {median:.0f} ms, most {most:.0f} ms")
    print(f"posts in the worker's queue meanwhile: {min(waited)} to {max(waited)}")


async def main(seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with Sandbox() as box, at_work(box, Path(folder), RULES) as pipeline:
            await box.say("general", "Mallory", "You are a stupid, idiotic jerk.")
            await box.until(box.cards)
            stop = asyncio.Event()
            flooding = asyncio.create_task(flood(box, stop))
            await measure(box, pipeline, seconds)
            stop.set()
            await flooding


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS))
