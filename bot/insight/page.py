"""The report as one page that needs nothing else: tables, reliability, precision-recall, a heat map of bias."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.errors import CivilTongueError
from bot.insight import drawing
from bot.insight.evaluation import Report
from bot.insight.showing import number, with_interval

_TEMPLATE = "report.html"


def write_page(report: Report, file: Path) -> None:
    """Write the page to ``file``."""
    try:
        file.write_text(page(report), "utf-8")
    except OSError as error:
        raise CivilTongueError(f"{file} cannot be written: {error.strerror or error}.") from error


def page(report: Report) -> str:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    environment.filters.update(
        number=number, interval=with_interval, reliability=_reliability, curve=_curve, heat=_heat
    )
    return environment.get_template(_TEMPLATE).render(report=report)


def _reliability(label: object) -> Markup:
    return Markup(drawing.reliability(label.reliability))  # type: ignore[attr-defined]  # noqa: S704


def _curve(label: object) -> Markup:
    return Markup(drawing.precision_recall(label.precision_recall, label.steps))  # type: ignore[attr-defined]  # noqa: S704


def _heat(value: float, low: float, high: float) -> str:
    """The colour of a cell: white at ``high`` and better, red at ``low`` and worse."""
    return drawing.heat(value, low, high)
