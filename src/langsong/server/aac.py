"""AAC, the one of OpenAI's formats that libsndfile does not write: ADTS by FFmpeg's encoder."""

from __future__ import annotations

from fractions import Fraction
from types import TracebackType
from typing import BinaryIO, cast

from langsong.audio.encode import AudioFormat, to_pcm16
from langsong.audio.label import ContentLabel
from langsong.audio.label_containers import CONTAINERS, LabelledFile
from langsong.audio.resample import StreamResampler
from langsong.errors import MissingExtra
from langsong.types import Float32

_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)

AAC = AudioFormat("aac", (".aac",), "audio/aac", "ADTS", "AAC", _RATES)


class AacEncoder:
    """Writes one piece of sound to an open file, chunk by chunk, as `langsong.audio.encode.Encoder` does.

    The label is an ID3v2 tag before the sound, as in MP3.

    Raises:
        MissingExtra: PyAV is not installed.
    """

    def __init__(self, file: BinaryIO, sample_rate: int, label: ContentLabel | None) -> None:
        try:
            import av
        except ImportError:
            raise MissingExtra("serve", "AAC") from None
        rate = AAC.nearest_rate(sample_rate)
        target = file if label is None else cast(BinaryIO, LabelledFile(file, CONTAINERS["MP3"], str(label)))
        self._resampler = StreamResampler(sample_rate, rate)
        self._container = av.open(target, "w", format="adts")
        self._stream = self._container.add_stream("aac", rate=rate, layout="mono")
        self._frame = av.AudioFrame
        self._written = 0

    def write(self, samples: Float32) -> None:
        """Appends (N,) samples."""
        self._write(self._resampler.feed(samples))

    def _write(self, samples: Float32) -> None:
        if not len(samples):
            return
        frame = self._frame.from_ndarray(to_pcm16(samples)[None], format="s16", layout="mono")
        frame.sample_rate = self._stream.rate
        frame.time_base, frame.pts = Fraction(1, self._stream.rate), self._written
        self._written += len(samples)
        self._container.mux(self._stream.encode(frame))

    def __enter__(self) -> AacEncoder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._write(self._resampler.flush())
            self._container.mux(self._stream.encode(None))
        self._container.close()
