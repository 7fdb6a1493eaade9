"""The report on a model: what ``python -m bot evaluate`` shows.

The final report reads fold 9 and ``eval/``, which no choice may be made on; the one for choosing reads fold 8 in their
place.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.decide.rules import Rules
from bot.errors import CivilTongueError
from bot.insight import rows, tfidf
from bot.insight.alarms import CivilFigures, WrittenSetFigures, alarms, audited, civil_figures, for_audit, written_set
from bot.insight.bias import BiasFigures, bias_figures
from bot.insight.measures import roc_auc
from bot.insight.promises import promises_of
from bot.insight.ranking import SetFigures, set_figures
from bot.insight.rows import CHOICE_FOLD, LABELS, REPORT_FOLD, TRAIN_FOLDS, Rows
from bot.insight.runs import Runs
from bot.insight.scoring import Progress, Scored, Scorer, fingerprint
from bot.insight.speed import SpeedFigures, speed

if TYPE_CHECKING:
    from bot.score.model import Model

# Written for this project and never trained on; they come with the source, not with the package.
WRITTEN_SETS = Path(__file__).parents[2] / "tests" / "evaluation_sets"
_MAIN_LABEL = "toxic"
_GAMING = "gaming"


@dataclass(frozen=True)
class ModelFacts:
    """Which model was measured."""

    id: str
    fingerprint: str
    labels: tuple[str, ...]
    parameters: int
    number_type: str
    window_tokens: int
    calibrated_labels: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """Everything that was measured. What was not is None; ``sets`` holds the ranked sets by name.

    Chat and the written sets are scored as the bot scores a message: as written and as read through disguises.

    ``civil_false_alarms_per_1000`` is over all messages of civil chat, after the audit; ``_raw`` takes every alarm for
    a false one; ``_mean_of_sources`` lets each source count the same, since one has fifteen times the messages of the
    other.
    """

    model: ModelFacts
    config: str
    thresholds: Mapping[str, float]
    sets: Mapping[str, SetFigures]
    civil: Mapping[str, CivilFigures]
    civil_false_alarms_per_1000: float
    civil_false_alarms_per_1000_raw: float
    civil_false_alarms_per_1000_mean_of_sources: float
    speed: SpeedFigures
    bias: BiasFigures | None = None
    written_sets: Mapping[str, WrittenSetFigures] = field(default_factory=dict)
    gaming_false_alarm_rate: float | None = None
    convabuse_auc: float | None = None
    runs: Runs | None = None  # how often the final report was made, this one included

    @property
    def is_final(self) -> bool:
        return _fold(REPORT_FOLD) in self.sets

    def as_json(self) -> dict[str, Any]:
        """Plain data: the sets by name at the top, null for what is no number."""
        plain: dict[str, Any] = asdict(self)
        if self.runs:
            plain["runs"]["file"] = str(self.runs.file)
        sets = plain.pop("sets")
        finite: dict[str, Any] = _finite({"final": self.is_final, **plain, **sets})
        return finite


@dataclass(frozen=True)
class Evaluation:
    """A model, the owner's rules and the data, ready to be measured. ``config`` names the file of the rules."""

    model: Model
    rules: Rules
    config: str
    data: Path
    work: Path
    progress: Progress
    written_sets: Path | None = None
    with_tfidf: bool = True

    def final(self) -> Report:
        """Fold 9 and everything in ``eval/``, and the sets written for the test."""
        self._check_labels()
        fold, test = rows.jigsaw(self.data, [REPORT_FOLD], _fold(REPORT_FOLD)), rows.jigsaw_test(self.data)
        train = rows.jigsaw(self.data, [*TRAIN_FOLDS, CHOICE_FOLD], "train")
        line = self._line(train, [fold, test])
        line = {**line, **_random_part(line.get(test.name))}
        scored = {fold.name: self._score(fold), test.name: self._score(test)}
        scored = {**scored, **_random_part(scored[test.name])}
        sets = {name: set_figures(each, line.get(name), self.rules, self._promises) for name, each in scored.items()}
        templates, chatbot = self._score(rows.madlibs(self.data)), self._score(rows.convabuse(self.data))
        label = self._main_label
        written = self._written()
        gaming = written.get(_GAMING)
        return self._report(
            sets,
            REPORT_FOLD,
            bias=bias_figures(templates, label, alarms(templates, self.rules)),
            written_sets=written,
            gaming_false_alarm_rate=gaming.false_alarm_rate.value if gaming and gaming.false_alarm_rate else None,
            convabuse_auc=roc_auc(chatbot.of(label), chatbot.rows.of("toxic")),
        )

    def choosing(self) -> Report:
        """Fold 8 alone: for every choice that is made about a model."""
        self._check_labels()
        fold = rows.jigsaw(self.data, [CHOICE_FOLD], _fold(CHOICE_FOLD))
        line = self._line(rows.jigsaw(self.data, TRAIN_FOLDS, "train"), [fold])
        figures = set_figures(self._score(fold), line.get(fold.name), self.rules, self._promises)
        return self._report({fold.name: figures}, CHOICE_FOLD)

    def alarms_to_audit(self, is_final: bool) -> str:
        """The alarms in civil chat, with their texts, for a person to read."""
        chat = self._as_read(rows.civil_chat(self.data, REPORT_FOLD if is_final else CHOICE_FOLD))
        return for_audit(chat, alarms(chat, self.rules), audited())

    def _report(self, sets: Mapping[str, SetFigures], fold: int, **more: Any) -> Report:
        chat = self._as_read(rows.civil_chat(self.data, fold))
        civil, together = civil_figures(chat, alarms(chat, self.rules), audited())
        return Report(
            model=self._facts(),
            config=self.config,
            thresholds={label: self.rules.on_at(label) for label in self.model.labels},
            sets=sets,
            civil=civil,
            civil_false_alarms_per_1000=together.after_audit.value,
            civil_false_alarms_per_1000_raw=together.raw.value,
            civil_false_alarms_per_1000_mean_of_sources=float(
                np.mean([each.after_audit.value for each in civil.values()])
            ),
            speed=speed(self.model, chat.rows.texts),
            **more,
        )

    def _score(self, some: Rows) -> Scored:
        return Scorer(self.model, self.work, self.progress).score(some)

    def _as_read(self, some: Rows) -> Scored:
        return Scorer(self.model, self.work, self.progress).as_read(some)

    def _line(self, train: Rows, held_out: list[Rows]) -> dict[str, Scored]:
        if not self.with_tfidf:
            return {}
        return {each.rows.name: each for each in tfidf.scores(train, held_out, self.work, self.progress)}

    def _written(self) -> dict[str, WrittenSetFigures]:
        folder = self.written_sets or WRITTEN_SETS
        each = [self._as_read(rows.evaluation_set(file)) for file in sorted(folder.glob("*.jsonl"))]
        return {scored.rows.name: written_set(scored, alarms(scored, self.rules)) for scored in each}

    def _check_labels(self) -> None:
        if not set(self.model.labels) & set(LABELS):
            raise CivilTongueError(
                f"{self.model.id} has none of the labels that the data is about ({', '.join(LABELS)}), only "
                f"{', '.join(self.model.labels)}: it cannot be measured on this data."
            )

    @property
    def _main_label(self) -> str:
        """The label that says whether a text is abusive at all."""
        return _MAIN_LABEL if _MAIN_LABEL in self.model.labels else self.model.labels[0]

    @property
    def _promises(self) -> Mapping[str, Mapping[float, float]]:
        return promises_of(self.model.folder)

    def _facts(self) -> ModelFacts:
        curves = self.model.calibration.curves if self.model.calibration else (None,) * len(self.model.labels)
        return ModelFacts(
            id=self.model.id,
            fingerprint=fingerprint(self.model.folder),
            labels=self.model.labels,
            parameters=self.model.parameters,
            number_type=self.model.number_type,
            window_tokens=self.model.window,
            calibrated_labels=tuple(label for label, curve in zip(self.model.labels, curves, strict=True) if curve),
        )


def _fold(number: int) -> str:
    return f"fold{number}"


def _random_part(test: Scored | None) -> dict[str, Scored]:
    """The unbiased slice of the test rows, by its name."""
    if test is None:
        return {}
    keep = np.array(test.rows.groups) == "random"
    part = rows.chosen(test.rows, "test_random", keep)
    return {part.name: Scored(part, test.labels, test.probabilities[keep])}


def _finite(value: Any) -> Any:
    """``value`` with None in place of every number that JSON does not have."""
    if isinstance(value, Mapping):
        return {str(key): _finite(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(each) for each in value]
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value
