"""Attachments: taken from uploads, kept in memory, given back as Discord's content network does."""

from __future__ import annotations

import base64
import json
import mimetypes
import struct
from collections.abc import Container
from dataclasses import dataclass
from email.message import Message as Mail
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from bot.sandbox.entities import Json
from bot.sandbox.refusals import invalid_json

MAX_FILES = 10
MOST_PACKED = 8 * 1024 * 1024  # bytes
PNG_BEGINS = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
PNG_HEAD = len(PNG_BEGINS) + 8  # with width and height


@dataclass(frozen=True, slots=True)
class File:
    name: str
    content: bytes
    media_type: str


class Files:
    """Every attachment by its id."""

    def __init__(self) -> None:
        self._files: dict[int, File] = {}

    def keep(self, file: File, file_id: int, base_url: str) -> Json:
        """The attachment as a message carries it."""
        self._files[file_id] = file
        url = f"{base_url}/attachments/{file_id}/{file.name}"
        size = _png_size(file.content)
        return ({} if size is None else {"width": size[0], "height": size[1]}) | {
            "id": str(file_id),
            "filename": file.name,
            "size": len(file.content),
            "url": url,
            "proxy_url": url,
            "content_type": file.media_type,
        }

    def get(self, file_id: int) -> File | None:
        return self._files.get(file_id)

    def packed(self, wanted: Container[str]) -> Json:
        """Those of the ``wanted`` ids as JSON, the latest first, as far as ``MOST_PACKED`` goes."""
        found: Json = {}
        left = MOST_PACKED
        for file_id, file in reversed(self._files.items()):
            left -= len(file.content) if str(file_id) in wanted else 0
            if left < 0:
                break
            if str(file_id) in wanted:
                found[str(file_id)] = [file.name, file.media_type, base64.b64encode(file.content).decode()]
        return found

    def unpack(self, kept: Json) -> None:
        for file_id, (name, media_type, content) in reversed(kept.items()):
            self._files[int(file_id)] = File(name, base64.b64decode(content), media_type)


def named(name: str, content: bytes) -> File:
    """A file whose media type is guessed from its name; text is UTF-8, as Discord says of it."""
    guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return File(_safe(name), content, f"{guessed}; charset=utf-8" if guessed.startswith("text/") else guessed)


def _png_size(content: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG; other pictures are shown as they come."""
    if not content.startswith(PNG_BEGINS) or len(content) < PNG_HEAD:
        return None
    width, height = struct.unpack(">II", content[len(PNG_BEGINS) : PNG_HEAD])
    return width, height


def _safe(name: str) -> str:
    kept = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "_" for letter in name)
    return kept.lstrip(".") or "file"


def read_json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise invalid_json() from error


def read_multipart(content_type: str, raw: bytes) -> tuple[Any, list[File]]:
    """The JSON in ``payload_json`` and the files beside it."""
    mail: Mail = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + raw)
    body: Any = {}
    files: list[File] = []
    for part in mail.walk():
        if part.is_multipart():
            continue
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes):
            raise invalid_json()
        if part.get_param("name", header="content-disposition") == "payload_json":
            body = read_json(content)
        elif (name := part.get_filename()) is not None:
            files.append(named(name, content))
    return body, files[:MAX_FILES]
