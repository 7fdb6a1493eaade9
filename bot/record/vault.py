"""The keys at the service of one record: what seals its texts, and what hashes them.

A text is hashed to know a message again, so the hash has to survive a new key. Its secret is random, stands in the
database sealed with the key, and is sealed anew at a rotation without changing. Where no key is usable, a secret in
the clear stands in: replays are still known, but who steals the database could try guesses against those hashes.
A hash whose secret cannot be opened counts as equal to any text of its message: acting twice is worse than missing
an edit.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.errors import KeyUnusable
from bot.record.sealing import KeyRing, Sealed, derive
from bot.record.tables import MESSAGE, HashSecretRow, SealedTextRow
from bot.texts.saying import NOTHING, Said, say

HASH_SECRET = b"hash secret"  # what a sealed hash secret is bound to
NOT_KEPT = "until then the texts of new flags are not kept"

log = structlog.get_logger()


class Vault:
    """``trouble`` says in a sentence why new texts are not kept, and ``told`` what of it is read in Discord.

    When all is well, ``trouble`` is None.
    """

    def __init__(self, ring: KeyRing | None, trouble: str | None = None, told: Said = NOTHING) -> None:
        self.ring = ring
        self.trouble = trouble
        self.told = told + say("key_mend") if told else told
        self._secrets: Mapping[int, bytes] = {}
        self._newest_secret = 0

    def seal(self, flag_id: int, text: str, at: datetime, what: str = MESSAGE) -> SealedTextRow | None:
        """The row that keeps ``text``, written ``at``; None when there is no key to trust it to."""
        if self.ring is None or self.trouble:
            return None
        sealed = self.ring.seal(text.encode("utf-8", "surrogatepass"), about_flag(flag_id, what))
        return SealedTextRow(
            flag_id=flag_id,
            what=what,
            written_at=at,
            key_id=sealed.key_id,
            nonce=sealed.nonce,
            ciphertext=sealed.ciphertext,
        )

    def open(self, row: SealedTextRow | None) -> str | None:
        if row is None or self.ring is None:
            return None
        try:
            plain = self.ring.open(Sealed(row.key_id, row.nonce, row.ciphertext), about_flag(row.flag_id, row.what))
        except KeyUnusable as error:
            log.warning("a sealed text cannot be opened", flag_id=row.flag_id, reason=str(error))
            return None
        return plain.decode("utf-8", "surrogatepass")

    def hash(self, text: str) -> tuple[bytes, int]:
        """The keyed hash of ``text``, and the id of the secret behind it."""
        return _hash(self._secrets[self._newest_secret], text), self._newest_secret

    def alike(self, text: str) -> bytes:
        """A keyed hash for what several texts have in common, whatever its case and white space."""
        return _hash(self._secrets[self._newest_secret], " ".join(text.casefold().split()), "alike")

    def may_be(self, text: str, text_hash: bytes, hashed_with: int) -> bool:
        """Whether ``text_hash`` is, or for all we can know might be, of ``text``."""
        secret = self._secrets.get(hashed_with)
        return secret is None or hmac.compare_digest(_hash(secret, text), text_hash)

    def prepare_hashing(self, session: Session) -> None:
        """Open the secrets in the database, and make one where none fits the state of the keys."""
        rows = session.scalars(select(HashSecretRow).order_by(HashSecretRow.id)).all()
        opened = {row.id: secret for row in rows if (secret := self._opened(row)) is not None}
        sealed = [row.id for row in rows if row.key_id is not None and row.id in opened]
        clear = [row.id for row in rows if row.key_id is None]
        fitting = sealed or (clear if self.trouble else [])
        if not fitting:
            row, secret = self._new_secret()
            session.add(row)
            session.flush()
            opened[row.id] = secret
            fitting = [row.id]
        self._secrets, self._newest_secret = opened, fitting[-1]

    def _opened(self, row: HashSecretRow) -> bytes | None:
        if row.key_id is None:
            return row.secret
        if self.ring is None or row.key_id not in self.ring:
            return None
        try:
            return self.ring.open(Sealed(row.key_id, row.nonce or b"", row.secret), HASH_SECRET)
        except KeyUnusable:
            return None

    def _new_secret(self) -> tuple[HashSecretRow, bytes]:
        secret = secrets.token_bytes(32)
        if self.ring is None or self.trouble:
            return HashSecretRow(key_id=None, nonce=None, secret=secret), secret
        sealed = self.ring.seal(secret, HASH_SECRET)
        return HashSecretRow(key_id=sealed.key_id, nonce=sealed.nonce, secret=sealed.ciphertext), secret


def about_flag(flag_id: int, what: str = MESSAGE) -> bytes:
    """What a text of a flag is bound to: moved to another flag, or passed off as another text, it does not open."""
    return b"flag %d %s" % (flag_id, what.encode())


def _hash(secret: bytes, text: str, purpose: str = "text hash") -> bytes:
    return hmac.digest(derive(secret, purpose), text.encode("utf-8", "surrogatepass"), "sha256")


def texts_per_key(session: Session) -> dict[str, int]:
    """Key id → how many texts it sealed."""
    rows = session.execute(select(SealedTextRow.key_id, func.count()).group_by(SealedTextRow.key_id))
    return dict(rows.all())


def find_keys(key_file: Path, sealed: Mapping[str, int]) -> Vault:
    """The vault over what is in ``key_file``; ``sealed`` is what ``texts_per_key`` says. Changes nothing.

    Without ring and without trouble, there is no key yet and no text that would need one.
    """
    try:
        ring = KeyRing.read(key_file)
    except KeyUnusable as error:
        return Vault(None, f"{error}; {NOT_KEPT}", say("key_unusable"))
    if ring is None:
        count = sum(sealed.values())
        gone = f"{key_file} is gone, and with it the key of {count} kept texts: put it back; {NOT_KEPT}"
        return Vault(None, gone, say("key_gone", count=count)) if sealed else Vault(None)
    lost = sum(count for key_id, count in sealed.items() if key_id not in ring)
    if lost:
        wrong = f"{key_file} lacks the key of {lost} kept texts: put the right key file back; {NOT_KEPT}"
        return Vault(ring, wrong, say("key_wrong", count=lost))
    return Vault(ring)


def make_key(key_file: Path, *, ours: bool) -> Vault:
    """A first key. A file that the owner named is theirs to make: a mount that failed must not start a new key."""
    if not ours:
        mend = f"make it with `openssl rand -base64 32 > {key_file}`"
        missing = f"{key_file}, which should hold the key, is not there: {mend}; {NOT_KEPT}"
        return Vault(None, missing, say("key_missing"))
    ring = KeyRing(()).grown()
    try:
        ring.write(key_file)
    except KeyUnusable as error:
        return Vault(None, f"{error}; {NOT_KEPT}", say("key_unusable"))
    log.info("key made", path=str(key_file))
    return Vault(ring)
