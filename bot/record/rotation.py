"""A new key for all that is sealed.

The new key is in the file before anything is sealed with it, and the old one leaves the file after nothing is: killed
anywhere between, the record opens with the keys in the file, and the next start goes on where this one ended.
Backups keep what they hold under the old key, so their texts are lost with it; their flags are not.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog
from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from bot.errors import KeyUnusable
from bot.record.sealing import KeyRing, Sealed
from bot.record.tables import HashSecretRow, SealedTextRow
from bot.record.vault import HASH_SECRET, Vault, about_flag
from bot.record.writer import Writer

TEXTS_TOGETHER = 200

log = structlog.get_logger()


async def rotate(writer: Writer, vault: Vault, key_file: Path) -> int:
    """Make a new key, reseal everything with it and drop the old ones; returns the number of texts.

    Raises ``KeyUnusable`` when the keys in use cannot open what they sealed, or the file cannot be written.
    """
    if vault.ring is None or vault.trouble:
        raise KeyUnusable(f"the key cannot be rotated: {vault.trouble}")
    grown = vault.ring.grown()
    await asyncio.to_thread(grown.write, key_file)
    vault.ring = grown
    return await finish_rotation(writer, vault, key_file)


async def finish_rotation(writer: Writer, vault: Vault, key_file: Path) -> int:
    """Reseal what an older key sealed, then drop the older keys."""
    ring = vault.ring
    if ring is None:
        return 0
    resealed, last = 0, (0, "")
    while True:
        count, last = await writer.do(lambda session, after=last: _reseal_texts(session, ring, after))  # type: ignore[misc]
        if not count:
            break
        resealed += count
    if await writer.do(lambda session: _reseal_secrets_and_count_rest(session, ring)):
        log.warning("some of what older keys sealed cannot be opened; they stay in the key file", path=str(key_file))
    else:
        await asyncio.to_thread(ring.only_newest().write, key_file)
        vault.ring = ring.only_newest()
    await writer.truncate_wal()
    log.info("key rotated", texts=resealed)
    return resealed


def _reseal_texts(session: Session, ring: KeyRing, after: tuple[int, str]) -> tuple[int, tuple[int, str]]:
    """Reseal the next texts ``after`` a flag id and what it was; returns how many were looked at, and the last one."""
    old = SealedTextRow.key_id != ring.newest.id
    place = tuple_(SealedTextRow.flag_id, SealedTextRow.what)
    rows = session.scalars(
        select(SealedTextRow)
        .where(old, place > after)
        .order_by(SealedTextRow.flag_id, SealedTextRow.what)
        .limit(TEXTS_TOGETHER)
    ).all()
    for row in rows:
        sealed = _resealed(ring, Sealed(row.key_id, row.nonce, row.ciphertext), about_flag(row.flag_id, row.what))
        row.key_id, row.nonce, row.ciphertext = sealed.key_id, sealed.nonce, sealed.ciphertext
    return len(rows), (rows[-1].flag_id, rows[-1].what) if rows else after


def _reseal_secrets_and_count_rest(session: Session, ring: KeyRing) -> int:
    for row in session.scalars(select(HashSecretRow).where(HashSecretRow.key_id.in_([key.id for key in ring.keys]))):
        sealed = _resealed(ring, Sealed(row.key_id or "", row.nonce or b"", row.secret), HASH_SECRET)
        row.key_id, row.nonce, row.secret = sealed.key_id, sealed.nonce, sealed.ciphertext
    session.flush()
    older = [key.id for key in ring.keys[:-1]]
    return sum(
        session.scalar(select(func.count()).select_from(table).where(table.key_id.in_(older))) or 0
        for table in (SealedTextRow, HashSecretRow)
    )


def _resealed(ring: KeyRing, sealed: Sealed, about: bytes) -> Sealed:
    if sealed.key_id == ring.newest.id:
        return sealed
    try:
        return ring.seal(ring.open(sealed, about), about)
    except KeyUnusable:
        return sealed
