"""The config.yaml that Civil Tongue comes with."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot import config
from bot.decide.policy import decide
from bot.records import Scores, ViewScores

JIGSAW = ("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate")
SETTINGS = config.load(config.shipped(), JIGSAW)


def test_it_has_a_ladder_for_each_label_of_the_embedded_model_and_starts_in_shadow_mode() -> None:
    assert tuple(SETTINGS.rules.ladders) == JIGSAW
    assert (SETTINGS.model, SETTINGS.mode) == ("embedded", "shadow")


def test_no_label_deletes_at_the_probability_at_which_it_first_flags() -> None:
    lone = {label: [action.name for action in ladder.steps[0].do] for label, ladder in SETTINGS.rules.ladders.items()}
    assert not [label for label, names in lone.items() if "delete" in names]


@pytest.mark.parametrize(
    ("scores", "actions"),
    [
        ({"toxic": 0.99, "insult": 0.97, "obscene": 0.4}, ["flag", "delete", "warn"]),
        ({"toxic": 0.80, "insult": 0.3}, ["flag"]),
        ({"toxic": 0.1, "insult": 0.05}, []),
    ],
)
def test_it_deletes_plain_insults_and_only_flags_what_is_doubtful(scores: dict[str, float], actions: list[str]) -> None:
    decision = decide(Scores("m", (ViewScores("content", "written", scores),)), SETTINGS.rules)
    assert sorted(action.name for action in decision.actions) == sorted(actions)


def test_editors_find_its_schema_from_where_it_stands_in_the_checkout() -> None:
    top = Path(__file__).parents[2]
    first = (top / "config.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    assert (top / first.partition("=")[2]).is_file()


def test_every_action_and_placeholder_is_explained_in_it() -> None:
    from bot import act
    from bot.act.wording import PLACEHOLDERS

    text = config.shipped().read_text(encoding="utf-8")
    assert all(f"#   {name} " in text for name in act.actions())
    assert all(f"{{{name}}}" in text for name in PLACEHOLDERS)


@pytest.mark.parametrize(
    "example", re.findall(r"^#   \w+ .*  (\w+: .+)$", config.shipped().read_text(encoding="utf-8"), re.M)
)
def test_the_examples_beside_its_actions_are_right(tmp_path: Path, example: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(f"labels:\n  toxic:\n    - at: 0.9\n      do:\n        - {example}\n", encoding="utf-8")
    [action] = config.load(path, JIGSAW).rules.ladders["toxic"].steps[0].do
    assert action.name == example.partition(":")[0]


def test_the_examples_in_its_comments_are_right_when_they_are_taken_in(tmp_path: Path) -> None:
    keys = r"(?:overrides|strikes|guilds|texts|names|models):|(?:automod|appeal_url|backend): .*"
    example = re.compile(rf"# ({keys}|  (?:- )?[\w{{].*|    .*)")
    of_actions = re.compile(r"#   (?:\w+ {2,}|\w+ +[a-z]+ |- \{at|obscene: off)")
    lines = config.shipped().read_text(encoding="utf-8").splitlines()
    taken = [example.fullmatch(line) if not of_actions.match(line) else None for line in lines]
    path = tmp_path / "config.yaml"
    path.write_text("\n".join(found[1] if found else line for line, found in zip(lines, taken, strict=True)))
    settings = config.load(path, JIGSAW)
    assert [layer.source for layer in settings.layers][:5] == [f"overrides[{index}]" for index in range(5)]
    assert settings.layers[5].scope.guild == "80351110224678912"
    assert settings.rules.strikes.weights["threat"] == 3
    assert "warning" in settings.texts.model_fields_set
    assert settings.backend == "onnx"
