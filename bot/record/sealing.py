"""Keys, and texts sealed with them (AES-256-GCM).

The key file holds one key a line, ``key-id base64``, newest last; the newest seals, all of them open. The id is derived
from the key, so a line that was cut short or mixed up is noticed. A line may leave the id out:
``openssl rand -base64 32 > FILE`` makes a key file.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import KeyUnusable

KEY_FILE_VARIABLE = "CIVIL_TONGUE_KEY_FILE"
KEY_BYTES = 32
NONCE_BYTES = 12
KEY_ID_BYTES = 6
OTHERS = 0o077  # the permission bits of group and world

log = structlog.get_logger()


def key_file_for(folder: Path, environ: Mapping[str, str] = os.environ) -> Path:
    """Where the key of the record in ``folder`` is: the file named by CIVIL_TONGUE_KEY_FILE, else ``folder/key``."""
    named = environ.get(KEY_FILE_VARIABLE)
    return Path(named) if named else folder / "key"


def derive(secret: bytes, purpose: str, length: int = KEY_BYTES) -> bytes:
    """A secret of its own for ``purpose`` (HKDF-SHA256)."""
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=f"civil tongue {purpose}".encode()).derive(secret)


@dataclass(frozen=True, slots=True)
class Key:
    """One AES-256 key, under an id that tells nothing about it."""

    id: str
    secret: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: bytes) -> Key:
        return cls(derive(secret, "key id", KEY_ID_BYTES).hex(), secret)

    @classmethod
    def make(cls) -> Key:
        return cls.of(secrets.token_bytes(KEY_BYTES))


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted text, and what is needed besides the key to open it. ``ciphertext`` ends with the 16-byte tag."""

    key_id: str
    nonce: bytes
    ciphertext: bytes


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys at hand, newest last, at least one."""

    keys: tuple[Key, ...]

    @property
    def newest(self) -> Key:
        return self.keys[-1]

    def __contains__(self, key_id: object) -> bool:
        return any(key.id == key_id for key in self.keys)

    def seal(self, plain: bytes, about: bytes) -> Sealed:
        """Encrypt with the newest key; ``about`` is bound to the result and has to be given again to open it."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return Sealed(self.newest.id, nonce, AESGCM(self.newest.secret).encrypt(nonce, plain, about))

    def open(self, sealed: Sealed, about: bytes) -> bytes:
        """Raises ``KeyUnusable`` when the key is not here, or the text or ``about`` is not what was sealed."""
        for key in self.keys:
            if key.id == sealed.key_id:
                try:
                    return AESGCM(key.secret).decrypt(sealed.nonce, sealed.ciphertext, about)
                except (InvalidTag, ValueError) as error:
                    raise KeyUnusable(f"what key {key.id} sealed was changed since, and cannot be opened") from error
        raise KeyUnusable(f"key {sealed.key_id} is not at hand")

    def grown(self) -> KeyRing:
        """The same keys and a new one."""
        return KeyRing((*self.keys, Key.make()))

    def only_newest(self) -> KeyRing:
        return KeyRing((self.newest,))

    @classmethod
    def read(cls, path: Path) -> KeyRing | None:
        """The keys in ``path``, None where there is no such file. Raises ``KeyUnusable`` naming the line at fault."""
        try:
            lines = path.read_text("utf-8").splitlines()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise KeyUnusable(f"{path} cannot be read ({error.strerror}): let this user read it") from error
        except UnicodeDecodeError as error:
            raise KeyUnusable(f"{path} is not a key file: it is not text") from error
        entries = [(number, line.split()) for number, line in enumerate(lines, 1)]
        keys = tuple(_key(path, number, words) for number, words in entries if words and not words[0].startswith("#"))
        if not keys:
            raise KeyUnusable(f"{path} holds no key: put back the one that was in it, or delete the file")
        return cls(keys)

    def write(self, path: Path) -> None:
        """Replace ``path`` by these keys, readable by the owner only; a crash leaves the old file or the new one."""
        text = "".join(f"{key.id} {base64.b64encode(key.secret).decode()}\n" for key in self.keys)
        try:
            _replace(path, text.encode())
        except OSError as error:
            raise KeyUnusable(f"{path} cannot be written ({error.strerror}): let this user write it") from error


def _key(path: Path, number: int, words: list[str]) -> Key:
    try:
        secret = base64.b64decode(words[-1], validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(words) > 2 or len(secret) != KEY_BYTES:
        raise KeyUnusable(f"{path}:{number}: not a key: a line is `key-id base64` with {KEY_BYTES} bytes in base64")
    key = Key.of(secret)
    if len(words) == 2 and words[0] != key.id:
        raise KeyUnusable(f"{path}:{number}: the key is not the one that {words[0][:12]} names: restore the file")
    return key


def _replace(path: Path, content: bytes) -> None:
    # One fixed name: what a crash leaves behind is overwritten the next time.
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` outlast a power loss, where the system can open folders."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_private(path: Path, *, ours: bool) -> None:
    """Take the key from the eyes of other users. A file the owner named (not ``ours``) is warned about, not changed."""
    if os.name != "posix" or not path.stat().st_mode & OTHERS:
        return
    if ours:
        with contextlib.suppress(OSError):
            path.chmod(0o600)
            log.warning("other users could read the key file; only this one can now", path=str(path))
            return
    log.warning("other users can read the key file", path=str(path), mend=f"chmod 600 {path}")
