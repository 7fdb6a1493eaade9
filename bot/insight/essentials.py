"""The few figures of a report that stand beside the weights, for `model info` and whoever wants them in a program."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.insight.scoring import fingerprint

FILE = "figures.json"

# name → where it stands in the report
_ESSENTIALS = {
    "mean_roc_auc_fold9": ("fold9", "mean_auc"),
    "mean_roc_auc_fold9_interval": ("fold9", "mean_auc_interval"),
    "gain_over_tfidf_interval": ("fold9", "gain_over_tfidf_interval"),
    "mean_roc_auc_test_random": ("test_random", "mean_auc"),
    "identity_terms_overall_auc": ("bias", "overall_auc"),
    "identity_terms_lowest_auc": ("bias", "min_subgroup_auc"),
    "identity_terms_max_fpr_excess": ("bias", "max_fpr_excess"),
    "civil_false_alarms_per_1000": ("civil_false_alarms_per_1000",),
    "gaming_false_alarm_rate": ("gaming_false_alarm_rate",),
}


def write(folder: Path, report: Mapping[str, Any]) -> None:
    """Keep the essentials of a final report (its JSON) beside the weights."""
    figures = {name: _at(report, path) for name, path in _ESSENTIALS.items()}
    written = {"of": report["model"]["fingerprint"], **figures}
    (folder / FILE).write_text(json.dumps(written, indent=2) + "\n", "utf-8")


def of(folder: Path) -> dict[str, Any]:
    """The figures, empty where there are none or where they are about other weights."""
    file = folder / FILE
    if not file.is_file():
        return {}
    written: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return written if written.pop("of", None) == fingerprint(folder) else {}


def _at(report: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = report
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
