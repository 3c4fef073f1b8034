"""Recordings as a source of emotion: what is taken, what is said about it, and that it is encoded once."""

from __future__ import annotations

import base64
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from counting import CountingRuntime

from langsong.acoustic.reference import ReferenceEncoder
from langsong.audio.resample import resample
from langsong.bundle.attach import attach_reference
from langsong.bundle.install import InstallReport
from langsong.bundle.voice import Voice
from langsong.engine.emotion_recording import LEVEL_DBFS, LONGEST_S, Recording, prepared, recording
from langsong.engine.emotion_reference import EmotionListener
from langsong.engine.options import SynthesisOptions
from langsong.engine.synthesizer import Synthesizer
from langsong.errors import AudioError, OptionError
from langsong.types import Float32

RATE = 22050
EMOTIONS = ("neutral", "happy", "angry", "sad")


def speech(seconds: float, rate: int = RATE, level: float = 0.3) -> Float32:
    """Something that sounds as speech does: syllables of a gliding voice, with 0.2 s of silence around them."""
    time = np.arange(int(seconds * rate)) / rate
    phase = 2 * np.pi * np.cumsum(180 + 40 * np.sin(2 * np.pi * 0.7 * time)) / rate
    voice = sum(np.sin(k * phase) / k for k in range(1, 12)) * (0.55 + 0.45 * np.sin(2 * np.pi * 4 * time))
    return np.pad(level * voice / np.abs(voice).max(), int(0.2 * rate)).astype(np.float32)


def file_of(samples: np.ndarray, rate: int, format: str, **options: str) -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format=format, **options)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def hearing(imported: Callable[[str], InstallReport], tmp_path_factory: pytest.TempPathFactory) -> Voice:
    folder = tmp_path_factory.mktemp("voices") / "hearing"
    shutil.copytree(imported("base").voice.folder, folder)
    voice = Voice.open(folder)
    torch.manual_seed(5)
    encoder = ReferenceEncoder(80, len(EMOTIONS)).eval()
    audio = voice.manifest.audio.model_copy(
        update={"sample_rate": RATE, "hop_length": 256, "n_fft": 1024, "win_length": 1024, "n_mels": 80, "fmax": 8000.0}
    )
    with torch.no_grad():
        return attach_reference(voice, encoder, EMOTIONS, audio, "random")


@pytest.fixture(scope="module")
def synthesizer(hearing: Voice) -> Synthesizer:
    opened = Synthesizer.open(hearing, precision="f32", threads=1, cache_bytes=0)
    return Synthesizer(hearing, CountingRuntime(opened.runtime), opened.placement, 0)


@pytest.mark.parametrize(
    ("format", "options", "rate"),
    [
        ("WAV", {}, 22050),
        ("FLAC", {}, 44100),
        ("MP3", {}, 44100),
        ("OGG", {"subtype": "OPUS"}, 48000),
        ("OGG", {}, 16000),
    ],
)
def test_files_of_any_kind(format: str, options: dict[str, str], rate: int, tmp_path: Path) -> None:
    sound = resample(speech(3.2), RATE, rate)
    data = file_of(np.stack([sound, sound], axis=1), rate, format, **options)
    path = tmp_path / f"声音.{format.lower()}"
    path.write_bytes(data)
    by_bytes, by_path = recording(data, local=False), recording(path, local=False)
    assert by_bytes == by_path
    assert by_bytes.samples.ndim == 1
    assert by_bytes.sample_rate == rate
    assert recording(str(path), local=True) == by_path
    assert recording(base64.b64encode(data).decode(), local=False) == by_path
    url = f"data:audio/{format.lower()};base64,{base64.b64encode(data).decode()}"
    assert recording(url, local=False) == recording(url, local=True) == by_path
    assert prepared(by_path, RATE)[1] == []


def test_m4a(tmp_path: Path) -> None:
    av = pytest.importorskip("av")
    path = tmp_path / "voice.m4a"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(speech(3.2)[None], format="fltp", layout="mono")
        frame.sample_rate = RATE
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    found = recording(path, local=False)
    assert found.sample_rate == RATE
    assert len(found.samples) / RATE == pytest.approx(3.6, abs=0.1)
    assert recording(path.read_bytes(), local=False) == found
    with pytest.raises(AudioError, match="broken"):
        recording(path.read_bytes()[:100], local=False)


def test_arrays() -> None:
    sound = speech(3.2)
    plain = recording((sound, RATE), local=False)
    np.testing.assert_array_equal(plain.samples, sound)
    stereo = recording((np.stack([sound, sound], axis=1).astype(np.float64), RATE), local=False)
    np.testing.assert_allclose(stereo.samples, sound, atol=1e-6)
    whole = recording(((sound * 32768).astype(np.int16), RATE), local=False)
    np.testing.assert_allclose(whole.samples, sound, atol=1e-4)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ((speech(1), 7), "the sample rate is 7"),
        ((np.zeros((2, 3, 4)), RATE), "must have the shape"),
        ((np.array([np.nan]), RATE), "finite numbers"),
        ("/etc/passwd", "give a pathlib.Path"),
        ("不是", "must be base64"),
        (b"RIFFnothing", "broken, or no audio"),
        (Path("no/such.wav"), "cannot read no/such.wav"),
        ({"a": 1}, "give a path"),
    ],
)
def test_what_is_no_recording_is_refused(source: object, message: str) -> None:
    with pytest.raises((OptionError, AudioError)) as raised:
        SynthesisOptions.parse({"reference_audio": source})
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_options_with_a_recording_survive_json() -> None:
    options = SynthesisOptions(reference_audio=(speech(3.0), RATE), emotion="happy")  # type: ignore[arg-type]
    back = SynthesisOptions.model_validate_json(options.model_dump_json())
    assert back.reference_audio is not None
    assert options.reference_audio is not None
    np.testing.assert_allclose(back.reference_audio.samples, options.reference_audio.samples, atol=1e-4)
    assert "reference_audio" in SynthesisOptions.model_json_schema()["properties"]


@pytest.mark.parametrize(
    ("sound", "codes"),
    [
        (speech(4.0), []),
        (speech(2.0), ["reference-short"]),
        (speech(13.0), ["reference-cut"]),
        (np.clip(speech(4.0, level=3.0), -1, 1), ["reference-clipped"]),
        (np.clip(speech(1.0, level=3.0), -1, 1), ["reference-short", "reference-clipped"]),
    ],
)
def test_doubtful_recordings_are_taken_with_a_notice(sound: Float32, codes: list[str]) -> None:
    ready, notices = prepared(Recording(sound, RATE, "a.wav"), 16000)
    assert [notice.code for notice in notices] == codes
    assert all("a.wav" in notice.message for notice in notices)
    assert len(ready) <= LONGEST_S * 16000 + 1


@pytest.mark.parametrize(
    ("sound", "message"),
    [
        (np.zeros(RATE * 4), "is silent: record 3 to 10 s"),
        (np.zeros(0), "is silent"),
        (np.full(RATE * 4, 1e-4), "is silent"),
        (speech(0.2), "s of speech: record 3 to 10 s"),
    ],
)
def test_recordings_without_speech_are_refused(sound: np.ndarray, message: str) -> None:
    with pytest.raises(AudioError, match=message):
        prepared(Recording(sound.astype(np.float32), RATE), RATE)


def test_how_loud_and_how_long_silent_makes_no_difference() -> None:
    loud, _ = prepared(Recording(speech(4.0, level=0.5), RATE), RATE)
    quiet, _ = prepared(Recording(np.pad(speech(4.0, level=0.02), RATE), RATE), RATE)
    assert abs(len(loud) - len(quiet)) < 0.05 * RATE
    rms = [20 * np.log10(np.sqrt(np.mean(x**2))) for x in (loud, quiet)]
    assert rms == pytest.approx([LEVEL_DBFS] * 2, abs=2.0)


def test_a_recording_is_heard_and_mixed(synthesizer: Synthesizer) -> None:
    source = (speech(4.0), RATE)
    heard = synthesizer.hear(recording(source, local=False))
    assert sum(heard.posterior.values()) == pytest.approx(1.0, abs=1e-5)
    assert np.linalg.norm(heard.vector) == pytest.approx(1.0, abs=1e-5)
    said = synthesizer.say("你好。", reference_audio=source)
    by_name = synthesizer.say("你好。", emotion={n: p for n, p in heard.posterior.items() if n != "neutral"})
    np.testing.assert_allclose(said.samples, by_name.samples, atol=1e-5)
    assert not np.array_equal(said.samples, synthesizer.say("你好。").samples)
    short = synthesizer.say("你好。", reference_audio=(speech(1.0), RATE))
    assert [notice.code for notice in short.notices] == ["reference-short"]


def test_the_same_recording_is_encoded_once(synthesizer: Synthesizer, tmp_path: Path) -> None:
    assert isinstance(synthesizer.runtime, CountingRuntime)
    runs = synthesizer.runtime.runs
    before = runs["emotion"]
    sound = speech(3.5)
    path = tmp_path / "same.wav"
    soundfile.write(path, sound, RATE, subtype="FLOAT")
    for source in ((sound, RATE), path, path.read_bytes(), str(path)):
        synthesizer.say("你好。", reference_audio=source)
    assert runs["emotion"] == before + 1
    others = [Recording(speech(4.005 + i / 100), RATE) for i in range(64)]
    for _ in range(2):
        for other in others:
            synthesizer.hear(other)
    assert runs["emotion"] == before + 65


def test_what_was_heard_outlives_the_process(hearing: Voice, synthesizer: Synthesizer, tmp_path: Path) -> None:
    assert isinstance(synthesizer.runtime, CountingRuntime)
    source = Recording(speech(2.5), RATE, "short.wav")
    first = EmotionListener(hearing, synthesizer.runtime, tmp_path).hear(source)
    before = synthesizer.runtime.runs["emotion"]
    second = EmotionListener(hearing, synthesizer.runtime, tmp_path).hear(source)
    assert synthesizer.runtime.runs["emotion"] == before
    assert second.posterior == first.posterior
    np.testing.assert_array_equal(second.vector, first.vector)
    assert second.notices == first.notices != ()
    for file in tmp_path.rglob("*.json"):
        file.write_text("damaged")
    EmotionListener(hearing, synthesizer.runtime, tmp_path).hear(source)
    assert synthesizer.runtime.runs["emotion"] == before + 1


def test_a_voice_without_an_encoder_says_so(imported: Callable[[str], InstallReport]) -> None:
    voice = imported("base").voice
    opened = Synthesizer.open(voice, threads=1)
    with pytest.raises(OptionError, match="cannot hear emotions in recordings: name the emotion instead"):
        EmotionListener(voice, opened.runtime)


def test_the_embedded_voice_hears_for_those_that_cannot(imported: Callable[[str], InstallReport]) -> None:
    opened = Synthesizer.open(imported("base").voice, threads=1, cache_bytes=0)
    heard = opened.hear(Recording(speech(3.3), RATE))
    assert sum(heard.posterior.values()) == pytest.approx(1.0, abs=1e-4)
    assert len(opened.say("你好。", reference_audio=(speech(3.3), RATE)).samples)
