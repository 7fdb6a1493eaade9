"""A config file becomes settings, or every error in it with its place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import config
from bot.act import actions, make
from bot.act.warn import WarnAction
from bot.config import Settings, words
from bot.config.problems import MOST_GUESSES, MOST_PROBLEMS
from bot.config.settings import NOT_KEYS, keys
from bot.errors import ConfigInvalid
from bot.score.options import ModelOptions
from bot.texts import Texts

JIGSAW = ("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate")
Load = Callable[[str], Settings]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Writes a text to config.yaml and loads that, with the labels of the Jigsaw models."""
    monkeypatch.chdir(tmp_path)

    def load(text: str) -> Settings:
        Path("config.yaml").write_text(text, encoding="utf-8")
        return config.load(Path("config.yaml"), JIGSAW)

    return load


def problems(load: Load, text: str) -> list[str]:
    with pytest.raises(ConfigInvalid) as caught:
        load(text)
    return [problem.removeprefix("config.yaml:") for problem in caught.value.problems]


WHOLE = Path(__file__).with_name("whole.yaml").read_text(encoding="utf-8")


def test_a_whole_file_becomes_settings(load: Load) -> None:
    settings = load(WHOLE)
    assert (settings.model, settings.mode, settings.log_channel) == (
        "unitary/toxic-bert@abc",
        "live",
        "123456789012345678901",
    )
    assert settings.exempt.roles == ("Moderator", "0123")
    assert settings.exempt.channels == ("9007199254740993",)
    assert settings.exempt.members == ("42",)
    assert settings.exempt.bots is False
    assert settings.allow.root == ("this boss is cancer", "1.50")
    assert (settings.retention.text, settings.retention.scores) == (timedelta(hours=36), timedelta(weeks=2))
    assert settings.limits.destructive_per_minute == 7
    assert settings.model_options == ModelOptions(name="onnx", cores=2, cache=Path("~/models"))
    assert settings.worker.deadline == timedelta(seconds=2.5)
    assert (settings.discord.api, settings.discord.gateway) == ("http://127.0.0.1:8/api/v10", "ws://127.0.0.1:9")


def test_every_short_form_of_a_ladder_knows_its_steps_and_their_lines(load: Load) -> None:
    ladders = load(WHOLE).rules.ladders
    flag, delete = make("flag"), make("delete")
    warn = WarnAction(text="Be kind.", notice=timedelta(minutes=1))
    assert {
        label: [(step.at, step.do, step.source, step.line) for step in ladder.steps]
        for label, ladder in ladders.items()
    } == {
        "toxic": [(0.5, (flag,), "labels.toxic", 5)],
        "obscene": [],
        "severe_toxic": [(0.5, (make("warn", "Please."),), "labels.severe_toxic", 7)],
        "threat": [(0.6, (delete,), "labels.threat", 8)],
        "insult": [
            (0.7, (make("warn", "5"),), "labels.insult[1]", 12),
            (0.95, (flag, delete, warn), "labels.insult[0]", 10),
        ],
    }


def test_only_the_labels_are_needed(load: Load) -> None:
    settings = load("labels: {toxic: flag}")
    assert (settings.model, settings.mode, settings.log_channel) == ("embedded", "shadow", None)
    assert settings.rules.always == (make("flag"),)
    assert settings.exempt.bots
    assert settings.discord.api == "https://discord.com/api/v10"


def test_settings_cannot_be_changed_but_copied(load: Load) -> None:
    settings = load("labels: {toxic: flag}")
    with pytest.raises(ValueError, match="frozen"):
        settings.mode = "live"
    assert settings.model_copy(update={"mode": "live"}).mode == "live"


def _mistakes() -> list[tuple[str, str]]:
    """The files of mistakes.txt, and the line for each."""
    table = Path(__file__).with_name("mistakes.txt").read_text(encoding="utf-8")
    for name, choices in (
        ("<actions>", actions()),
        ("<keys>", sorted(keys())),
        ("<texts>", sorted(Texts.model_fields)),
    ):
        table = table.replace(name, ", ".join(choices))
    return re.findall(r"(?ms)^([^#\n].*?)\n[=~]> ([^\n]*)\n", table)


def with_labels(text: str) -> str:
    return text if text.startswith("labels") else f"{text}\nlabels: {{toxic: flag}}\n"


@pytest.mark.parametrize(("text", "line"), _mistakes())
def test_a_mistake_is_one_line_with_its_place_the_value_and_the_mend(load: Load, text: str, line: str) -> None:
    assert problems(load, with_labels(text)) == [line]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ["1:1: the file is empty; it needs at least labels"]),
        ("- a", ["1:1: the file must be a mapping of keys such as labels"]),
        ("mode: live", ["1:1: the file needs the key labels: without it nothing would ever be flagged"]),
        ("labels: [", ["1:10: a value is missing before this, or this bracket is one too many"]),
        ("log_channel: |mod-log", ["1:15: text that starts with | or > must be put into quotes"]),
        ("log_channel: ? mod-log", ["1:14: text that starts with ? must be put into quotes"]),
        (
            "log_channel: - mod-log",
            ["1:14: an entry of a list needs a line of its own; put a dash that is text into quotes"],
        ),
        (
            "labels:\n  toxic:\n    - {at: 0.7, do: flag}\n    - {at: 0.70, do: delete}",
            ["4:12: labels.toxic[1].at is 0.7, which labels.toxic[0].at is already; each step needs its own"],
        ),
    ],
)
def test_a_file_that_is_no_config_says_so(load: Load, text: str, lines: list[str]) -> None:
    assert problems(load, text) == lines


def test_all_errors_are_said_at_once_in_the_order_of_the_file(load: Load) -> None:
    text = """\
mode: shadwo
labels:
  toxic: falg
  insullt: flag
  insult: [{at: 85, do: [flag, delte]}]
retention: {text: 10, scores: -3d}
exempt: {channels: [a, a]}
mode: live
"""
    assert [problem.split(" ")[0:2] for problem in problems(load, text)] == [
        ["1:7:", "mode"],
        ["3:10:", "labels.toxic"],
        ["4:3:", "labels.insullt"],
        ["5:17:", "labels.insult[0].at"],
        ["5:32:", "labels.insult[0].do[1]"],
        ["6:19:", "retention.text"],
        ["6:31:", "retention.scores"],
        ["7:24:", "exempt.channels[1]"],
        ["8:1:", "mode"],
    ]


def test_a_file_with_very_many_errors_shows_the_first_and_counts_the_rest(load: Load) -> None:
    lines = problems(load, "".join(f"key{number}: 1\n" for number in range(MOST_PROBLEMS + 20)))
    assert len(lines) == MOST_PROBLEMS + 1
    assert lines[-1] == "101:1: 20 more errors from here on"


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match=r"nowhere\.yaml:1:1: the file cannot be read: No such file or directory"):
        config.load(tmp_path / "nowhere.yaml")


def test_without_the_labels_of_a_model_any_label_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("labels: {sarcasm: flag}", encoding="utf-8")
    assert list(config.load(path).rules.ladders) == ["sarcasm"]
    assert list(config.load(path, lambda _: None).rules.ladders) == ["sarcasm"]


def test_the_labels_can_be_asked_of_the_model_that_the_file_names(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("model: mine\nlabels: {rude: flag, toxic: flag}", encoding="utf-8")
    asked: list[str] = []
    with pytest.raises(ConfigInvalid, match=r"toxic is not a label of this model \(it has rude\)"):
        config.load(path, lambda model: asked.append(model) or ("rude",))  # type: ignore[func-returns-value]
    assert asked == ["mine"]


def test_a_summary_says_what_the_settings_mean(load: Load) -> None:
    assert config.summary(load("mode: live\nlog_channel: mods\nlabels: {toxic: flag, insult: off}")) == (
        "live mode, model embedded, labels toxic, flags go to mods"
    )


WORDS = """
    labels toxic at do flag warn off exempt roles allow retention text worker mode limits discord api 0.5 85 30d {x}
"""
FRAGMENTS = st.sampled_from([*WORDS.split(), ": ", "- ", "\n", "  ", "[", "]", "{", "}", ", ", "'"])


def lines_of(load: Load, text: str) -> list[str]:
    """The errors in ``text``, none if it is a right file."""
    try:
        load(text)
    except ConfigInvalid as error:
        return error.problems or ["an error without a line"]
    return []


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FRAGMENTS, max_size=30).map("".join))
def test_whatever_stands_in_a_file_it_is_settings_or_lines_to_print(load: Load, text: str) -> None:
    assert all(re.fullmatch(r"config\.yaml:\d+:\d+: .+", line) for line in lines_of(load, text))


KEYS = st.sampled_from(["at", "do", "flag", "warn", "text", "x"])
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(-5, 200), st.text(max_size=8)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner),
    max_leaves=6,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([*keys(), *NOT_KEYS, "toxic"]), VALUES)
def test_whatever_a_key_is_set_to_nothing_is_said_in_pythons_words(load: Load, key: str, value: object) -> None:
    labels = {"labels": value} if key == "labels" else {"labels": {"toxic": value if key == "toxic" else "flag"}}
    lines = lines_of(load, json.dumps({key: value} | labels if key != "toxic" else labels))
    assert not any(re.search(r"pydantic|input|Input|NoneType|\bdict\b|\bstr\b|Traceback", line) for line in lines)


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"kez{number}: 1\n" for number in range(5_000)),
        "labels:\n" + "".join(f"  toxi{number}: flag\n" for number in range(5_000)),
        "labels:\n  toxic:\n" + "".join(f"    - {{att: {number}, od: flag}}\n" for number in range(2_000)),
        "labels: {toxic: {at: 0.5, do: [" + ", ".join(f"flg{number}" for number in range(5_000)) + "]}}",
    ],
)
def test_like_names_are_looked_for_a_limited_number_of_times(
    load: Load, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_for = []
    monkeypatch.setattr(words, "like", lambda word, choices: looked_for.append(word))
    assert len(problems(load, text)) == MOST_PROBLEMS + 1
    assert len(looked_for) == MOST_GUESSES
