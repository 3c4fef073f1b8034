"""In which order a corpus is read: a pure function of seed and epoch, so a run can go on from any batch. No torch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

BUCKET_BATCHES = 32
"""Batches' worth of utterances that are sorted by length together: enough for little padding, few enough for chance."""


@dataclass(frozen=True)
class Position:
    """The next batch to read: of which epoch, and how manieth of it (from 0)."""

    epoch: int = 0
    batch: int = 0


def epoch_batches(lengths: Sequence[int], batch: int, *, seed: int, epoch: int) -> list[list[int]]:
    """Indices of utterances, about `batch` at a time, of similar lengths; every one once, in an order of chance.

    Args:
        lengths: of each utterance, in frames.
    """
    rng = np.random.default_rng((seed, epoch))
    order = rng.permutation(len(lengths))
    batches: list[list[int]] = []
    for start in range(0, len(order), batch * BUCKET_BATCHES):
        bucket = sorted(order[start : start + batch * BUCKET_BATCHES].tolist(), key=lambda i: lengths[i])
        parts = np.array_split(np.asarray(bucket), -(-len(bucket) // batch))
        batches += [part.tolist() for part in parts]
    return [batches[i] for i in rng.permutation(len(batches))]


def batches_from(
    position: Position, lengths: Sequence[int], batch: int, *, seed: int
) -> Iterator[tuple[Position, list[int]]]:
    """Batches without end, each with the position after it."""
    epoch, first = position.epoch, position.batch
    while True:
        batches = epoch_batches(lengths, batch, seed=seed, epoch=epoch)
        for index in range(first, len(batches)):
            last = index + 1 == len(batches)
            yield (Position(epoch + 1) if last else Position(epoch, index + 1)), batches[index]
        epoch, first = epoch + 1, 0


def share(batch: Sequence[int], rank: int, world: int) -> list[int]:
    """The part of a batch that one of `world` processes computes; never empty (a process may repeat another's)."""
    mine = list(batch[rank::world])
    return mine or [batch[rank % len(batch)]]
