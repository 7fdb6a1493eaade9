"""Forms that a bot opens: their parts checked as Discord checks them, and filled in as its client would.

Source: https://docs.discord.com/developers/components/reference
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.sandbox import components
from bot.sandbox.entities import Json
from bot.sandbox.forms import Form, reading
from bot.sandbox.interactions import Interaction, Modal
from bot.sandbox.refusals import Refused

MAX_TITLE, MAX_LABEL, MAX_DESCRIPTION = 45, 45, 100
MAX_PARTS = 40
MAX_VALUE = 4_000
MAX_PLACEHOLDER = 100
MAX_CHOICES = 10  # of radio buttons and checkboxes
ROW, TEXT_INPUT, TEXT_DISPLAY, LABEL = 1, 4, 10, 18
RADIO, CHECKBOXES, CHECKBOX = 21, 22, 23
SHORT, PARAGRAPH = 1, 2  # styles of a text input
SELECTS = frozenset(int(kind) for kind in components.SELECTS)
IN_LABEL = SELECTS | {TEXT_INPUT, RADIO, CHECKBOXES, CHECKBOX}
LISTED = SELECTS | {CHECKBOXES}  # those with several values

Choose = Callable[[Json, list[str]], list[str]]  # a select, and what was chosen in it → the values Discord sends


def read(interaction: Interaction, data: Any) -> Modal:
    """What answer 9 is given. Raises ``ApiError``."""
    with reading(data) as form:
        reader = _Reader()
        custom_id = form.text("custom_id", most=components.MAX_CUSTOM_ID, least=1, required=True) or ""
        title = form.text("title", most=MAX_TITLE, least=1, required=True) or ""
        parts = [reader.part(each) for each in form.parts("components", most=MAX_PARTS, least=1)]
        if not form.has("components"):
            form.wrong("components", "BASE_TYPE_REQUIRED", "This field is required")
    return Modal(interaction, custom_id, title, parts)


class _Reader:
    def __init__(self) -> None:
        self._kinds = components.Reader(version_2=True)
        self._count = 0

    def part(self, form: Form) -> Json:
        body = self._begin(form, {ROW, TEXT_DISPLAY, LABEL})
        if body.get("type") == ROW:
            inputs = [
                self._field(each, {TEXT_INPUT}, labelled=True) for each in form.parts("components", most=1, least=1)
            ]
            return body | {"components": inputs}
        if body.get("type") == LABEL:
            return body | self._label(form)
        if body:
            body["content"] = form.text("content", most=components.MAX_TEXT, least=1, required=True)
        return body

    def _begin(self, form: Form, allowed: set[int] | frozenset[int]) -> Json:
        kind = form.choice("type", allowed, required=True)
        self._count += 1
        return {} if kind is None else {"type": kind, "id": form.integer("id") or self._count}

    def _label(self, form: Form) -> Json:
        inner = form.part("component")
        if inner is None:
            form.wrong("component", "BASE_TYPE_REQUIRED", "This field is required")
        return {
            "label": form.text("label", most=MAX_LABEL, least=1, required=True),
            "description": form.text("description", most=MAX_DESCRIPTION),
            "component": {} if inner is None else self._field(inner, IN_LABEL, labelled=False),
        }

    def _field(self, form: Form, allowed: set[int] | frozenset[int], *, labelled: bool) -> Json:
        body = self._begin(form, allowed)
        kind = body.get("type")
        if kind == TEXT_INPUT:
            return body | self._text_input(form, labelled)
        if kind in SELECTS:
            return body | self._kinds.select(components.Kind(kind), form) | {"required": form.boolean("required", True)}
        if kind in (RADIO, CHECKBOXES):
            return body | self._choices(form)
        if kind == CHECKBOX:
            return body | {"custom_id": self._kinds.custom_id(form), "default": form.boolean("default")}
        return body

    def _text_input(self, form: Form, labelled: bool) -> Json:
        body: Json = {
            "custom_id": self._kinds.custom_id(form),
            "style": form.choice("style", {SHORT, PARAGRAPH}, required=True),
            "value": form.text("value", most=MAX_VALUE),
            "placeholder": form.text("placeholder", most=MAX_PLACEHOLDER),
            "required": form.boolean("required", True),
            "min_length": form.integer("min_length", most=MAX_VALUE) or 0,
            "max_length": form.integer("max_length", least=1, most=MAX_VALUE) or MAX_VALUE,
        }
        label = form.text("label", most=MAX_LABEL, least=1, required=labelled)
        return body | ({"label": label} if labelled else {})

    def _choices(self, form: Form) -> Json:
        return {
            "custom_id": self._kinds.custom_id(form),
            "options": [components.option(part) for part in form.parts("options", most=MAX_CHOICES, least=1)],
            "required": form.boolean("required", True),
            "min_values": form.integer("min_values", most=MAX_CHOICES),
            "max_values": form.integer("max_values", least=1, most=MAX_CHOICES),
        }


def filled_in(modal: Modal, values: Mapping[str, Any], choose: Choose) -> list[Json]:
    """The components that a submission carries. ``values`` are by custom id or label.

    Raises ``Refused`` where Discord's client would not send the form.
    """
    names = {name for field in modal.fields for name in (field["custom_id"], field.get("label"))}
    if unknown := [name for name in values if name not in names]:
        listed = ", ".join(field["custom_id"] for field in modal.fields)
        raise Refused(400, f"The form {modal.title!r} has no field {unknown[0]!r}; it has: {listed}.")
    return [_submitted(part, values, choose) for part in modal.components]


def _submitted(part: Json, values: Mapping[str, Any], choose: Choose) -> Json:
    kept = {"type": part["type"], "id": part["id"]}
    if part["type"] == ROW:
        return kept | {"components": [_value(each, each["label"], values, choose) for each in part["components"]]}
    if part["type"] == LABEL:
        return kept | {"component": _value(part["component"], part["label"], values, choose)}
    return kept


def _value(field: Json, label: str, values: Mapping[str, Any], choose: Choose) -> Json:
    kept: Json = {"type": field["type"], "id": field["id"], "custom_id": field["custom_id"]}
    given = values.get(field["custom_id"], values.get(label))
    if field["type"] == TEXT_INPUT:
        return kept | {"value": _text(field, label, given)}
    if field["type"] == CHECKBOX:
        return kept | {"value": field["default"] if given is None else bool(given)}
    chosen = _listed(field, given)
    if field["required"] and not chosen:
        raise Refused(400, f'"{label}" must be chosen.')
    if field["type"] in LISTED:
        return kept | {"values": choose(field, chosen)}
    return kept | {"value": choose(field, chosen)[0] if chosen else None}


def _listed(field: Json, given: Any) -> list[str]:
    if given is None:
        return [each["value"] for each in field.get("options", ()) if each.get("default")]
    return [str(each) for each in given] if isinstance(given, list | tuple) else [str(given)]


def _text(field: Json, label: str, given: Any) -> str:
    text = str((field["value"] or "") if given is None else given)
    if not text and not field["required"]:
        return text
    least, most = max(field["min_length"], int(field["required"])), field["max_length"]
    if not least <= len(text) <= most:
        raise Refused(400, f'"{label}" must be {least} to {most} characters long, not {len(text)}.')
    return text
