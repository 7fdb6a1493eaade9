"""What the encoder is shown of a long text: the window that the n-grams find worst.

The bot scores a text window by window and goes by the worst one, so that is what has to be learnt: a label says that a
text is abusive somewhere, and a window without the abuse would be a wrong example. Of clean texts the worst window is
the one from which most is to be learnt.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from bot.score.ngrams import Ngrams
from bot.score.windows import Tokens, slide

_WINDOWS_TOGETHER = 256


def excerpts(tokenizer: Any, texts: Sequence[str], ngrams: Ngrams, *, window: int) -> list[list[int]]:
    """The tokens of each text, special ones included, at most ``window`` of them."""
    before, after = [tokenizer.cls_token_id], [tokenizer.sep_token_id]
    tokens = tokenizer(list(texts), add_special_tokens=False, verbose=False)["input_ids"]
    each = [slide(text, window - len(before) - len(after)) or ((),) for text in tokens]
    places = [(row, at) for row, windows in enumerate(each) if len(windows) > 1 for at in range(len(windows))]
    worst: dict[int, tuple[float, int]] = {}
    for (row, at), badness in zip(places, _badness(ngrams, [each[row][at] for row, at in places]), strict=True):
        worst[row] = max(worst.get(row, (-np.inf, 0)), (float(badness), at))
    return [[*before, *windows[worst[row][1] if row in worst else 0], *after] for row, windows in enumerate(each)]


@torch.inference_mode()
def _badness(ngrams: Ngrams, windows: Sequence[Tokens]) -> np.ndarray[Any, Any]:
    """``[windows]``: the logit of the first label, which says whether a text is abusive at all."""
    logits = np.zeros(len(windows), np.float32)
    by_length = sorted(range(len(windows)), key=lambda at: len(windows[at]))
    for start in range(0, len(by_length), _WINDOWS_TOGETHER):
        together = by_length[start : start + _WINDOWS_TOGETHER]
        longest = max(len(windows[at]) for at in together)
        tokens, mask = (torch.zeros(len(together), longest, dtype=torch.long) for _ in range(2))
        for row, at in enumerate(together):
            tokens[row, : len(windows[at])] = torch.tensor(windows[at])
            mask[row, : len(windows[at])] = 1
        logits[together] = ngrams(tokens, mask)[:, 0].float().numpy()
    return logits
