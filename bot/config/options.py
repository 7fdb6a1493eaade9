"""Reads plain data into the stages' own option classes, and says in our words what does not fit.

The classes say with their annotations what they take; pydantic checks their bounds and their own validators. A
validator's ``ValueError`` is shown behind the path of its field, so its message goes on from there: "must be ...".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import timedelta
from pathlib import Path as FilePath
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, RootModel, ValidationError
from pydantic.fields import FieldInfo
from pytimeparse2 import parse as parse_duration

from bot.config import words
from bot.config.problems import Problems
from bot.config.reading import Path

DURATION = r"[0-9]+(\.[0-9]+)?[smhdw]([0-9]+(\.[0-9]+)?[smhdw])*"
LONGEST_DURATION = timedelta(days=36_500)

BAD: Final = object()  # stands for a value whose problem has been reported

M = TypeVar("M", bound=BaseModel)

_BOUNDS = {
    "greater_than": ("gt", {"above": True}),
    "greater_than_equal": ("ge", {}),
    "less_than": ("lt", {"below": True}),
    "less_than_equal": ("le", {}),
}


def read_model(model: type[M], raw: Any, path: Path, problems: Problems, apart: Collection[str] = ()) -> M | None:
    """``raw`` as a ``model``; None when it is not one, which has then been reported.

    ``apart`` are further keys that may stand in ``raw`` and that the caller reads.
    """
    if not isinstance(raw, dict):
        problems.at(path, words.must_be(f"a mapping with keys such as {_example(model)}", raw))
        return None
    raw = {key: value for key, value in raw.items() if key not in apart}
    before = len(problems)
    fields = fields_of(model)
    values = {key: read_field(fields[key], raw[key], (*path, key), problems) for key in raw if key in fields}
    for key in raw:
        if key not in fields:
            problems.at_key((*path, key), problems.unknown(key, {*fields, *apart}))
    made = _make(model, {key: value for key, value in values.items() if value is not BAD}, raw, path, problems)
    return made if len(problems) == before else None


def read_field(field: FieldInfo, raw: Any, path: Path, problems: Problems) -> Any:
    """``raw`` converted to what the field's annotation wants, or ``BAD``."""
    return _read(field.annotation, raw, path, problems)


def is_left_out(key: str, raw: Mapping[str, Any], known: Collection[str], problems: Problems) -> bool:
    """Whether ``raw`` lacks ``key``; a key that is only misspelt has been reported as such."""
    return key not in raw and not problems.is_meant(key, raw, known)


def fields_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Key in YAML → field. What is no name in Python, such as ``for``, is the alias of a field."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _make(model: type[M], values: dict[str, Any], raw: Mapping[str, Any], path: Path, problems: Problems) -> M | None:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        found = error.errors()
        in_lists = {detail["loc"][:-1] for detail in found}
        for detail in found:
            where: Path = detail["loc"]
            if detail["type"] == "too_short" and where in in_lists:
                continue  # pydantic does not count the entries that are wrong
            if detail["type"] != "missing":
                problems.at((*path, *where), _sentence(model, detail))
            elif is_left_out(str(where[0]), raw, fields_of(model), problems):
                problems.at(path, f"needs the key {where[0]}")
        return None


def _read(wanted: Any, raw: Any, path: Path, problems: Problems) -> Any:
    origin = get_origin(wanted)
    if origin is Annotated:
        return _read(get_args(wanted)[0], raw, path, problems)
    if origin in (Union, UnionType):
        return _read_union(get_args(wanted), raw, path, problems)
    if origin is Literal:
        return _read_choice(get_args(wanted), raw, path, problems)
    if origin in (tuple, list, frozenset):
        return _read_list(origin, get_args(wanted)[0], raw, path, problems)
    if origin is dict:
        return _read_mapping(get_args(wanted)[1], raw, path, problems)
    if isinstance(wanted, type) and issubclass(wanted, RootModel):
        root = read_field(wanted.model_fields["root"], raw, path, problems)
        return BAD if root is BAD else _rooted(wanted, root, path, problems)
    if isinstance(wanted, type) and issubclass(wanted, BaseModel):
        return read_model(wanted, raw, path, problems) or BAD
    return _read_scalar(wanted, raw, path, problems)


def _rooted(model: type[BaseModel], root: Any, path: Path, problems: Problems) -> Any:
    try:
        return model.model_validate(root)
    except ValidationError as error:
        for detail in error.errors():
            problems.at((*path, *detail["loc"]), _sentence(model, detail))
        return BAD


def _read_union(arms: tuple[Any, ...], raw: Any, path: Path, problems: Problems) -> Any:
    rest = [arm for arm in arms if arm is not NoneType]
    fitting = [arm for arm in rest if _fits(arm, raw)]
    if fitting or len(rest) == 1:
        return _read((fitting or rest)[0], raw, path, problems)
    problems.at(path, words.must_be(words.either([_described(arm) for arm in rest]), raw))
    return BAD


def _read_choice(choices: tuple[Any, ...], raw: Any, path: Path, problems: Problems) -> Any:
    if raw in choices and type(raw) in {type(choice) for choice in choices}:
        return raw
    names = [str(choice) for choice in choices]
    problems.at(path, words.must_be(words.either(names), raw, problems.nearest(raw, names)))
    return BAD


def _read_list(make: Any, wanted: Any, raw: Any, path: Path, problems: Problems) -> Any:
    if not isinstance(raw, list):
        problems.at(path, words.must_be("a list such as [one, two]", raw))
        return BAD
    items = [_read(wanted, item, (*path, index), problems) for index, item in enumerate(raw)]
    first: dict[Any, int] = {}
    for index, item in enumerate(items):
        same = item.strip().lstrip("#@").casefold() if isinstance(item, str) else item
        if item is not BAD and first.setdefault(same, index) != index:
            problems.at((*path, index), f"{words.shown(item)} is given twice; it is already at [{first[same]}]")
    return BAD if any(item is BAD for item in items) else make(items)


def _read_mapping(wanted: Any, raw: Any, path: Path, problems: Problems) -> Any:
    """Keys are text; values are as ``wanted``."""
    if not isinstance(raw, dict):
        problems.at(path, words.must_be("a mapping such as {one: two}", raw))
        return BAD
    values = {str(key): _read(wanted, value, (*path, key), problems) for key, value in raw.items()}
    return BAD if any(value is BAD for value in values.values()) else values


def _read_scalar(wanted: Any, raw: Any, path: Path, problems: Problems) -> Any:
    is_number = isinstance(raw, int | float) and not isinstance(raw, bool)
    if wanted in (str, FilePath) and is_number:
        return wanted(problems.number(path) or str(raw))
    if wanted is timedelta and isinstance(raw, str) and re.fullmatch(DURATION, raw):
        return _read_duration(raw, path, problems)
    if _fits(wanted, raw) and wanted is not timedelta:
        return wanted(raw)
    problems.at(path, _not_a(wanted, raw))
    return BAD


def _fits(wanted: Any, raw: Any) -> bool:
    """Whether ``raw`` is of the kind of plain data that ``wanted`` is written as."""
    origin = get_origin(wanted)
    if origin is Annotated:
        return _fits(get_args(wanted)[0], raw)
    if origin is Literal:
        return raw in get_args(wanted)
    if isinstance(raw, bool):
        return wanted is bool
    if wanted in (str, FilePath, timedelta):
        return isinstance(raw, str)
    if wanted in (int, float):
        return isinstance(raw, int) or (wanted is float and isinstance(raw, float))
    if origin in (tuple, list, frozenset):
        return isinstance(raw, list)
    return isinstance(wanted, type) and issubclass(wanted, BaseModel) and isinstance(raw, dict)


def _read_duration(text: str, path: Path, problems: Problems) -> Any:
    seconds = parse_duration(text)
    if seconds is None:
        problems.at(path, f"is {words.shown(text)}, which is no duration; write larger units first, as in 1h30m")
        return BAD
    if seconds > LONGEST_DURATION.total_seconds():
        problems.at(path, words.must_be(words.bounds(None, LONGEST_DURATION), text))
        return BAD
    return timedelta(seconds=seconds)


def _not_a(wanted: Any, raw: Any) -> str:
    hint = ""
    if wanted is str and raw is None:  # YAML takes an unquoted #name for a comment
        return "is empty; give it a value, in quotes if it starts with #, or leave the line out"
    if wanted is timedelta and isinstance(raw, int | float) and not isinstance(raw, bool):
        hint = "; add the unit: s, m, h, d or w"
    elif wanted is str and isinstance(raw, bool):
        hint = "; put it into quotes"
    elif wanted is bool:
        meant = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(str(raw).casefold())
        hint = f"; did you mean {meant}?" if meant else ""
    return words.must_be(_described(wanted), raw, hint)


def _described(wanted: Any) -> str:
    if get_origin(wanted) is Annotated:
        return _described(get_args(wanted)[0])
    if get_origin(wanted) is Literal:
        return words.either([str(choice) for choice in get_args(wanted)])
    names = {
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        str: "text",
        FilePath: "a file or folder",
        timedelta: "a duration such as 10m, 1h30m or 30d",
    }
    return names.get(wanted, "a list" if get_origin(wanted) in (tuple, list, frozenset) else "a mapping")


def _example(model: type[BaseModel]) -> str:
    return words.either(list(fields_of(model))[:3]) if model.model_fields else "none"


def _sentence(model: type[BaseModel], detail: Mapping[str, Any]) -> str:
    """One of pydantic's errors in our words."""
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind in _BOUNDS:
        return words.must_be(_bounds_of(model, detail), value)
    match kind:
        case "value_error":
            return str(context["error"])
        case "string_too_short":
            return "must not be empty"
        case "string_too_long":
            return f"is {len(value)} characters long; {context['max_length']} is the most"
        case "too_short":
            return f"needs {context['min_length']} or more entries, not {context['actual_length']}"
        case "too_long":
            return f"takes at most {context['max_length']} entries, not {context['actual_length']}"
        case _:
            return f"cannot be {words.shown(value)}"


def _bounds_of(model: type[BaseModel], detail: Mapping[str, Any]) -> str:
    """All the bounds of the field, not only the one that was crossed."""
    field = fields_of(model).get(str(detail["loc"][0])) if detail["loc"] else None
    marks = [*field.metadata, *_inner_marks(field.annotation)] if field else []
    found = {name: getattr(mark, name) for mark in marks for name in ("gt", "ge", "lt", "le") if hasattr(mark, name)}
    if not found:
        name, flags = _BOUNDS[detail["type"]]
        limit = detail["ctx"][name]
        return words.bounds(limit, **flags) if name in ("gt", "ge") else words.bounds(None, limit, **flags)
    least, most = found.get("gt", found.get("ge")), found.get("lt", found.get("le"))
    return words.bounds(least, most, above="gt" in found, below="lt" in found)


def _inner_marks(annotation: Any) -> list[Any]:
    """What is annotated on the entries of a list, or on the type in an optional one."""
    if get_origin(annotation) is Annotated:
        return [mark for each in get_args(annotation)[1:] for mark in _unpacked(each)]
    return [mark for arm in get_args(annotation) for mark in _inner_marks(arm)]


def _unpacked(mark: Any) -> list[Any]:
    return list(mark.metadata) if isinstance(mark, FieldInfo) else [mark]
