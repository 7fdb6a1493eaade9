"""``model export`` and the commands that use what it makes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]

for package in ("onnxruntime", "onnx", "onnxscript"):
    pytest.importorskip(package, reason="the `onnx` extra is not installed")


def bot(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=TOP, timeout=300, check=False)


@pytest.fixture(scope="module")
def rules(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("onnx")
    path = folder / "rules.yaml"
    text = "model: {}\nbackend: {{name: onnx, cores: 1, cache: {}}}\nlabels: {{toxic: flag, insult: off}}\n"
    path.write_text(text.format(tiny, folder / "cache"))
    return path


@pytest.fixture(scope="module")
def exported(rules: Path) -> subprocess.CompletedProcess[str]:
    return bot("model", "export", "--config", rules)


def test_export_tells_what_it_made_where_and_how_it_compares(
    rules: Path, exported: subprocess.CompletedProcess[str]
) -> None:
    assert (exported.returncode, exported.stderr) == (0, "")
    [folder] = (rules.parent / "cache").iterdir()
    assert str(folder) in exported.stdout
    assert "MB" in exported.stdout
    assert "texts of ours its probabilities differ" in exported.stdout
    assert "0 of them another threshold of rules.yaml is reached" in exported.stdout
    assert len(re.findall(r"times as (?:fast|slow) on 1 core\.", exported.stdout)) == 2


def test_a_second_export_finds_the_first_and_compares_again(
    rules: Path, exported: subprocess.CompletedProcess[str]
) -> None:
    told = json.loads(bot("model", "export", "--config", rules, "--json").stdout)
    assert not told["is_new"]
    assert told["folder"] in exported.stdout
    assert told["bytes"] > 0
    assert told["texts"] > 100
    assert 0 <= told["on_average"] <= told["of_any"] < 0.1
    assert [speed["batch"] for speed in told["speeds"]] == [1, 32]


def test_score_and_model_info_use_it(rules: Path, exported: subprocess.CompletedProcess[str]) -> None:
    scored = bot("score", "--json", "--config", rules, "bad evil", "hello")
    assert [json.loads(line)["on"] for line in scored.stdout.splitlines()] == [["toxic"], []]
    facts = json.loads(bot("model", "info", "--json", "--config", rules).stdout)
    assert (facts["backend"], facts["number_type"]) == ("onnx", "int8")
    assert facts["id"].endswith("-int8")


def test_doctor_loads_the_model_as_the_bot_would(
    rules: Path, exported: subprocess.CompletedProcess[str], tmp_path: Path
) -> None:
    findings = json.loads(bot("doctor", "--json", "--config", rules, "--data", tmp_path).stdout)
    [about_model] = [each for each in findings if "toxic" in json.dumps(each) and "-int8" in json.dumps(each)]
    assert "ok" in json.dumps(about_model)


def test_an_export_that_cannot_be_made_is_one_sentence_and_exit_code_6(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    rules = tmp_path / "rules.yaml"
    rules.write_text(f"model: {tiny}\nbackend: {{name: onnx, cache: {tmp_path / 'file'}}}\nlabels: {{toxic: flag}}\n")
    for command in (["model", "export"], ["score", "hello"]):
        done = bot(*command, "--config", rules)
        assert done.returncode == 6
        assert "cannot be written" in done.stderr.splitlines()[-1]
        assert "Traceback" not in done.stderr
