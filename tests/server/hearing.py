"""What a client hears of a streamed file."""

from __future__ import annotations

import io

import av
import numpy as np

from langsong.types import Float32


def heard(data: bytes) -> tuple[Float32, int]:
    """(N,) samples and Hz of a file that was streamed; libsndfile does not read FLAC of unknown length to its end."""
    with av.open(io.BytesIO(data)) as file:
        frames = [frame.to_ndarray().mean(axis=0) for frame in file.decode(audio=0)]
        return np.concatenate(frames), int(file.streams.audio[0].rate)
