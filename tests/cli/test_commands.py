"""The command line, as a person or a script uses it."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]


def bot(*arguments: str | Path, given: str = "", cwd: Path = TOP) -> subprocess.CompletedProcess[str]:
    """``python -m bot`` with these arguments and this standard input."""
    command = [sys.executable, "-m", "bot", *map(str, arguments)]
    return subprocess.run(command, input=given, capture_output=True, text=True, cwd=cwd, timeout=300, check=False)


@pytest.fixture
def config_file(tmp_path: Path, tiny: Path) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_text(f"model: {tiny}\nlabels:\n  toxic: flag\n  insult: [{{at: 0.9, do: [flag, delete]}}]\n")
    return path


def test_help_says_where_to_start_and_what_exit_codes_mean() -> None:
    done = bot("--help")
    assert done.returncode == 0
    assert "sandbox" in done.stdout
    assert "Exit codes" in done.stdout


def test_score_prints_an_object_a_line_with_the_labels_that_are_on(config_file: Path) -> None:
    done = bot("score", "--json", "--config", config_file, "evil", "hello")
    first, second = map(json.loads, done.stdout.splitlines())
    assert first["text"] == "evil"
    assert set(first["labels"]) == {"toxic", "insult", "threat"}
    assert first["on"] == ["insult"]
    assert second["on"] == []
    assert done.stderr == ""


def test_score_reads_through_disguises_and_says_so_and_jsonl_scores_what_is_written(
    config_file: Path, tmp_path: Path
) -> None:
    disguised = bot("score", "--json", "--config", config_file, "3v1l", "")
    hit, empty = map(json.loads, disguised.stdout.splitlines())
    assert (hit["on"], empty["labels"], empty["on"]) == (["insult"], {}, [])
    shown = bot("score", "--config", config_file, "3v1l", "")
    assert "Read as (digits for letters): evil" in shown.stdout
    assert "Nothing to score." in shown.stdout
    source = tmp_path / "in.jsonl"
    source.write_text('{"text": "3v1l"}\n')
    [written] = map(json.loads, bot("score", "--jsonl", source, "--config", config_file).stdout.splitlines())
    assert written["on"] == []


def test_score_reads_lines_of_standard_input(config_file: Path) -> None:
    done = bot("score", "--json", "--config", config_file, given="evil\n\nhello\n")
    assert [json.loads(line)["on"] for line in done.stdout.splitlines()] == [["insult"], []]


def test_score_jsonl_keeps_the_order_and_the_other_fields_and_names_bad_lines(
    config_file: Path, tmp_path: Path
) -> None:
    lines = [{"text": "hello " * (n % 7) + ("evil" if n % 3 == 0 else ""), "n": n} for n in range(200)]
    source = tmp_path / "in.jsonl"
    source.write_text("\n".join(map(json.dumps, lines)) + '\nnot json\n{"no": "text"}\n')
    done = bot("score", "--jsonl", source, "--config", config_file)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [row["n"] for row in rows[:200]] == list(range(200))
    assert all((row["on"] == ["insult"]) == (row["n"] % 3 == 0) for row in rows[:200])
    assert "in.jsonl:201 is not JSON" in rows[200]["error"]
    assert "in.jsonl:202 has no text" in rows[201]["error"]
    assert len(done.stderr.splitlines()) == 2


def test_check_is_content_with_the_shipped_file() -> None:
    done = bot("check", "--config", TOP / "config.yaml")
    assert done.returncode == 0
    assert "is fine" in done.stdout


def test_check_names_rules_that_the_model_of_a_language_knows_nothing_of(tmp_path: Path, tiny: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(f"model: embedded\nmodels: {{de: {tiny}}}\nlabels: {{toxic: flag, obscene: flag}}\n")
    done = bot("check", "--config", path)
    assert done.returncode == 0
    assert f"models.de: {tiny} does not know obscene" in done.stderr


def test_check_prints_every_mistake_with_its_place_and_exits_2(tmp_path: Path, tiny: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(
        f"model: {tiny}\nmode: lve\nlabels:\n  toxic: flagg\n  insult: [{{at: 85, do: [flag]}}]\n"
        "  insolt: flag\nretention: {text: 30}\n"
    )
    done = bot("check", "--config", path)
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert len(lines) == 5
    assert [line.removeprefix(f"{path}:").split(":")[0] for line in lines] == ["2", "4", "5", "6", "7"]
    assert all(line.startswith(f"{path}:") for line in lines)


def test_a_model_that_cannot_be_had_is_one_sentence_and_exit_code_6(config_file: Path) -> None:
    done = bot("score", "--config", config_file, "--model", "no such model", "hello")
    assert done.returncode == 6
    assert len(done.stderr.splitlines()) == 1


def test_flags_of_a_folder_without_a_record_is_one_sentence(tmp_path: Path) -> None:
    done = bot("flags", "list", "--data", tmp_path / "nothing")
    assert done.returncode == 8
    assert "holds no record" in done.stderr


async def test_flags_are_listed_shown_filtered_and_exported(run_bot, tmp_path: Path) -> None:
    from bot.sandbox import Sandbox

    async with Sandbox() as box, run_bot(box) as running:
        for member, text in [("Mallory", "you are evil"), ("Eve", "=evil formula"), ("Mallory", "so bad")]:
            await box.say("general", member, text)
        await box.until(lambda: len(box.cards()) == 3)
        folder = running.folder
        everything = json.loads(bot("flags", "list", "--json", "--data", folder).stdout)  # while the bot runs
    assert [flag["id"] for flag in everything] == [3, 2, 1]
    wanted = {"id", "member", "channel", "text", "scores", "on", "rule", "actions", "outcomes", "verdict", "created_at"}
    assert wanted <= set(everything[0])
    by_eve = json.loads(bot("flags", "list", "--json", "--data", folder, "--member", "eve").stdout)
    assert [flag["text"] for flag in by_eve] == ["=evil formula"]
    assert "3" in bot("flags", "show", "3", "--data", folder).stdout
    rows = list(csv.DictReader(io.StringIO(bot("flags", "export", "--format", "csv", "--data", folder).stdout)))
    assert [row["text"] for row in rows] == ["so bad", "'=evil formula", "you are evil"]
    lines = bot("flags", "export", "--since", "1h", "--data", folder).stdout.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [3, 2, 1]
    assert "No flags" in bot("flags", "list", "--data", folder, "--label", "threat").stdout
    slip = bot("flags", "list", "--data", folder, "--label", "insullt")
    assert slip.returncode == 2
    assert slip.stderr == "--label: there is no label insullt; there are insult, threat, toxic, moderator, report.\n"
    listed = bot("flags", "list", "--data", folder).stdout
    assert all(len(line) <= 80 for line in listed.splitlines()), "three lines a flag where it is narrow"
    assert "you are evil" in listed
    assert "no verdict yet" in listed


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["flags", "list", "--limit", "0"], "'--limit': Input should be greater than or equal to 1."),
        (["nosuch"], "No such command 'nosuch'."),
        (["check", "--confg", "x"], "No such option: --confg"),
    ],
)
def test_a_slip_on_the_command_line_is_one_sentence(arguments: list[str], says: str) -> None:
    done = bot(*arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "--help` tells more." in done.stderr


@pytest.mark.parametrize("option", ["--log-level", "--log-format"])
def test_a_log_that_we_do_not_have_is_refused_in_one_sentence(option: str, tmp_path: Path) -> None:
    done = bot("run", option, "nosuch", "--data", tmp_path)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert f"{option} must be" in done.stderr


def test_rules_that_watch_nothing_are_remarked_on(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("labels: {}\n")
    done = bot("check", "--config", tmp_path / "config.yaml")
    assert done.returncode == 0
    assert "no label has a step" in done.stderr


async def test_after_key_rotate_the_texts_can_still_be_read(run_bot) -> None:
    from bot.sandbox import Sandbox

    async with Sandbox() as box, run_bot(box) as running:
        await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: box.cards())
    before = (running.folder / "key").read_text()
    done = bot("key", "rotate", "--data", running.folder)
    assert done.returncode == 0
    assert "1 text" in done.stdout
    assert (running.folder / "key").read_text() != before
    [flag] = json.loads(bot("flags", "list", "--json", "--data", running.folder).stdout)
    assert flag["text"] == "you are evil"


def test_model_info_tells_what_the_model_is(tiny: Path) -> None:
    facts = json.loads(bot("model", "info", tiny, "--json").stdout)
    assert facts["labels"] == ["toxic", "insult", "threat"]
    assert facts["id"].startswith("tiny@")


def test_the_embedded_model_knows_an_insult_from_a_greeting() -> None:
    done = bot("score", "--json", "You are a stupid, idiotic jerk. I hate you.", "Have a nice day")
    first, second = map(json.loads, done.stdout.splitlines())
    assert {"toxic", "insult"} <= set(first["on"])
    assert second["on"] == []
