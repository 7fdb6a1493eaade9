"""What a config asks of Discord: its actions with the permissions they need, and the places and roles that it names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from bot import act
from bot.act import BaseAction
from bot.config import Rulebook, Settings
from bot.config.overrides import Layer
from bot.decide.rules import Ladder, Rules
from bot.gateway.looking import Place, Server
from bot.gateway.permissions import OWN_NEEDS
from bot.read.eligibility import Exempt, skip_reason
from bot.records import Action, Author, Named, Pause, Post, Surface

Kind = Literal["channel", "category", "role", "channel or category"]
Needs = Mapping[str, tuple[str, ...]]  # permission → names of the actions that need it

# Conditions about who writes: where an override has one of these, some member may meet it anywhere it holds.
_ABOUT_MEMBERS = frozenset({"members", "roles", "younger_than"})
# Where something is named, and what kind of thing. Threads and members are given by id: they come and go.
_NAMED_BY_CONDITIONS: tuple[tuple[str, Kind], ...] = (
    ("channels", "channel"),
    ("categories", "category"),
    ("roles", "role"),
)
_NAMED_BY_ACTIONS: tuple[tuple[str, Kind], ...] = (("role", "role"), ("channel", "channel"))
_PINGING = "notify"  # posts in the log channel or one that it names, and not where the message stands


@dataclass(frozen=True, slots=True)
class Reference:
    """A name or id in the config, and the path where it stands. ``guild``: the server that is meant, None: any."""

    kind: Kind
    text: str
    source: str
    guild: str | None = None


def actions_of(settings: Settings) -> list[BaseAction]:
    """Every action that some rule may ask for, each once."""
    return _once([*_in_rules(settings.rules), *(each for layer in settings.layers for each in _in_layer(layer))])


def permissions_for(settings: Settings) -> frozenset[str]:
    """What the invite link asks for: what the bot itself needs and what its actions need, and nothing else."""
    actions = actions_of(settings)
    told = {"manage_guild"} if "automod" in settings.asks_for else set()  # else AutoMod's deeds are not told
    return OWN_NEEDS.union(told, *(action.needs | action.undo_needs for action in actions))


def needs_of(actions: Iterable[BaseAction]) -> Needs:
    """What must be allowed for these to be done."""
    return _by_permission((action.name, action.needs) for action in actions)


def undo_needs_of(actions: Iterable[BaseAction]) -> Needs:
    """What must be allowed besides for these to be taken back."""
    return _by_permission((action.name, action.undo_needs - action.needs) for action in actions)


class Wishes:
    """What a config, and what moderators have set in Discord, ask for in each place of a server."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.settings = settings = rulebook.settings
        self.rulebook = rulebook
        of_members = [layer for layer in settings.layers if _ABOUT_MEMBERS.intersection(layer.scope.where.conditions)]
        self._of_members = _once(each for layer in of_members for each in _in_layer(layer))

    def at(self, server: Server, place: Place) -> list[BaseAction] | None:
        """The actions that may be asked for by a message there; None where messages are not read."""
        post = Post(
            guild=server.named,
            channel=place.named,
            author=Author(0, ""),
            message_id=0,
            surfaces=(Surface("content", "text"),),
            created_at=datetime.now(UTC),
            category=place.category,
        )
        here = self.rulebook.here(post)
        if here.exempted_by or skip_reason(post, here.exempt):
            return None
        found = _once([*_in_rules(here.rules), *self._of_members])
        return [action for action in found if action.name != _PINGING]

    def in_server(self, server: Server) -> list[BaseAction]:
        """The actions that may be asked for anywhere in a server."""
        layers = [
            layer
            for layer in self.settings.layers
            if layer.scope.guild is None or server.named.answers_to(layer.scope.guild)
        ]
        here = self.rulebook.in_guild(server.named)
        return _once([*_in_rules(here.rules), *(each for layer in layers for each in _in_layer(layer))])

    def log_channel(self, server: Server) -> str | None:
        return self.rulebook.in_guild(server.named).log_channel

    def pause(self, server: Server) -> Pause | None:
        return self.rulebook.in_guild(server.named).pause

    def is_log_channel(self, server: Server, place: Place) -> bool:
        reference = self.log_channel(server)
        return reference is not None and place.named.answers_to(reference)

    def references(self) -> list[Reference]:
        """The channels, categories and roles that overrides, exemptions and actions name."""
        found = [*_in_exempt(self.settings.exempt, "exempt", None)]
        for layer in self.settings.layers:
            guild = layer.scope.guild
            for name, kind in _NAMED_BY_CONDITIONS:
                texts = getattr(layer.scope.where, name)
                found += [Reference(kind, text, f"{layer.source}.{name}", guild) for text in texts]
            if layer.change.exempt_list:
                found += _in_exempt(layer.change.exempt_list, f"{layer.source}.exempt", guild)
            for action in _in_layer(layer):
                found += _in_action(action, guild)
        for action in _in_rules(self.settings.rules):
            found += _in_action(action, None)
        return list(dict.fromkeys(found))

    def guilds(self) -> list[str]:
        """The servers that ``guilds:`` names."""
        return list(dict.fromkeys(layer.scope.guild for layer in self.settings.layers if layer.scope.guild))


def _in_rules(rules: Rules) -> Iterator[BaseAction]:
    for ladder in (*rules.ladders.values(), *(rules.names or {}).values(), rules.automod, rules.strikes.ladder):
        yield from _in_ladder(ladder)
    yield from (_made(action) for action in rules.always)


def _in_layer(layer: Layer) -> Iterator[BaseAction]:
    change = layer.change
    beside = (*(change.names or {}).values(), *((change.automod,) if change.automod else ()))
    for ladder in (*change.ladders.values(), *beside, *((change.strikes.ladder,) if change.strikes else ())):
        yield from _in_ladder(ladder)


def _in_ladder(ladder: Ladder) -> Iterator[BaseAction]:
    return (_made(action) for step in ladder.steps for action in step.do)


def _made(action: Action) -> BaseAction:
    return action if isinstance(action, BaseAction) else act.make(action.name, action.options)


def _in_exempt(exempt: Exempt, source: str, guild: str | None) -> Iterator[Reference]:
    yield from (Reference("role", text, f"{source}.roles", guild) for text in exempt.roles)
    yield from (Reference("channel or category", text, f"{source}.channels", guild) for text in exempt.channels)


def _in_action(action: BaseAction, guild: str | None) -> Iterator[Reference]:
    for name, kind in _NAMED_BY_ACTIONS:
        if text := getattr(action, name, None):
            yield Reference(kind, str(text), action.name, guild)


def _by_permission(pairs: Iterable[tuple[str, frozenset[str]]]) -> Needs:
    needs: dict[str, dict[str, None]] = {}
    for name, permissions in pairs:
        for permission in permissions:
            needs.setdefault(permission, {})[name] = None
    return {permission: tuple(sorted(names)) for permission, names in needs.items()}


def _once(actions: Iterable[BaseAction]) -> list[BaseAction]:
    return list(dict.fromkeys(actions))


def is_in(server: Server, reference: Reference) -> bool:
    """Whether a server has what is named. An id may be a thread's, and threads are not looked at."""
    channels, categories = [place.named for place in server.places], list(server.categories)
    named: Mapping[Kind, list[Named]] = {
        "channel": channels,
        "category": categories,
        "role": [role.named for role in server.roles],
        "channel or category": channels + categories,
    }
    if reference.kind.startswith("channel") and reference.text.isdigit():
        return True
    return any(each.answers_to(reference.text) for each in named[reference.kind])
