"""Reading request bodies as Discord does: every wrong field is named at its place in one 50035 answer."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from bot.sandbox.entities import Json
from bot.sandbox.refusals import invalid_form

SNOWFLAKE_MAX = (1 << 64) - 1
WHOLE_NUMBER = re.compile(r"-?[0-9]{1,20}")


class Form:
    """A JSON object being read. Readers give None for what is absent, null or wrong; ``check`` raises what was wrong.

    ``has`` tells a null from an absence.
    """

    def __init__(self, data: Any, errors: Json | None = None) -> None:
        self.errors: Json = {} if errors is None else errors
        self.data: Mapping[str, Any] = data if isinstance(data, dict) else {}
        if not isinstance(data, dict):
            self._refuse_all()

    def _refuse_all(self) -> None:
        self.errors["_errors"] = [
            {"code": "DICT_TYPE_CONVERT", "message": "Only dictionaries may be used in a DictType"}
        ]

    def has(self, name: str) -> bool:
        return name in self.data

    def is_null(self, name: str) -> bool:
        return name in self.data and self.data[name] is None

    def wrong(self, name: str, code: str, message: str) -> None:
        place = self.errors.setdefault(name, {})
        place.setdefault("_errors", []).append({"code": code, "message": message})

    def check(self) -> None:
        if found := _without_empty(self.errors):
            raise invalid_form(found)

    def text(self, name: str, *, most: int, least: int = 0, required: bool = False) -> str | None:
        value = self._get(name, required)
        if value is None:
            return None
        if not isinstance(value, str):
            self.wrong(name, "STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
            return None
        if len(value) > most and least == 0:
            self.wrong(name, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
            return None
        if not least <= len(value) <= most:
            self.wrong(name, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
            return None
        return value

    def integer(self, name: str, *, least: int = 0, most: int = SNOWFLAKE_MAX, required: bool = False) -> int | None:
        """Also takes a number written as text, as Discord does."""
        value = self._get(name, required)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | str) or not WHOLE_NUMBER.fullmatch(str(value)):
            self.wrong(name, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
            return None
        if (number := int(value)) > most:
            self.wrong(name, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")
            return None
        if number < least:
            self.wrong(name, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {least}.")
            return None
        return number

    def boolean(self, name: str, default: bool = False) -> bool:
        value = self._get(name, required=False)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.wrong(name, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
            return default
        return value

    def snowflake(self, name: str, *, required: bool = False) -> int | None:
        value = self._get(name, required)
        return None if value is None else self._as_snowflake(name, value)

    def snowflakes(self, name: str, *, most: int = 1_000) -> list[int] | None:
        values = self.items(name, most=most)
        if values is None:
            return None
        found = [self._as_snowflake(name, value) for value in values]
        return [number for number in found if number is not None]

    def _as_snowflake(self, name: str, value: Any) -> int | None:
        number = as_snowflake(value)
        if number is None:
            self.wrong(name, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
        return number

    def items(self, name: str, *, most: int, least: int = 0) -> list[Any] | None:
        value = self._get(name, required=False)
        if value is None:
            return None
        if not isinstance(value, list):
            self.wrong(name, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return None
        if not least <= len(value) <= most:
            self.wrong(name, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
            return None
        return value

    def moment(self, name: str) -> datetime | None:
        value = self._get(name, required=False)
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            self.wrong(name, "DATE_TIME_TYPE_PARSE", f"Could not parse {value}. Should be ISO8601.")
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    def choice(self, name: str, choices: Collection[int], *, required: bool = False) -> int | None:
        value = self.integer(name, required=required)
        if value is None or value in choices:
            return value
        listed = ", ".join(str(each) for each in sorted(choices))
        self.wrong(name, "BASE_TYPE_CHOICES", f"Value must be one of {{{listed}}}.")
        return None

    def part(self, name: str) -> Form | None:
        """The object inside ``name``."""
        value = self._get(name, required=False)
        return None if value is None else Form(value, self.errors.setdefault(name, {}))

    def parts(self, name: str, *, most: int, least: int = 0) -> Iterator[Form]:
        """The objects of the list ``name``."""
        values = self.items(name, most=most, least=least) or []
        place = self.errors.setdefault(name, {}) if values else {}
        for index, value in enumerate(values):
            yield Form(value, place.setdefault(str(index), {}))

    def _get(self, name: str, required: bool) -> Any:
        value = self.data.get(name)
        if value is None and required:
            self.wrong(name, "BASE_TYPE_REQUIRED", "This field is required")
        return value


def _without_empty(tree: Json) -> Json:
    pruned = {key: _without_empty(value) if isinstance(value, dict) else value for key, value in tree.items()}
    return {key: value for key, value in pruned.items() if value}


def as_snowflake(value: Any) -> int | None:
    """``value`` as an id, or None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | str) or not str(value).isascii():
        return None
    return int(value) if str(value).isdecimal() and int(value) <= SNOWFLAKE_MAX else None


@contextmanager
def reading(data: Any) -> Iterator[Form]:
    """Read a body; whatever was wrong with it is raised at the end."""
    form = Form(data)
    yield form
    form.check()
