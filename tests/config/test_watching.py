"""A config file that changes while the bot runs."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import config
from bot.config import ConfigFile, Reloaded, Rulebook
from bot.config.changes import Note, changes
from bot.records import Named

POLL = 0.01
FIRST = "mode: live\nlabels: {toxic: flag, insult: [{at: 0.6, do: flag}, {at: 0.95, do: [flag, delete]}]}\n"


class Watched:
    """A file that is watched, and what was told of it."""

    def __init__(self, path: Path, poll: float = POLL) -> None:
        path.write_text(FIRST)
        self.path = path
        self.rulebook = Rulebook(config.load(path))
        self.told: asyncio.Queue[Reloaded] = asyncio.Queue()
        self.file = ConfigFile(path, self.rulebook, ("toxic", "insult"), poll=poll)

    async def watch(self) -> None:
        await self.file.watch(self.told.put)

    async def next(self) -> Reloaded:
        return await asyncio.wait_for(self.told.get(), 120)

    @property
    def toxic_at(self) -> float:
        return self.rulebook.settings.rules.ladders["toxic"].lowest


@contextlib.asynccontextmanager
async def watching(watched: Watched) -> AsyncIterator[Watched]:
    task = asyncio.create_task(watched.watch())
    await asyncio.sleep(0)
    try:
        yield watched
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.yaml"


async def test_a_changed_file_is_taken_over_and_each_change_is_said(path: Path) -> None:
    async with watching(Watched(path)) as watched:
        path.write_text(FIRST.replace("0.95", "0.9").replace("toxic: flag", "toxic: {at: 0.8, do: flag}"))
        reloaded = await watched.next()
    assert watched.toxic_at == 0.8
    assert [note.sentence for note in reloaded.changes] == [
        "labels.toxic flag → {at: 0.8, do: flag}",
        "labels.insult[1].at 0.95 → 0.9",
    ]
    assert (reloaded.problems, reloaded.waiting) == ((), ())


async def test_a_wrong_file_changes_nothing_and_is_told_once_with_its_errors(path: Path) -> None:
    async with watching(Watched(path)) as watched:
        path.write_text("mode: shadwo\nlabels: {toxik: off}\n")
        reloaded = await watched.next()
        assert [note.sentence for note in reloaded.problems] == [
            'config.yaml:1:7: mode must be shadow or live, not "shadwo"; did you mean shadow?',
            "config.yaml:2:10: toxik is not a label of this model; did you mean toxic? (it has toxic, insult)".replace(
                "toxik is", "labels.toxik is"
            ),
        ]
        assert watched.toxic_at == 0.5
        path.write_text(FIRST + "allow: [oh well]\n")
        assert [note.sentence for note in (await watched.next()).changes] == ["allow added: [oh well]"]
        assert watched.told.empty()


async def test_a_file_that_is_gone_leaves_the_rules_and_is_told(path: Path) -> None:
    async with watching(Watched(path)) as watched:
        path.unlink()
        [problem] = (await watched.next()).problems
        assert "cannot be read: No such file" in problem.sentence
        assert watched.toxic_at == 0.5


async def test_what_wants_a_restart_is_said_and_stays_as_it_runs(path: Path) -> None:
    async with watching(Watched(path)) as watched:
        later = "backend: onnx\nworker: {threads: 2}\ndiscord: {api: 'http://127.0.0.1:1'}\n"
        path.write_text(f"{FIRST}{later}allow: [oh well]\n")
        reloaded = await watched.next()
    assert reloaded.waiting == ("backend", "worker", "discord")
    assert [note.sentence for note in reloaded.changes] == ["allow added: [oh well]"]
    assert watched.rulebook.settings.discord.api == "https://discord.com/api/v10"
    assert watched.rulebook.settings.allow.root == ("oh well",)


async def test_what_wants_a_restart_is_said_until_there_is_one_or_it_is_as_it_was(path: Path) -> None:
    watched = Watched(path)
    told = []
    for text in ("model: other\nnames: {toxic: flag}\n", "model: other\nnames: {toxic: flag}\ndigest_hour: 8\n", ""):
        path.write_text(FIRST + text)
        reloaded = await watched.file.look(asked=True)
        assert reloaded is not None
        told.append(reloaded.waiting)
    assert told == [("model", "names"), ("model", "names"), ()]


async def test_a_file_that_is_still_being_written_is_left_until_two_looks_find_the_same(path: Path) -> None:
    watched = Watched(path)
    path.write_text("mode: live\nlabels: {tox")
    assert await watched.file.look(asked=False) is None
    path.write_text(FIRST.replace("toxic: flag", "toxic: delete"))
    assert await watched.file.look(asked=False) is None
    reloaded = await watched.file.look(asked=False)
    assert reloaded is not None
    assert [note.sentence for note in reloaded.changes] == ["labels.toxic flag → delete"]


async def test_a_file_written_back_as_it_was_is_no_change(path: Path) -> None:
    watched = Watched(path)
    path.write_text("labels: [")
    assert await watched.file.look(asked=False) is None
    path.write_text(FIRST)
    assert await watched.file.look(asked=False) is None
    assert await watched.file.look(asked=False) is None


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no SIGHUP")
async def test_a_hangup_signal_has_the_file_read_at_once(path: Path) -> None:
    async with watching(Watched(path, poll=3600)) as watched:
        path.write_text(FIRST.replace("toxic: flag", "toxic: delete"))
        os.kill(os.getpid(), signal.SIGHUP)
        assert [note.sentence for note in (await watched.next()).changes] == ["labels.toxic flag → delete"]
        os.kill(os.getpid(), signal.SIGHUP)
        assert await watched.next() == Reloaded()


def test_a_guild_hears_of_the_whole_file_and_of_itself_only() -> None:
    found = [
        note
        for _, note in changes(
            {"guilds": {"a": {"mode": "live"}, "b": {}}}, {"mode": "live", "guilds": {"b": {"mode": "live"}}}
        )
    ]
    assert [note.sentence for note in found] == ["mode added: live", "guilds.b.mode added: live", "guilds.a removed"]
    a, b = Named(1, "A"), Named(2, "B")
    assert [note.concerns(a) for note in found] == [True, False, True]
    assert [note.concerns(b) for note in found] == [True, True, False]


async def test_an_error_in_one_guilds_part_concerns_that_guild_only(path: Path) -> None:
    watched = Watched(path)
    path.write_text(FIRST + 'guilds: {"Second Home": {mode: of}, 12: {mode: on}}\n')
    reloaded = await watched.file.look(asked=True)
    assert reloaded is not None
    assert [note.guild for note in reloaded.problems] == ["Second Home", "12"]
    assert reloaded.problems[0].concerns(Named(1, "second home"))
    assert not reloaded.problems[0].concerns(Named(12, "Elsewhere"))


@pytest.mark.parametrize(
    "name", ["A name of a server that goes on until its hundred characters are full", 'The "Best"']
)
async def test_a_server_of_any_name_hears_of_its_own_errors(path: Path, name: str) -> None:
    watched = Watched(path)
    path.write_text(FIRST + f"guilds: {{{json.dumps(name)}: {{mode: of}}}}\n")
    reloaded = await watched.file.look(asked=True)
    assert reloaded is not None
    assert [note.guild for note in reloaded.problems] == [name]


def test_a_note_without_a_guild_concerns_everyone() -> None:
    assert Note("mode live → shadow").concerns(Named(1, "A"))
