"""``rules``: which rules are active where, and for whom."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel
from pytimeparse2 import parse as parse_duration
from rich.console import Console
from rich.table import Table

from bot import config
from bot.cli import options
from bot.cli.showing import as_json as written
from bot.cli.showing import cell, plain
from bot.config import Here, Rulebook, words
from bot.decide.places import made_at
from bot.errors import CommandInvalid
from bot.read.eligibility import skip_reason
from bot.records import Action, Author, Named, Post, Step, Surface, is_id

NO_NAME = "\0"  # no reference in a config means this


def command(
    channel: Annotated[str | None, typer.Option("--channel", help="In this channel: its name or id.")] = None,
    thread: Annotated[str | None, typer.Option("--thread", help="In this thread: its id.")] = None,
    category: Annotated[str | None, typer.Option("--category", help="In a channel of this category.")] = None,
    role: Annotated[list[str] | None, typer.Option("--role", help="With this role; can be given again.")] = None,
    member: Annotated[str | None, typer.Option("--member", help="Written by this member: the id.")] = None,
    age: Annotated[
        str | None, typer.Option("--age", help="By an account of this age: 3d. Default: an old one.")
    ] = None,
    guild: Annotated[str | None, typer.Option("--guild", help="In this server: its name or id.")] = None,
    data: options.Data = options.DEFAULT_DATA,
    path: options.Config = None,
    as_json: options.Json = False,
) -> None:
    """Print which rules are active in a place and for a member, with the line of the config that each comes from.

    Without options: what holds where no override does. A name fits as it does in the config. The bot knows which
    category a channel is in; here you have to say it. With a server's id, what its moderators have set counts too.
    """
    from bot.doctor.folder import settings_of_guilds

    used = options.config_path(data, path)
    book = Rulebook(config.load(used), asyncio.run(settings_of_guilds(data)))
    post = _post(guild, channel, thread, category, role or [], member, age)
    here = book.here(post)
    if as_json:
        typer.echo(written(as_dict(here, post, used), indent=2))
        return
    console = Console()
    for line in _headlines(here, post):
        console.print(plain(line), markup=False, highlight=False)
    if not here.layers and any((channel, thread, category, role, member, age)):
        console.print("No override fits this.", highlight=False)
    console.print(_table(here, used))


def as_dict(here: Here, post: Post, used: Path) -> dict[str, Any]:
    """What holds for a post, as the JSON that ``--json`` prints."""
    strikes = here.rules.strikes
    return {
        "mode": here.mode,
        "log_channel": here.log_channel,
        "not_read_because": _exempted(here, post),
        "labels": {
            label: [_step(step, here.mode, used) for step in ladder.steps]
            for label, ladder in here.rules.ladders.items()
        },
        "strikes": {
            "weights": dict(strikes.weights),
            "forget_after": words.duration(strikes.forget_after),
            "ladder": [_step(step, here.mode, used) for step in strikes.ladder.steps],
        },
        "allow": list(here.allow.root),
        "overrides": [{"source": layer.source, "from": _place(used, layer.line)} for layer in here.layers],
    }


def _step(step: Step, mode: str, used: Path) -> dict[str, Any]:
    return {
        "at": step.at,
        "do": [{"action": action.name, "options": dict(action.options)} for action in step.do],
        "mode": "shadow" if step.shadowed_by else mode,
        "source": step.source,
        "from": _place(used, step.line),
        "shadowed_by": step.shadowed_by or None,
    }


def _headlines(here: Here, post: Post) -> list[str]:
    strikes = here.rules.strikes
    lines = [f"mode {here.mode}, flags go to {here.log_channel or 'the record only'}"]
    if pause := here.pause:
        lines.append(f"paused by {pause.by.name} since {pause.since:%Y-%m-%d %H:%M} UTC: {pause.reason}")
    if why := _exempted(here, post):
        lines.append(f"These messages are not read: {why}.")
    if strikes.weights:
        worth = ", ".join(f"{label} {weight}" for label, weight in strikes.weights.items())
        lines.append(f"strikes: {worth}; each is forgotten after {words.duration(strikes.forget_after)}")
    if here.allow.root:
        lines.append(f"allowed phrases: {', '.join(here.allow.root)}")
    if here.layers:
        lines.append(f"overridden by {', '.join(layer.source for layer in here.layers)} (the last one wins)")
    return lines


def _table(here: Here, used: Path) -> Table:
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for column in ("label", "at", "actions", "mode", "from"):
        table.add_column(column, overflow="fold")
    ladders = {**here.rules.ladders, "strikes": here.rules.strikes.ladder}
    for label, ladder in ladders.items():
        for at, step in enumerate(ladder.steps):
            mode = f"shadow ({step.shadowed_by})" if step.shadowed_by else here.mode
            actions = ", ".join(map(_written, step.do))
            place = f"{used.name}:{step.line or 1} {step.source}"
            table.add_row(*map(cell, ("" if at else label, f"{step.at:g}", actions, mode, place)))
        if not ladder.steps and label in here.rules.ladders:
            table.add_row(cell(label), "", "off", "", "")
    return table


def _written(action: Action) -> str:
    """The action, with the options that are not left at their defaults."""
    return words.action(action.name, action.model_dump(exclude_defaults=True) if isinstance(action, BaseModel) else {})


def _exempted(here: Here, post: Post) -> str | None:
    if here.exempted_by:
        return f"{here.exempted_by} exempts them"
    why = skip_reason(post, here.exempt)
    return str(why) if why else None


def _place(used: Path, line: int | None) -> str:
    return f"{used}:{line}" if line else str(used)


def _post(
    guild: str | None,
    channel: str | None,
    thread: str | None,
    category: str | None,
    roles: list[str],
    member: str | None,
    age: str | None,
) -> Post:
    """A message as it would be written there."""
    author = Author(_id(member, "--member") if member else 0, "", tuple(map(_named, roles)))
    place = _named(channel)
    return Post(
        guild=_named(guild),
        channel=Named(_id(thread, "--thread"), "") if thread else place,
        author=author,
        message_id=0,
        surfaces=(Surface("content", "text"),),
        created_at=made_at(author.id) + _age(age) if age else datetime.now(UTC),
        parent=place if thread else None,
        category=_named(category) if category else None,
    )


def _named(reference: str | None) -> Named:
    """What answers to ``reference`` in a config, as far as can be known without Discord."""
    text = (reference or NO_NAME).strip().lstrip("#@") or NO_NAME
    return Named(int(text), NO_NAME) if is_id(text) else Named(0, text)


def _id(text: str, option: str) -> int:
    if not is_id(text):
        raise CommandInvalid(f"{option} wants an id, a number, not {plain(text)}.")
    return int(text)


def _age(text: str) -> timedelta:
    seconds = parse_duration(text)
    if seconds is None or seconds < 0:
        raise CommandInvalid(f"--age wants a duration such as 3d or 12h, not {text}.")
    return timedelta(seconds=seconds)
