"""The onnx backend and the exports that it works with: made of real small models, and of the embedded one."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs

from bot.errors import ModelUnavailable
from bot.score import exporting, exports, likeness, source
from bot.score.backends.onnx import OnnxModel
from bot.score.model import Model, load
from bot.score.options import ModelOptions
from bot.score.source import locate

for package in ("onnxruntime", "onnx", "onnxscript"):
    pytest.importorskip(package, reason="the `onnx` extra is not installed")

MakeModel = Callable[..., Path]
EXACT = ModelOptions(number_type="float32")
SAID = "exporting the model for `backend: onnx`, once; this takes about a minute"
TEXTS = ["hello bad filler", "you evil one", "bad and evil", "", "filler " * 150 + "bad", "x" * 300, "a [SEP] b"]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def tiny_export(tiny: Path, cache: Path) -> exporting.Checked:
    return exporting.export(locate(str(tiny)), cache, thresholds={"toxic": [0.5, 0.9]})


def with_onnx(folder: Path, cache: Path) -> Model:
    return load(str(folder), options=ModelOptions(name="onnx", cache=cache))


def names(cache: Path) -> list[str]:
    return sorted(each.name for each in cache.iterdir())


def copied(checked: exporting.Checked, cache: Path) -> Path:
    return Path(shutil.copytree(checked.export.folder, cache / checked.export.folder.name))


def change_weights(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    tensors = load_file(folder / "model.safetensors")
    tensors["classifier.bias"] += 0.5
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


@pytest.fixture
def own(make_model: MakeModel, tmp_path: Path) -> Path:
    """A model of this test's own, with a cache folder of its own beside it."""
    return make_model(tmp_path / "model")


def test_an_export_scores_as_its_model_does_in_windows_and_frames_too(
    tiny: Path, cache: Path, tiny_export: exporting.Checked
) -> None:
    exact, exported = load(str(tiny), options=EXACT), with_onnx(tiny, cache)
    assert isinstance(exported, OnnxModel)
    assert (exported.labels, exported.window, exported.room) == (exact.labels, exact.window, exact.room)
    assert (exported.number_type, exported.parameters) == ("int8", exact.parameters)
    assert exported.id == f"{exact.id}-int8"
    assert exported.tokenise(TEXTS) == exact.tokenise(TEXTS)
    for one, other in zip(exported.score_many(TEXTS), exact.score_many(TEXTS), strict=True):
        assert one == pytest.approx(other, abs=0.01)
    assert tiny_export.is_new
    assert tiny_export.likeness.decided_otherwise == 0


def test_windows_of_any_number_and_length_go_together_and_calibration_is_that_of_the_model(
    make_model: MakeModel, tmp_path: Path
) -> None:
    curve = {"toxic": {"low": 1.0, "high": 1.0, "shift": 3.0}}
    folder = make_model(tmp_path / "calibrated", random=True, calibration=curve)
    exporting.export(locate(str(folder)), tmp_path / "cache")
    exported, exact = with_onnx(folder, tmp_path / "cache"), load(str(folder), options=EXACT)
    for windows in ([[7]], [[7] * 62], [[7], [8, 9]], [[9] * length for length in range(1, 40)]):
        assert np.abs(exported.probabilities(windows) - exact.probabilities(windows)).max() < 0.05
    [with_curve], [without] = exported.probabilities([[7]]), exported.uncalibrated().probabilities([[7]])
    assert with_curve[0] > without[0] + 0.1
    assert with_curve[1] == pytest.approx(without[1])


def test_what_runs_on_an_export_imports_neither_torch_nor_transformers(
    tiny: Path, cache: Path, tiny_export: exporting.Checked
) -> None:
    script = (
        "import sys; from pathlib import Path; from bot.score.model import load; "
        "from bot.score.options import ModelOptions; "
        f"model = load({str(tiny)!r}, options=ModelOptions(name='onnx', cache=Path({str(cache)!r}))); "
        "[labels] = model.score_many(['bad']); assert labels['toxic'] > 0.5; "
        "print(sorted({'torch', 'transformers', 'onnx', 'onnxruntime'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1:] == ["['onnxruntime']"], done.stderr


def test_it_is_made_at_first_use_then_used_as_it_is_and_made_anew_when_it_is_damaged(own: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    for damage in (False, True):
        for encoder in cache.glob(f"*/{exports.ENCODER}"):
            encoder.write_bytes(b"damaged")
        with capture_logs() as logs:
            [labels] = with_onnx(own, cache).score_many(["bad"])
        assert labels is not None
        assert labels["toxic"] > 0.5
        said = [log["event"] for log in logs if log["log_level"] == "warning"]
        assert said == ["export_is_damaged"] * damage + [SAID]
    [folder] = cache.iterdir()
    written = (folder / exports.FACTS).stat().st_mtime_ns
    with capture_logs() as logs:
        with_onnx(own, cache)
    assert SAID not in [log["event"] for log in logs]
    assert (folder / exports.FACTS).stat().st_mtime_ns == written


@pytest.mark.parametrize("name", [exports.ENCODER, exports.TOKENIZER, exports.FACTS])
def test_a_damaged_export_is_noticed_and_taken_away(
    tmp_path: Path, tiny: Path, tiny_export: exporting.Checked, name: str
) -> None:
    mine = copied(tiny_export, tmp_path / "cache")
    assert exports.find(locate(str(tiny)), tmp_path / "cache") is not None
    content = (mine / name).read_bytes()
    (mine / name).write_bytes(content[: len(content) // 2])
    assert exports.find(locate(str(tiny)), tmp_path / "cache") is None
    assert names(tmp_path / "cache") == []


def test_other_weights_get_an_export_of_their_own_the_older_one_goes_and_those_of_other_models_stay(
    own: Path, tmp_path: Path, tiny_export: exporting.Checked
) -> None:
    cache = tmp_path / "cache"
    of_another = copied(tiny_export, cache)
    first = exporting.export(locate(str(own)), cache).export
    assert names(cache) == sorted([of_another.name, first.folder.name])
    change_weights(own)
    assert exports.find(locate(str(own)), cache) is None
    second = exporting.export(locate(str(own)), cache).export
    assert second.folder.name != first.folder.name
    assert second.facts.model != first.facts.model
    assert names(cache) == sorted([of_another.name, second.folder.name])


def test_an_export_that_differs_too_much_is_refused_and_none_is_left(
    own: Path, tiny: Path, tmp_path: Path, tiny_export: exporting.Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    copied(tiny_export, cache)  # one that is there is taken away, too: it may be that other texts show it
    monkeypatch.setattr(likeness, "MOST_OF_ANY", -1.0)
    for folder in (tiny, own):
        with pytest.raises(ModelUnavailable, match="loses too much in 8 bits") as refused:
            exporting.export(locate(str(folder)), cache)
        assert refused.value.exit_code == 6
        assert "\n" not in str(refused.value)
        assert names(cache) == []


def test_a_second_process_that_made_the_same_does_no_harm(
    tiny: Path, tmp_path: Path, tiny_export: exporting.Checked
) -> None:
    cache = tmp_path / "cache"
    there = copied(tiny_export, cache)
    with exports.staging(cache) as staged:
        shutil.copytree(there, staged, dirs_exist_ok=True)
        assert exports.publish(staged, locate(str(tiny)), cache).folder == there
    assert names(cache) == [there.name]


@pytest.mark.parametrize("kind", ["distilbert", "roberta"])
def test_models_of_other_kinds_are_exported_too(tiny: Path, tmp_path: Path, kind: str) -> None:
    import torch
    from transformers import AutoConfig, AutoModelForSequenceClassification

    folder = Path(shutil.copytree(tiny, tmp_path / kind))
    known = json.loads((folder / "config.json").read_text())
    shape = {key: known[key] for key in ("vocab_size", "id2label", "label2id", "problem_type")}
    small = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    if kind == "distilbert":
        small = {"dim": 16, "n_layers": 1, "n_heads": 2, "hidden_dim": 32}
    torch.manual_seed(3)
    config = AutoConfig.for_model(kind, **shape, **small, pad_token_id=0)
    AutoModelForSequenceClassification.from_config(config).save_pretrained(folder)
    exporting.export(locate(str(folder)), tmp_path / "cache")
    exported, exact = with_onnx(folder, tmp_path / "cache"), load(str(folder), options=EXACT)
    for one, other in zip(exported.score_many(TEXTS), exact.score_many(TEXTS), strict=True):
        assert one == pytest.approx(other, abs=0.02)


def test_a_single_label_model_gives_probabilities_that_add_up_to_one(make_model: MakeModel, tmp_path: Path) -> None:
    folder = make_model(tmp_path / "single", problem_type="single_label_classification")
    exporting.export(locate(str(folder)), tmp_path / "cache")
    [labels] = with_onnx(folder, tmp_path / "cache").score_many(["hello bad"])
    assert labels is not None
    assert sum(labels.values()) == pytest.approx(1.0)


def test_the_key_counts_the_versions_that_an_export_was_made_with(
    tiny: Path, cache: Path, tiny_export: exporting.Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "version", lambda name: "0.0.1")
    assert exports.find(locate(str(tiny)), cache) is None
    assert exports.folder_of(locate(str(tiny)), cache) != tiny_export.export.folder


def test_what_it_cannot_write_is_one_sentence(own: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for use in (lambda cache: exporting.export(locate(str(own)), cache), lambda cache: with_onnx(own, cache)):
        with pytest.raises(ModelUnavailable, match="cannot be written") as refused:
            use(tmp_path / "file")
        assert "\n" not in str(refused.value)


def test_a_failing_export_at_first_use_says_why(own: Path, tmp_path: Path) -> None:
    (own / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelUnavailable, match="cannot be loaded") as refused:
        with_onnx(own, tmp_path / "cache")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("package", ["onnxruntime", "onnx"])
def test_a_missing_extra_is_named_with_what_to_do(
    own: Path, tmp_path: Path, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)  # as Python marks what is not to be found
    with pytest.raises(ModelUnavailable, match=rf"needs {package}, .*civil-tongue\[onnx\]"):
        with_onnx(own, tmp_path / "cache")


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {}, "HOME/.cache/civil-tongue/models"),
        ("linux", {"XDG_CACHE_HOME": "/elsewhere"}, "/elsewhere/civil-tongue/models"),
        ("linux", {"XDG_CACHE_HOME": "not/absolute"}, "HOME/.cache/civil-tongue/models"),
        ("linux", {"CACHE_DIRECTORY": "/var/cache/ct", "XDG_CACHE_HOME": "/x"}, "/var/cache/ct/models"),
        ("darwin", {"XDG_CACHE_HOME": "/x"}, "HOME/Library/Caches/civil-tongue/models"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/civil-tongue/models"),
    ],
)
def test_the_cache_folder_is_the_users_as_the_platform_has_it(
    platform: str, environment: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_CACHE_HOME", "CACHE_DIRECTORY", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert exports.cache_folder() == Path(expected.replace("HOME", str(Path.home())))
    assert exports.cache_folder(Path("~/mine")) == Path.home() / "mine"


def test_our_texts_are_of_many_lengths_and_none_is_there_twice() -> None:
    texts = likeness.our_texts()
    assert len(set(texts)) == len(texts) > 100
    assert max(map(len, texts)) > 400


@pytest.mark.skipif(not (source.EMBEDDED_FOLDER / source.WEIGHTS).is_file(), reason="the embedded model is not trained")
def test_the_embedded_model_is_exported_with_its_ngrams(tmp_path: Path) -> None:
    checked = exporting.export(locate("embedded"), tmp_path / "cache")
    assert checked.likeness.is_close
    facts = json.loads((checked.export.folder / exports.FACTS).read_text())
    assert exports.NGRAMS in facts["files"]
    model = load("embedded", options=ModelOptions(name="onnx", cache=tmp_path / "cache"))
    insult, greeting = model.score_many(["You are a stupid, idiotic jerk. I hate you.", "Have a nice day"])
    assert insult is not None
    assert greeting is not None
    assert insult["toxic"] > 0.5 > greeting["toxic"]
