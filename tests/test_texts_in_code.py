"""What people read stands in the texts, and nowhere else in the code: these tests walk the sources."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from bot.texts import Texts, placeholders

TOP = Path(__file__).parents[1]
SOURCES = sorted(path for path in TOP.glob("bot/**/*.py") if path.parent.name != "texts")
ALL = list(Texts.model_fields)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def words_of_the_sources() -> tuple[frozenset[str], frozenset[str]]:
    """All names and short strings in the code, and the beginnings of names of texts that end in one of those."""
    found: set[str] = set()
    beginnings: set[str] = set()
    for node in (node for path in SOURCES for node in ast.walk(tree(path))):
        match node:
            case ast.Constant(value=str(text)):
                found.add(text)
            case ast.Attribute(attr=name) | ast.Name(id=name):
                found |= {name, name.lower()}
            case ast.JoinedStr(values=[ast.Constant(value=str(begins)), ast.FormattedValue()]):
                beginnings.add(begins)
    return frozenset(found), frozenset(beginnings)


def test_each_text_is_used_somewhere() -> None:
    assert [key for key in ALL if not is_used(key)] == []


def is_used(key: str) -> bool:
    found, beginnings = words_of_the_sources()
    put_together = (key.removeprefix(each) for each in beginnings if key.startswith(each))
    return key in found or any(end in found for end in put_together)


def fillings() -> Iterator[tuple[str, str, frozenset[str]]]:
    """Where a text is filled in: the place, the text, and what it is given."""
    for path in SOURCES:
        for node in ast.walk(tree(path)):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
                continue
            given = frozenset(keyword.arg for keyword in node.keywords if keyword.arg)
            where = f"{path.relative_to(TOP)}:{node.lineno}"
            if node.func.id == "say":
                yield from ((where, key, given) for key in _keys(node.args[0]))
            elif node.func.id == "fill" and len(node.args) == 1:
                yield from ((where, key, given) for key in _texts(node.args[0]))


def _keys(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(key)):
            yield key
        case ast.IfExp(body=one, orelse=other):
            yield from (*_keys(one), *_keys(other))
        case ast.JoinedStr(values=[ast.Constant(value=str(begins)), *_]):
            yield from (key for key in ALL if key.startswith(begins))


def _texts(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Attribute(attr=key):
            yield key
        case ast.IfExp(body=one, orelse=other):
            yield from (*_texts(one), *_texts(other))


def test_a_text_is_given_all_that_it_may_hold() -> None:
    found = list(fillings())
    assert len(found) > 100  # else this looks for them in the wrong way
    assert [each for each in found if each[1] not in ALL] == []
    assert [each for each in found if each[2] != set(placeholders(each[1]))] == []
