"""From contours of frames to one value per unit, and back from hertz to what a voice calls normal."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from langsong.bundle.manifest import Normalization
from langsong.types import Float32


def unit_means(contour: Tensor, durations: Tensor, *, skip_zeros: bool) -> Tensor:
    """Mean of each unit's frames.

    Args:
        contour: (B, L). durations: (B, T) int64.
        skip_zeros: leave out frames that are exactly 0.

    Returns:
        (B, T), 0 for units without a frame that counts.
    """
    counted = (contour != 0) if skip_zeros else torch.ones_like(contour, dtype=torch.bool)
    ends = durations.cumsum(1)
    sums, counts = (
        F.pad(values.double().cumsum(1), (1, 0)).gather(1, ends)
        - F.pad(values.double().cumsum(1), (1, 0)).gather(1, ends - durations)
        for values in (contour * counted, counted)
    )
    return (sums / counts.clamp_min(1)).to(contour.dtype)


def pitch_contour(f0: Float32, normalization: Normalization) -> Float32:
    """F0 as training sees it, frame by frame (see `CorpusDescription.pitch`).

    Args:
        f0: (L,) Hz, 0 where unvoiced.

    Returns:
        (L,) normalised. Scale ``log``: log F0, interpolated linearly through unvoiced frames, constant before the
        first and after the last voiced one, all 0 where no frame is voiced. Scale ``linear``: 0 where unvoiced.
    """
    voiced = f0 > 0
    if normalization.scale == "linear":
        return np.where(voiced, (f0 - normalization.mean) / normalization.std, 0.0).astype(np.float32)
    if not voiced.any():
        return np.zeros_like(f0)
    frames = np.arange(len(f0))
    log_f0 = np.interp(frames, frames[voiced], np.log(f0[voiced]))
    return ((log_f0 - normalization.mean) / normalization.std).astype(np.float32)


def energy_contour(energy: Float32, normalization: Normalization) -> Float32:
    """Energy as training sees it: (L,) amplitudes > 0 to (L,) normalised values."""
    values = np.log(energy) if normalization.scale == "log" else energy
    return ((values - normalization.mean) / normalization.std).astype(np.float32)
