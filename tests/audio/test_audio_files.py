"""Files are written whole or not at all, and every failure says what to do."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from langsong.audio.encode import FORMATS, encode
from langsong.audio.files import format_of, read_audio, write_audio
from langsong.audio.label import ContentLabel
from langsong.errors import AudioError

RATE = 24000


def noise(seconds: float = 0.5, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.5, 0.5, int(RATE * seconds)).astype(np.float32)


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".mp3", ".opus", ".ogg", ".oga", ".WAV"])
def test_the_suffix_decides(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"朗诵{suffix}"
    write_audio(path, noise(), RATE)
    samples, rate = read_audio(path)
    assert (len(samples), rate) == (RATE // 2, RATE)
    assert names(tmp_path) == [path.name]
    info = soundfile.info(path)
    assert (info.format, info.subtype) == (format_of(path).container, format_of(path).subtype)


def test_a_named_format_beats_the_suffix(tmp_path: Path) -> None:
    write_audio(tmp_path / "part.0001", noise(), RATE, format="flac")
    assert soundfile.info(tmp_path / "part.0001").format == "FLAC"


def test_chunks_make_the_same_file_as_the_whole(tmp_path: Path) -> None:
    label = ContentLabel.new()
    write_audio(tmp_path / "whole.wav", noise(), RATE, label=label)
    write_audio(str(tmp_path / "chunks.wav"), iter(np.array_split(noise(), 7)), RATE, label=label)
    assert (tmp_path / "chunks.wav").read_bytes() == (tmp_path / "whole.wav").read_bytes()


@pytest.mark.parametrize("name", ["speech", "speech.aac", "speech.wav.part", ".wav"])
def test_an_unknown_suffix_lists_the_known(tmp_path: Path, name: str) -> None:
    with pytest.raises(AudioError, match=r"use one of \.wav, \.flac, \.mp3, \.opus, \.ogg, \.oga, \.pcm$"):
        write_audio(tmp_path / name, noise(), RATE)
    assert names(tmp_path) == []


@pytest.mark.parametrize("error", [ValueError("the decoder broke"), KeyboardInterrupt(), OSError(5, "voice gone")])
@pytest.mark.parametrize("format", FORMATS)
def test_a_failing_source_leaves_everything_as_it_was(tmp_path: Path, format: str, error: BaseException) -> None:
    def source() -> Iterator[np.ndarray]:
        yield noise(2.0)
        assert any(name.startswith(f".old.{format}.tmp-") for name in names(tmp_path))
        raise error

    old = tmp_path / f"old.{format}"
    old.write_bytes(b"a recording of grandmother")
    for path in (old, tmp_path / f"new.{format}"):
        with pytest.raises(type(error)) as caught:
            write_audio(path, source() if path == old else iter_then(error), RATE)
        assert caught.value is error
    assert names(tmp_path) == [f"old.{format}"]
    assert old.read_bytes() == b"a recording of grandmother"


SLOW_WRITER = """
import sys, time, numpy as np
from langsong.audio.files import write_audio

def source():
    while True:
        yield np.zeros(2400, np.float32)
        time.sleep(0.001)

write_audio(sys.argv[1], source(), 24000)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to one process")
@pytest.mark.parametrize("format", ["wav", "ogg"])
def test_ctrl_c_leaves_no_file(tmp_path: Path, format: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SLOW_WRITER, tmp_path / f"a.{format}"], stderr=subprocess.PIPE
    ) as writer:
        while not any(entry.stat().st_size > 3000 for entry in tmp_path.iterdir()):
            assert writer.poll() is None
            time.sleep(0.01)
        writer.send_signal(signal.SIGINT)
        _, complaint = writer.communicate(timeout=20)
    assert complaint.rstrip().endswith(b"KeyboardInterrupt")
    assert names(tmp_path) == []


def iter_then(error: BaseException) -> Iterator[np.ndarray]:
    yield noise(1.0)
    raise error


def test_samples_that_are_no_numbers_leave_no_file(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="not all finite"):
        write_audio(tmp_path / "a.wav", [noise(), np.array([np.nan], np.float32)], RATE)
    assert names(tmp_path) == []


def test_an_old_file_is_replaced_through_its_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "real.wav").write_bytes(b"old")
    (tmp_path / "link.wav").symlink_to(tmp_path / "disk" / "real.wav")
    write_audio(tmp_path / "link.wav", noise(), RATE)
    assert (tmp_path / "link.wav").is_symlink()
    assert len(read_audio(tmp_path / "disk" / "real.wav")[0]) == RATE // 2


def test_the_file_has_the_rights_that_new_files_have(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    write_audio(tmp_path / "a.wav", noise(), RATE)
    assert (tmp_path / "a.wav").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other words and no /dev/full")
def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "folder.wav").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "device.wav").symlink_to("/dev/full")
    for path, complaint in {
        tmp_path / "folder.wav": "it is a folder; name a file in it",
        tmp_path / "missing" / "a.wav": "No such file or directory; create the folder first",
        tmp_path / "file" / "a.wav": "Not a directory; name a folder that is one",
        tmp_path / "device.wav": "it is a device or a pipe; name a file",
        tmp_path / ("长" * 90 + ".wav"): "File name too long; choose a shorter name",
    }.items():
        with pytest.raises(AudioError) as caught:
            write_audio(path, noise(), RATE)
        assert str(caught.value) == f"cannot write {path}: {complaint}"
    assert names(tmp_path) == ["device.wav", "file", "folder.wav"]


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="rights are another thing here")
def test_a_folder_without_rights(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    user = os.geteuid()
    try:
        if user == 0:
            os.seteuid(65534)
        with pytest.raises(AudioError, match=r"a\.wav: Permission denied; choose a folder you may write to$"):
            write_audio(tmp_path / "a.wav", noise(), RATE)
    finally:
        os.seteuid(user)
        tmp_path.chmod(0o755)


@contextmanager
def small_disk(limit: int = 20_000) -> Iterator[None]:
    """The system refuses files of more than ``limit`` bytes: also the file that the tests' report goes to, hence
    only where something is written."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("format", FORMATS)
def test_a_disk_that_fills_up(tmp_path: Path, format: str) -> None:
    path = tmp_path / f"a.{format}"
    path.write_bytes(b"old")
    with (
        small_disk(),
        pytest.raises(AudioError, match=rf"^cannot write .*a\.{format}: File too large; make it shorter"),
    ):
        write_audio(path, (noise(1.0, seed) for seed in range(20)), RATE)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == [path.name]


def test_a_long_piece_takes_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    def peak(seconds: int) -> int:
        tracemalloc.start()
        write_audio(tmp_path / "a.flac", (noise(1.0, seed) for seed in range(seconds)), RATE)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(1)
    assert peak(60) < 1.5 * peak(5)


def test_channels_are_averaged(tmp_path: Path) -> None:
    left, right = noise(seed=1), noise(seed=2)
    soundfile.write(tmp_path / "stereo.wav", np.stack([left, right], axis=1), RATE, subtype="FLOAT")
    samples, rate = read_audio(tmp_path / "stereo.wav")
    assert (samples.dtype, rate) == (np.float32, RATE)
    np.testing.assert_allclose(samples, (left + right) / 2, atol=1e-7)


def test_paths_bytes_and_files_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    write_audio(path, noise(6.0), RATE)
    samples, _ = read_audio(path)
    assert len(samples) == 6 * RATE
    with path.open("rb") as file:
        for source in (str(path), path.read_bytes(), file, io.BytesIO(path.read_bytes())):
            np.testing.assert_array_equal(read_audio(source)[0], samples)


def test_what_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("天地玄黄，宇宙洪荒。", encoding="utf-8")
    (tmp_path / "empty.mp3").touch()
    soundfile.write(tmp_path / "nan.wav", np.array([np.nan]), RATE, subtype="FLOAT")
    for path, complaint in {
        tmp_path / "missing.wav": "No such file or directory; check the path",
        tmp_path: "Is a directory; check the path",
        tmp_path / "text.wav": "broken, or no audio; give wav, flac, mp3, opus or ogg",
        tmp_path / "empty.mp3": "broken, or no audio; give wav, flac, mp3, opus or ogg",
        tmp_path / "nan.wav": "its samples are not all finite numbers; give another file",
    }.items():
        with pytest.raises(AudioError) as caught:
            read_audio(path)
        assert str(caught.value) == f"cannot read {path}: {complaint}"


@given(
    st.sampled_from(["wav", "flac", "mp3", "opus", "ogg"]),
    st.integers(0, 6000),
    st.lists(st.tuples(st.integers(0, 5999), st.integers(0, 255)), max_size=8),
)
@settings(max_examples=150, deadline=None)
def test_a_damaged_file_is_read_in_part_or_refused(format: str, length: int, damages: list[tuple[int, int]]) -> None:
    data = bytearray(encode(noise(0.2), RATE, format)[:length])
    for position, value in damages:
        if position < len(data):
            data[position] = value
    try:
        samples, rate = read_audio(bytes(data))
    except AudioError:
        return
    assert np.isfinite(samples).all()
    assert rate > 0
