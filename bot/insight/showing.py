"""The report as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.table import Table
from rich.text import Text

from bot.insight.alarms import WrittenSetFigures
from bot.insight.bias import BiasFigures
from bot.insight.evaluation import Report
from bot.insight.measures import Measured
from bot.insight.ranking import SetFigures

_NOTHING = "-"
_WORST_TERMS = 8


def tables(report: Report) -> Iterator[Table | Text]:
    """What a person wants to see, the most important first."""
    yield _heading(report)
    for name, figures in report.sets.items():
        yield from _set(name, figures)
    if report.bias:
        yield _bias(report.bias)
    yield _civil(report)
    if report.written_sets:
        yield _written(report.written_sets)
    yield _speed(report)


def number(value: float | None, digits: int = 4) -> str:
    return _NOTHING if value is None or value != value else f"{value:.{digits}f}"


def with_interval(figure: Measured | None, digits: int = 4) -> str:
    """``0.9900 (0.9880-0.9920)``."""
    if figure is None or figure.value != figure.value:
        return _NOTHING
    return f"{figure.value:.{digits}f} ({number(figure.low, digits)}-{number(figure.high, digits)})"


def _heading(report: Report) -> Text:
    kind = "Final report" if report.is_final else "Report for choosing (fold 8 only)"
    text = f"{kind} on {report.model.id}, thresholds of {report.config}. Intervals are 95 %."
    if report.runs:
        text += (
            f"\nThis is final report number {report.runs.reports}, number {report.runs.of_this_model} of just this "
            f"model; {report.runs.models} different models were reported on."
        )
    return Text(text)


def _set(name: str, figures: SetFigures) -> Iterator[Table | Text]:
    low, high = figures.mean_auc_interval
    mean = f"mean ROC AUC {figures.mean_auc:.4f} ({low:.4f}-{high:.4f})"
    if figures.gain_over_tfidf is not None and figures.gain_over_tfidf_interval is not None:
        low, high = figures.gain_over_tfidf_interval
        mean += f"; over the TF-IDF line {figures.gain_over_tfidf:+.4f} ({low:+.4f} to {high:+.4f})"
    table = Table(
        "label", "true", "ROC AUC", "TF-IDF", "PR AUC", "calibration error", "by chance",
        title=f"{name}: {figures.rows:,} rows, {mean}", title_justify="left",
    )  # fmt: skip
    for label, each in figures.labels.items():
        table.add_row(
            label, str(each.positives), with_interval(each.roc_auc), number(each.tfidf_roc_auc),
            with_interval(each.pr_auc, 3), number(figures.ece[label], 3), number(each.ece_if_perfect, 3),
        )  # fmt: skip
    yield table
    steps = Table(
        "label", "at", "does", "precision", "promised", "recall", title=f"{name}: thresholds", title_justify="left"
    )
    for label, each in figures.labels.items():
        for step in each.steps:
            steps.add_row(
                label, f"{step.at:g}", ", ".join(step.do), with_interval(step.precision, 3),
                number(step.promised_precision, 2), with_interval(step.recall, 3),
            )  # fmt: skip
    yield steps


def _bias(bias: BiasFigures) -> Table:
    title = (
        f"identity terms: {bias.rows:,} rows, overall AUC {bias.overall_auc:.4f}, lowest subgroup AUC "
        f"{bias.min_subgroup_auc:.4f}, challenge score {bias.challenge_score:.4f}, false positives "
        f"{bias.mean_false_positive_rate:.4f} on average, at most {bias.max_fpr_excess:+.4f} more ({bias.max_fpr_term})"
    )
    table = Table("term", "subgroup AUC", "BPSN AUC", "BNSP AUC", "false positives", title=title, title_justify="left")
    for each in sorted(bias.terms, key=lambda term: term.subgroup_auc.value)[:_WORST_TERMS]:
        table.add_row(
            each.term, with_interval(each.subgroup_auc, 3), number(each.bpsn_auc, 3), number(each.bnsp_auc, 3),
            with_interval(each.false_positive_rate),
        )  # fmt: skip
    return table


def _civil(report: Report) -> Table:
    title = (
        f"civil chat: {report.civil_false_alarms_per_1000:.2f} false alarms per 1,000 messages after the audit, "
        f"{report.civil_false_alarms_per_1000_raw:.2f} raw; mean of the sources "
        f"{report.civil_false_alarms_per_1000_mean_of_sources:.2f}"
    )
    table = Table(
        "source", "messages", "alarms", "really abusive", "per 1,000 raw", "after the audit",
        title=title, title_justify="left",
    )  # fmt: skip
    for source, each in report.civil.items():
        table.add_row(
            source, f"{each.messages:,}", str(each.alarms), str(each.really_abusive), with_interval(each.raw, 2),
            with_interval(each.after_audit, 2),
        )  # fmt: skip
    return table


def _written(sets: Mapping[str, WrittenSetFigures]) -> Table:
    table = Table("set", "rows", "false alarms", "recall", title="sets written for the test", title_justify="left")
    for name, each in sets.items():
        table.add_row(name, str(each.rows), with_interval(each.false_alarm_rate, 3), with_interval(each.recall, 3))
    return table


def _speed(report: Report) -> Text:
    speed = report.speed
    return Text(
        f"Speed on {speed.cores} cores in {speed.number_type}: a message alone {speed.alone_p50_ms:.1f} ms "
        f"(p95 {speed.alone_p95_ms:.1f} ms), together {speed.together_per_second:,.0f} messages a second."
    )
