"""How fast networks learn, step by step, and the average of what they learnt."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from .recipe import Learning


def rate_at(learning: Learning, step: int, steps: int) -> float:
    """Learning rate of a step (the first is 1) in a run of so many."""
    warmup = max(1, learning.warmup)
    if step < warmup:
        return learning.rate * step / warmup
    if learning.decay == "inverse_sqrt":
        return learning.rate * math.sqrt(warmup / step)
    if learning.decay == "halving":
        return learning.rate * 0.5 ** (step // learning.half_life)
    if learning.decay == "cosine":
        progress = min(1.0, (step - warmup) / max(1, steps - warmup))
        return learning.rate * (learning.floor + (1 - learning.floor) * 0.5 * (1 + math.cos(math.pi * progress)))
    return learning.rate


class Averages:
    """Running averages of networks' weights (Polyak averaging), young ones over fewer steps.

    Args:
        networks: to be averaged. decay: share of the average that a step keeps, at most.
    """

    def __init__(self, networks: Mapping[str, nn.Module], decay: float) -> None:
        self.decay = decay
        self._live = {name: dict(network.named_parameters()) for name, network in networks.items()}
        self.values: dict[str, dict[str, Tensor]] = {
            network: {name: p.detach().clone() for name, p in parameters.items()}
            for network, parameters in self._live.items()
        }

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take in the weights after a step (the first is 1)."""
        weight = 1 - min(self.decay, step / (step + 9))
        for network, parameters in self._live.items():
            average = self.values[network]
            torch._foreach_lerp_(list(average.values()), [parameters[n] for n in average], weight)

    def load(self, values: Mapping[str, Mapping[str, Tensor]]) -> None:
        """Go on from averages that were saved."""
        with torch.no_grad():
            for network, tensors in values.items():
                for name, tensor in tensors.items():
                    self.values[network][name].copy_(tensor)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """The networks have their averages for weights."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    @torch.no_grad()
    def _swap(self) -> None:
        for network, parameters in self._live.items():
            for name, average in self.values[network].items():
                live = parameters[name].detach().clone()
                parameters[name].copy_(average)
                average.copy_(live)
