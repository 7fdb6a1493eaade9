"""Where a rule comes from, as moderators are told: a line of the config, or a command."""

from __future__ import annotations

from bot.config import line_of
from bot.config.overrides import Layer
from bot.review.desk import Desk
from bot.review.quote import without_tricks
from bot.texts import Texts, fill

SOURCE_SHOWN = 100  # characters of a path in the config, which may hold a channel's or server's name


def of_layer(desk: Desk, layer: Layer) -> str:
    """An entry of ``guilds`` or ``overrides``."""
    return at(desk, layer.line, layer.source)


def of_key(desk: Desk, key: str, texts: Texts) -> str:
    """A key at the top of the file."""
    line = line_of(desk.rulebook.settings, key)
    return at(desk, line, key) if line else fill(texts.rules_default, key=key, file=_file(desk))


def at(desk: Desk, line: int | None, source: str) -> str:
    """``config.yaml:12 labels.insult[0]`` as code, in which Discord reads nothing else."""
    where = f"{_file(desk)}:{line}" if line else _file(desk)
    return f"`{where} {_as_code(source)}`"


def _file(desk: Desk) -> str:
    return _as_code(desk.config_file.name) if desk.config_file else "config.yaml"


def _as_code(text: str) -> str:
    plain = " ".join(without_tricks(text).replace("`", "'").split())
    return plain if len(plain) <= SOURCE_SHOWN else plain[: SOURCE_SHOWN - 1] + "…"
