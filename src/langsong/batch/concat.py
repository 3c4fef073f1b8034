"""The results of a job, one after another in one file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from langsong.audio.encode import FORMATS
from langsong.audio.files import format_of, read_audio, write_audio
from langsong.audio.resample import resample
from langsong.errors import JobError
from langsong.types import Float32

from .manifest import Done, Manifest

PAUSE_S = 0.5
"""Between two results."""


def concatenate(manifest: Manifest, path: Path) -> None:
    """Write all that is done, in the order of the input, at the first result's rate.

    Raises:
        JobError: nothing is done, or the results have no header (``pcm``).
        AudioError: a result cannot be read, or the file not be written.
    """
    format_of(path)
    results = list(manifest.results())
    if not results:
        raise JobError(f"nothing is done that could be joined in {path}")
    if results[0].audio.suffix in FORMATS["pcm"].suffixes:
        raise JobError("pcm files do not say their rate: give --format wav to join them")
    _, rate = read_audio(results[0].audio)
    write_audio(path, _joined(results, rate), rate)


def _joined(results: list[Done], rate: int) -> Iterator[Float32]:
    for index, result in enumerate(results):
        if index:
            yield np.zeros(round(PAUSE_S * rate), np.float32)
        samples, own_rate = read_audio(result.audio)
        yield resample(samples, own_rate, rate)
