"""``langsong say``: files, formats, pipes."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from commands import Run, spawn

from langsong.audio.encode import to_pcm16
from langsong.audio.files import read_audio
from langsong.engine.synthesizer import Synthesizer
from langsong.text.frontend import Frontend
from langsong.text.units import format_units

TEXT = "你好，世界。"
Speaker = Callable[..., Synthesizer]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def wav(data: Path | io.BytesIO) -> tuple[np.ndarray, int]:
    """By the standard library, which is nobody's encoder."""
    with wave.open(data if isinstance(data, io.BytesIO) else str(data)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2"), file.getframerate()


def spoken(open_voice: Speaker, text: str = TEXT, **options: object) -> np.ndarray:
    """What the command must write (one thread or two makes no difference to f32)."""
    chunks = open_voice("base").stream(text, **options)
    return to_pcm16(np.concatenate([chunk.samples for chunk in chunks]))


def test_a_wav_at_the_voices_rate(run: Run, folder: Path, tiny: Path, speaker: Speaker) -> None:
    ran = run("say", TEXT, "-v", tiny, "--precision", "f32", "-o", "hello.wav").done()
    assert ran.lines == ["hello.wav"]
    samples, rate = wav(folder / "hello.wav")
    assert rate == 16000
    np.testing.assert_allclose(samples, spoken(speaker), atol=1)
    assert [p.name for p in folder.iterdir()] == ["hello.wav"]


def test_the_default_is_speech_wav_here(run: Run, folder: Path, tiny: Path) -> None:
    assert run("say", TEXT, "-v", tiny).done().lines == ["speech.wav"]
    assert wav(folder / "speech.wav")[1] == 16000


def test_options_reach_the_voice(run: Run, folder: Path, tiny: Path, speaker: Speaker) -> None:
    run(
        "say", TEXT, "-v", tiny, "-s", "M7", "-e", "sad", "--intensity", "1.5", "--speed", "0.8", "--volume", "-3",
        "--sentence-pause", "0.05", "--sample-rate", "8000", "--precision", "f32", "-o", "out.wav",
    ).done()  # fmt: skip
    samples, rate = wav(folder / "out.wav")
    assert rate == 8000
    expected = spoken(
        speaker, speaker="M7", emotion="sad", intensity=1.5, speed=0.8, volume=-3, sentence_pause=0.05, sample_rate=8000
    )
    np.testing.assert_allclose(samples, expected, atol=1)


@pytest.mark.parametrize("source", ["file", "file with a mark", "stdin"])
def test_text_from_a_file(run: Run, folder: Path, tiny: Path, speaker: Speaker, source: str) -> None:
    data = TEXT.encode("utf-8-sig" if "mark" in source else "utf-8")
    (folder / "in.txt").write_bytes(data)
    name, stdin = ("-", data) if source == "stdin" else ("in.txt", b"")
    run("say", "-f", name, "-v", tiny, "--precision", "f32", "-o", "out.wav", stdin=stdin).done()
    np.testing.assert_allclose(wav(folder / "out.wav")[0], spoken(speaker), atol=1)


def test_control_characters_are_spaces(run: Run, folder: Path, tiny: Path, speaker: Speaker) -> None:
    run("say", "你好，\x07世界\x1b。", "-v", tiny, "--precision", "f32", "-o", "out.wav").done()
    np.testing.assert_allclose(wav(folder / "out.wav")[0], spoken(speaker, "你好， 世界 。"), atol=1)


@pytest.mark.parametrize(("name", "rate"), [("a.flac", 16000), ("a.mp3", 16000), ("a.opus", 16000), ("a.ogg", 16000)])
def test_formats_by_suffix(run: Run, folder: Path, tiny: Path, speaker: Speaker, name: str, rate: int) -> None:
    run("say", TEXT, "-v", tiny, "-o", name).done()
    samples, found = read_audio(folder / name)
    assert found == rate
    expected = spoken(speaker)
    assert abs(len(samples) - len(expected)) < 0.15 * rate
    assert np.std(samples) == pytest.approx(np.std(expected) / 32767, rel=0.3)


def test_a_format_by_name(run: Run, folder: Path, tiny: Path) -> None:
    run("say", TEXT, "-v", tiny, "--format", "flac", "-o", "part.0001").done()
    assert (folder / "part.0001").read_bytes()[:4] == b"fLaC"


def test_standard_output(run: Run, folder: Path, tiny: Path, speaker: Speaker) -> None:
    pcm = run("say", TEXT, "-v", tiny, "--precision", "f32", "-o", "-", "--format", "pcm").done().out
    np.testing.assert_allclose(np.frombuffer(pcm, "<i2"), spoken(speaker), atol=1)
    whole = run("say", TEXT, "-v", tiny, "--precision", "f32", "-o", "-").done().out
    samples, rate = wav(io.BytesIO(whole))
    assert rate == 16000
    np.testing.assert_array_equal(samples, np.frombuffer(pcm, "<i2"))
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("source", ["units.txt", "-"])
def test_units(run: Run, folder: Path, tiny: Path, speaker: Speaker, source: str) -> None:
    lines = [Frontend().utterance(text, speaker="M7").units for text in ("你好。", "再见。")]
    data = "".join(f"{n}\t{format_units(line)}\n\n" for n, line in enumerate(lines)).encode()
    (folder / "units.txt").write_bytes(data)
    run("say", "--units", source, "-v", tiny, "--precision", "f32", "-o", "out.wav", stdin=data).done()
    samples, rate = wav(folder / "out.wav")
    assert rate == 16000
    expected = np.concatenate([chunk.samples for chunk in speaker("base").stream_units(lines)])
    np.testing.assert_allclose(samples, to_pcm16(expected), atol=1)


def test_what_text_prints_say_speaks(run: Run, folder: Path, tiny: Path, speaker: Speaker) -> None:
    line = "今天天气真好。"
    units = run("text", "--stage", "units", "-v", tiny, "-s", "M7", "-e", "happy", stdin=line.encode()).done().out
    run("say", "--units", "-", "-v", tiny, "--precision", "f32", "-o", "out.wav", stdin=units).done()
    expected = spoken(speaker, line, speaker="M7", emotion="happy")
    np.testing.assert_allclose(wav(folder / "out.wav")[0], expected, atol=1)


# --- processes of their own


def test_the_embedded_voice_in_a_process_of_its_own(folder: Path) -> None:
    ran = spawn(["say", "今天天气真好，我们去公园散步吧。", "-o", "hello.wav"]).done()
    assert ran.out == b"hello.wav" + os.linesep.encode()
    samples, rate = wav(folder / "hello.wav")
    assert rate == 22050
    assert 2 * rate < len(samples) < 8 * rate
    assert 0.01 < np.std(samples / 32767) < 0.5


def test_bytes_in_the_arguments_that_are_not_utf8(folder: Path, tiny: Path) -> None:
    ran = spawn(["say", b"\xe4\xbd\xa0\xff", "-v", tiny, "-o", "out.wav"])
    assert "(U+DCFF) at character 1 is half of a surrogate pair" in ran.refused()
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="other systems' file names are Unicode")
def test_a_file_name_that_is_not_utf8(folder: Path, tiny: Path) -> None:
    spawn(["say", TEXT, "-v", tiny, "-o", b"\xff.wav"], PYTHONIOENCODING="utf-8").done()
    assert os.listdir(os.fsencode(folder)) == [b"\xff.wav"]  # noqa: PTH208 - pathlib has no bytes


def test_a_reader_that_goes_away_is_no_accident(folder: Path, tiny: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "langsong", "say", TEXT * 400, "-v", str(tiny), "-o", "-", "--format", "pcm"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert len(process.stdout.read(1000)) == 1000
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) > 0
    assert errors == b""


def test_no_home_to_write_to_is_no_obstacle(folder: Path, tiny: Path) -> None:
    spawn(["say", TEXT, "-v", tiny, "-o", "out.wav"], LANGSONG_HOME="/dev/null/home").done()
    assert len(wav(folder / "out.wav")[0]) > 1000
