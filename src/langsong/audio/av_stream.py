"""Samples into the sound of a file that PyAV writes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from langsong.audio.encode import to_pcm16
from langsong.audio.resample import StreamResampler
from langsong.types import Float32


class AvStream:
    """One channel, brought to the stream's rate.

    Args:
        container: a PyAV container, open for writing.
        stream: its audio stream, of a rate of its own.
        sample_rate: of what is written, Hz.
    """

    def __init__(self, container: Any, stream: Any, sample_rate: int) -> None:
        self._container, self._stream = container, stream
        self._resampler = StreamResampler(sample_rate, stream.rate)
        self._written = 0

    def write(self, samples: Float32) -> None:
        """Appends (N,) samples."""
        self._encode(self._resampler.feed(samples))

    def finish(self) -> None:
        """Nothing follows."""
        self._encode(self._resampler.flush())
        self._container.mux(self._stream.encode(None))

    def _encode(self, samples: Float32) -> None:
        if not len(samples):
            return
        import av

        frame = av.AudioFrame.from_ndarray(to_pcm16(samples)[None], format="s16", layout="mono")
        frame.sample_rate = self._stream.rate
        frame.time_base, frame.pts = Fraction(1, self._stream.rate), self._written
        self._written += len(samples)
        self._container.mux(self._stream.encode(frame))
