"""How much each expert counts, chosen on sentences that none of them was trained on."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

Batch = dict[str, Tensor]


@dataclass(frozen=True)
class Weights:
    """The prior counts between `low` and `high`, by the style of the sentence.

    Attributes:
        bonus: for a phrase of the dictionary, beside the learned one.
        others: how much the network counts for characters that no labelled training sentence has.
    """

    low: float
    high: float
    bonus: float
    others: float


GRID = [Weights(*values) for values in product((0.3, 0.4, 0.5), (0.5, 0.8, 1.0), (2.0, 4.0), (0.0, 0.3))]


def style_inputs(x: Batch, characters: int) -> Tensor:
    """(B, characters): how often each stands in the sentence, over the root of its length."""
    text = x["sentence_text"]
    counts = torch.zeros(len(text), characters).scatter_add_(1, text, torch.ones_like(text, dtype=torch.float32))
    counts[:, 0] = 0
    return counts / counts.sum(1, keepdim=True).sqrt()


def fit_style(encyclopedia: Tensor, web: Tensor, steps: int = 40) -> nn.Linear:
    """A logistic regression that tells the sentences g2pM was trained on from the others."""
    inputs = torch.cat([encyclopedia, web])
    labels = torch.cat([torch.ones(len(encyclopedia)), torch.zeros(len(web))])
    style = nn.Linear(inputs.shape[1], 1)
    optimizer = torch.optim.Adam(style.parameters(), 5e-2, weight_decay=1e-4)
    for _ in range(steps):
        optimizer.zero_grad()
        functional.binary_cross_entropy_with_logits(style(inputs)[:, 0], labels).backward()
        optimizer.step()
    return style


def accuracy(x: Batch, network: Tensor, style: Tensor, labelled: Tensor, w: Weights) -> float:
    agrees = (x["candidates"] == x["dictionary"][:, None]) & (x["source"] == 2)[:, None]
    trust = torch.where(labelled, w.low + (w.high - w.low) * style.sigmoid(), torch.ones_like(style))
    scale = torch.where(labelled, 1.0, w.others)
    logits = trust[:, None] * x["prior"] + scale[:, None] * network + w.bonus * agrees
    right = logits.masked_fill(x["candidates"] < 0, -1e9).argmax(1) == x["label"]
    return float(right.float().mean())


def choose(parts: dict[str, tuple[Batch, Tensor, Tensor, Tensor]], margins: dict[str, float]) -> Weights:
    """The weights whose worst part is furthest above what it has to reach."""

    def worth(w: Weights) -> float:
        reached = {name: accuracy(*part, w) for name, part in parts.items()}
        return min(reached[name] - margins[name] for name in parts) + 0.1 * float(np.mean(list(reached.values())))

    return max(GRID, key=worth)
