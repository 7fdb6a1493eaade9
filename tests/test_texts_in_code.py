"""What people read stands in the texts, and nowhere else in the code: these tests walk the sources."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast, get_args

from bot import act
from bot.gateway.permissions import OWN_NEEDS
from bot.records import Kind, Status
from bot.review.commands import commands
from bot.review.describing import describe
from bot.texts import Texts, placeholders

TOP = Path(__file__).parents[1]
USING = ("naming.py", "saying.py")  # of bot/texts; the rest of it are the texts
SOURCES = sorted(path for path in TOP.glob("bot/**/*.py") if path.parent.name != "texts" or path.name in USING)
ALL = list(Texts.model_fields)
SAYING = ("say", "words", "say_it")  # what takes the name of a text, and what fills it in


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def words_of_the_sources() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """All names and strings in the code, and the beginnings and ends of names of texts that go on with one of those."""
    found: set[str] = set()
    beginnings: set[str] = set()
    ends: set[str] = set()
    for node in (node for path in SOURCES for node in ast.walk(tree(path))):
        match node:
            case ast.Constant(value=str(text)):
                found |= {text, re.sub("[ -]", "_", text).lower()}
                beginnings |= {text} if re.fullmatch("[a-z]+_", text) else set()
            case ast.Attribute(attr=name) | ast.Name(id=name):
                found |= {name, name.lower()}
            case ast.JoinedStr(values=[ast.Constant(value=str(begins)), ast.FormattedValue()]):
                beginnings.add(begins)
            case ast.JoinedStr(values=[ast.FormattedValue(), ast.Constant(value=str(end))]) if end.startswith("_"):
                ends.add(end)
    return frozenset(found), frozenset(beginnings), frozenset(ends)


def test_each_text_is_used_somewhere() -> None:
    of_commands = set[str]()
    for command in commands():
        describe(command, cast(Any, Listening(of_commands)))
        describe(command, Texts())  # discord.py has one object of each for the whole process
    assert {key for key in ALL if key.startswith(("command_", "menu_"))} == of_commands
    assert [key for key in ALL if key not in of_commands and not is_used(key)] == []


class Listening:
    """Texts that note which of them are asked for."""

    def __init__(self, heard: set[str]) -> None:
        self._heard = heard

    def __getattr__(self, key: str) -> str:
        self._heard.add(key)
        return key


def is_used(key: str) -> bool:
    found, beginnings, ends = words_of_the_sources()
    rest = {key.removeprefix(each) for each in beginnings if key.startswith(each)}
    rest |= {key.removesuffix(each) for each in ends if key.endswith(each)}
    return key in found or not rest.isdisjoint(found)


def fillings() -> Iterator[tuple[str, str, frozenset[str]]]:
    """Where a text is filled in: the place, the text, and what it is given."""
    for path in SOURCES:
        for node in ast.walk(tree(path)):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            given = frozenset(keyword.arg for keyword in node.keywords if keyword.arg)
            where = f"{path.relative_to(TOP)}:{node.lineno}"
            if called in SAYING and None not in {keyword.arg for keyword in node.keywords}:
                yield from ((where, key, given) for key in _keys(node.args[0]))
            elif called == "fill" and len(node.args) == 1:
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


# Whence people in Discord are spoken to. Elsewhere (the command line, errors in the config, training) English holds.
HEARD = sorted(
    path
    for path in SOURCES
    if path.parent == TOP / "bot" or path.relative_to(TOP / "bot").parts[0] in ("act", "decide", "gateway", "review")
)
# What is given to these is for the log, for the command line, or for whoever reads the code.
NOT_HEARD = {
    *("debug", "info", "warning", "error", "one_round", "_logged", "_count"),
    *("ValueError", "TypeError", "LookupError", "CivilTongueError"),
    *("TokenRefused", "DiscordUnreachable", "IntentMissing", "RecordFailed", "_say_missing", "cast"),
}
# Words that are for nobody's eyes in Discord, each with the reason.
KNOWN = {
    "Civil Tongue flag #": "the audit log, by which the bot also knows its own deeds again",
    "Civil Tongue flags ": "the audit log, for several at once",
    "Civil Tongue: /setup by ": "the audit log",
    "Discord AutoMod": "in place of the model's name in the record",
    "Set DISCORD_TOKEN": "the command line",
    "Discord does not take this token": "the command line",
    "Discord cannot be reached at": "the command line",
    "The bot may not read messages": "the command line",
    "Bot ": "what people paste together with a token",
    "Date": "a header of an answer",
    "lower right": "an argument of the library that draws",
    "voice chat": "the name of a surface",
    "first post": "the name of a surface",
    "text file": "the name of a surface",
    "unknown channel": "a channel that Discord did not name",
    "command line": "by which way a verdict came, in the record",
    "DISCORD_TOKEN_FILE names": "the command line",
    "the file ": "the command line",
    "Thank you so much": "read with a message, and never shown",
    "the lanes ended": "the log",
    "; did you mean": "an error in the config",
    "anybody can take a name": "an error in the config",
    "any member may open": "an error in the config",
    "Tell them first": "an option, explained in the config's schema",
    "already done": "in the record",
    "held back": "in the record",
    "does not apply": "in the record",
}


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """Every string of the file, but for those that explain the code and those that nobody in Discord hears."""
    silent: set[int] = set()
    for node in ast.walk(tree(path)):
        match node:
            case ast.Expr(value=ast.Constant()):
                silent.add(id(node.value))
            case ast.Assign(targets=[ast.Name(id="__all__")]):
                silent |= {id(each) for each in ast.walk(node.value)}
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in NOT_HEARD:
                silent |= {id(each) for each in ast.walk(node)}
            case ast.keyword(arg="description"):
                silent |= {id(each) for each in ast.walk(node.value)}
            case ast.AnnAssign(annotation=ast.Name(id="TypeAlias"), value=ast.Constant()):
                silent.add(id(node.value))
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.JoinedStr) and id(node) not in silent:
            silent |= {id(each) for each in node.values}
            yield (
                node.lineno,
                "".join(str(each.value) if isinstance(each, ast.Constant) else "{}" for each in node.values),
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.lineno, node.value


def speaks(text: str) -> bool:
    """Whether a string is words for people: several with spaces between, or one with a capital letter."""
    words = re.findall(r"[^\W\d_]{2,}", text)
    return (len(words) > 1 and " " in text.strip()) or re.fullmatch(r"[A-Z][a-z]{2,}[.:]?", text.strip()) is not None


def test_nothing_that_people_read_stands_in_the_code() -> None:
    spoken = {
        f"{path.relative_to(TOP)}:{line}: {text}"
        for path in HEARD
        for line, text in literals(path)
        if speaks(text) and not text.startswith(tuple(KNOWN))
    }
    assert spoken == set(), "these belong into bot/texts"


def test_everything_that_has_a_name_for_people_has_it_in_the_texts() -> None:
    steps = {text for path in SOURCES if path.name == "disguise.py" for text in disguises(path)}
    assert steps
    wanted = {
        *(f"action_{name}" for name in act.actions()),
        *(f"view_{re.sub('[ -]', '_', step)}" for step in steps),
        *(f"permission_{name}" for action in act.actions().values() for name in (*action.needs, *action.undo_needs)),
        *(f"permission_{name}" for name in OWN_NEEDS),
        *(f"kind_{name}" for name in get_args(Kind)),
        *(f"status_{status.name.lower()}" for status in Status),
    }
    assert wanted - set(ALL) == set()


def disguises(path: Path) -> Iterator[str]:
    """The names in the steps of that module."""
    for node in ast.walk(tree(path)):
        match node:
            case ast.Tuple(elts=[ast.Constant(value=str(name)), ast.Name() | ast.Attribute() | ast.Call()]):
                yield name


def test_no_exception_from_that_is_left_over() -> None:
    everything = [text for path in HEARD for _, text in literals(path)]
    assert [each for each in KNOWN if not any(text.startswith(each) for text in everything)] == []
