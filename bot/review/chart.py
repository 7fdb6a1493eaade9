"""A guild's figures as a picture. Drawn in a thread: it takes a second the first time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from io import BytesIO
from typing import TYPE_CHECKING

from bot.record.figures import Figures, Judged
from bot.review.precision import wilson
from bot.texts import Texts, fill
from bot.texts.naming import label_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LABELS_SHOWN = 7  # with a colour of their own; the rest is one more
NAME_SHOWN = 24  # characters
WIDTH, HEIGHT, DOTS = 9.0, 5.6, 110  # inches, dots an inch

# Okabe and Ito's colours, told apart by colour-blind eyes too; light enough for Discord's dark ground.
_COLOURS = ("#56B4E9", "#E69F00", "#009E73", "#F0E442", "#D55E00", "#CC79A7", "#0072B2", "#999999")
_GROUND, _INK, _LINES = "#2B2D31", "#DBDEE1", "#4E5058"


def draw(figures: Figures, since: date, until: date, texts: Texts) -> bytes:
    """A PNG: flags per day and label as stacked bars, and under it each label's precision with its 95 % interval.

    ``until`` is the last day shown.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, HEIGHT), dpi=DOTS, facecolor=_GROUND, layout="constrained")
    FigureCanvasAgg(figure)
    upper, lower = figure.subplots(2, 1, height_ratios=[3, 2])
    shown = list(figures.labels)[:LABELS_SHOWN]
    _days(upper, figures.days, _every_day(since, until), shown, texts)
    _precision(lower, {label: figures.labels[label] for label in shown}, texts)
    for axes in (upper, lower):
        _dress(axes)
    picture = BytesIO()
    figure.savefig(picture, format="png", facecolor=_GROUND)
    return picture.getvalue()


def _days(
    axes: Axes, days: Mapping[date, Mapping[str, int]], every: Sequence[date], shown: Sequence[str], texts: Texts
) -> None:
    from matplotlib.ticker import MaxNLocator

    under = [0] * len(every)
    rest = {day: sum(count for label, count in counts.items() if label not in shown) for day, counts in days.items()}
    series = [(label_name(label, texts), [days.get(day, {}).get(label, 0) for day in every]) for label in shown]
    if any(rest.values()):
        series.append((texts.chart_others, [rest.get(day, 0) for day in every]))
    for colour, (label, counts) in zip(_COLOURS, series, strict=False):
        axes.bar(range(len(every)), counts, bottom=under, label=_spoken(label), color=colour, width=0.9)
        under = [low + count for low, count in zip(under, counts, strict=True)]
    step = max(1, -(-len(every) // 10))
    axes.set_xticks(range(0, len(every), step), [f"{day:%m-%d}" for day in every[::step]])
    axes.set_title(_plain(texts.chart_days), loc="left", color=_INK, fontsize=11)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    if series:
        corner = {"bbox_to_anchor": (1.0, 1.0), "borderaxespad": 0.2}
        axes.legend(loc="lower right", ncols=4, fontsize=8, frameon=False, labelcolor=_INK, **corner)


def _precision(axes: Axes, labels: Mapping[str, Judged], texts: Texts) -> None:
    for at, (colour, judged) in enumerate(zip(_COLOURS, labels.values(), strict=False)):
        if judged.decided:
            low, high = wilson(judged.upheld, judged.decided)
            axes.plot([low, high], [at, at], color=colour, linewidth=3, solid_capstyle="butt")
            axes.plot(
                [judged.upheld / judged.decided],
                [at],
                "o",
                color=colour,
                markeredgecolor=_INK,
                markersize=7,
                clip_on=False,
            )
        shown = fill(texts.chart_decided, upheld=judged.upheld, decided=judged.decided)
        words = _plain(shown if judged.decided else texts.chart_undecided)
        axes.annotate(
            words,
            (1.02, at),
            va="center",
            color=_INK,
            fontsize=8,
            annotation_clip=False,
        )
    axes.set_yticks(range(len(labels)), [_spoken(label_name(label, texts)) for label in labels])
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.set_title(_plain(texts.chart_precision), loc="left", color=_INK, fontsize=11)


def _dress(axes: Axes) -> None:
    axes.set_facecolor(_GROUND)
    axes.tick_params(colors=_INK, labelsize=8)
    for name, spine in axes.spines.items():
        spine.set_visible(name in ("left", "bottom"))
        spine.set_color(_LINES)
    axes.grid(axis="both", color=_LINES, linewidth=0.4)
    axes.set_axisbelow(True)


def _every_day(since: date, until: date) -> list[date]:
    return [since + timedelta(days=number) for number in range((until - since).days + 1)]


def _spoken(label: str) -> str:
    """The label for matplotlib, to which a leading underscore hides a legend."""
    return _plain(label.strip(" _")[:NAME_SHOWN] or "-")


def _plain(text: str) -> str:
    """For matplotlib a dollar sign begins a formula."""
    return text.replace("$", r"\$")
