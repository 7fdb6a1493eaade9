"""The text files beside messages: which they are, fetched from Discord's content network, and decoded."""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

import aiohttp
import yarl

from bot.records import TextFile

FILES_PER_POST = 4
MOST_READ = 128 * 1024  # bytes of one file; what is scored of it is less
FETCH_SECONDS = 15.0
CDN_HOSTS = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
DISCORD_HOSTS = frozenset({"discord.com", "canary.discord.com", "ptb.discord.com"})

# Discord turns a message that is too long into message.txt. Source code has an ending and a media type of its own.
_ENDINGS = frozenset({".txt", ".text", ".md", ".markdown", ".log", ".rst", ".nfo"})
_MEDIA_TYPES = frozenset({"text/plain", "text/markdown"})

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LOOKED_AT = 1024  # bytes or characters by which a file is judged
_CONTROLS = 0.1  # a share of control characters above this, and it is no text


def text_files(message: Mapping[str, Any]) -> tuple[TextFile, ...]:
    """The files of a message, and of what it forwards, that hold words."""
    return tuple(_found(message))[:FILES_PER_POST]


def _found(message: Any) -> Iterator[TextFile]:
    if not isinstance(message, Mapping):
        return
    for file in _as_list(message.get("attachments")):
        if isinstance(file, dict) and isinstance(url := file.get("url"), str) and _holds_words(file):
            size = file.get("size")
            yield TextFile(url, size if isinstance(size, int) else 0)
    for snapshot in _as_list(message.get("message_snapshots")):
        yield from _found(snapshot.get("message") if isinstance(snapshot, dict) else None)


def _holds_words(file: Mapping[str, Any]) -> bool:
    ending = PurePosixPath(str(file.get("filename"))).suffix.lower()
    media_type = str(file.get("content_type")).partition(";")[0].strip().lower()
    return ending in _ENDINGS or (not ending and media_type in _MEDIA_TYPES)


class Fetcher:
    """Fetches from Discord's content network and from nowhere else. ``api``: where Discord's REST API is."""

    def __init__(self, api: str) -> None:
        address = yarl.URL(api)
        # A server that is compatible with Discord gives its files out itself.
        self._own = None if address.host in DISCORD_HOSTS else address.origin()

    async def text_of(self, file: TextFile) -> str | None:
        """The words of a file, at most the first ``MOST_READ`` bytes; None where it cannot be had or holds none."""
        timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
        try:
            address = yarl.URL(file.url)
            if not self.may_ask(address):
                return None
            async with (
                aiohttp.ClientSession(timeout=timeout, trust_env=True) as session,
                session.get(address, allow_redirects=False) as answer,
            ):
                return decoded(await _begin_of(answer)) if answer.status == 200 else None
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
            return None

    def may_ask(self, address: yarl.URL) -> bool:
        if address.scheme == "https" and address.host in CDN_HOSTS and address.is_default_port():
            return True
        return self._own is not None and address.is_absolute() and address.origin() == self._own


async def _begin_of(answer: aiohttp.ClientResponse) -> bytes:
    """The first ``MOST_READ`` bytes, whatever length was announced; the rest is not even received."""
    found = bytearray()
    async for chunk in answer.content.iter_any():
        found += chunk
        if len(found) >= MOST_READ:
            break
    return bytes(found[:MOST_READ])


def decoded(content: bytes) -> str | None:
    """The text of a file that may be cut off anywhere; None where it is none."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _words(content[len(mark) :], encoding)
    if encoding := _sixteen_bits(content):
        return _words(content, encoding)
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(content)
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    return text if _is_text(text) else None


def _words(content: bytes, encoding: str) -> str | None:
    text = codecs.getincrementaldecoder(encoding)("replace").decode(content)
    return text if _is_text(text) else None


def _sixteen_bits(content: bytes) -> str:
    """The encoding of a UTF-16 file without a mark: in most languages every other byte of it is mostly zero."""
    begin = content[:_LOOKED_AT]
    if len(begin) < 4 or 0 not in begin:
        return ""
    even, odd = begin[0::2].count(0), begin[1::2].count(0)
    if max(even, odd) < len(begin) // 5 or min(even, odd) > max(even, odd) // 10:
        return ""
    return "utf-16-be" if even > odd else "utf-16-le"


def _is_text(text: str) -> bool:
    begin = text[:_LOOKED_AT]
    controls = sum(unicodedata.category(each) == "Cc" and each not in "\t\n\r\f\v" for each in begin)
    return bool(begin.strip()) and controls <= _CONTROLS * len(begin)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
