"""Samples to the bytes of a file format."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import soundfile

from langsong.audio.label import ContentLabel
from langsong.audio.label_containers import CONTAINERS, LabelledFile
from langsong.audio.resample import StreamResampler
from langsong.errors import AudioError
from langsong.types import Float32


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """A way to write sound.

    Attributes:
        name: as users give it.
        suffixes: of its files, the usual one first.
        media_type: for HTTP.
        container, subtype: libsndfile's names.
        sample_rates: Hz it can have, ascending; empty if any.
    """

    name: str
    suffixes: tuple[str, ...]
    media_type: str
    container: str
    subtype: str
    sample_rates: tuple[int, ...] = ()

    def nearest_rate(self, sample_rate: int) -> int:
        """The lowest rate it can have that loses nothing of `sample_rate` Hz, or else the highest."""
        if not self.sample_rates:
            return sample_rate
        return next((rate for rate in self.sample_rates if rate >= sample_rate), self.sample_rates[-1])


_MPEG_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
_OPUS_RATES = (8000, 12000, 16000, 24000, 48000)
_STREAM_COMPRESSION = 0.6
"""Of MP3 streams, as libsndfile has it: 32 kbit/s at 8 kHz, 64 at 16 to 24 kHz, 160 at 48 kHz."""

FORMATS = {
    format.name: format
    for format in (
        AudioFormat("wav", (".wav",), "audio/wav", "WAV", "PCM_16"),
        AudioFormat("flac", (".flac",), "audio/flac", "FLAC", "PCM_16"),
        AudioFormat("mp3", (".mp3",), "audio/mpeg", "MP3", "MPEG_LAYER_III", _MPEG_RATES),
        AudioFormat("opus", (".opus",), "audio/ogg; codecs=opus", "OGG", "OPUS", _OPUS_RATES),
        AudioFormat("ogg", (".ogg", ".oga"), "audio/ogg; codecs=vorbis", "OGG", "VORBIS"),
        AudioFormat("pcm", (".pcm",), "audio/pcm", "RAW", "PCM_16"),
    )
}
"""By name. ``pcm`` is headerless little-endian 16-bit."""


def format_named(name: str) -> AudioFormat:
    """The format of that name.

    Raises:
        AudioError: there is none.
    """
    try:
        return FORMATS[name.lower()]
    except KeyError:
        raise AudioError(f"unknown audio format {name!r}; there are {', '.join(FORMATS)}") from None


def to_pcm16(samples: Float32) -> npt.NDArray[np.int16]:
    """(N,) samples as 16-bit integers; what is beyond ±1 is clipped."""
    scaled: Float32 = np.clip(np.rint(samples * 32767.0), -32768, 32767)
    return scaled.astype(np.int16)


def encode(samples: Float32, sample_rate: int, format: str, label: ContentLabel | bool = True) -> bytes:
    """A whole file.

    Args:
        samples: (N,).
        sample_rate: Hz. A format that cannot have it gets the next higher rate it can have.
        format: a name in `FORMATS`.
        label: that the sound is generated; True = a new one, False = none. ``pcm`` cannot carry it.

    Raises:
        AudioError: the format is unknown, or the samples are not finite.
    """
    file = io.BytesIO()
    with Encoder(file, sample_rate, format_named(format), label) as encoder:
        encoder.write(samples)
    return file.getvalue()


class Encoder:
    """Writes one piece of sound to an open file, chunk by chunk; a context manager that ends the piece.

    A piece without samples has one silent sample in the formats that cannot do without.

    Args:
        file: binary, at its start; left open. It must seek. One that says that it is not `seekable` is a stream whose
            head is gone when it is written again with the sound's length: MP3 gets a constant bit rate there, so that
            players tell the length from that.
        sample_rate: Hz of the samples to come.
        format: how to write them.
        label: that the sound is generated; True = a new one, False = none. ``pcm`` cannot carry it.

    Raises:
        AudioError: samples are not finite, or libsndfile cannot write them. `file`'s own errors pass through.
    """

    def __init__(
        self, file: BinaryIO, sample_rate: int, format: AudioFormat, label: ContentLabel | bool = True
    ) -> None:
        rate = format.nearest_rate(sample_rate)
        self._resampler = StreamResampler(sample_rate, rate)
        self._integers = format.subtype == "PCM_16"
        self._block = rate
        self._needs_sound = format.container in ("FLAC", "MP3", "OGG")
        container = CONTAINERS.get(format.container)
        if label and container is not None:
            text = str(ContentLabel.new() if label is True else label)
            self._sink = _Sink(LabelledFile(file, container, text))
        else:
            self._sink = _Sink(file)
        constant = format.container == "MP3" and not file.seekable()
        bit_rate = {"bitrate_mode": "CONSTANT", "compression_level": _STREAM_COMPRESSION} if constant else {}
        with self._sink.guard():
            self._out = soundfile.SoundFile(
                self._sink,
                "w",
                rate,
                channels=1,
                subtype=format.subtype,
                format=format.container,
                endian="LITTLE" if format.container == "RAW" else None,
                **bit_rate,
            )

    def write(self, samples: Float32) -> None:
        """Appends (N,) samples."""
        self._write(self._resampler.feed(samples))

    def _write(self, samples: Float32) -> None:
        if not np.isfinite(samples).all():
            raise AudioError("the samples are not all finite numbers; check what made them")
        # a second at a time: libsndfile's Vorbis encoder puts all that it is given on the stack
        for start in range(0, len(samples), self._block):
            block = samples[start : start + self._block]
            self._needs_sound = False
            with self._sink.guard():
                self._out.write(to_pcm16(block) if self._integers else np.clip(block, -1.0, 1.0))

    def __enter__(self) -> Encoder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._sink.failure = error
            with suppress(soundfile.SoundFileError):
                self._out.close()
            return
        try:
            self._write(self._resampler.flush())
            if self._needs_sound:  # without a sample no reader takes them
                self._write(np.zeros(1, np.float32))
        finally:
            with self._sink.guard():
                self._out.close()


class _Sink:
    """Between libsndfile and a file: an exception cannot cross C code, so it is kept and raised afterwards.

    Attributes:
        failure: the first exception; nothing is written after it.
    """

    def __init__(self, file: BinaryIO | LabelledFile) -> None:
        self._file = file
        self.failure: BaseException | None = None

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Raises what the file raised during the body, or AudioError for libsndfile's own complaints."""
        try:
            yield
        except (soundfile.SoundFileError, AssertionError) as error:  # soundfile asserts that all was written
            if self.failure is None:
                raise AudioError(f"the sound cannot be encoded: {error}") from error
        if self.failure is not None:
            raise self.failure

    def write(self, data: bytes) -> int:
        rest = memoryview(data)
        while rest and self.failure is None:
            rest = rest[self._try(self._file.write, rest) :]
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._try(self._file.seek, offset, whence)

    def tell(self) -> int:
        return self._try(self._file.tell)

    def _try(self, call: Callable[..., int], *arguments: object) -> int:
        try:
            return call(*arguments)
        except BaseException as error:  # noqa: BLE001 - guard() raises it
            self.failure = self.failure or error
            return 0
