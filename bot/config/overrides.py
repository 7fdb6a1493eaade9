"""Reads ``overrides:`` and ``guilds:`` into layers: what is changed, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from bot.config import words
from bot.config.beside import AUTOMOD, NAMES, read_automod, read_names
from bot.config.ladders import read_label_changes
from bot.config.options import read_model
from bot.config.problems import Problems
from bot.config.reading import Path
from bot.config.strikes import read_strikes
from bot.decide.limits import LimitOptions
from bot.decide.places import BY_SPECIFICITY, Scope, Where
from bot.decide.rules import Ladder, StrikeRules
from bot.read.allow import AllowList
from bot.read.eligibility import Exempt
from bot.records import Mode
from bot.texts import Texts

LABELS, OVERRIDES, GUILDS, STRIKES = "labels", "overrides", "guilds", "strikes"
GUILD_APART = (LABELS, STRIKES, NAMES, AUTOMOD, OVERRIDES)  # keys of an entry of guilds that have a reader of their own

ChannelReference = Annotated[str, Field(min_length=1, max_length=100)]


class OverrideOptions(Where):
    """An entry of ``overrides:`` without its labels: where it holds, and what it changes there."""

    mode: Mode | None = Field(default=None, description="shadow or live, for these messages.")
    allow: AllowList | None = Field(default=None, description="Further phrases that do not count in these messages.")
    exempt: bool | None = Field(
        default=None, description="true: these messages are not read. false: they are, whatever a wider override says."
    )


class GuildOptions(BaseModel):
    """What is different in one server: an entry of ``guilds:`` without the keys of ``GUILD_APART``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Mode | None = Field(default=None, description="shadow or live, in this server.")
    log_channel: ChannelReference | None = Field(default=None, description="Where this server's moderators read.")
    exempt: Exempt | None = Field(
        default=None, description="Who and where is left alone; each of its keys replaces that of the whole file."
    )
    allow: AllowList | None = Field(default=None, description="Further phrases that do not count in this server.")
    limits: LimitOptions | None = Field(default=None, description="What stops a rule that runs away in this server.")
    texts: Texts | None = Field(default=None, description="Texts for this server; the others stay as they are.")


@dataclass(frozen=True, slots=True)
class Change:
    """What a layer changes; None and nothing where it changes nothing."""

    ladders: Mapping[str, Ladder] = field(default_factory=dict)
    shadowed: tuple[str, ...] = ()  # labels whose ladder stays and goes into shadow mode
    mode: Mode | None = None
    allow: AllowList | None = None
    exempt: bool | None = None
    log_channel: str | None = None
    exempt_list: Exempt | None = None
    limits: LimitOptions | None = None
    texts: Texts | None = None
    strikes: StrikeRules | None = None
    names: Mapping[str, Ladder] | None = None  # empty: names are not read
    automod: Ladder | None = None


@dataclass(frozen=True, slots=True)
class Layer:
    """A change and where it holds. ``path`` and ``line`` tell where it stands in the config."""

    scope: Scope
    change: Change
    path: Path
    line: int | None = None

    @property
    def source(self) -> str:
        """Its path as it is said to people."""
        return words.path(self.path)


def read_overrides(
    raw: Any, path: Path, problems: Problems, labels: Sequence[str] | None, guild: str | None = None
) -> tuple[Layer, ...]:
    """The entries of the list ``raw``; ``guild`` is the one whose ``overrides:`` they are."""
    if not isinstance(raw, list):
        problems.at(path, words.must_be("a list of entries such as {channels: [memes], labels: {obscene: off}}", raw))
        return ()
    found = [_override(item, (*path, index), problems, labels, guild) for index, item in enumerate(raw)]
    layers = tuple(layer for layer in found if layer)
    _report_same_conditions(layers, problems)
    return layers


def _override(
    raw: Any, path: Path, problems: Problems, labels: Sequence[str] | None, guild: str | None
) -> Layer | None:
    before = len(problems)
    options = read_model(OverrideOptions, raw, path, problems, apart=(LABELS,))
    ladders, shadowed = _labels(raw, path, problems, labels)
    if options is None:
        return None
    given = {name for name in OverrideOptions.model_fields if getattr(options, name) is not None}
    changes = {*given - Where.model_fields.keys(), *({LABELS} & raw.keys())}
    if not options.conditions:
        instead = f"; what is for the whole server belongs beside {OVERRIDES}" if guild else ""
        problems.at(path, f"does not say where it holds: give it {words.either(BY_SPECIFICITY[::-1])}{instead}")
    if not changes - {LABELS} and not ladders and not shadowed:
        problems.at(path, "changes nothing: give it labels, mode, allow or exempt")
    if options.exempt and (useless := sorted(changes - {"exempt"})):
        problems.at((*path, useless[0]), "does nothing beside exempt: true, by which these messages are not read")
    if len(problems) > before:
        return None
    where = Where.model_construct(**{name: getattr(options, name) for name in Where.model_fields})
    change = Change(ladders, shadowed, options.mode, options.allow, options.exempt)
    return Layer(Scope(where, guild), change, path, problems.line(path))


def _report_same_conditions(layers: Sequence[Layer], problems: Problems) -> None:
    first: dict[object, Layer] = {}
    for layer in layers:
        key = tuple(_folded(getattr(layer.scope.where, name)) for name in BY_SPECIFICITY)
        earlier = first.setdefault(key, layer)
        if earlier is not layer:
            problems.at(
                layer.path, f"has the same conditions as {earlier.source} in line {earlier.line}; make them one entry"
            )


def _folded(value: Any) -> object:
    if isinstance(value, tuple):
        return frozenset(reference.strip().lstrip("#@").casefold() for reference in value)
    return value


def read_guilds(raw: Any, path: Path, problems: Problems, labels: Sequence[str] | None) -> tuple[Layer, ...]:
    """For each guild a layer for the whole of it, and one for each of its overrides."""
    if not isinstance(raw, dict):
        problems.at(path, words.must_be("a mapping of servers, by id or name, to what is different there", raw))
        return ()
    layers: list[Layer] = []
    first: dict[str, str] = {}
    for guild, value in raw.items():
        here = (*path, guild)
        same = guild.strip().lstrip("#@").casefold()
        if not same:
            problems.at_key(here, "must be a server's id or name")
        elif first.setdefault(same, guild) != guild:
            problems.at_key(here, f"is the same server as {words.shown(first[same])}")
        layers += _guild(value, here, problems, labels, guild)
    return tuple(layers)


def _guild(raw: Any, path: Path, problems: Problems, labels: Sequence[str] | None, guild: str) -> list[Layer]:
    options = read_model(GuildOptions, raw, path, problems, apart=GUILD_APART)
    if not isinstance(raw, dict):
        return []
    if not raw:
        keys = [*GuildOptions.model_fields, *GUILD_APART]
        problems.at(path, f"changes nothing: give it {words.either(keys)}")
    ladders, shadowed = _labels(raw, path, problems, labels)
    strikes = read_strikes(raw[STRIKES], (*path, STRIKES), problems, labels) if STRIKES in raw else None
    names = read_names(raw[NAMES], (*path, NAMES), problems, labels) or {} if NAMES in raw else None
    automod = read_automod(raw[AUTOMOD], (*path, AUTOMOD), problems) if AUTOMOD in raw else None
    overrides = read_overrides(raw.get(OVERRIDES, []), (*path, OVERRIDES), problems, labels, guild)
    if options is None:
        return []
    change = Change(
        ladders,
        shadowed,
        options.mode,
        options.allow,
        log_channel=options.log_channel,
        exempt_list=options.exempt,
        limits=options.limits,
        texts=options.texts,
        strikes=strikes,
        names=names,
        automod=automod,
    )
    return [Layer(Scope(Where(), guild), change, path, problems.line(path)), *overrides]


def report_shadows_without_ladder(layers: Sequence[Layer], ladders: Mapping[str, Ladder], problems: Problems) -> None:
    """Say where a label is put into shadow mode that has no steps anywhere."""
    with_steps = {
        label
        for each in (ladders, *(layer.change.ladders for layer in layers))
        for label, ladder in each.items()
        if ladder.steps
    }
    for layer in layers:
        for label in layer.change.shadowed:
            if label not in with_steps:
                problems.at((*layer.path, LABELS, label), "cannot be shadow: no labels give it a step")


def _labels(
    raw: Any, path: Path, problems: Problems, labels: Sequence[str] | None
) -> tuple[dict[str, Ladder], tuple[str, ...]]:
    if not isinstance(raw, dict) or LABELS not in raw:
        return {}, ()
    return read_label_changes(raw[LABELS], (*path, LABELS), problems, labels)
