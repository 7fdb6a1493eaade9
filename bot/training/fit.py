"""Fine-tunes an encoder on examples: resumable, length-sorted batches, masked and weighted loss."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from bot.training.data import Examples

_SORTED_TOGETHER = 64  # batches whose texts are sorted by length together: little padding, still shuffled


@dataclass(frozen=True)
class FitOptions:
    """How to fit; see ``recipe.toml`` for what each means."""

    prior_weighted: bool
    passes: int
    dropout: float
    batch_size: int
    learning_rate: float
    head_learning_rate: float
    warmup: float
    weight_decay: float
    checkpoint_every: int


def fit(
    model: Any,
    tokenizer: Any,
    tokens: Sequence[Sequence[int]],
    examples: Examples,
    options: FitOptions,
    *,
    seed: int,
    checkpoint: Path,
    progress: Callable[[int, int, float], None],
) -> float:
    """Train ``model`` in place; returns the seconds that took, those before a break included.

    ``tokens`` are what it is shown of each example, special ones included. Goes on from ``checkpoint`` where one
    stands: the order of batches depends on the seed alone, so that a resumed run sees the same batches. ``progress`` is
    told (step, steps, smoothed loss).
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    _set_dropout(model, options.dropout)
    model.to(device).train()
    lengths = np.array([len(ids) for ids in tokens])
    steps = options.passes * (len(tokens) // options.batch_size)
    optimizer = torch.optim.AdamW(_parameter_groups(model, options), lr=options.learning_rate, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, steps, options.warmup))
    step, smoothed, seconds = _resume(checkpoint, model, optimizer, schedule)
    began = time.monotonic() - seconds
    targets, weights = torch.from_numpy(examples.targets), torch.from_numpy(examples.weights)
    if not options.prior_weighted:
        weights = torch.ones_like(weights)
    for number, batch in enumerate(_batches(lengths, options, seed)):
        if number < step:
            continue
        torch.manual_seed(seed + number)  # dropout, the same after a resume
        inputs = tokenizer.pad({"input_ids": [[*tokens[row]] for row in batch]}, return_tensors="pt").to(device)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            logits = model(**inputs).logits.float()
        loss = masked_loss(logits, targets[batch].to(device), weights[batch].to(device))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        step = number + 1
        smoothed = float(loss.detach()) if step == 1 else 0.98 * smoothed + 0.02 * float(loss.detach())
        progress(step, steps, smoothed)
        if step % options.checkpoint_every == 0 or step == steps:
            _save(checkpoint, model, optimizer, schedule, step, smoothed, time.monotonic() - began)
    model.eval()
    return time.monotonic() - began


def mean_weights(models: Sequence[Any], shares: Sequence[float]) -> None:
    """Give the first model the mean of all weights, each model's by its share; source: "Model soups" (Wortsman, 2022).

    They have to come from the same start: then the mean lies in the same valley, and errs less than either.
    """
    states = [model.state_dict() for model in models]
    total = sum(shares)
    mean = {
        name: sum(state[name].float() * (share / total) for state, share in zip(states, shares, strict=True)).to(
            kept.dtype
        )
        for name, kept in states[0].items()
    }
    models[0].load_state_dict(mean)


def _set_dropout(model: Any, share: float) -> None:
    # Without dropout, torch's fused attention is slower backwards on a CPU than the plain one (torch 2.13).
    model.set_attn_implementation("eager")
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = share


@torch.no_grad()
def begin_at_prior(model: Any, examples: Examples, seed: int) -> None:
    """Let the untrained head say how common each label is, so that the first steps need not learn that."""
    share = np.nanmean(examples.targets, axis=0).clip(1e-4, 1 - 1e-4)
    model.classifier.bias.copy_(torch.from_numpy(np.log(share / (1 - share))))
    torch.nn.init.normal_(model.classifier.weight, std=0.02, generator=torch.Generator().manual_seed(seed))


def masked_loss(logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Binary cross-entropy over known targets: ``[n, labels]`` logits and targets (nan: unknown), ``[n]`` weights."""
    known = ~targets.isnan()
    losses = binary_cross_entropy_with_logits(logits, targets.nan_to_num(), reduction="none")
    each = losses * known * weights.unsqueeze(1)
    return each.sum() / (known * weights.unsqueeze(1)).sum().clamp(min=1.0)


def _batches(lengths: np.ndarray[Any, Any], options: FitOptions, seed: int) -> Iterator[list[int]]:
    random = np.random.default_rng(seed)
    size = options.batch_size
    for _ in range(options.passes):
        order = random.permutation(len(lengths))
        batches: list[list[int]] = []
        for start in range(0, len(order), size * _SORTED_TOGETHER):
            group = order[start : start + size * _SORTED_TOGETHER]
            group = group[np.argsort(lengths[group], kind="stable")]
            batches += [group[at : at + size].tolist() for at in range(0, len(group) - size + 1, size)]
        batches = batches[: len(lengths) // size]
        for index in random.permutation(len(batches)):
            yield batches[index]


def _rate(step: int, steps: int, warmup: float) -> float:
    rising = max(1, int(steps * warmup))
    return (step + 1) / rising if step < rising else max(0.0, (steps - step) / (steps - rising))


def _parameter_groups(model: Any, options: FitOptions) -> list[dict[str, Any]]:
    """The head starts from nothing and has to go further than the encoder; norms and biases are not decayed."""
    head = {id(parameter) for parameter in model.classifier.parameters()}
    groups = []
    for is_head, rate in ((False, options.learning_rate), (True, options.head_learning_rate)):
        mine = [each for each in model.named_parameters() if (id(each[1]) in head) is is_head]
        plain = [p for name, p in mine if p.dim() < 2 or "LayerNorm" in name]
        decayed = [p for name, p in mine if not (p.dim() < 2 or "LayerNorm" in name)]
        groups.append({"params": decayed, "lr": rate, "weight_decay": options.weight_decay})
        groups.append({"params": plain, "lr": rate, "weight_decay": 0.0})
    return groups


def _save(path: Path, model: Any, optimizer: Any, schedule: Any, step: int, smoothed: float, seconds: float) -> None:
    state = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "schedule": schedule.state_dict(),
        "step": step,
        "smoothed": smoothed,
        "seconds": seconds,
    }
    keep(state, path)


def keep(state: Mapping[str, Any], path: Path) -> None:
    """Write a state for a later run to go on from; one that is broken off leaves what was there."""
    fresh = path.with_suffix(".new")
    torch.save(state, fresh)
    os.replace(fresh, path)


def _resume(path: Path, model: Any, optimizer: Any, schedule: Any) -> tuple[int, float, float]:
    if not path.exists():
        return 0, 0.0, 0.0
    state = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    schedule.load_state_dict(state["schedule"])
    return state["step"], state["smoothed"], state["seconds"]
