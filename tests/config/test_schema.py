"""The JSON schema that editors use is in step with the reader."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from bot import config
from bot.config.reading import read

TOP = Path(__file__).parents[2]
SCHEMA = Draft202012Validator(config.schema())


def _mistakes(arrow: str) -> list[str]:
    """The files of mistakes.txt that have this arrow."""
    table = Path(__file__).with_name("mistakes.txt").read_text(encoding="utf-8")
    files = re.findall(r"(?ms)^([^#\n].*?)\n([=~])> [^\n]*\n", table)
    return [
        text if text.startswith("labels") else f"{text}\nlabels: {{toxic: flag}}"
        for text, made in files
        if made == arrow
    ]


def test_the_exported_schema_is_in_step() -> None:
    exported = json.loads((TOP / "bot" / "config.schema.json").read_text(encoding="utf-8"))
    assert exported == config.schema(), "write it anew: python -m bot check --schema > bot/config.schema.json"


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(config.schema())


@pytest.mark.parametrize("path", [config.shipped(), Path(__file__).with_name("whole.yaml")], ids=lambda path: path.name)
def test_a_right_file_is_right_to_an_editor_too(path: Path) -> None:
    assert list(SCHEMA.iter_errors(read(path.read_bytes()).data)) == []


@pytest.mark.parametrize("text", _mistakes("="))
def test_a_mistake_that_a_schema_can_see_is_one_to_an_editor_too(text: str) -> None:
    assert not SCHEMA.is_valid(read(text.encode()).data)


@pytest.mark.parametrize("text", _mistakes("~"))
def test_what_a_schema_cannot_see_is_left_to_the_reader(text: str) -> None:
    assert SCHEMA.is_valid(read(text.encode()).data)


def test_every_key_has_a_description() -> None:
    assert all(part.get("description") for part in config.schema()["properties"].values())
