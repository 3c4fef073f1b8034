"""AAC, the one of OpenAI's formats that libsndfile does not write: ADTS by FFmpeg's encoder."""

from __future__ import annotations

from types import TracebackType
from typing import BinaryIO, cast

from langsong.audio.av_stream import AvStream
from langsong.audio.encode import AudioFormat
from langsong.audio.label import ContentLabel
from langsong.audio.label_containers import CONTAINERS, LabelledFile
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
        self._container = av.open(target, "w", format="adts")
        self._sound = AvStream(
            self._container, self._container.add_stream("aac", rate=rate, layout="mono"), sample_rate
        )

    def write(self, samples: Float32) -> None:
        """Appends (N,) samples."""
        self._sound.write(samples)

    def __enter__(self) -> AacEncoder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._sound.finish()
        self._container.close()
