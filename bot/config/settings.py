"""config.yaml → frozen settings, or every error in it with its place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, InstanceOf

import bot
from bot import act
from bot.config import words
from bot.config.beside import AUTOMOD, NAMES, read_automod, read_names
from bot.config.ladders import read_ladders
from bot.config.options import read_model
from bot.config.overrides import (
    GUILDS,
    LABELS,
    OVERRIDES,
    STRIKES,
    ChannelReference,
    Layer,
    read_guilds,
    read_overrides,
    report_shadows_without_ladder,
)
from bot.config.problems import Problems
from bot.config.reading import Document, Unreadable, read
from bot.config.strikes import read_strikes
from bot.decide.limits import LimitOptions
from bot.decide.rules import Ladder, Rules, StrikeRules
from bot.errors import ConfigInvalid
from bot.read.allow import AllowList
from bot.read.eligibility import Exempt
from bot.read.language import CODES, OTHER
from bot.read.options import ReadOptions
from bot.record.options import RetentionOptions
from bot.records import Mode
from bot.score.options import BackendName, ModelOptions, WorkerOptions
from bot.texts import Texts

DIGEST_HOUR = 9  # of UTC

# Keys that are read by hand into ``rules`` and ``layers``; every other key has the name of its field.
APART = (LABELS, OVERRIDES, STRIKES, NAMES, AUTOMOD, GUILDS)
NOT_KEYS = frozenset({"rules", "layers", "source"})

ModelLabels = Sequence[str] | Callable[[str], Sequence[str] | None]


def _address(*schemes: str) -> AfterValidator:
    def check(address: str) -> str:
        if not address.startswith(schemes) or address in schemes or not address.isascii() or " " in address:
            raise ValueError(words.must_be(f"an address that starts with {words.either(schemes)}", address))
        return address.rstrip("/")

    return AfterValidator(check)


def _known_languages(models: dict[str, str]) -> dict[str, str]:
    for code in models:
        if code not in CODES and code != OTHER:
            hint = "English is what `model` is for" if code == "en" else "de is German, ja Japanese, pt Portuguese"
            raise ValueError(f"must name languages by their codes, or {OTHER}, not {words.shown(code)}; {hint}")
    return models


class DiscordOptions(BaseModel):
    """``discord:`` in config.yaml: where Discord is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api: Annotated[str, _address("https://", "http://")] = Field(
        default="https://discord.com/api/v10",
        description="Address of the REST API, or of a proxy or compatible server.",
    )
    gateway: Annotated[str, _address("wss://", "ws://")] | None = Field(
        default=None, description="Address of the gateway; without it, the API is asked for it."
    )


class Settings(BaseModel):
    """What config.yaml says; a ``Rulebook`` tells what of it holds for a post.

    ``rules`` come from ``labels`` and ``strikes``, ``layers`` from ``overrides`` and ``guilds``; ``source`` is the file
    itself. Every other field is a key of the file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    model: str = Field(
        default="embedded",
        min_length=1,
        description="The model that scores: embedded, a Hugging Face id (id@revision pins it), or a folder.",
    )
    models: Annotated[dict[str, Annotated[str, Field(min_length=1)]], AfterValidator(_known_languages)] = Field(
        default_factory=dict,
        description="Language, by its code such as de, or other → the model for texts in it.",
    )
    backend: BackendName | ModelOptions = Field(
        default="torch", description="What the models are computed with: torch or onnx, or name with other options."
    )
    mode: Mode = Field(
        default="shadow", description="shadow: only record what would be done. live: do it. Without it: shadow."
    )
    log_channel: ChannelReference | None = Field(
        default=None, description="Where the moderators see the flags: a channel's name or id."
    )
    exempt: Exempt = Field(default_factory=Exempt, description="Who and where is left alone.")
    allow: AllowList = Field(
        default_factory=AllowList, description="Phrases that do not count; the rest of the message still does."
    )
    appeal_url: Annotated[str, Field(max_length=512), _address("https://", "http://")] | None = Field(
        default=None,
        description="A page where members can appeal, too: a button below messages to them leads there.",
    )
    retention: RetentionOptions = Field(default_factory=RetentionOptions, description="How long things are kept.")
    limits: LimitOptions = Field(default_factory=LimitOptions, description="What stops a rule that runs away.")
    catch_up: Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(hours=6))] = Field(
        default=timedelta(minutes=15),
        description="After a pause, messages up to this old are read; 0s reads none. Late ones are never answered.",
    )
    read: ReadOptions = Field(default_factory=ReadOptions, description="What is read beside the text of messages.")
    digest_hour: int = Field(
        default=DIGEST_HOUR, ge=0, le=23, description="At which hour of UTC shadow mode's day is summed up."
    )
    worker: WorkerOptions = Field(default_factory=WorkerOptions, description="How the scoring is done.")
    discord: DiscordOptions = Field(default_factory=DiscordOptions, description="Where Discord is.")
    texts: Texts = Field(default_factory=Texts, description="What members and moderators read, in your words.")
    rules: InstanceOf[Rules] = Field(default_factory=Rules, exclude=True)
    layers: tuple[InstanceOf[Layer], ...] = Field(default=(), exclude=True)
    source: bytes = Field(default=b"", exclude=True, repr=False)

    @property
    def model_options(self) -> ModelOptions:
        """What ``backend`` says, however short."""
        return ModelOptions(name=self.backend) if isinstance(self.backend, str) else self.backend

    @property
    def asks_for(self) -> frozenset[str]:
        """The keys that ask Discord for more than messages, wherever in the file they are given."""
        changes = [layer.change for layer in self.layers]
        of_guilds = [Rules(names=each.names or None, automod=each.automod or Ladder()) for each in changes]
        return self.rules.asks_for.union(*(rules.asks_for for rules in of_guilds))


def keys() -> list[str]:
    """The keys of the file, in the order in which they are documented."""
    return [*(name for name in Settings.model_fields if name not in NOT_KEYS), *APART]


def load(path: Path, labels: ModelLabels | None = None) -> Settings:
    """The settings in the file at ``path``; raises ``ConfigInvalid`` with every error in it.

    ``labels`` are those of the model, or a function that gives them for the file's ``model`` (None where it cannot
    know); without them, labels are not compared with the model's.
    """
    try:
        source = path.read_bytes()
    except OSError as error:
        raise ConfigInvalid(
            [f"{path}:1:1: the file cannot be read: {error.strerror or type(error).__name__}"]
        ) from error
    return parse(source, path, labels)


def parse(source: bytes, path: Path, labels: ModelLabels | None = None) -> Settings:
    """As ``load``, of a file whose content is ``source``; ``path`` is its name in errors."""
    try:
        document = read(source)
    except Unreadable as error:
        raise ConfigInvalid([f"{path}:{error.place.line}:{error.place.column}: {error.sentence}"]) from error
    return _settings(document, Problems(str(path), document), labels).model_copy(update={"source": source})


def unknown_to(settings: Settings, known: Collection[str]) -> list[str]:
    """The labels that have rules and that a model with the labels ``known`` does not have."""
    return [label for label, ladder in settings.rules.ladders.items() if ladder.steps and label not in known]


def line_of(settings: Settings, *path: str | int) -> int | None:
    """The line of the file where the value at ``path`` stands; None where it does not, and a default holds."""
    place = read(settings.source).values.get(path) if settings.source else None
    return place.line if place else None


def shipped() -> Path:
    """The config.yaml that Civil Tongue comes with: inside an installed package, else at the top of the checkout."""
    packaged = Path(str(resources.files(bot))) / "config.yaml"
    return packaged if packaged.is_file() else packaged.parents[1] / "config.yaml"


def summary(settings: Settings) -> str:
    """One line on what ``settings`` mean."""
    ladders = settings.rules.ladders
    watched = ", ".join(label for label, ladder in ladders.items() if ladder.steps) or "none"
    where = f"flags go to {settings.log_channel}" if settings.log_channel else "flags go to the record only"
    return f"{settings.mode} mode, model {settings.model}, labels {watched}, {where}"


def _settings(document: Document, problems: Problems, labels: ModelLabels | None) -> Settings:
    raw = document.data
    if not isinstance(raw, dict):
        what = "the file is empty; it needs at least" if raw is None else "the file must be a mapping of keys such as"
        problems.at((), f"{what} {LABELS}")
        raise problems.error()
    for key in raw:
        if key not in keys():
            problems.at_key((key,), problems.unknown(key, keys()))
    sections = {key: value for key, value in raw.items() if key in keys() and key not in APART}
    settings = read_model(Settings, sections, (), problems)
    known = _labels_of(raw, labels)
    ladders = read_ladders(raw[LABELS], (LABELS,), problems, known) if LABELS in raw else {}
    strikes = read_strikes(raw[STRIKES], (STRIKES,), problems, known) if STRIKES in raw else StrikeRules()
    names = read_names(raw[NAMES], (NAMES,), problems, known) if NAMES in raw else None
    automod = read_automod(raw[AUTOMOD], (AUTOMOD,), problems) if AUTOMOD in raw else Ladder()
    layers = read_overrides(raw[OVERRIDES], (OVERRIDES,), problems, known) if OVERRIDES in raw else ()
    layers += read_guilds(raw[GUILDS], (GUILDS,), problems, known) if GUILDS in raw else ()
    report_shadows_without_ladder(layers, ladders, problems)
    if LABELS not in raw and not len(problems):
        problems.at((), f"the file needs the key {LABELS}: without it nothing would ever be flagged")
    if settings is None or len(problems):
        raise problems.error()
    # A decision with anything fired is a flag, whether or not the owner wrote it out.
    rules = Rules(ladders, (act.make("flag"),), strikes, names, automod)
    return settings.model_copy(update={"rules": rules, "layers": layers})


def _labels_of(raw: dict[str, Any], labels: ModelLabels | None) -> Sequence[str] | None:
    if not callable(labels):
        return labels
    model = raw.get("model", Settings.model_fields["model"].default)
    return labels(model) if isinstance(model, str) else None
