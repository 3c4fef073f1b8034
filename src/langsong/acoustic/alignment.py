"""Alignment of units and frames learnt beside the model (specification 6.3; Badlani et al. 2021, "One TTS Alignment
To Rule Them All")."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from langsong.types import Float32, Int64

from .layers import MASKED

TEMPERATURE = 5e-4
PRIOR_FLOOR = 1e-8
BLANK_LOG_SCORE = -1.0


class Alignment(NamedTuple):
    """How well units and frames go together.

    Attributes:
        log_scores: (B, L, T), not normalised over units.
        soft: (B, L, T), each frame's distribution over its item's units.
    """

    log_scores: Tensor
    soft: Tensor


class AlignmentEncoder(nn.Module):
    """Scores units against frames by distance in a space of `n_mels` dimensions.

    Args:
        embedding: width of the units' embedded ids. n_mels: width of the frames.
    """

    def __init__(self, embedding: int, n_mels: int) -> None:
        super().__init__()
        self.n_mels = n_mels
        self.key = nn.Sequential(
            nn.Conv1d(embedding, 2 * embedding, 3, padding=1), nn.ReLU(), nn.Conv1d(2 * embedding, n_mels, 1)
        )
        self.query = nn.Sequential(
            nn.Conv1d(n_mels, 2 * n_mels, 3, padding=1),
            nn.ReLU(),
            nn.Conv1d(2 * n_mels, n_mels, 1),
            nn.ReLU(),
            nn.Conv1d(n_mels, n_mels, 1),
        )

    def forward(self, embedded: Tensor, mel: Tensor, prior: Tensor, unit_lengths: Tensor) -> Alignment:
        """Score every pair.

        Args:
            embedded: (B, T, embedding), from ``TextEncoder.embed_units``. mel: (B, L, n_mels), normalised.
            prior: (B, L, T), see `diagonal_prior`. unit_lengths: (B,) int64.
        """
        keys = self.key(embedded.transpose(1, 2)).transpose(1, 2).float()
        queries = self.query(mel.transpose(1, 2)).transpose(1, 2).float()
        # |q - k|^2 without a (B, L, T, n_mels) array
        squares = queries.square().sum(2)[:, :, None] + keys.square().sum(2)[:, None, :]
        distance = squares - 2 * queries @ keys.transpose(1, 2)
        log_scores = F.log_softmax(-TEMPERATURE * distance, dim=2) + torch.log(prior + PRIOR_FLOOR)
        beyond = torch.arange(embedded.shape[1], device=mel.device)[None] >= unit_lengths[:, None]
        soft = log_scores.masked_fill(beyond[:, None], -torch.inf).softmax(dim=2)
        return Alignment(log_scores, soft)


@lru_cache(maxsize=4096)
def diagonal_prior(units: int, frames: int) -> Float32:
    """(frames, units): beta-binomial weights, which favour alignments near the diagonal.

    Row i (1-based) is the distribution of k = 0 … units-1 for n = units, alpha = i, beta = frames + 1 - i. The
    probability that k = units is left out, as in KAN-TTS.
    """
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, units + frames + 2)))])

    def log_gamma(n: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        return log_factorial[n - 1]

    k = np.arange(units)[None]
    alpha = np.arange(1, frames + 1)[:, None]
    beta = frames + 1 - alpha
    choose = log_factorial[units] - log_factorial[k] - log_factorial[units - k]
    log_pmf = (
        choose
        + log_gamma(k + alpha)
        + log_gamma(units - k + beta)
        - log_gamma(units + alpha + beta)
        + log_gamma(alpha + beta)
        - log_gamma(alpha)
        - log_gamma(beta)
    )
    pmf: Float32 = np.exp(log_pmf).astype(np.float32)
    pmf.flags.writeable = False  # it is shared by whoever asks again
    return pmf


def monotonic_durations(scores: Float32, unit_lengths: Int64, frame_lengths: Int64) -> Int64:
    """The durations of the best monotonic path: from the first unit to the last, one or no unit further each frame.

    Viterbi over the whole batch at once; on a tie the path comes from the unit before.

    Args:
        scores: (B, L, T), log-probabilities. unit_lengths, frame_lengths: (B,), every item at least as many frames as
            units.

    Returns:
        (B, T) frames of each unit, at least 1 of each valid one.

    Raises:
        ValueError: an item has more units than frames.
    """
    if (frame_lengths < unit_lengths).any():
        raise ValueError("an utterance has more units than frames")
    batch, frames, units = scores.shape
    items = np.arange(batch)
    best = np.full((batch, units + 1), -np.inf)  # shifted by one, so that the unit before the first is there
    best[:, 1] = scores[:, 0, 0]
    advanced = np.zeros((frames, batch, units), bool)
    for frame in range(1, frames):
        advanced[frame] = best[:, :-1] >= best[:, 1:]
        best[:, 1:] = np.maximum(best[:, :-1], best[:, 1:]) + scores[:, frame]
    durations = np.zeros((batch, units), np.int64)
    unit = unit_lengths - 1
    for frame in range(frames - 1, -1, -1):
        inside = frame < frame_lengths
        durations[items, unit] += inside
        unit = unit - (inside & advanced[frame, items, unit] & (unit > 0))
    return durations


def hard_alignment(durations: Tensor, frames: int) -> Tensor:
    """durations (B, T) to (B, frames, T) bool: whether a frame belongs to a unit."""
    ends = durations.cumsum(1)[:, None]
    index = torch.arange(frames, device=durations.device)[None, :, None]
    return (index < ends) & (index >= ends - durations[:, None])


def alignment_loss(alignment: Alignment, unit_lengths: Tensor, frame_lengths: Tensor) -> Tensor:
    """Connectionist temporal classification of the frames as the units in order, per unit; mean over the batch."""
    log_scores = alignment.log_scores
    beyond = torch.arange(log_scores.shape[2], device=log_scores.device)[None] >= unit_lengths[:, None]
    scores = F.pad(log_scores.masked_fill(beyond[:, None], MASKED), (1, 0), value=BLANK_LOG_SCORE)
    targets = torch.arange(1, scores.shape[2], device=scores.device).expand(len(scores), -1)
    log_probabilities = scores.log_softmax(dim=2).transpose(0, 1)
    return F.ctc_loss(log_probabilities, targets, frame_lengths, unit_lengths, zero_infinity=True)


def binarization_loss(alignment: Alignment, hard: Tensor) -> Tensor:
    """How far the soft alignment is from the path taken: mean of -log soft over its places."""
    return -alignment.soft[hard].clamp_min(1e-12).log().mean()
