"""How fast the worker is: ``python tests/benchmarks/score.py [TURNS]``. Prints messages a second for three ways.

(a) the Hugging Face recipe's loop: DistilBERT (66 M, random weights), float32, one text at a time;
(b) plain batches of 32, sorted by length over all messages, in bfloat16, with the embedded model;
(c) the worker with the same model, all messages put to it at once by many guilds and members.

All in one process and on the same messages of 10 to 60 tokens, in turns; the best of several turns is printed, since
whatever else the machine does can only slow one down. The processor's own seconds are printed too: on a machine that
is busy with something else they are the steadier figure.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import structlog

from bot.score.model import Model, load
from bot.score.options import ModelOptions
from bot.score.worker import Worker, WorkerOptions

MESSAGES = 1024
RECIPE_MESSAGES = 32  # the loop is slow; its speed does not depend on how many there are
TURNS = 5
LENGTHS = (10, 60)  # tokens
SEED = 20261123
PLAIN_BATCH = 32

WORDS = (
    "the a and to of it you we they this that what when who how hello thanks please sorry yes no maybe "
    "today tomorrow game play match team server channel map update bug fix build code music song movie "
    "picture friend people time place good bad nice great awful stupid funny weird strange slow fast "
    "early late never always really think know want need see hear say tell ask answer wait start stop "
    "join leave win lose open close read write make take give find keep "
)


def messages(model: Model) -> list[str]:
    """Messages of 10 to 60 tokens, evenly spread."""
    chance = random.Random(SEED)
    texts: list[str] = []
    while len(texts) < MESSAGES:
        text = " ".join(chance.choices(WORDS.split(), k=chance.randint(*LENGTHS)))
        if LENGTHS[0] <= len(model.tokenise([text])[0]) + 2 <= LENGTHS[1]:
            texts.append(text)
    return texts


def recipe(tokenizer: Any) -> Callable[[list[str]], None]:
    import torch
    from transformers import DistilBertConfig, DistilBertForSequenceClassification

    network = DistilBertForSequenceClassification(DistilBertConfig(num_labels=6)).eval()

    def loop(texts: list[str]) -> None:
        for text in texts:
            inputs = tokenizer(text, return_tensors="pt", truncation=True, max_length=512, return_token_type_ids=False)
            with torch.no_grad():
                torch.sigmoid(network(**inputs).logits).tolist()

    return loop


def plain(network: Any, tokenizer: Any) -> Callable[[list[str]], None]:
    import torch

    def batches(texts: list[str]) -> None:
        tokens = tokenizer(texts, return_token_type_ids=False)["input_ids"]
        order = sorted(range(len(texts)), key=lambda at: len(tokens[at]))
        scores: list[list[float]] = [[]] * len(texts)
        for start in range(0, len(order), PLAIN_BATCH):
            rows = order[start : start + PLAIN_BATCH]
            inputs = tokenizer.pad({"input_ids": [tokens[row] for row in rows]}, return_tensors="pt")
            with torch.inference_mode():
                each = torch.sigmoid(network(**inputs).logits.float()).tolist()
            for row, labels in zip(rows, each, strict=True):
                scores[row] = labels

    return batches


def through_worker(model: Model) -> Callable[[list[str]], None]:
    patient = WorkerOptions(queue_posts=10 * MESSAGES, deadline=timedelta(hours=1))

    async def all_at_once(texts: list[str]) -> None:
        async with Worker(lambda: model, options=patient) as worker:
            await worker.ready()
            posts = [worker.score([text], guild_id=at % 20, member_id=at % 200) for at, text in enumerate(texts)]
            await asyncio.gather(*posts)

    return lambda texts: asyncio.run(all_at_once(texts))


def main(turns: int = TURNS) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    # First of all, since it settles how torch's threads wait, for all three ways alike.
    model = load("embedded", options=ModelOptions(number_type="bfloat16"))
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model.folder)
    texts = messages(model)
    ways = {
        "a  recipe's loop, DistilBERT float32": (recipe(tokenizer), texts[:RECIPE_MESSAGES]),
        "b  plain sorted batches, bfloat16": (plain(model.network, tokenizer), texts),
        "c  the worker, the same model": (through_worker(model), texts),
    }
    wall: dict[str, list[float]] = {name: [] for name in ways}
    processor: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(turns + 1):
        for name, (run, share) in ways.items():
            started, used = time.perf_counter(), time.process_time()
            run(share)
            if turn:  # the first turn is for warming up
                wall[name].append(len(share) / (time.perf_counter() - started))
                processor[name].append(len(share) / (time.process_time() - used))
    for name in ways:
        print(f"{name:40} {max(wall[name]):8.1f} messages/s {max(processor[name]):8.1f} a processor second")
    a, b, c = ways
    for title, speeds in (("by the clock", wall), ("by processor seconds", processor)):
        best = {name: max(each) for name, each in speeds.items()}
        print(f"{title}: c/a = {best[c] / best[a]:.1f}, c/b = {best[c] / best[b]:.3f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
