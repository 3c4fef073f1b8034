"""What the loop asks of whatever it trains."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar

import torch
from torch import Tensor, nn

from .recipe import Learning
from .records import Exhibit

AnyBatch = TypeVar("AnyBatch", bound="Batch")


class Batch(Protocol):
    """Tensors that can be brought to a device."""

    def to(self: AnyBatch, device: torch.device) -> AnyBatch: ...


class Phase(NamedTuple):
    """A loss that one network is to learn from; no other network gets gradients of it.

    Attributes:
        network: its name.
        parts: of the loss, for people.
        shared: a later phase of the step goes back through the same computation.
    """

    network: str
    loss: Tensor
    parts: Mapping[str, Tensor]
    shared: bool = False


B = TypeVar("B", bound=Batch)


class Task(Protocol[B]):
    """Networks, data and losses."""

    @property
    def networks(self) -> Mapping[str, nn.Module]:
        """By name, each with an optimizer of its own."""

    @property
    def learning(self) -> Mapping[str, Learning]:
        """By the same names."""

    @property
    def averaged(self) -> tuple[str, ...]:
        """Names of the networks whose weights are averaged over time."""

    @property
    def judged_by(self) -> str:
        """Which held-out loss decides what weights are best."""

    @property
    def train_lengths(self) -> Sequence[int]:
        """Of the items to train on, for grouping those of similar lengths."""

    @property
    def valid_lengths(self) -> Sequence[int]:
        """Of the held-out items."""

    def train_batch(self, indices: Sequence[int], seed: Sequence[int]) -> B:
        """Read a batch; all chance in it from `seed`."""

    def valid_batch(self, indices: Sequence[int]) -> B:
        """Read a held-out batch, always the same."""

    def phases(self, batch: B, step: int) -> Iterator[Phase]:
        """The losses of a step: a network has learnt from its phase when the next is asked for."""

    def validate(self, batch: B) -> Mapping[str, Tensor]:
        """Held-out losses, that of `judged_by` among them."""

    def exhibits(self) -> Mapping[str, Exhibit]:
        """Pictures and sound of a held-out item."""
