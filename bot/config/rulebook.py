"""What holds where: the settings of the whole file with every override that fits laid over them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from bot.config.overrides import Change, Layer
from bot.config.settings import Settings
from bot.decide.places import Places
from bot.decide.rules import Rules
from bot.read.allow import AllowList
from bot.read.eligibility import Exempt
from bot.records import Author, Mode, Named, Post
from bot.texts import Texts

RESTART_NEEDED = ("model", "worker", "discord")  # keys that a running bot does not take anew

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
    log_channel: str | None
    texts: Texts
    exempted_by: str = ""
    layers: tuple[Layer, ...] = ()  # what was laid over the file's own rules, least specific first


class Rulebook:
    """The settings in force, and what they mean for a post. ``use`` may put others in force at any moment."""

    def __init__(self, settings: Settings) -> None:
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
        return self._places.at(post)

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
    ladders = dict(settings.rules.ladders)
    strikes, mode, exempt, texts = settings.rules.strikes, settings.mode, settings.exempt, settings.texts
    log_channel, allow, exempted_by = settings.log_channel, settings.allow, ""
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
        strikes = change.strikes or strikes
        texts = change.texts.on_top_of(texts) if change.texts else texts
        exempt = _on_top(change, exempt)
        if change.exempt is not None:
            exempted_by = layer.source if change.exempt else ""
    rules = Rules(ladders, settings.rules.always, strikes)
    return Here(rules, mode, exempt, allow, log_channel, texts, exempted_by, laid)


@lru_cache(maxsize=ALLOW_LISTS_KEPT)
def _both(one: tuple[str, ...], other: tuple[str, ...]) -> AllowList:
    """All phrases of two lists. Remembered, because a list works out once what it looks for."""
    return AllowList.model_construct(root=tuple(dict.fromkeys((*one, *other))))


def _on_top(change: Change, exempt: Exempt) -> Exempt:
    given = change.exempt_list
    if given is None:
        return exempt
    return exempt.model_copy(update={name: getattr(given, name) for name in given.model_fields_set})
