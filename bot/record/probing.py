"""Learning whether the database takes what a flag needs, without leaving a trace."""

from __future__ import annotations

import os

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from bot.record.changing import change
from bot.record.clock import now_in_record
from bot.record.rows import flag_row
from bot.record.tables import MESSAGE, FlagRow, HashSecretRow, OutcomeRow, SealedTextRow
from bot.records import Author, Decision, Named, Post, Scores, Status

PROBE_BYTES = 64 * 1024  # as much text as a long flag; a disk that has no room for it is full

_NOBODY = Named(0, "")  # no guild, channel or member has this id


def probe(session: Session) -> None:
    """Write to the file's header, which any database takes that can be written at all."""
    session.execute(text("PRAGMA user_version = 0"))


def probe_flags(session: Session) -> None:
    """Write a flag with its outcome and text and take it away again, in one transaction.

    A damaged page or a full disk may let other writes through and these not.
    """
    secret = session.scalar(select(func.max(HashSecretRow.id)))
    if secret is None:
        return probe(session)
    now = now_in_record()
    nothing = Post(_NOBODY, _NOBODY, Author(0, ""), 0, (), now)
    row = flag_row(
        nothing, Scores("", ()), Decision(), number=0, text_hash=b"", alike=b"", hashed_with=secret, created_at=now
    )
    row.card_due = False
    row.outcomes = [OutcomeRow(position=0, action="", status=Status.PLANNED, detail="", options={})]
    session.add(row)
    session.flush()
    blob = os.urandom(PROBE_BYTES)
    session.add(SealedTextRow(flag_id=row.id, what=MESSAGE, written_at=now, key_id="", nonce=b"", ciphertext=blob))
    session.flush()
    for table, key in ((SealedTextRow, SealedTextRow.flag_id), (OutcomeRow, OutcomeRow.flag_id), (FlagRow, FlagRow.id)):
        change(session, delete(table).where(key == row.id))
    session.expunge_all()
