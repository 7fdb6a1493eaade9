"""What a model flags at the configured thresholds: in civil chat, and in sets that were written to mislead it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.decide.rules import Rules
from bot.errors import CivilTongueError
from bot.insight.measures import Measured, share
from bot.insight.rows import md5
from bot.insight.scoring import Scored

# MD5 of every text of civil chat that a model flagged and that is abusive indeed: a language model read each, once.
AUDITED = Path(__file__).with_name("audited_alarms.txt")

PER = 1000  # messages


@dataclass(frozen=True)
class CivilFigures:
    """Alarms in the chat of one source. Rates are per 1,000 messages; ``raw`` takes every alarm for a false one."""

    messages: int
    alarms: int
    really_abusive: int  # alarms that an audit confirmed; they are left out of ``after_audit``
    raw: Measured
    after_audit: Measured


@dataclass(frozen=True)
class WrittenSetFigures:
    """A set written for the test: how much of its harmless rows is flagged, and of its abusive ones."""

    rows: int
    false_alarm_rate: Measured | None
    recall: Measured | None


def alarms(scored: Scored, rules: Rules) -> npt.NDArray[np.bool_]:
    """Which rows have a label that is on."""
    lowest = np.array([rules.on_at(label) for label in scored.labels])
    return np.asarray((scored.probabilities >= lowest).any(axis=1))


def audited(file: Path = AUDITED) -> frozenset[str]:
    """The MD5 sums in the audit file: one a line, # for comments."""
    if not file.is_file():
        return frozenset()
    lines = (line.split("#")[0].strip() for line in file.read_text("utf-8").splitlines())
    sums = frozenset(line for line in lines if line)
    if strange := sorted(each for each in sums if len(each) != 32):
        raise CivilTongueError(f"{file} has a line that is no MD5 sum, {strange[0]!r}: mend or remove it.")
    return sums


def civil_figures(
    scored: Scored, on: npt.NDArray[np.bool_], confirmed: frozenset[str]
) -> tuple[dict[str, CivilFigures], CivilFigures]:
    """Source → its alarms; and those of all sources together."""
    groups = np.array(scored.rows.groups)
    abusive = np.array([md5(text) in confirmed for text in scored.rows.texts])
    each = {source: _civil(on[groups == source], abusive[groups == source]) for source in sorted(set(groups.tolist()))}
    return each, _civil(on, abusive)


def for_audit(scored: Scored, on: npt.NDArray[np.bool_], confirmed: frozenset[str]) -> str:
    """Every alarm on a line, the highest score first: its MD5, whether it was confirmed, source, score and text."""
    top = scored.probabilities.max(axis=1)
    lines = []
    for row in sorted(np.flatnonzero(on), key=lambda row: -top[row]):
        text = scored.rows.texts[row]
        mark = "abusive" if md5(text) in confirmed else "-"
        lines.append("\t".join([md5(text), mark, scored.rows.groups[row], f"{top[row]:.2f}", " ".join(text.split())]))
    return "\n".join(lines) + "\n"


def written_set(scored: Scored, on: npt.NDArray[np.bool_]) -> WrittenSetFigures:
    toxic = scored.rows.of("toxic")
    harmless = ~toxic
    return WrittenSetFigures(
        rows=len(scored.rows),
        false_alarm_rate=share(int((on & harmless).sum()), int(harmless.sum())) if harmless.any() else None,
        recall=share(int((on & toxic).sum()), int(toxic.sum())) if toxic.any() else None,
    )


def _civil(on: npt.NDArray[np.bool_], abusive: npt.NDArray[np.bool_]) -> CivilFigures:
    confirmed = int((on & abusive).sum())
    return CivilFigures(
        messages=len(on),
        alarms=int(on.sum()),
        really_abusive=confirmed,
        raw=_per_thousand(int(on.sum()), len(on)),
        after_audit=_per_thousand(int(on.sum()) - confirmed, len(on) - confirmed),
    )


def _per_thousand(part: int, whole: int) -> Measured:
    rate = share(part, whole)
    return Measured(rate.value * PER, rate.low * PER, rate.high * PER)
