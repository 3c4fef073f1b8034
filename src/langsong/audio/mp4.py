"""Sound in MP4 containers (m4a), which libsndfile does not read."""

from __future__ import annotations

import io

import numpy as np

from langsong.errors import AudioError, MissingExtra
from langsong.types import Float32


def is_mp4(data: bytes) -> bool:
    """Whether a file begins as MP4 does."""
    return data[4:8] == b"ftyp"


def read_mp4(data: bytes, name: str = "the audio") -> tuple[Float32, int]:
    """(N,) samples of the first sound track, channels averaged, and their rate in Hz.

    Raises:
        MissingExtra: PyAV is not installed.
        AudioError: it has no sound, or is broken.
    """
    try:
        import av
    except ImportError:
        raise MissingExtra("serve", f"reading {name}, which is m4a,") from None
    try:
        with av.open(io.BytesIO(data)) as container:
            if not container.streams.audio:
                raise AudioError(f"{name} has no sound: give a recording of speech")
            rate = int(container.streams.audio[0].rate)
            resampler = av.AudioResampler(format="fltp", layout="mono", rate=rate)
            frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
            blocks = [frame.to_ndarray()[0] for frame in [*frames, *resampler.resample(None)]]
    except (av.FFmpegError, ValueError) as error:
        raise AudioError(f"cannot read {name}: broken, or no audio; give wav, flac, mp3, opus, ogg or m4a") from error
    samples: Float32 = np.concatenate([np.zeros(0, np.float32), *blocks]).astype(np.float32)
    return samples, rate
