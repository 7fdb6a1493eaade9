"""YAML as plain data, with the place of everything in it: a small safe part of YAML 1.2, without its surprises.

``true`` and ``false`` are the only truth values, numbers are decimal, and everything else that is not quoted is text as
it stands: ``off``, ``NO``, ``1:30``, ``0123``, ``1_000``, dates. No anchors, aliases, tags or second documents.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

LARGEST_FILE = 256 * 1024  # bytes
DEEPEST = 20  # lists and mappings inside each other
MOST_VALUES = 20_000  # more take seconds to read
LONGEST_NUMBER = 40  # characters; longer ones are text

Path = tuple[str | int, ...]

_WORDS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)")
_FRACTION = re.compile(r"-?(?:(?:0|[1-9][0-9]*)\.[0-9]*|\.[0-9]+)")
_BLOCK = "text that starts with | or > must be put into quotes"
_UNPRINTABLE = "a character stands here that cannot be printed; delete it"

# What PyYAML says, by a part of it, and what an owner needs to hear.
_MEANINGS = (
    ("\\t", "a tab stands where YAML wants spaces"),
    ("mapping values are not allowed", "a colon is not allowed here; put text with a colon into quotes"),
    ("expected ',' or ']'", "a comma or the closing ] of a list is missing before this"),
    ("expected ',' or '}'", "a comma or the closing } of a mapping is missing before this"),
    ("unexpected end of stream", "a quotation mark was opened and never closed"),
    ("could not find expected ':'", "a key needs a colon behind it"),
    ("expected <block end>", "this does not fit here; check the indentation and the quotation marks"),
    ("escape", "after a backslash in double quotes, this is not allowed; use single quotes or a double backslash"),
    ("document start", "this does not belong here; the file is one mapping of keys and values"),
    ("did not find URI", "this looks like a tag; put text that starts with ! into quotes"),
    ("expected '>'", "this looks like a tag; put text that starts with ! into quotes"),
    ("chomping or indentation", _BLOCK),
    ("indentation indicator", _BLOCK),
    ("a comment or a line break", _BLOCK),
    ("mapping keys are not allowed", "text that starts with ? must be put into quotes"),
    (
        "sequence entries are not allowed",
        "an entry of a list needs a line of its own; put a dash that is text into quotes",
    ),
    ("cannot start any token", "text that starts with this character must be put into quotes"),
    ("alphabetic or numeric", "text that starts with &, * or % must be put into quotes"),
    ("expected the node content", "a value is missing before this, or this bracket is one too many"),
    ("incompatible YAML", "directives such as %YAML are not read here; delete the line"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value or a key starts, counted from 1; ``written`` is an unquoted number as it stands in the file."""

    line: int
    column: int
    written: str | None = None


@dataclass(slots=True)
class Document:
    """A file as plain data. ``faults`` are errors that did not stop the reading."""

    data: Any = None
    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    faults: list[tuple[Path, Place, str]] = field(default_factory=list)


class Unreadable(Exception):
    """The file cannot be read any further than ``place``."""

    def __init__(self, place: Place, sentence: str) -> None:
        super().__init__(sentence)
        self.place = place
        self.sentence = sentence


def read(source: bytes) -> Document:
    """The one document in ``source``. Raises ``Unreadable``."""
    text = _decoded(source)
    try:
        return _Composer(yaml.SafeLoader(text)).document()
    except yaml.reader.ReaderError as error:
        raise Unreadable(_place_at(text, error.position), _UNPRINTABLE) from error


def _decoded(source: bytes) -> str:
    if len(source) > LARGEST_FILE:
        raise Unreadable(Place(1, 1), f"the file is larger than {LARGEST_FILE // 1024} KB")
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = _place_at(source[: error.start].decode("utf-8-sig", "replace"), error.start)
        raise Unreadable(place, "the file is not UTF-8 text; save it with that encoding") from error


def _place_at(text: str, position: int) -> Place:
    before = text[:position]
    return Place(before.count("\n") + 1, len(before) - before.rfind("\n"))


class _Composer:
    """Turns PyYAML's events into a ``Document``."""

    def __init__(self, loader: yaml.SafeLoader) -> None:
        self._loader = loader
        self._document = Document()

    def document(self) -> Document:
        self._next()  # the start of the stream
        first = self._next()
        if isinstance(first, yaml.DocumentStartEvent):
            if first.version or first.tags:
                _stop(first, "directives such as %YAML are not read here; delete the line")
            self._document.data = self._node(self._next(), ())
            self._next()  # the end of the document
            if isinstance(second := self._next(), yaml.DocumentStartEvent):
                _stop(second, "a second document starts here; the file may hold only one")
        return self._document

    def _next(self) -> Any:
        try:
            return self._loader.get_event()  # type: ignore[no-untyped-call]
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark or self._loader.get_mark()
            raise Unreadable(Place(mark.line + 1, mark.column + 1), _meaning(error)) from error
        except (ValueError, OverflowError, IndexError) as error:  # escapes and versions beyond all numbers
            mark = self._loader.get_mark()
            raise Unreadable(Place(mark.line + 1, mark.column + 1), "this cannot be read as YAML") from error

    def _node(self, event: Any, path: Path) -> Any:
        """The value that starts with ``event``."""
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            _stop(event, "anchors (&name) and aliases (*name) are not read here; write the value out")
        self._document.values[path] = _place(event)
        if len(self._document.values) > MOST_VALUES:
            _stop(event, f"the file holds more than {MOST_VALUES:,} values")
        if event.tag is not None:
            self._fault(path, event, "carries a tag (!name), which is not read here; leave the tag out")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path)
        if len(path) >= DEEPEST:
            _stop(event, f"lists and mappings stand more than {DEEPEST} deep inside each other here")
        return self._list(path) if isinstance(event, yaml.SequenceStartEvent) else self._mapping(path)

    def _scalar(self, event: yaml.ScalarEvent, path: Path) -> Any:
        text: str = event.value
        if any("\ud800" <= char <= "\udfff" for char in text):
            self._fault(path, event, "holds half a character (\\uD800 to \\uDFFF)")
            return ""
        if event.style is not None:
            return text
        value = _meant(text)
        if isinstance(value, int | float) and not isinstance(value, bool):
            self._document.values[path] = _place(event, text)
        return value

    def _list(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, len(items))))
        return items

    def _mapping(self, path: Path) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        while not isinstance(key := self._next(), yaml.MappingEndEvent):
            if not isinstance(key, yaml.ScalarEvent) or key.anchor is not None or key.tag is not None:
                _stop(key, "a key must be plain text")
            # A key is text however it looks: `NO: off` is about a label called NO.
            inner = (*path, key.value)
            if key.value in mapping:
                first = self._document.keys[inner]
                self._fault(inner, key, f"stands here twice; it is already in line {first.line}")
                self._skip(inner)
            else:
                self._document.keys[inner] = _place(key)
                mapping[key.value] = self._node(self._next(), inner)
        return mapping

    def _skip(self, path: Path) -> None:
        """Read the value of a key that stands there twice, so that the file goes on behind it, and keep the first."""
        before = self._document
        self._document = Document()
        self._node(self._next(), path)
        self._document = before

    def _fault(self, path: Path, event: Any, sentence: str) -> None:
        self._document.faults.append((path, _place(event), sentence))


def _meant(text: str) -> Any:
    """What an unquoted scalar stands for."""
    if text in _NOTHING:
        return None
    if text in _WORDS:
        return _WORDS[text]
    if len(text) <= LONGEST_NUMBER:
        if _WHOLE.fullmatch(text):
            return int(text)
        if _FRACTION.fullmatch(text):
            return float(text)
    return text


def _meaning(error: yaml.MarkedYAMLError) -> str:
    problem = str(error.problem)
    meaning = next((meaning for part, meaning in _MEANINGS if part in problem), "this cannot be read as YAML")
    if error.context_mark and error.context_mark.line != getattr(error.problem_mark, "line", None):
        return f"{meaning} (it began in line {error.context_mark.line + 1})"
    return meaning


def _place(event: Any, written: str | None = None) -> Place:
    return Place(event.start_mark.line + 1, event.start_mark.column + 1, written)


def _stop(event: Any, sentence: str) -> NoReturn:
    raise Unreadable(_place(event), sentence)
