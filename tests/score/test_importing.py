from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.errors import ModelUnavailable
from bot.score import source
from bot.score.importing import import_model
from bot.score.model import labels_of, load
from bot.score.options import ModelOptions

MakeModel = Callable[..., Path]
EXACT = ModelOptions(number_type="float32")


@pytest.fixture
def pickled(make_model: MakeModel, tmp_path: Path) -> Path:
    """A model folder as of old: its weights are a pickle, and a script of its own lies beside them."""
    import torch
    from safetensors.torch import load_file

    folder = make_model(tmp_path / "old", random=True)
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    (folder / "modeling.py").write_text("raise SystemExit")
    return folder


def test_a_pickled_model_is_converted_once_and_then_loads_with_the_same_weights(pickled: Path, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    new = import_model(str(pickled), tmp_path / "new")
    before = torch.load(pickled / "pytorch_model.bin", weights_only=True)
    after = load_file(new / "model.safetensors")
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert load(str(new), options=EXACT).labels == labels_of(str(pickled))
    assert not list(new.glob("*.bin"))
    assert not list(new.glob("*.py"))


def test_a_pickle_in_several_parts_is_converted_into_one_file(pickled: Path, tmp_path: Path) -> None:
    import torch

    tensors = torch.load(pickled / "pytorch_model.bin", weights_only=True)
    (pickled / "pytorch_model.bin").unlink()
    names = sorted(tensors)
    parts = {"pytorch_model-1.bin": names[:5], "pytorch_model-2.bin": names[5:]}
    for part, members in parts.items():
        torch.save({name: tensors[name] for name in members}, pickled / part)
    index = {"weight_map": {name: part for part, members in parts.items() for name in members}}
    (pickled / "pytorch_model.bin.index.json").write_text(json.dumps(index))
    assert load(str(import_model(str(pickled), tmp_path / "new")), options=EXACT).labels


def test_weights_that_share_memory_are_converted(pickled: Path, tmp_path: Path) -> None:
    import torch

    tensors = torch.load(pickled / "pytorch_model.bin", weights_only=True)
    tensors["spare"] = tensors["classifier.weight"].T
    torch.save(tensors, pickled / "pytorch_model.bin")
    assert load(str(import_model(str(pickled), tmp_path / "new")), options=EXACT).labels


def code_in_the_pickle(folder: Path) -> None:
    class Trap:
        def __reduce__(self) -> Any:
            return (exec, (f"open({str(folder / 'ran')!r}, 'w')",))

    (folder / "pytorch_model.bin").write_bytes(pickle.dumps({"weight": Trap()}, protocol=2))


def no_tensors(folder: Path) -> None:
    import torch

    torch.save([1, 2, 3], folder / "pytorch_model.bin")


def other_tensors(folder: Path) -> None:
    import torch

    torch.save({"other": torch.zeros(3)}, folder / "pytorch_model.bin")


def nameless(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "id2label": {"0": "LABEL_0"}}))


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (code_in_the_pickle, "more than tensors"),
        (lambda folder: (folder / "pytorch_model.bin").write_bytes(b"junk"), "more than tensors"),
        (no_tensors, "no list of named tensors"),
        (other_tensors, "old has no trained weights"),
        (nameless, "does not name its labels"),
        (lambda folder: (folder / "pytorch_model.bin").unlink(), "to import"),
        (lambda folder: (folder / "config.json").unlink(), "has no config.json"),
    ],
)
def test_what_cannot_be_imported_is_refused_in_one_sentence_and_leaves_nothing_behind(
    pickled: Path, tmp_path: Path, damage: Callable[[Path], Any], sentence: str
) -> None:
    damage(pickled)
    with pytest.raises(ModelUnavailable, match=sentence) as refused:
        import_model(str(pickled), tmp_path / "new")
    assert "\n" not in str(refused.value)
    assert [each.name for each in tmp_path.iterdir()] == ["old"]
    assert not (pickled / "ran").exists()


def test_a_folder_that_is_in_use_is_never_overwritten(pickled: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "notes.txt").write_text("mine")
    with pytest.raises(ModelUnavailable, match="there already"):
        import_model(str(pickled), tmp_path / "new")
    assert (tmp_path / "new" / "notes.txt").read_text() == "mine"


def test_a_pickle_over_the_size_cap_is_refused(pickled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MOST_WEIGHT_BYTES", 1000)
    with pytest.raises(ModelUnavailable, match="choose a smaller model"):
        import_model(str(pickled), tmp_path / "new")
