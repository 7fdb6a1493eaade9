"""The record of one data folder: opened by one bot, written by one task.

A flag is written before its actions and again after each, so that a bot that dies in between knows what it was doing.
Every failure of the database is a ``RecordFailed``; one to write is also the trouble ``record`` in ``Health``, until
writing works again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Self

import structlog
from sqlalchemy import Result, Update, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from bot.errors import KeyUnusable
from bot.health import Health
from bot.record import outcomes, sharing, strikes
from bot.record.appeals import AppealBook
from bot.record.changing import change
from bot.record.clock import now_in_record as _now
from bot.record.copies import delete_unfinished
from bot.record.database import DATABASE_NAME, disposed, open_for_reading, plain_errors
from bot.record.erasing import Erasing
from bot.record.groups import lead_of
from bot.record.guild_keeping import GuildKeeping
from bot.record.lock import locked
from bot.record.migrating import migrate
from bot.record.notes import put_note
from bot.record.numbering import last_number
from bot.record.options import RetentionOptions
from bot.record.probing import probe
from bot.record.reading import Reading, opened
from bot.record.reports import add_report
from bot.record.retention import Expired, expire
from bot.record.reviewing import Reviewing
from bot.record.rotation import finish_rotation, rotate
from bot.record.rows import flag_from, flag_row
from bot.record.scores import ScoreBuffer, ScoredPost
from bot.record.sealing import key_file_for, make_private
from bot.record.sharing import Subject
from bot.record.tables import EPOCH, FlagRow, OutcomeRow
from bot.record.vault import Vault, find_keys, make_key, texts_per_key
from bot.record.writer import Writer
from bot.records import Decision, Flag, Outcome, Post, Scores, Span, Status

log = structlog.get_logger()


class Ledger(Reviewing, GuildKeeping):
    """The record, to be read and written. ``Ledger.at`` opens it; ``Ledger.reading`` looks on beside a running bot."""

    def __init__(
        self,
        folder: Path,
        engine: AsyncEngine,
        vault: Vault,
        *,
        key_file: Path,
        writer: Writer,
        buffer: ScoreBuffer,
        retention: RetentionOptions,
    ) -> None:
        super().__init__(folder / DATABASE_NAME, engine, vault)
        self._folder = folder
        self._key_file = key_file
        self._writer = writer
        self._buffer = buffer
        self._retention = retention
        self.appeals = AppealBook(writer, self._read, vault)
        self.erasing = Erasing(writer, self._read, folder, buffer.forget_numbers)

    @classmethod
    @asynccontextmanager
    async def at(
        cls,
        folder: Path,
        retention: RetentionOptions | None = None,
        health: Health | None = None,
        *,
        key_file: Path | None = None,
    ) -> AsyncIterator[Self]:
        """Open the record in ``folder``, making and migrating what is needed.

        ``key_file``: by default the one CIVIL_TONGUE_KEY_FILE names, else ``folder/key``, which is made where no text
        is sealed yet. A key that is missing or wrong does not stop the record: see ``key_trouble``.
        Raises ``FolderInUse``, and ``RecordFailed`` for a record that takes no writes.
        """
        key_file = key_file or key_file_for(folder)
        database = folder / DATABASE_NAME
        with plain_errors(folder):
            await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
        async with AsyncExitStack() as stack:
            stack.enter_context(locked(folder))
            await asyncio.to_thread(delete_unfinished, folder)
            await asyncio.to_thread(migrate, database)
            reader = await stack.enter_async_context(disposed(open_for_reading(database)))
            writer = await stack.enter_async_context(Writer(database, health or Health()))
            vault = await _open_vault(writer, key_file, ours=key_file == folder / "key")
            buffer = await stack.enter_async_context(ScoreBuffer(writer))
            yield cls(
                folder,
                reader,
                vault,
                key_file=key_file,
                writer=writer,
                buffer=buffer,
                retention=retention or RetentionOptions(),
            )

    @staticmethod
    def reading(folder: Path, *, key_file: Path | None = None) -> AbstractAsyncContextManager[Reading]:
        """Look at the record in ``folder`` while a bot may be running on it; see ``reading.opened``."""
        return opened(folder, key_file or key_file_for(folder))

    @property
    def scores_dropped(self) -> int:
        """How many posts' scores were given up since the start, because the database did not take them."""
        return self._buffer.dropped

    def add_scores(self, post: Post, scores: Scores) -> None:
        """Note the scores of a post, without its text. Never waits: they are on disk within about a second."""
        self._buffer.add(ScoredPost.of(post, scores, _now()))

    async def flush_scores(self) -> None:
        """Have the scores that were added so far on disk when this returns."""
        await self._buffer.flush()

    async def open_flag(self, post: Post, scores: Scores, decision: Decision, gist: str | None = None) -> Flag | None:
        """Write the flag, its sealed text, its strikes and its planned actions, all or nothing.

        ``gist``: what other posts have in common with this one that belong on one card with it; its text, by itself.
        None when this text of this message has a flag already: it was replayed, or another task was faster. The flag
        that is returned has its text even where ``key_trouble`` keeps that from being stored.
        """
        return await self._writer.do(lambda session: self._open(session, post, scores, decision, gist), post.guild.id)

    def _open(self, session: Session, post: Post, scores: Scores, decision: Decision, gist: str | None) -> Flag | None:
        known = _known(session, post)
        if any(self._vault.may_be(post.text, text_hash, hashed_with) for text_hash, hashed_with in known):
            return None
        last = last_number(session, post.guild.id)
        text_hash, hashed_with = self._vault.hash(post.text)
        alike, now = self._vault.alike(post.text if gist is None else gist), _now()
        row = flag_row(
            post,
            scores,
            decision,
            number=last + 1,
            text_hash=text_hash,
            alike=alike,
            hashed_with=hashed_with,
            created_at=now,
        )
        row.lead_id = lead_of(session, row)
        session.add(row)
        session.flush()
        if decision.struck and decision.struck.given:
            strikes.give(session, row, decision.struck.given)
        if decision.reported_by is not None:
            add_report(session, row, decision.reported_by, row.created_at)
        if sealed := self._vault.seal(row.id, post.text, row.created_at):
            session.add(sealed)
        set_committed_value(row, "rulings", [])  # else the database is asked for those of a flag that is new
        return flag_from(row, post.text)

    async def start(self, flag: Flag, position: int) -> bool:
        """Note that the action at ``position`` of the outcomes is about to be done; False when it was begun before."""
        now = _now()
        return await self._writer.do(lambda session: outcomes.start(session, flag, position, now), flag.guild.id)

    async def finish(self, flag: Flag, position: int, outcome: Outcome) -> Outcome:
        """Note what became of an action, and give that as it is noted. A final outcome that is there already stays."""
        if not outcome.status.is_final:
            raise ValueError(f"an action is not finished while it is {outcome.status}")
        return await self._writer.do(
            lambda session: outcomes.finish(session, flag, position, outcome, _now()), flag.guild.id
        )

    async def undone(self, flag: Flag, position: int, undo: Outcome) -> bool:
        """Note what became of taking an action back; False when that was done before.

        It is then due no longer, unless the attempt failed or the bot was not allowed to.
        """
        may_be_tried = OutcomeRow.undo_status.in_((Status.FAILED, Status.FORBIDDEN))
        due = OutcomeRow.due_at if undo.status in (Status.FAILED, Status.FORBIDDEN) else None
        return await self._change(
            flag,
            _outcome(flag, position)
            .where(or_(OutcomeRow.undo_status.is_(None), may_be_tried))
            .values(undo_status=undo.status, undo_detail=undo.detail, undone_at=_now(), due_at=due),
        )

    async def pass_on(self, flag: Flag, position: int, words: Callable[[int], str]) -> str:
        """Before an action is taken back: leave it to another flag that still asks for it; what is said of that.

        Nothing where there is none. ``words`` are given the number of that flag.
        """
        return await self._writer.do(lambda session: sharing.pass_on(session, flag, position, _now(), words))

    async def skip_over(self, flag: Flag, position: int, subject: Subject) -> None:
        """What came after an action that could not be taken back is to be undone to what stood before both."""
        await self._writer.do(lambda session: sharing.skip_over(session, flag, position, subject))

    async def postpone(self, flag: Flag, position: int, due: datetime) -> None:
        """Have an action that could not be taken back tried again at ``due``."""
        await self._change(flag, _outcome(flag, position).where(OutcomeRow.due_at.is_not(None)).values(due_at=due))

    async def close(self, flag: Flag) -> bool:
        """Note that nothing more is to be done about the flag but its card; False where its text is not kept."""
        return await self._writer.do(lambda session: outcomes.close(session, flag, _now()), flag.guild.id)

    async def explained(self, flag: Flag, spans: Sequence[Span]) -> None:
        """Note which words of the flag's text moved its scores: places, no words."""
        rows = [[span.label, span.start, span.end, round(span.weight, 3)] for span in spans]
        await self._change(flag, _flag(flag).values(spans=rows))

    async def withhold_strikes(self, flag: Flag) -> None:
        """Note that a flag gives no strikes after all, because nothing was done about it."""
        await self._writer.do(lambda session: strikes.withhold(session, flag.id), flag.guild.id)

    async def forgive(self, flag: Flag) -> int:
        """Take back the strikes that a flag gave; how many they were, 0 where there are none to take back."""
        return await self._writer.do(lambda session: strikes.forgive(session, flag.id, _now()))

    async def put_note(self, guild_id: int, what: str, state: str) -> None:
        """Note that ``what`` was told to a guild, in place of an earlier note."""
        await self._writer.do(lambda session: put_note(session, guild_id, what, state))

    async def _change(self, flag: Flag, statement: Update) -> bool:
        """Whether a row was changed."""
        return await self._writer.do(lambda session: change(session, statement) > 0, flag.guild.id)

    async def rotate_key(self) -> int:
        """Reseal all texts with a new key and drop the old one; returns how many. Flagging goes on meanwhile.

        Raises ``KeyUnusable`` when the key in use is not the right one, or its file cannot be written.
        """
        return await rotate(self._writer, self._vault, self._key_file)

    @property
    def retention(self) -> RetentionOptions:
        """How long things are kept, by the rules in force."""
        return self._retention

    def keep(self, retention: RetentionOptions) -> None:
        """From now on, keep things for as long as ``retention`` says."""
        self._retention = retention

    async def expire(self, now: datetime, *, strikes_before: datetime | None = None) -> Expired:
        """Delete what is past its time at ``now``, and strikes given before a time. To be called every hour or so."""
        if strikes_before is not None:
            await self._writer.do(lambda session: strikes.forget(session, strikes_before))
        return await expire(self._writer, self._folder, self._retention, now)


def _known(session: Session, post: Post) -> Result[bytes, int]:
    """The hashes of the texts that were flagged of this post, and the secrets behind them.

    A name that was not seen to change may have been flagged before a restart; unless it was taken away then, or the
    member was not there yet, it is still the same one.
    """
    about = {"guild": post.guild.id, "kind": post.kind}
    if post.kind == "name" and not post.is_edit:
        since = post.author.joined_at or EPOCH
        return session.execute(_KNOWN_OF_NAME, {**about, "member": post.author.id, "since": since})
    return session.execute(_KNOWN, {**about, "message": post.message_id})


# What is executed for every flag is put together once.
_KNOWN_IN_GUILD = select(FlagRow.text_hash, FlagRow.hashed_with).where(
    FlagRow.guild_id == bindparam("guild"), FlagRow.kind == bindparam("kind")
)
_KNOWN = _KNOWN_IN_GUILD.where(FlagRow.message_id == bindparam("message"))
_TAKEN = FlagRow.outcomes.any((OutcomeRow.action == "reset_nickname") & (OutcomeRow.status == Status.DONE))
_KNOWN_OF_NAME = _KNOWN_IN_GUILD.where(
    FlagRow.author_id == bindparam("member"), FlagRow.created_at >= bindparam("since"), ~_TAKEN
)


def _outcome(flag: Flag, position: int) -> Update:
    return update(OutcomeRow).where(OutcomeRow.flag_id == flag.id, OutcomeRow.position == position)


def _flag(flag: Flag) -> Update:
    return update(FlagRow).where(FlagRow.guild_id == flag.guild.id, FlagRow.id == flag.id)


async def _open_vault(writer: Writer, key_file: Path, *, ours: bool) -> Vault:
    """Find the keys, make ready to hash, and finish a rotation that was cut short."""
    await writer.do(probe)
    sealed = await writer.do(texts_per_key)
    vault = await asyncio.to_thread(find_keys, key_file, sealed)
    if vault.ring is None and not vault.trouble:
        vault = await asyncio.to_thread(make_key, key_file, ours=ours)
    elif vault.ring is not None:
        await asyncio.to_thread(make_private, key_file, ours=ours)
    await writer.do(vault.prepare_hashing)
    if vault.trouble:
        log.warning("texts of new flags are not kept", reason=vault.trouble)
    elif vault.ring and len(vault.ring.keys) > 1:
        try:
            await finish_rotation(writer, vault, key_file)
        except KeyUnusable as error:
            log.warning("older keys stay in the key file", reason=str(error))
    return vault
