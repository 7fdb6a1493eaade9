"""Small plots as SVG."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.insight.measures import Bin
from bot.insight.ranking import StepFigures

_SIDE = 200  # pixels of a plot between its axes
_LEFT, _TOP, _RIGHT, _BOTTOM = 48, 8, 10, 32
_MOST_DOT = 9.0  # pixels: the radius of a bin with all the rows


def reliability(bins: Sequence[Bin]) -> str:
    """What bins of scores say (across) against how much of them is true (up); the diagonal is what should be."""
    total = sum(each.rows for each in bins) or 1
    marks = [f'<line class="ideal" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>']
    if bins:
        marks.append(_line((each.says, each.true) for each in bins))
    for each in bins:
        radius = 2.5 + _MOST_DOT * (each.rows / total) ** 0.5
        marks.append(
            f'<circle class="dot" cx="{_x(each.says):.1f}" cy="{_y(each.true):.1f}" r="{radius:.1f}">'
            f"<title>{each.rows} rows: says {each.says:.3f}, true {each.true:.3f}</title></circle>"
        )
    return _plot(marks, "score", "share that is true")


def precision_recall(points: Sequence[tuple[float, float, float]], steps: Sequence[StepFigures]) -> str:
    """Precision (up) over recall (across), with the configured thresholds marked on it."""
    marks = [_line((recall, precision) for _, precision, recall in points)]
    for step in steps:
        if step.precision.value == step.precision.value:
            x, y = _x(step.recall.value), _y(step.precision.value)
            marks.append(
                f'<circle class="step" cx="{x:.1f}" cy="{y:.1f}" r="4"><title>at {step.at:g}: precision '
                f"{step.precision.value:.3f}, recall {step.recall.value:.3f}</title></circle>"
                f'<text class="step" x="{min(x + 6, _x(1) - 22):.1f}" y="{max(y - 6, _TOP + 8):.1f}">{step.at:g}</text>'
            )
    return _plot(marks, "recall", "precision")


def heat(value: float, low: float, high: float) -> str:
    """The colour between white (``high`` or better) and red (``low`` or worse)."""
    if value != value:
        return "transparent"
    badness = min(1.0, max(0.0, (high - value) / (high - low)))
    return f"hsl(8 80% {100 - 42 * badness:.0f}%)"


def _plot(marks: Iterable[str], across: str, up: str) -> str:
    width, height = _LEFT + _SIDE + _RIGHT, _TOP + _SIDE + _BOTTOM
    ticks = []
    for tick in (0, 0.25, 0.5, 0.75, 1):
        ticks.append(f'<line class="grid" x1="{_x(tick)}" y1="{_y(0)}" x2="{_x(tick)}" y2="{_y(1)}"/>')
        ticks.append(f'<line class="grid" x1="{_x(0)}" y1="{_y(tick)}" x2="{_x(1)}" y2="{_y(tick)}"/>')
        ticks.append(f'<text class="tick" x="{_x(tick)}" y="{_y(0) + 13}" text-anchor="middle">{tick:g}</text>')
        ticks.append(f'<text class="tick" x="{_x(0) - 5}" y="{_y(tick) + 4}" text-anchor="end">{tick:g}</text>')
    names = (
        f'<text class="axis" x="{_x(0.5)}" y="{height - 4}" text-anchor="middle">{across}</text>'
        f'<text class="axis" transform="translate(9 {_y(0.5)}) rotate(-90)" text-anchor="middle">{up}</text>'
    )
    inside = "".join([*ticks, names, *marks])
    return f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">{inside}</svg>'


def _line(points: Iterable[tuple[float, float]]) -> str:
    path = " ".join(f"{_x(across):.1f},{_y(up):.1f}" for across, up in points if across == across and up == up)
    return f'<polyline class="line" points="{path}"/>'


def _x(value: float) -> float:
    return _LEFT + _SIDE * value


def _y(value: float) -> float:
    return _TOP + _SIDE * (1 - value)
