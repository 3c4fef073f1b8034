"""Every format gives back what was put in, at every rate, as exactly as it can."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from langsong.audio.encode import FORMATS, Encoder, encode, format_named, to_pcm16
from langsong.audio.files import read_audio
from langsong.errors import AudioError

RATES = [8000, 11025, 12000, 16000, 20000, 22050, 24000, 32000, 44100, 48000]
LOSSLESS = ["wav", "flac", "pcm"]
RELATIVE_ERROR = {"mp3": 0.06, "opus": 0.08, "ogg": 0.04}


def speechlike(rate: int, seconds: float = 1.3) -> np.ndarray:
    """A voice-like sum of harmonics of 140 Hz below 1.5 kHz that swells and fades."""
    t = np.arange(int(rate * seconds)) / rate
    harmonics = sum(np.sin(2 * np.pi * 140 * k * t + k * k) / k for k in range(1, 11))
    return (0.25 * harmonics * np.hanning(len(t))).astype(np.float32)


def decoded(data: bytes, format: str, rate: int) -> tuple[np.ndarray, int]:
    if format == "pcm":
        return np.frombuffer(data, "<i2").astype(np.float32) / 32768, rate
    return read_audio(data)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("format", FORMATS)
def test_round_trip(format: str, rate: int) -> None:
    samples = speechlike(rate)
    heard, heard_rate = decoded(encode(samples, rate, format), format, rate)
    assert heard_rate == format_named(format).nearest_rate(rate)
    if heard_rate == rate:
        assert len(heard) == len(samples)
        expected = samples
    else:
        assert abs(len(heard) - len(samples) * heard_rate / rate) <= 1
        expected = speechlike(heard_rate)[: len(heard)]
        heard = heard[: len(expected)]
    if format in LOSSLESS:
        np.testing.assert_allclose(heard, expected, atol=1 / 32768, rtol=0)
    else:
        error = np.sqrt(np.mean((heard - expected) ** 2) / np.mean(expected**2))
        assert error < RELATIVE_ERROR[format]


@pytest.mark.parametrize(
    ("format", "rate", "carried"),
    [
        ("opus", 8000, 8000), ("opus", 11025, 12000), ("opus", 22050, 24000), ("opus", 32000, 48000),
        ("opus", 44100, 48000), ("opus", 96000, 48000), ("mp3", 20000, 22050), ("mp3", 96000, 48000),
        ("ogg", 20000, 20000), ("flac", 96000, 96000),
    ],
)  # fmt: skip
def test_nearest_rate(format: str, rate: int, carried: int) -> None:
    assert format_named(format).nearest_rate(rate) == carried


@pytest.mark.parametrize(("format", "container", "subtype"), [
    ("wav", "WAV", "PCM_16"), ("flac", "FLAC", "PCM_16"), ("mp3", "MP3", "MPEG_LAYER_III"),
    ("opus", "OGG", "OPUS"), ("ogg", "OGG", "VORBIS"),
])  # fmt: skip
def test_the_bytes_are_what_they_are_called(format: str, container: str, subtype: str) -> None:
    info = soundfile.info(io.BytesIO(encode(speechlike(24000), 24000, format)))
    assert (info.format, info.subtype, info.channels) == (container, subtype, 1)


@given(arrays(np.float32, st.integers(1, 200), elements=st.floats(-3, 3, width=32)))
@settings(deadline=None)
def test_integers_are_clipped_once_and_the_same_everywhere(samples: np.ndarray) -> None:
    limited = [min(max(round(float(np.float32(x) * np.float32(32767))), -32768), 32767) for x in samples]
    expected = np.array(limited, "<i2").tobytes()
    assert to_pcm16(samples).astype("<i2").tobytes() == expected
    assert encode(samples, 16000, "pcm") == expected
    for format in ("wav", "flac"):
        heard, _ = soundfile.read(io.BytesIO(encode(samples, 16000, format)), dtype="int16")
        assert heard.astype("<i2").tobytes() == expected


@pytest.mark.parametrize("format", FORMATS)
def test_too_loud_is_clipped_not_wrapped(format: str) -> None:
    samples = 4 * speechlike(24000)
    heard, _ = decoded(encode(samples, 24000, format), format, 24000)
    clear = np.abs(samples) > 1.2  # codecs smear the corners
    assert np.mean(np.sign(heard[clear]) == np.sign(samples[clear])) > 0.999
    assert np.abs(heard).max() < 1.4


@pytest.mark.parametrize("format", FORMATS)
def test_chunks_are_one_piece(format: str) -> None:
    samples = speechlike(22050)
    file = io.BytesIO()
    with Encoder(file, 22050, format_named(format)) as encoder:
        for chunk in np.array_split(samples, [0, 1, 1000, 9001]):
            encoder.write(chunk)
    whole, _ = decoded(encode(samples, 22050, format), format, 22050)
    heard, _ = decoded(file.getvalue(), format, 22050)
    np.testing.assert_allclose(heard, whole, atol=1e-6, rtol=0)


@pytest.mark.parametrize(("format", "seconds"), [*((format, 20) for format in FORMATS), ("ogg", 300)])
def test_long_pieces_in_one_go(format: str, seconds: int) -> None:
    """Five minutes at once overrun the stack of libsndfile's Vorbis encoder, which ends the process."""
    samples = np.tile(speechlike(8000, 1.0), seconds)
    heard, _ = decoded(encode(samples, 8000, format), format, 8000)
    assert len(heard) == len(samples)


@pytest.mark.parametrize("format", FORMATS)
def test_a_piece_without_samples_can_be_opened(format: str) -> None:
    heard, _ = decoded(encode(np.zeros(0, np.float32), 24000, format), format, 24000)
    assert len(heard) == (0 if format in ("wav", "pcm") else 1)
    assert np.abs(heard).max(initial=0) < 1e-6


class Stream(io.BytesIO):
    """What is written first is gone when it would be written again."""

    def seekable(self) -> bool:
        return False

    def write(self, data) -> int:  # type: ignore[no-untyped-def]
        if self.tell() < len(self.getvalue()):
            self.seek(len(data), io.SEEK_CUR)
            return len(data)
        return super().write(data)


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 24000, 48000])
@pytest.mark.parametrize("format", ["mp3", "opus", "ogg"])
def test_a_stream_is_heard_to_its_end(format: str, rate: int) -> None:
    samples = speechlike(rate, 6.0)
    stream = Stream()
    with Encoder(stream, rate, format_named(format)) as encoder:
        for chunk in np.array_split(samples, 9):
            encoder.write(chunk)
    heard, heard_rate = read_audio(stream.getvalue())
    assert len(samples) / rate <= len(heard) / heard_rate + 0.001 < len(samples) / rate + 0.3
    envelope = [np.std(part) for part in np.array_split(heard[: round(6.0 * heard_rate)], 6)]
    expected = [np.std(part) for part in np.array_split(samples, 6)]
    np.testing.assert_allclose(envelope, expected, atol=0.03)


def test_unknown_format_lists_the_known() -> None:
    with pytest.raises(AudioError, match=r"'aac'; there are wav, flac, mp3, opus, ogg, pcm$"):
        encode(np.zeros(1, np.float32), 24000, "aac")


def test_names_are_read_in_any_case() -> None:
    assert format_named("MP3") is FORMATS["mp3"]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_no_number_is_refused(bad: float) -> None:
    with pytest.raises(AudioError, match="not all finite"):
        encode(np.array([0.0, bad], np.float32), 24000, "wav")


class Failing(io.BytesIO):
    """A file on a disk with room for `room` bytes."""

    def __init__(self, room: int, error: BaseException) -> None:
        super().__init__()
        self.room, self.error = room, error

    def write(self, data) -> int:  # type: ignore[no-untyped-def]
        if self.tell() + len(data) > self.room:
            raise self.error
        return super().write(data)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("room", [0, 100, 3000])
@pytest.mark.parametrize("format", FORMATS)
def test_what_the_file_raises_comes_out(format: str, room: int, error: BaseException) -> None:
    with (
        pytest.raises(type(error)) as caught,
        Encoder(Failing(room, error), 24000, format_named(format)) as encoder,
    ):
        encoder.write(speechlike(24000, 3.0))
    assert caught.value is error
