"""Sound on disk."""

from __future__ import annotations

import errno
import io
import math
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import soundfile

from langsong.audio.encode import FORMATS, AudioFormat, Encoder, format_named
from langsong.audio.label import ContentLabel
from langsong.errors import AudioError
from langsong.types import Float32

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_READ_FRAMES = 1 << 16

_ADVICE = {
    errno.ENOENT: "create the folder first",
    errno.ENOTDIR: "name a folder that is one",
    errno.EACCES: "choose a folder you may write to",
    errno.EPERM: "choose a folder you may write to",
    errno.EROFS: "choose a folder you may write to",
    errno.ENOSPC: "free some space or choose another disk",
    errno.EDQUOT: "free some space or choose another disk",
    errno.EFBIG: "make it shorter, or choose a smaller format",
    errno.ENAMETOOLONG: "choose a shorter name",
}


def format_of(path: str | os.PathLike[str]) -> AudioFormat:
    """The format that a file name's suffix stands for.

    Raises:
        AudioError: the suffix is unknown.
    """
    suffix = Path(path).suffix.lower()
    for format in FORMATS.values():
        if suffix in format.suffixes:
            return format
    known = ", ".join(suffix for format in FORMATS.values() for suffix in format.suffixes)
    raise AudioError(f"{path}: no audio format is known by the suffix {suffix!r}; use one of {known}")


def write_audio(
    path: str | os.PathLike[str],
    audio: Float32 | Iterable[Float32],
    sample_rate: int,
    format: str | None = None,
    label: ContentLabel | bool = True,
) -> None:
    """Writes a file, whole or not at all.

    The sound goes to a file beside it, chunk by chunk, which takes the name when it is complete and on disk.
    Whatever fails until then, be it in `audio`, leaves the folder as it was.

    Args:
        path: where to.
        audio: (N,) samples, or an iterable of such chunks.
        sample_rate: Hz. A format that cannot have it gets the next higher rate it can have.
        format: a name in `FORMATS`; None means by the suffix.
        label: that the sound is generated; True = a new one, False = none. ``pcm`` cannot carry it.

    Raises:
        AudioError: the format is unknown, the path cannot be written, or the disk is full.
    """
    chosen = format_of(path) if format is None else format_named(format)
    chunks = [audio] if isinstance(audio, np.ndarray) else audio
    with replacing(Path(path)) as file, Encoder(file, sample_rate, chosen, label) as encoder:
        for chunk in chunks:
            encoder.write(chunk)


def write_file(path: str | os.PathLike[str], data: bytes) -> None:
    """Writes a file of any kind, whole or not at all, as `write_audio` does.

    Raises:
        AudioError: the path cannot be written, or the disk is full.
    """
    with replacing(Path(path)) as file:
        rest = memoryview(data)
        while rest:
            rest = rest[file.write(rest) :]


def read_audio(source: str | os.PathLike[str] | bytes | BinaryIO, longest_s: float = math.inf) -> tuple[Float32, int]:
    """Reads wav, flac, mp3, Ogg Opus, Ogg Vorbis and whatever else libsndfile knows.

    Args:
        source: a path, the bytes of a file, or an open binary file.
        longest_s: a longer one is refused when so much of it is read.

    Returns:
        (N,) samples, channels averaged, and the sample rate in Hz.

    Raises:
        AudioError: there is no such file, or it is no sound, broken or too long.
    """
    name = "the audio" if isinstance(source, bytes) or hasattr(source, "read") else os.fspath(source)
    blocks = [np.zeros(0, np.float32)]
    try:
        with soundfile.SoundFile(io.BytesIO(_content(source))) as file:
            # by blocks, for a broken header may promise any length
            while len(block := file.read(_READ_FRAMES, dtype="float32", always_2d=True)):
                blocks.append(block.mean(axis=1))
                if file.tell() > longest_s * file.samplerate:
                    raise AudioError(f"{name} is longer than {longest_s:g} s: cut it")
            sample_rate = int(file.samplerate)
    except OSError as error:
        raise AudioError(f"cannot read {name}: {error.strerror}; check the path") from error
    except soundfile.SoundFileError as error:
        raise AudioError(f"cannot read {name}: broken, or no audio; give wav, flac, mp3, opus or ogg") from error
    samples = np.concatenate(blocks)
    if not np.isfinite(samples).all():
        raise AudioError(f"cannot read {name}: its samples are not all finite numbers; give another file")
    return samples, sample_rate


def _content(source: str | os.PathLike[str] | bytes | BinaryIO) -> bytes:
    if isinstance(source, bytes):
        return source
    if isinstance(source, (str, os.PathLike)):
        return Path(source).read_bytes()
    return source.read()


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """An open file, to be read and written, that becomes `path` if the body succeeds, and vanishes if not.

    Raises:
        AudioError: the path cannot be written, or the disk is full.
    """
    with _explained(path):
        target = path.resolve()  # so that a link's target is replaced, not the link
        if target.is_dir():
            raise AudioError(f"cannot write {path}: it is a folder; name a file in it")
        if target.exists() and not target.is_file():
            raise AudioError(f"cannot write {path}: it is a device or a pipe; name a file")
        temporary = target.with_name(f".{target.name}.tmp-{secrets.token_hex(4)}")
        file = _Target(temporary, path)
    try:
        yield file
        with _explained(path):
            os.fsync(file.fileno())
            file.close()
            temporary.replace(target)
    except BaseException:
        with suppress(OSError):
            file.close()
        with suppress(OSError):
            temporary.unlink()
        raise


def remove_leftovers(folder: Path) -> None:
    """Remove what `replacing` left in a folder when its process was killed; nobody else may be writing there."""
    for left in folder.glob(".*.tmp-*"):
        left.unlink()


class _Target(io.FileIO):
    """A new file whose failures are explained as those of the path that it will become."""

    def __init__(self, temporary: Path, path: Path) -> None:
        super().__init__(temporary, "xb+")
        self._path = path

    def write(self, data: ReadableBuffer) -> int:
        with _explained(self._path):
            return super().write(data)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        advice = _ADVICE.get(error.errno or 0, "choose another place")
        raise AudioError(f"cannot write {path}: {error.strerror}; {advice}") from error
