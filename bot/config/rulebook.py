"""What holds where: the settings of the whole file with every override that fits laid over them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal

from bot.config.overrides import Change, Layer
from bot.config.settings import Settings
from bot.decide.limits import LimitOptions
from bot.decide.places import Places
from bot.decide.rules import Rules
from bot.read.allow import AllowList
from bot.read.eligibility import Exempt
from bot.records import Author, GuildSettings, Mode, Named, Pause, Post
from bot.texts import Texts, fill

RESTART_NEEDED = ("model", "models", "backend", "worker", "discord")  # keys that a running bot does not take anew

ALLOW_LISTS_KEPT = 1_000

_NOBODY = Author(0, "")
_NOWHERE = Named(0, "\0")  # no reference means this one


@dataclass(frozen=True, slots=True)
class Here:
    """What holds for one post. ``exempted_by`` is the override by which it is not read at all, or empty."""

    rules: Rules
    mode: Mode
    exempt: Exempt
    allow: AllowList
    limits: LimitOptions
    log_channel: str | None
    texts: Texts
    exempted_by: str = ""
    layers: tuple[Layer, ...] = ()  # what was laid over the file's own rules, least specific first
    pause: Pause | None = None  # by which the guild is in shadow mode
    log_channel_from: Literal["file", "setup"] = "file"

    @property
    def mode_of_guild(self) -> Layer | None:
        """The entry of ``guilds:`` that says which mode this guild is in; a pause does not count against it."""
        return _entry(self.layers, lambda change: change.mode is not None)

    @property
    def log_channel_of_guild(self) -> Layer | None:
        """The entry of ``guilds:`` that names this guild's log channel; what /setup made does not count against it."""
        return _entry(self.layers, lambda change: change.log_channel is not None)


class Rulebook:
    """The settings in force, and what they mean for a post. ``use`` may put others in force at any moment.

    ``set_there`` are settings that moderators have made in Discord, guild id → settings. They go before what the file
    says for all guilds. What its entry of ``guilds:`` says for this very guild goes before them.
    """

    def __init__(self, settings: Settings, set_there: Mapping[int, GuildSettings] | None = None) -> None:
        self._of_guilds = dict(set_there or {})
        self.use(settings)

    @property
    def settings(self) -> Settings:
        return self._settings

    def use(self, settings: Settings) -> None:
        """Put ``settings`` in force, all at once."""
        layers = settings.layers
        scopes = [layer.scope for layer in layers]
        places = Places(scopes, lambda holding: _laid_over(settings, [layers[at] for at in holding]))
        self._settings, self._places = settings, places

    def here(self, post: Post) -> Here:
        """What holds for ``post``: of two layers that change the same, the more specific one, else the later."""
        here = self._places.at(post)
        if post.kind in ("name", "automod"):
            here = replace(here, rules=here.rules.about(post.kind))
        set_there = self._of_guilds.get(post.guild.id)
        return here if set_there is None else _as_set(set_there, here)

    def set_in(self, guild_id: int, set_there: GuildSettings) -> None:
        """Put what moderators have set in a guild in force there."""
        self._of_guilds[guild_id] = set_there

    def set_there(self, guild_id: int) -> GuildSettings:
        """What moderators have set in a guild."""
        return self._of_guilds.get(guild_id, GuildSettings())

    def in_guild(self, guild: Named) -> Here:
        """What holds in a guild at large, before any override of a place or a member."""
        return self.here(Post(guild, _NOWHERE, _NOBODY, 0, (), datetime.now(UTC)))

    @property
    def longest_memory(self) -> timedelta:
        """How long the strikes of any guild count at most."""
        strikes = [layer.change.strikes for layer in self._settings.layers if layer.change.strikes]
        return max(rules.forget_after for rules in (self._settings.rules.strikes, *strikes))


def _laid_over(settings: Settings, layers: Iterable[Layer]) -> Here:
    """Label by label and key by key, each layer over the one before it; only ``allow`` adds up."""
    ladders, names, automod = dict(settings.rules.ladders), settings.rules.names, settings.rules.automod
    strikes, mode, exempt, texts = settings.rules.strikes, settings.mode, settings.exempt, settings.texts
    log_channel, allow, limits, exempted_by = settings.log_channel, settings.allow, settings.limits, ""
    laid = tuple(layers)
    for layer in laid:
        change = layer.change
        ladders |= change.ladders
        for label in change.shadowed:
            if label in ladders:
                ladders[label] = ladders[label].shadowed(f"{layer.source}.labels.{label}")
        mode = change.mode or mode
        allow = _both(allow.root, change.allow.root) if change.allow else allow
        log_channel = change.log_channel or log_channel
        limits = change.limits or limits
        strikes = change.strikes or strikes
        names = names if change.names is None else change.names or None
        automod = automod if change.automod is None else change.automod
        texts = change.texts.on_top_of(texts) if change.texts else texts
        exempt = _on_top(change, exempt)
        if change.exempt is not None:
            exempted_by = layer.source if change.exempt else ""
    rules = replace(settings.rules, ladders=ladders, strikes=strikes, names=names, automod=automod)
    return Here(rules, mode, exempt, allow, limits, log_channel, texts, exempted_by, laid)


def _as_set(set_there: GuildSettings, here: Here) -> Here:
    """What holds where moderators have set something, but for what the file says of this guild itself.

    A pause goes before every override of a place or a member: it stops what goes wrong, wherever that is.
    """
    if set_there.log_channel is not None and here.log_channel_of_guild is None:
        here = replace(here, log_channel=str(set_there.log_channel), log_channel_from="setup")
    pause = set_there.pause
    if pause is None or here.mode_of_guild is not None:
        return here
    why = fill(here.texts.held_by_pause, since=f"{pause.since:%Y-%m-%d %H:%M %Z}")
    return replace(here, mode="shadow", pause=pause, texts=here.texts.model_copy(update={"held_by_shadow_mode": why}))


def _entry(layers: Iterable[Layer], says: Callable[[Change], bool]) -> Layer | None:
    """The entry of ``guilds:`` itself, not one of its overrides, that says something; of two the one that wins."""
    whole = [layer for layer in layers if layer.scope.guild is not None and not layer.scope.where.conditions]
    return next((layer for layer in reversed(whole) if says(layer.change)), None)


@lru_cache(maxsize=ALLOW_LISTS_KEPT)
def _both(one: tuple[str, ...], other: tuple[str, ...]) -> AllowList:
    """All phrases of two lists. Remembered, because a list works out once what it looks for."""
    return AllowList.model_construct(root=tuple(dict.fromkeys((*one, *other))))


def _on_top(change: Change, exempt: Exempt) -> Exempt:
    given = change.exempt_list
    if given is None:
        return exempt
    return exempt.model_copy(update={name: getattr(given, name) for name in given.model_fields_set})
