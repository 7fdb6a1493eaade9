from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.errors import ModelUnavailable
from bot.records import TextScores
from bot.score import source
from bot.score.model import Model, labels_of, load
from bot.score.options import ModelOptions
from bot.score.round import score_posts
from bot.score.windows import MOST_TOKENS_A_POST, trim

MakeModel = Callable[..., Path]
EXACT = ModelOptions(number_type="float32")


@pytest.fixture(scope="module")
def model(tiny: Path) -> Model:
    return load(str(tiny), options=EXACT)


def scores_of(model: Model, *texts: str) -> TextScores:
    told: list[Any] = []
    score_posts(model, [trim(texts)], batch_texts=32, tell=told.extend)
    assert len(told) == 1
    assert isinstance(told[0][1], TextScores)
    return told[0][1]


def on(model: Model, text: str) -> set[str]:
    (labels,) = scores_of(model, text).each
    assert labels is not None
    return {label for label, probability in labels.items() if probability > 0.5}


def test_each_label_has_a_probability_of_its_own(model: Model) -> None:
    assert model.labels == ("toxic", "insult", "threat")
    assert on(model, "hello") == set()
    assert on(model, "hello bad filler") == {"toxic"}
    assert on(model, "you evil one") == {"insult"}
    assert on(model, "bad and evil") == {"toxic", "insult"}


def test_the_id_names_the_folder_and_the_weights(model: Model, tiny: Path, make_model: MakeModel) -> None:
    name, _, version = model.id.partition("@")
    assert name == tiny.name
    assert len(version) == 12
    assert load(str(make_model(random=True)), options=EXACT).id != model.id
    assert load(str(tiny), options=EXACT).id == model.id


def test_a_silent_config_is_taken_as_multi_label_and_says_so(make_model: MakeModel, model: Model) -> None:
    silent = load(str(make_model(problem_type=None)), options=EXACT)
    assert "independent" in silent.assumption
    assert on(silent, "bad evil") == {"toxic", "insult"}
    assert model.assumption == ""


def test_a_single_label_model_gives_probabilities_that_add_up_to_one(make_model: MakeModel) -> None:
    single = load(str(make_model(problem_type="single_label_classification")), options=EXACT)
    (labels,) = scores_of(single, "hello bad").each
    assert labels is not None
    assert sum(labels.values()) == pytest.approx(1.0)
    assert single.assumption == ""


def test_abuse_behind_token_512_is_found(model: Model, make_model: MakeModel) -> None:
    late = "filler " * 1500 + "bad"
    assert on(model, late) == {"toxic"}
    assert on(load(str(make_model(window=512)), options=EXACT), late) == {"toxic"}


def test_abuse_is_found_wherever_it_stands_in_a_long_text(model: Model) -> None:
    for at in range(50, 75):
        assert on(model, "filler " * at + "bad" + " filler" * 100) == {"toxic"}, f"word {at}"


def test_abuse_inside_a_word_of_hundreds_of_letters_is_found(model: Model) -> None:
    assert on(model, "x" * 150 + "bad" + "x" * 150) == {"toxic"}


def test_the_window_is_the_least_of_what_tokenizer_and_config_allow(make_model: MakeModel, model: Model) -> None:
    assert model.window == 64
    assert model.room == 62
    assert load(str(make_model(window=10**30)), options=EXACT).window == 600


def test_a_window_with_its_special_tokens_is_never_longer_than_the_model_takes(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes: list[tuple[int, ...]] = []
    forward = model.network.forward

    def watched(**inputs: Any) -> Any:
        shapes.append(tuple(inputs["input_ids"].shape))
        assert (inputs["input_ids"][:, 0] == 2).all()
        assert ((inputs["input_ids"] == 3).sum(dim=1) == 1).all()
        return forward(**inputs)

    monkeypatch.setattr(model.network, "forward", watched)
    scores_of(model, "filler " * 300, "hello")
    assert max(shape[1] for shape in shapes) == 64


def test_what_is_over_the_cap_of_tokens_is_left_out_and_counted(model: Model) -> None:
    fits = scores_of(model, "filler " * MOST_TOKENS_A_POST)
    assert fits.unscored == 0
    over = scores_of(model, "filler " * (MOST_TOKENS_A_POST - 1), "hello hello " * 50, "bad")
    assert over.each[1] is not None
    assert over.each[2] is None
    assert over.unscored >= 2


def test_a_huge_text_without_spaces_is_scored_and_its_cut_is_counted(model: Model) -> None:
    assert scores_of(model, "a" * 1_000_000).unscored > 0


def test_an_empty_text_has_probability_zero_of_everything(model: Model) -> None:
    assert scores_of(model, "", "  \n").each == (dict.fromkeys(model.labels, 0.0),) * 2
    assert scores_of(model).each == ()


def test_half_a_character_does_no_harm(model: Model) -> None:
    assert on(model, "bad \ud83d") == {"toxic"}


def test_bulk_scoring_keeps_the_order_and_reports_progress(model: Model) -> None:
    texts = [["hello", "bad", "evil " * (1 + at % 90), ""][at % 4] for at in range(2100)]
    told: list[int] = []
    answers = list(model.score_many(iter(texts), told.append))
    assert told == [1024, 2048, 2100]
    assert len(answers) == len(texts)
    for at, labels in enumerate(answers):
        assert labels is not None
        lit = {label for label, probability in labels.items() if probability > 0.5}
        assert lit == [set(), {"toxic"}, {"insult"}, set()][at % 4]


@pytest.mark.parametrize("number_type", ["float32", "bfloat16"])
def test_a_text_scores_the_same_in_whatever_batch_it_is(make_model: MakeModel, number_type: Any) -> None:
    model = load(str(make_model(random=True)), options=ModelOptions(number_type=number_type))
    assert model.number_type == number_type
    texts = ["hello you", "a b c d e f g", "bad evil filler " * 10, "x"]
    alone = np.concatenate([model.probabilities(model.tokenise([text])) for text in texts])
    together = model.probabilities(model.tokenise(texts))
    assert np.abs(alone - together).max() < 1e-2


def test_the_number_type_is_chosen_by_a_timing_and_keeps_the_scores(make_model: MakeModel) -> None:
    folder = str(make_model(random=True))
    chosen, exact = load(folder), load(folder, options=EXACT)
    assert chosen.number_type in ("float32", "bfloat16")
    tokens = exact.tokenise(["hello bad", "evil"])
    assert np.abs(chosen.probabilities(tokens) - exact.probabilities(tokens)).max() < 1e-2


def test_a_folder_is_loaded_in_any_thread_and_without_the_network(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    loaded: list[Model] = []
    thread = threading.Thread(target=lambda: loaded.append(load(str(tiny), options=EXACT)))
    thread.start()
    thread.join()
    assert on(loaded[0], "bad") == {"toxic"}


def test_labels_are_read_from_the_config_alone(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(
        json.dumps({"id2label": {"1": "b", "0": "a", "10": "k", **{str(n): str(n) for n in range(2, 10)}}})
    )
    assert labels_of(str(tmp_path)) == ("a", "b", "2", "3", "4", "5", "6", "7", "8", "9", "k")


def change(folder: Path, **config: Any) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **config}))


def only_a_pickle(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def empty_weights(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"")


def shard_missing(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    index = {"weight_map": {"a": "model-00001-of-00002.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


def shard_is_a_pickle(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model-1.bin")
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": "pytorch_model-1.bin"}}))


def shard_elsewhere(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": "../x.safetensors"}}))


def headless(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    tensors = load_file(folder / "model.safetensors")
    kept = {name: tensor for name, tensor in tensors.items() if not name.startswith("classifier")}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})


def full_of_nan(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    tensors = {name: tensor * float("nan") for name, tensor in load_file(folder / "model.safetensors").items()}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda folder: change(folder, id2label={"0": "LABEL_0", "1": "LABEL_1"}), "does not name its labels"),
        (lambda folder: change(folder, id2label=None), "does not name its labels"),
        (lambda folder: change(folder, id2label={"0": "a", "2": "b"}), "damaged id2label"),
        (lambda folder: change(folder, id2label={"0": "a", "1": "a", "2": "b"}), "damaged id2label"),
        (lambda folder: change(folder, id2label=[1]), "does not name its labels"),
        (lambda folder: change(folder, architectures=["BertForMaskedLM"]), "is a BertForMaskedLM"),
        (lambda folder: change(folder, problem_type="regression"), "regression"),
        (lambda folder: change(folder, model_type="no-such-model"), "cannot be loaded"),
        (lambda folder: change(folder, id2label={"0": "a", "1": "b"}), "cannot be loaded"),
        (lambda folder: (folder / "config.json").unlink(), "has no config.json"),
        (lambda folder: (folder / "config.json").write_text("{"), "cannot be read"),
        (lambda folder: (folder / "config.json").write_text("[" * 100_000), "cannot be read"),
        (lambda folder: (folder / "config.json").write_text("[]"), "is not a JSON object"),
        (lambda folder: (folder / "tokenizer.json").write_text("{}"), "cannot be loaded"),
        (lambda folder: (folder / "model.safetensors").unlink(), "no weights in safetensors"),
        (only_a_pickle, "python -m bot model import"),
        (empty_weights, "cannot be loaded"),
        (shard_missing, "model-00001-of-00002.safetensors is missing"),
        (shard_is_a_pickle, "no .safetensors files"),
        (shard_elsewhere, "no .safetensors files"),
        (headless, "no trained weights for classifier.bias"),
        (full_of_nan, "no probabilities"),
    ],
)
def test_a_model_that_cannot_be_used_is_refused_in_one_sentence(
    make_model: MakeModel, tmp_path: Path, damage: Callable[[Path], Any], sentence: str
) -> None:
    folder = make_model(tmp_path / "broken")
    damage(folder)
    with pytest.raises(ModelUnavailable, match=sentence) as refused:
        load(str(folder), options=EXACT)
    assert "\n" not in str(refused.value)
    assert ": " in str(refused.value)


def test_a_model_that_brings_its_own_code_is_refused_and_the_code_not_run(
    make_model: MakeModel, tmp_path: Path
) -> None:
    folder = make_model(tmp_path / "coded")
    ran = tmp_path / "ran"
    (folder / "own.py").write_text(f"open({str(ran)!r}, 'w')")
    change(
        folder, model_type="own", auto_map={"AutoConfig": "own.Config", "AutoModelForSequenceClassification": "own.M"}
    )
    with pytest.raises(ModelUnavailable):
        load(str(folder), options=EXACT)
    assert not ran.exists()


def test_weights_over_the_size_cap_are_refused(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MOST_WEIGHT_BYTES", 1000)
    with pytest.raises(ModelUnavailable, match="choose a smaller model"):
        load(str(tiny))


def test_a_missing_embedded_model_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "EMBEDDED_FOLDER", tmp_path)
    with pytest.raises(ModelUnavailable, match=r"python -m bot\.training"):
        load("embedded")


@pytest.mark.parametrize("nonsense", ["", "no folder", "a/b/c", "../gone", "owner/name@", "owner/na me"])
def test_a_source_that_is_none_is_named_with_the_choices(nonsense: str) -> None:
    with pytest.raises(ModelUnavailable, match="not a Hugging Face id") as refused:
        labels_of(nonsense)
    assert repr(nonsense) in str(refused.value)


@pytest.mark.skipif(not (source.EMBEDDED_FOLDER / source.WEIGHTS).is_file(), reason="the embedded model is not trained")
def test_the_embedded_model_knows_an_insult_and_scores_it_the_same_in_every_batch() -> None:
    model = load("embedded", options=ModelOptions(number_type="bfloat16"))
    assert on(model, "You are a stupid, idiotic jerk. I hate you.") >= {"toxic", "insult"}
    assert on(model, "Have a nice day") == set()
    texts = ["Have a nice day", "you idiot", "kill the boss in phase two " * 6, "shut up, nobody asked " * 12, "hello"]
    tokens = model.tokenise(texts)
    alone = np.concatenate([model.probabilities([each]) for each in tokens])
    assert np.abs(alone - model.probabilities(tokens)).max() < 1e-2
