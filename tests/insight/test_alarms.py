from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.decide.rules import Ladder, Rules
from bot.errors import CivilTongueError
from bot.insight.alarms import AUDITED, alarms, audited, civil_figures, for_audit, written_set
from bot.insight.rows import Rows, md5
from bot.insight.scoring import Scored
from bot.records import Step

TEXTS = ("fine", "rude", "swearing", "also fine")
CHAT = Scored(
    Rows("chat", TEXTS, np.zeros((4, 1)), ("toxic",), groups=("irc", "irc", "reddit", "reddit")),
    ("toxic", "insult"),
    np.array([[0.1, 0.1], [0.8, 0.2], [0.2, 0.55], [0.3, 0.3]]),
)
RULES = Rules({"toxic": Ladder((Step(0.7, (), "toxic[0]"), Step(0.9, (), "toxic[1]")))})


def test_an_alarm_is_any_label_that_is_on() -> None:
    assert alarms(CHAT, RULES).tolist() == [False, True, True, False]
    switched_off = Rules({"toxic": Ladder(), "insult": Ladder()})
    assert not alarms(CHAT, switched_off).any()


def test_what_an_audit_confirmed_is_no_false_alarm() -> None:
    on = alarms(CHAT, RULES)
    each, together = civil_figures(CHAT, on, frozenset({md5("rude"), md5("not flagged at all")}))
    assert (each["irc"].alarms, each["irc"].really_abusive) == (1, 1)
    assert each["irc"].raw.value == 500
    assert each["irc"].after_audit.value == 0
    assert each["reddit"].after_audit.value == 500
    assert together.after_audit.value == pytest.approx(1000 / 3)
    assert together.after_audit.low < 1000 / 3 < together.after_audit.high


def test_the_alarms_are_written_down_to_be_read_the_surest_first() -> None:
    lines = for_audit(CHAT, alarms(CHAT, RULES), frozenset({md5("rude")})).splitlines()
    assert [line.split("\t")[1:] for line in lines] == [
        ["abusive", "irc", "0.80", "rude"],
        ["-", "reddit", "0.55", "swearing"],
    ]
    assert lines[0].startswith(md5("rude"))


def test_the_audit_holds_sums_and_no_text(tmp_path: Path) -> None:
    assert all(len(each) == 32 for each in audited())
    assert AUDITED.is_file()
    file = tmp_path / "audit.txt"
    file.write_text(f"# why\n{md5('rude')}  # insult\n\n")
    assert audited(file) == {md5("rude")}
    file.write_text("you are rude\n")
    with pytest.raises(CivilTongueError, match="no MD5 sum"):
        audited(file)
    assert audited(tmp_path / "none.txt") == frozenset()


def test_a_written_set_has_a_rate_for_the_rows_that_it_has() -> None:
    rows = Rows("negation", TEXTS, np.array([[0.0], [1.0], [0.0], [1.0]]), ("toxic",))
    figures = written_set(Scored(rows, CHAT.labels, CHAT.probabilities), alarms(CHAT, RULES))
    assert figures.false_alarm_rate is not None
    assert figures.recall is not None
    assert (figures.false_alarm_rate.value, figures.recall.value) == (0.5, 0.5)
    harmless = Rows("gaming", TEXTS, np.zeros((4, 1)), ("toxic",))
    assert written_set(Scored(harmless, CHAT.labels, CHAT.probabilities), alarms(CHAT, RULES)).recall is None
