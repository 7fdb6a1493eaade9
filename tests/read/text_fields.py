"""Lists the text fields of Discord's API: ``python tests/read/text_fields.py > tests/read/text_fields.txt``.

A path such as ``message.embeds[].title`` names a field that holds free text: no id, no time, no fixed choice. What is
quoted from another message is left out: that message is read where it was written.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DESCRIPTION = Path(__file__).parents[2].parent / "shared" / "discord-openapi.json"
ROOTS = {
    "message": ("MessageResponse",),
    "thread": ("ThreadResponse",),
    "channel": ("GuildChannelResponse",),
    "member": ("GuildMemberResponse",),
    "event": ("StageScheduledEventResponse", "VoiceScheduledEventResponse", "ExternalScheduledEventResponse"),
}
QUOTED = frozenset({"referenced_message"})


VOICE_STATUS = "/channels/{channel_id}/voice-status"  # what is set there is told by an event, which has no schema


def fields(description: dict[str, Any]) -> list[str]:
    """The paths of all free texts below the roots, sorted."""
    schemas = description["components"]["schemas"]
    found = {path for root, names in ROOTS.items() for name in names for path in _below(schemas, _ref(name), root, ())}
    sent = description["paths"][VOICE_STATUS]["put"]["requestBody"]["content"]["application/json"]["schema"]
    return sorted(found | set(_below(schemas, sent, "status", ())))


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _below(schemas: dict[str, Any], schema: Any, path: str, seen: tuple[str, ...]) -> Iterator[str]:
    if not isinstance(schema, dict):
        return
    if (name := schema.get("$ref", "").rpartition("/")[2]) and name not in (*seen, "SnowflakeType"):
        yield from _below(schemas, schemas[name], path, (*seen, name))
    for choices in ("oneOf", "anyOf", "allOf"):
        for each in schema.get(choices, ()):
            yield from _below(schemas, each, path, seen)
    if _is_free_text(schema):
        yield path
    yield from _below(schemas, schema.get("items"), f"{path}[]", seen)
    for key, value in schema.get("properties", {}).items():
        if key not in QUOTED:
            yield from _below(schemas, value, f"{path}.{key}", seen)
    yield from _below(schemas, schema.get("additionalProperties"), f"{path}.*", seen)


def _is_free_text(schema: dict[str, Any]) -> bool:
    kinds = schema.get("type")
    is_text = kinds == "string" or (isinstance(kinds, list) and "string" in kinds)
    is_choice = "enum" in schema or "const" in schema or any("const" in each for each in schema.get("oneOf", ()))
    return is_text and not is_choice and "format" not in schema


if __name__ == "__main__":
    sys.stdout.write("\n".join(fields(json.loads(DESCRIPTION.read_text()))) + "\n")
