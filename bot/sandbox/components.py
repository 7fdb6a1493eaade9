"""Message components as Discord checks and completes them: action rows, and the layout ones of version 2.

Source: https://docs.discord.com/developers/components/reference
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from bot.sandbox.entities import Json
from bot.sandbox.forms import Form

MAX_ROWS = 5  # action rows, without version 2
MAX_COMPONENTS = 40  # all of them, with version 2
MAX_BUTTONS = 5  # in a row
MAX_SECTION_TEXTS = 3
MAX_OPTIONS = 25  # of a menu
MAX_GALLERY = 10
MAX_TEXT = 4_000  # characters of all text displays together
MAX_LABEL = 80
MAX_CUSTOM_ID = 100
MAX_URL = 512


class Kind(IntEnum):
    ACTION_ROW = 1
    BUTTON = 2
    STRING_SELECT = 3
    USER_SELECT = 5
    ROLE_SELECT = 6
    MENTIONABLE_SELECT = 7
    CHANNEL_SELECT = 8
    SECTION = 9
    TEXT_DISPLAY = 10
    THUMBNAIL = 11
    MEDIA_GALLERY = 12
    FILE = 13
    SEPARATOR = 14
    CONTAINER = 17


SELECTS = frozenset(
    {Kind.STRING_SELECT, Kind.USER_SELECT, Kind.ROLE_SELECT, Kind.MENTIONABLE_SELECT, Kind.CHANNEL_SELECT}
)
IN_CONTAINER = frozenset(
    {Kind.ACTION_ROW, Kind.SECTION, Kind.TEXT_DISPLAY, Kind.MEDIA_GALLERY, Kind.FILE, Kind.SEPARATOR}
)
TOP_LEVEL = IN_CONTAINER | {Kind.CONTAINER}
LINK_BUTTON = 5
PREMIUM_BUTTON = 6


class Reader:
    """Reads the ``components`` of one message and gives each the id it lacks."""

    def __init__(self, *, version_2: bool) -> None:
        self._version_2 = version_2
        self._custom_ids: set[str] = set()
        self._count = 0
        self._text = 0

    def read(self, form: Form) -> list[Json]:
        """The components as a message carries them; what is wrong is noted in ``form``."""
        allowed = TOP_LEVEL if self._version_2 else frozenset({Kind.ACTION_ROW})
        most = MAX_COMPONENTS if self._version_2 else MAX_ROWS
        found = [self._component(part, allowed) for part in form.parts("components", most=most)]
        if self._count > MAX_COMPONENTS:
            form.wrong("components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", _too_many("components", MAX_COMPONENTS))
        if self._text > MAX_TEXT:
            form.wrong("components", "COMPONENT_MAX_TEXT_EXCEEDED", _too_many("characters of text", MAX_TEXT))
        return [component for component in found if component]

    def _component(self, form: Form, allowed: frozenset[Kind]) -> Json:
        number = form.integer("type", required=True)
        if number not in allowed:
            choices = ", ".join(str(int(kind)) for kind in sorted(allowed))
            form.wrong("type", "UNION_TYPE_CHOICES", f'Value of field "type" must be one of ({choices}).')
            return {}
        kind = Kind(number)
        self._count += 1
        body: Json = {"type": int(kind), "id": form.integer("id", least=0) or self._count}
        return body | self._read_kind(kind, form)

    def _read_kind(self, kind: Kind, form: Form) -> Json:
        if kind is Kind.ACTION_ROW:
            return {"components": self._children(form, SELECTS | {Kind.BUTTON}, MAX_BUTTONS)}
        if kind is Kind.BUTTON:
            return self._button(form)
        if kind in SELECTS:
            return self.select(kind, form)
        if kind is Kind.SECTION:
            return self._section(form)
        if kind is Kind.TEXT_DISPLAY:
            return {"content": self._display(form)}
        if kind is Kind.SEPARATOR:
            return {"divider": form.boolean("divider", True), "spacing": form.choice("spacing", {1, 2}) or 1}
        if kind is Kind.CONTAINER:
            return self._container(form)
        return self._media(kind, form)

    def _children(self, form: Form, allowed: frozenset[Kind], most: int) -> list[Json]:
        return [self._component(part, allowed) for part in form.parts("components", most=most, least=1)]

    def _container(self, form: Form) -> Json:
        return {
            "accent_color": form.integer("accent_color", most=0xFFFFFF),
            "spoiler": form.boolean("spoiler"),
            "components": self._children(form, IN_CONTAINER, MAX_COMPONENTS),
        }

    def _section(self, form: Form) -> Json:
        body: Json = {"components": self._children(form, frozenset({Kind.TEXT_DISPLAY}), MAX_SECTION_TEXTS)}
        accessory = form.part("accessory")
        if accessory is None:
            form.wrong("accessory", "BASE_TYPE_REQUIRED", "This field is required")
            return body
        return body | {"accessory": self._component(accessory, frozenset({Kind.BUTTON, Kind.THUMBNAIL}))}

    def _display(self, form: Form) -> str:
        content = form.text("content", most=MAX_TEXT, least=1, required=True) or ""
        self._text += len(content)
        return content

    def _button(self, form: Form) -> Json:
        style = form.choice("style", range(1, PREMIUM_BUTTON + 1), required=True)
        body: Json = {"style": style}
        for name, value in (("label", form.text("label", most=MAX_LABEL)), ("emoji", form.data.get("emoji"))):
            if value is not None:
                body[name] = value
        if not body.keys() & {"label", "emoji"} and style != PREMIUM_BUTTON:
            form.wrong("label", "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A button needs a label or an emoji.")
        if style == LINK_BUTTON:
            body["url"] = form.text("url", most=MAX_URL, least=1, required=True)
        elif style == PREMIUM_BUTTON:
            body["sku_id"] = str(form.snowflake("sku_id", required=True))
        else:
            body["custom_id"] = self.custom_id(form)
        return body | ({"disabled": True} if form.boolean("disabled") else {})

    def select(self, kind: Kind, form: Form) -> Json:
        body: Json = {
            "custom_id": self.custom_id(form),
            "min_values": _or(form.integer("min_values", most=MAX_OPTIONS), 1),
            "max_values": _or(form.integer("max_values", least=1, most=MAX_OPTIONS), 1),
        }
        if kind is Kind.STRING_SELECT:
            body["options"] = [option(part) for part in form.parts("options", most=MAX_OPTIONS, least=1)]
        for name in ("placeholder", "channel_types", "default_values"):
            if form.data.get(name) is not None:
                body[name] = form.data[name]
        return body | ({"disabled": True} if form.boolean("disabled") else {})

    def custom_id(self, form: Form) -> str:
        given = form.text("custom_id", most=MAX_CUSTOM_ID, least=1, required=True) or ""
        if given in self._custom_ids:
            form.wrong("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
        self._custom_ids.add(given)
        return given

    def _media(self, kind: Kind, form: Form) -> Json:
        if kind is Kind.MEDIA_GALLERY:
            items = form.parts("items", most=MAX_GALLERY, least=1)
            return {"items": [_described(item) | {"media": _unfurled(item, "media")} for item in items]}
        if kind is Kind.FILE:
            return {"file": _unfurled(form, "file"), "name": None, "size": None, "spoiler": form.boolean("spoiler")}
        return _described(form) | {"media": _unfurled(form, "media")}


def _described(form: Form) -> Json:
    return {"description": form.text("description", most=1_024), "spoiler": form.boolean("spoiler")}


def _unfurled(form: Form, name: str) -> Json:
    media = form.part(name)
    url = (media.text("url", most=2_048, least=1, required=True) if media else None) or ""
    if media is None:
        form.wrong(name, "BASE_TYPE_REQUIRED", "This field is required")
    return {"id": "0", "url": url, "proxy_url": url, "width": None, "height": None, "content_type": None}


def option(form: Form) -> Json:
    body: Json = {
        "label": form.text("label", most=100, least=1, required=True),
        "value": form.text("value", most=100, least=1, required=True),
    }
    for name in ("description", "emoji", "default"):
        if form.data.get(name) is not None:
            body[name] = form.data[name]
    return body


def _or(value: int | None, default: int) -> int:
    return default if value is None else value


def _too_many(what: str, most: Any) -> str:
    return f"The total number of {what} must not exceed {most}."
