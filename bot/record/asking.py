"""How the command line asks the bot that runs on the same folder for a verdict: a row, and an answer in it.

The record has one writer, the bot. This one table may be written beside it, in transactions of one statement.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.health import Health
from bot.record.clock import now_in_record
from bot.record.database import DATABASE_NAME
from bot.record.tables import AskedRulingRow
from bot.record.writer import Writer
from bot.records import Verdict

LOOK_EVERY = 0.25  # seconds
ANSWERS_KEPT = timedelta(hours=1)  # for somebody who has gone away meanwhile


@dataclass(frozen=True, slots=True)
class AskedRuling:
    """``by_name``: whoever is at the bot's machine, as they called themselves."""

    id: int
    guild_id: int
    number: int
    verdict: Verdict
    by_name: str


async def ask_running_bot(
    folder: Path, guild_id: int, number: int, verdict: Verdict, by_name: str, *, wait: float
) -> str | None:
    """Ask the bot that runs on ``folder``, and give its answer; None: none came in ``wait`` seconds, one will come."""
    async with Writer(folder / DATABASE_NAME, Health()) as writer:
        asked_id = await writer.do(lambda session: _ask(session, guild_id, number, verdict, by_name))
        for _ in range(round(wait / LOOK_EVERY)):
            await asyncio.sleep(LOOK_EVERY)
            answered = await writer.do(lambda session: _take_answer(session, asked_id))
            if answered is not None:
                return answered
    return None


def asked_rulings(session: Session) -> list[AskedRuling]:
    """Those that wait for an answer, oldest first."""
    rows = session.scalars(
        select(AskedRulingRow).where(AskedRulingRow.answer.is_(None)).order_by(AskedRulingRow.id)
    ).all()
    return [AskedRuling(row.id, row.guild_id, row.number, cast(Verdict, row.verdict), row.by_name) for row in rows]


def answer_asked(session: Session, asked_id: int, answer: str, now: datetime) -> None:
    session.execute(update(AskedRulingRow).where(AskedRulingRow.id == asked_id).values(answer=answer))
    session.execute(delete(AskedRulingRow).where(AskedRulingRow.asked_at < now - ANSWERS_KEPT))


def _ask(session: Session, guild_id: int, number: int, verdict: Verdict, by_name: str) -> int:
    row = AskedRulingRow(guild_id=guild_id, number=number, verdict=verdict, by_name=by_name, asked_at=now_in_record())
    session.add(row)
    session.flush()
    return row.id


def _take_answer(session: Session, asked_id: int) -> str | None:
    answer = session.scalar(select(AskedRulingRow.answer).where(AskedRulingRow.id == asked_id))
    if answer is not None:
        session.execute(delete(AskedRulingRow).where(AskedRulingRow.id == asked_id))
    return answer
