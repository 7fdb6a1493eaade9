"""What the data folder says: the record, its key, the token file, and the bot that may be running on it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shlex import quote

from bot.config import Settings
from bot.doctor.finding import Finding, error, in_bytes, ok, warning
from bot.errors import RecordFailed
from bot.gateway.token import TOKEN_NAME
from bot.record.database import DATABASE_NAME
from bot.record.heartbeat import SILENCE, last_beat
from bot.record.ledger import Ledger
from bot.record.lock import holder_of
from bot.record.sealing import KEY_FILE_VARIABLE, OTHERS, key_file_for
from bot.record.upkeep import RecordFacts, facts_of, faults_of
from bot.records import GuildSettings

WORTH_A_VACUUM = 50_000_000  # free bytes in the database
LATE = timedelta(hours=3)  # retention runs every hour while the bot does
LONG_FOR_TEXT = timedelta(days=365)


async def findings_in(folder: Path, settings: Settings) -> list[Finding]:
    """Everything about ``folder``; changes nothing in it, and a bot may be running."""
    key_trouble = await _key_trouble(folder)
    return await asyncio.to_thread(lambda: list(_findings(folder, settings, key_trouble)))


async def settings_of_guilds(folder: Path) -> dict[int, GuildSettings]:
    """What moderators have set in Discord; nothing where there is no record that can be read."""
    try:
        async with Ledger.reading(folder) as record:
            return await record.guild_settings()
    except RecordFailed:
        return {}  # the record's own findings say why


async def _key_trouble(folder: Path) -> str | None:
    """Why some texts cannot be opened, None when all can or the record cannot be read at all."""
    try:
        async with Ledger.reading(folder) as record:
            return record.key_trouble
    except RecordFailed:
        return None  # the record's own findings say why


def _findings(folder: Path, settings: Settings, key_trouble: str | None) -> Iterator[Finding]:
    now = datetime.now(UTC)
    yield from running(folder, now)
    yield from _private(folder)
    yield _retention(settings)
    if not folder.is_dir():
        yield ok("record", f"{folder} does not exist yet: the first start makes it.")
    elif not os.access(folder, os.W_OK):
        yield error(
            "record",
            f"{folder} cannot be written.",
            f"Give it to the bot's user: `chown -R USER {quote(str(folder))}`.",
        )
    elif not (folder / DATABASE_NAME).exists():
        yield ok("record", "None yet: the first start makes it.")
    else:
        yield _key(folder, key_trouble)
        yield from _record(folder, settings, now)


def running(folder: Path, now: datetime) -> Iterator[Finding]:
    """The bot that holds the folder, and how it does."""
    holder, beat = holder_of(folder), last_beat(folder)
    if holder is None:
        if beat is not None:
            yield warning(
                "running bot",
                f"No bot runs; the last one (process {beat.pid}) ended at {beat.at:%Y-%m-%d %H:%M} UTC without a word.",
                "Look into its log, then start it again.",
            )
        else:
            yield ok("running bot", "None on this folder.")
        return
    if beat is None or beat.age(now) > SILENCE:
        yield error(
            "running bot",
            f"Process {holder} holds the folder and has not been heard of for {SILENCE.seconds} s.",
            f"Look into its log. If it hangs, end it: `kill {holder}`, and start it again.",
        )
    elif beat.reasons:
        yield error(
            "running bot", f"It only flags: {'; '.join(beat.reasons.values())}", "Mend what the sentence names."
        )
    else:
        yield ok(
            "running bot",
            f"Process {holder}, {beat.mode} mode, in {beat.servers} server{'' if beat.servers == 1 else 's'}. "
            "One folder serves one bot.",
        )


def _private(folder: Path) -> Iterator[Finding]:
    """Nobody else on this machine may read the key or the token."""
    if os.name != "posix":
        return
    for what, path in (("key", key_file_for(folder)), ("token file", folder / TOKEN_NAME), ("folder", folder)):
        if path.exists() and path.stat().st_mode & OTHERS:
            mode = "700" if path.is_dir() else "600"
            yield warning(
                what, f"Other users of this machine can read {path}.", f"Run `chmod {mode} {quote(str(path))}`."
            )


def _key(folder: Path, trouble: str | None) -> Finding:
    key_file = key_file_for(folder)
    if trouble:
        return error(
            "key", f"{trouble}.", "Put the key back from where you keep it; the bot goes on flagging meanwhile."
        )
    if not key_file.exists():
        return ok("key", "None yet: the first start makes it.")
    if key_file.parent.resolve() == folder.resolve():
        return warning(
            "key",
            "The key lies beside the record, so who copies the folder can read the kept texts.",
            f"Move it to another disk or a secret store and name it in {KEY_FILE_VARIABLE}.",
        )
    return ok("key", f"{key_file}, apart from the record.")


def _record(folder: Path, settings: Settings, now: datetime) -> Iterator[Finding]:
    database = folder / DATABASE_NAME
    try:
        faults = faults_of(database)
        if faults:
            raise RecordFailed(f"{database} is damaged ({faults[0]})")
        facts = facts_of(folder)
    except RecordFailed as failure:
        newest = "stop the bot and `python -m bot restore FILE --force` with your newest backup"
        yield error("record", f"{failure}.", f"Make a copy of {folder}, then {newest}.")
        return
    if not facts.is_current:
        yield warning(
            "record",
            f"Its tables are of another version (revision {facts.revision}).",
            "Start the bot once: it brings them up to date and keeps a copy. If it refuses, install the newer version.",
        )
    yield ok("record", f"Whole: {facts.flags} flags, {facts.scores} scores, {in_bytes(facts.database_bytes)}.")
    yield from _size(facts, settings)
    yield from _late(facts, settings, now)


def _size(facts: RecordFacts, settings: Settings) -> Iterator[Finding]:
    if facts.free_bytes > WORTH_A_VACUUM and facts.free_bytes > facts.database_bytes / 2:
        yield warning(
            "record size",
            f"{in_bytes(facts.free_bytes)} of {in_bytes(facts.database_bytes)} are free inside the record.",
            "Stop the bot and run `python -m bot record vacuum`.",
        )
    elif limit := facts.settles_at(settings.retention):
        days = settings.retention.scores.days
        yield ok("record size", f"At today's pace it settles at about {in_bytes(limit)} (scores kept {days} days).")


def _late(facts: RecordFacts, settings: Settings, now: datetime) -> Iterator[Finding]:
    kept = settings.retention
    late = [
        name
        for name, oldest, time in (("texts", facts.oldest_text, kept.text), ("scores", facts.oldest_score, kept.scores))
        if oldest is not None and now - oldest > time + LATE
    ]
    if late:
        yield warning(
            "retention",
            f"There are {' and '.join(late)} older than the config allows: they are deleted while the bot runs.",
            "Start the bot; it deletes them at once.",
        )


def _retention(settings: Settings) -> Finding:
    kept = settings.retention
    if kept.text > LONG_FOR_TEXT:
        return warning(
            "retention",
            f"The text of flagged messages is kept for {kept.text.days} days.",
            "Keep it only as long as moderators need it: `retention: {text: 30d}`.",
        )
    return ok("retention", f"Texts {kept.text.days} days, scores {kept.scores.days} days.")
