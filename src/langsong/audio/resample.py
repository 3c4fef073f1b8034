"""Sample rate conversion, whole or as it comes."""

from __future__ import annotations

import numpy as np
import soxr

from langsong.types import Float32


class StreamResampler:
    """Resamples one stream of mono sound; however it is cut into chunks, the samples are the same.

    Args:
        rate_in, rate_out: Hz.
    """

    def __init__(self, rate_in: int, rate_out: int) -> None:
        same = rate_in == rate_out
        self._stream = None if same else soxr.ResampleStream(rate_in, rate_out, 1, dtype="float32")

    def feed(self, samples: Float32) -> Float32:
        """What (N,) samples bring forth; the filter keeps back a few milliseconds until later."""
        if self._stream is None:
            return samples
        resampled: Float32 = self._stream.resample_chunk(np.ascontiguousarray(samples))
        return resampled

    def flush(self) -> Float32:
        """The rest of the stream, which ends here."""
        nothing = np.zeros(0, np.float32)
        if self._stream is None:
            return nothing
        rest: Float32 = self._stream.resample_chunk(nothing, last=True)
        return rest


def resample(samples: Float32, rate_in: int, rate_out: int) -> Float32:
    """(N,) samples at `rate_in` Hz as (N · rate_out / rate_in,) at `rate_out` Hz, rounded."""
    if rate_in == rate_out:
        return samples
    resampled: Float32 = soxr.resample(np.ascontiguousarray(samples), rate_in, rate_out)
    return resampled
