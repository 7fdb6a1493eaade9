"""Writes MODEL_CARD.md beside the weights, from the figures just measured."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

_TEMPLATE = """# Model card: the embedded model of Civil Tongue

A multi-label classifier for toxic comments in English: one independent probability (a sigmoid) for each of
{labels}.

**For**: flagging messages for a human moderator to look at, and acting on those it is sure about.
**Not for**: judging people, languages other than English, or deciding anything that nobody reviews.

- Architecture: `BertForSequenceClassification` on MiniLM-L6 (22.7 M parameters), weights in bfloat16 safetensors.
- Scores texts in windows of {window} tokens; the maximum over the windows of a text counts.
- Trained on {rows:,} texts in {minutes:.0f} minutes with `python -m bot.training --data DIR`; the recipe is
  `bot/training/recipe.toml`.
- SHA-256 of `model.safetensors`: `{sha256}`

## Trained on

| data | licence |
|---|---|
| Jigsaw Toxic Comment Classification Challenge (2018), folds 0-7 | labels CC0, text CC BY-SA 3.0 (Wikipedia) |
| Ubuntu IRC logs, {irc_rows:,} lines taken as clean | CC BY 4.0 |
| GoEmotions, {goemotions_rows:,} comments without an angry emotion, taken as clean | Apache-2.0 |
| encoder: sentence-transformers/all-MiniLM-L6-v2 | Apache-2.0 |

## Figures

ROC AUC, folds 8 and 9 weighted back to the data's true prior, texts cut at {window} tokens. Fold 8 is the one that
choices are made on; fold 9 and the test slice were only reported.

{table}

## Known limits

English only: other languages are scored as noise. Sarcasm and context outside the message are not seen. Profanity
among friends, gaming talk ("kill the boss") and identity words raise scores more than they should. The labels are
those of Wikipedia talk pages of 2018, given by crowd workers. The rare labels rank well but never get sure of
themselves: on fold 8 this version gives no `threat` more than 0.13 and no `identity_hate` more than 0.31, so that what
they mean is caught as `toxic`.
"""


def write(
    out: Path, settings: dict[str, Any], figures: dict[str, dict[str, float]], *, rows: int, minutes: float
) -> None:
    """Write ``out/MODEL_CARD.md``; ``out/model.safetensors`` must be there already."""
    text = _TEMPLATE.format(
        labels=", ".join(settings["labels"]),
        window=settings["export"]["window"],
        rows=rows,
        minutes=minutes,
        sha256=hashlib.sha256((out / "model.safetensors").read_bytes()).hexdigest(),
        irc_rows=settings["chat"]["irc_rows"],
        goemotions_rows=settings["chat"]["goemotions_rows"],
        table=_table(settings["labels"], figures),
    )
    (out / "MODEL_CARD.md").write_text(text)


def _table(labels: list[str], figures: dict[str, dict[str, float]]) -> str:
    head = "| label | " + " | ".join(figures) + " |\n|---|" + "---|" * len(figures)
    lines = [
        f"| {label} | " + " | ".join(f"{figures[name][label]:.4f}" for name in figures) + " |"
        for label in [*labels, "mean"]
    ]
    return "\n".join([head, *lines])
