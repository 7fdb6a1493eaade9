"""The JSON schema of config.yaml, for editors: generated from the option classes, finished by hand for the short forms.

Editors see what a schema can say. Unknown labels, duplicate keys, thresholds given twice and the like are left to
``load``.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from bot import act
from bot.act import BaseAction
from bot.config.beside import AUTOMOD, NAMES
from bot.config.ladders import MOST_STRIKES, OFF, SHADOW
from bot.config.options import DURATION
from bot.config.overrides import GUILDS, LABELS, OVERRIDES, STRIKES, GuildOptions, OverrideOptions
from bot.config.settings import NOT_KEYS, Settings
from bot.config.strikes import LADDER, WEIGHTS, StrikeOptions

_DURATION: JsonSchemaValue = {"type": "string", "pattern": f"^{DURATION}$", "examples": ["10m", "1h30m", "30d"]}
# An id that is not in quotes is a number to YAML.
_TEXT = ["string", "number"]


def schema() -> dict[str, Any]:
    """What config.yaml may hold, as a JSON schema (draft 2020-12)."""
    definitions: dict[str, Any] = {}
    whole = _of_model(Settings, definitions)
    properties = whole["properties"]
    for name in NOT_KEYS:
        del properties[name]
    override = _of_model(OverrideOptions, definitions)
    override["properties"][LABELS] = _LABEL_CHANGES
    override["minProperties"] = 2  # where, and what
    guild = _of_model(GuildOptions, definitions)
    guild["properties"] |= {LABELS: _LABEL_CHANGES, STRIKES: _REF_STRIKES, OVERRIDES: _OVERRIDES}
    guild["properties"] |= {NAMES: _NAMES, AUTOMOD: _AUTOMOD}
    guild["minProperties"] = 1
    properties |= {
        LABELS: {
            "type": "object",
            "description": "What to do about which label of the model.",
            "additionalProperties": {"$ref": "#/$defs/ladder"},
        },
        OVERRIDES: _OVERRIDES,
        STRIKES: _REF_STRIKES,
        NAMES: _NAMES,
        AUTOMOD: _AUTOMOD,
        GUILDS: {
            "type": "object",
            "description": "Server, by id or name → what is different there.",
            "additionalProperties": {"$ref": "#/$defs/guild"},
        },
    }
    definitions |= {
        "ladder": {"description": _LADDER_SAYS, "oneOf": _LADDERS},
        "changed_ladder": {
            "description": f"{_LADDER_SAYS} Or shadow: the same steps, in shadow mode.",
            "oneOf": [{"const": SHADOW}, *_LADDERS],
        },
        "step": _STEP,
        "do": _DO,
        "action": _action(definitions),
        "override": override,
        "guild": guild,
        "strikes": {"oneOf": [{"const": OFF}, _strikes(definitions)]},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Civil Tongue",
        **whole,
        "description": "config.yaml of Civil Tongue: which model scores the messages, and what is done about which.",
        "required": [LABELS],
        "$defs": dict(sorted(definitions.items())),
    }


_COUNT: JsonSchemaValue = {"type": "integer", "minimum": 1, "maximum": MOST_STRIKES}
_DO = {
    "description": "What to do: one action, or several.",
    "oneOf": [
        {"$ref": "#/$defs/action"},
        {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"$ref": "#/$defs/action"}},
    ],
}
_STEP: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["at", "do"],
    "properties": {
        "at": {"type": "number", "exclusiveMinimum": 0, "maximum": 1, "description": "From this probability on."},
        "do": {"$ref": "#/$defs/do"},
        "mode": {"const": SHADOW, "description": "What this step does is held back and shown."},
        "strikes": {**_COUNT, "minimum": 0, "description": "What reaching this step is worth; see strikes."},
    },
}
_LADDER_SAYS = "off, one action (at 0.5), one step, or a list of steps."
_LADDERS = [
    {"const": OFF},
    {"$ref": "#/$defs/action"},
    {"$ref": "#/$defs/step"},
    {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/step"}},
]
_NAMES = {
    "description": "What to do about which label in the names of members; off: names are not read.",
    "oneOf": [{"const": OFF}, {"type": "object", "additionalProperties": {"$ref": "#/$defs/ladder"}}],
}
_AUTOMOD = {
    "description": "What to do when Discord's own AutoMod has acted: off, an action, or do with strikes.",
    "oneOf": [
        {"const": OFF},
        {"$ref": "#/$defs/action"},
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["do"],
            "properties": {each: _STEP["properties"][each] for each in ("do", "mode", "strikes")},
        },
    ],
}
_LABEL_CHANGES = {
    "type": "object",
    "description": "Labels whose ladder is another one here.",
    "additionalProperties": {"$ref": "#/$defs/changed_ladder"},
}
_OVERRIDES = {
    "type": "array",
    "description": "What is different where, or for whom; the more specific entry wins.",
    "items": {"$ref": "#/$defs/override"},
}
_REF_STRIKES = {
    "description": "What adds up against a member, and what is done at how many.",
    "$ref": "#/$defs/strikes",
}


def _strikes(definitions: dict[str, Any]) -> dict[str, Any]:
    whole = _of_model(StrikeOptions, definitions)
    step = {
        "type": "object",
        "additionalProperties": False,
        "required": ["at", "do"],
        "properties": {"at": {**_COUNT, "description": "At this many strikes."}, "do": {"$ref": "#/$defs/do"}},
    }
    whole["properties"] |= {
        WEIGHTS: {
            "type": "object",
            "description": "Label → the strikes for one message.",
            "minProperties": 1,
            "additionalProperties": _COUNT,
        },
        LADDER: {"type": "array", "description": "Steps of strikes.", "minItems": 1, "items": step},
    }
    return {**whole, "required": [WEIGHTS]}


def _action(definitions: dict[str, Any]) -> dict[str, Any]:
    """An action is its name, or a mapping of its name to its value or options."""
    names = [
        {"const": name, "description": action.__doc__}
        for name, action in act.actions().items()
        if not any(field.is_required() for field in action.model_fields.values())
    ]
    options = {name: _options(action, definitions) for name, action in act.actions().items()}
    mapping = {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": False}
    return {"oneOf": [*names, {**mapping, "properties": options}]}


def _options(action: type[BaseAction], definitions: dict[str, Any]) -> dict[str, Any]:
    full = _of_model(action, definitions)
    if action.short is None:
        return full
    return {"anyOf": [full, full["properties"][action.short]]}


def _of_model(model: type[BaseModel], definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema of ``model``; what it refers to goes to ``definitions``."""
    made = model.model_json_schema(schema_generator=_AsWritten, ref_template="#/$defs/{model}")
    definitions |= {name: _plain(each) for name, each in made.pop("$defs", {}).items()}
    plain: dict[str, Any] = _plain(made)
    return plain


def _plain(node: Any) -> Any:
    """Without what pydantic adds for programmers: titles from Python's names, and defaults that are no YAML."""
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if not isinstance(node, dict):
        return node
    plain = {key: _plain(value) for key, value in node.items() if key not in {"title", "default", "properties"}}
    if "properties" in node:
        plain["properties"] = {name: _plain(value) for name, value in node["properties"].items()}
    return plain


class _AsWritten(GenerateJsonSchema):
    """Options as they stand in YAML, which is not as they stand in JSON."""

    def timedelta_schema(self, schema: core_schema.TimedeltaSchema) -> JsonSchemaValue:
        return dict(_DURATION)

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        return {**super().str_schema(schema), "type": _TEXT}

    def tuple_schema(self, schema: core_schema.TupleSchema) -> JsonSchemaValue:
        return {**super().tuple_schema(schema), "uniqueItems": True}

    def is_instance_schema(self, schema: core_schema.IsInstanceSchema) -> JsonSchemaValue:
        return {}  # the rules and layers, which are written by hand

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])  # a key is left out rather than empty

    def bool_schema(self, schema: core_schema.BoolSchema) -> JsonSchemaValue:
        return {"type": "boolean"}
