"""Recordings that a request brings along, checked and made ready for the encoder of emotions."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from langsong.audio.encode import encode
from langsong.audio.files import read_audio
from langsong.audio.loudness import set_level
from langsong.audio.mp4 import is_mp4, read_mp4
from langsong.audio.resample import resample
from langsong.audio.silence import speech_in_noise
from langsong.errors import AudioError
from langsong.types import Float32, Notice

LONGEST_S = 10.0
SHORTEST_S = 3.0
"""Of speech; shorter recordings are taken with a notice …"""
TOO_SHORT_S = 0.5
"""… and these not at all."""

LEVEL_DBFS = -24.0
"""Of speech, as the encoder hears it: how loud a recording is says how far the microphone was."""

_SILENCE = 10 ** (-60 / 20)
_CLIPPED_LEVEL = 0.999
_CLIPPED_SHARE = 0.001
_DATA_URL = re.compile(r"data:[^,]{0,100},")


@dataclass(frozen=True, eq=False)
class Recording:
    """A recording in memory. Equal ones have equal digests.

    Attributes:
        samples: (N,) mono, float32 in [-1, 1].
        sample_rate: Hz.
        name: for messages.
    """

    samples: Float32
    sample_rate: int
    name: str = "the recording"

    @cached_property
    def digest(self) -> str:
        """sha256 of samples and rate, in hex."""
        head = f"{self.sample_rate}:".encode()
        return hashlib.sha256(head + np.ascontiguousarray(self.samples, "<f4").tobytes()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recording) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def data_url(self) -> str:
        """As JSON can have it."""
        flac = encode(self.samples, self.sample_rate, "flac", label=False)
        return "data:audio/flac;base64," + base64.b64encode(flac).decode()


def recording(source: Any, *, local: bool) -> Recording:
    """A recording from whatever names or holds it.

    Args:
        source: the bytes of a file, samples and their rate as ``(array, Hz)``, a path, or a string: base64 or a data
            URL of a file's bytes, or, if `local`, a path.
        local: whoever asks may have files of this machine read.

    Raises:
        AudioError: it cannot be read.
        ValueError: none of these.
    """
    if isinstance(source, Recording):
        return source
    if isinstance(source, os.PathLike) or (local and isinstance(source, str) and not _DATA_URL.match(source)):
        return Recording(*_read_file(Path(source)), Path(source).name)
    if isinstance(source, str):
        try:
            source = base64.b64decode(_DATA_URL.sub("", source, count=1), validate=True)
        except (binascii.Error, ValueError):
            raise ValueError("a string must be base64 of an audio file; give a pathlib.Path for a file") from None
    if isinstance(source, bytes):
        return Recording(*(read_mp4(source) if is_mp4(source) else read_audio(source)))
    if isinstance(source, Sequence) and len(source) == 2 and isinstance(source[0], np.ndarray):
        return Recording(_mono(source[0]), _rate(source[1]))
    raise ValueError("give a path, the bytes of a file, or samples and rate as (array, Hz)")


def _read_file(path: Path) -> tuple[Float32, int]:
    try:
        with path.open("rb") as file:
            begins_as_mp4 = is_mp4(file.read(8))
    except OSError:
        begins_as_mp4 = False  # and whoever reads it says why
    return read_mp4(path.read_bytes(), path.name) if begins_as_mp4 else read_audio(path)


def _mono(samples: np.ndarray[Any, Any]) -> Float32:
    """(N,) or (N, channels), floats in [-1, 1] or integers of full range, as (N,) float32."""
    if samples.dtype.kind == "i":
        samples = samples / -float(np.iinfo(samples.dtype).min)
    mono = samples.mean(axis=1) if samples.ndim == 2 else samples
    if mono.ndim != 1 or mono.dtype.kind != "f" or not np.isfinite(mono).all():
        raise ValueError("an array must have the shape (N,) or (N, channels) and finite numbers")
    return np.ascontiguousarray(mono, np.float32)


def _rate(rate: Any) -> int:
    if not isinstance(rate, int | np.integer) or not 4000 <= rate <= 192000:
        raise ValueError(f"the sample rate is {rate!r}: give Hz, 4000 to 192000")
    return int(rate)


def prepared(source: Recording, sample_rate: int) -> tuple[Float32, list[Notice]]:
    """The speech of a recording as the encoder hears it: without silence around it, `LONGEST_S` of it at most,
    at `LEVEL_DBFS`.

    Returns:
        (N,) samples at `sample_rate` Hz, and what is not as it should be.

    Raises:
        AudioError: there is no speech in it, or less than `TOO_SHORT_S`.
    """
    samples = source.samples
    if not len(samples) or float(np.abs(samples).max()) < _SILENCE:
        raise AudioError(f"{source.name} is silent: record 3 to 10 s of speech")
    start, end = speech_in_noise(samples, source.sample_rate)
    length_s = (end - start) / source.sample_rate
    if length_s < TOO_SHORT_S:
        raise AudioError(f"{source.name} has {length_s:.1f} s of speech: record 3 to 10 s")
    notices = []
    if length_s < SHORTEST_S:
        text = f"{source.name} has {length_s:.1f} s of speech; 3 to 10 s tell the emotion more surely"
        notices.append(Notice("reference-short", text))
    if length_s > LONGEST_S:
        text = f"{source.name} has {length_s:.0f} s of speech; the first {LONGEST_S:g} s are used"
        notices.append(Notice("reference-cut", text))
    speech = samples[start : min(end, start + int(LONGEST_S * source.sample_rate))]
    clipped = float((np.abs(speech) >= _CLIPPED_LEVEL).mean())
    if clipped > _CLIPPED_SHARE:
        text = f"{source.name} is clipped ({clipped:.1%} of its samples): record it less loud"
        notices.append(Notice("reference-clipped", text))
    return set_level(resample(speech, source.sample_rate, sample_rate), sample_rate, LEVEL_DBFS), notices
