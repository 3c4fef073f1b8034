"""From mel frames to samples, window by window.

A window carries as many frames before and after its own as the generator's receptive field needs, so its
samples are those of one pass over everything. Before the first and after the last frame the edge frame is
repeated. Windows have few lengths: a runtime compiles for every length it meets, and keeps the result.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from langsong.bundle.manifest import VoiceManifest
from langsong.types import Float32

from .excitation import excitation_of
from .runtime.base import Runtime

INNER_LENGTHS = (30, 102, 198, 294)
"""Frames that a window speaks, without its context: the first for a quick start, the last for least overhead."""


class Vocoding:
    """Turns the mel frames of one voice into samples; holds no state of a request."""

    def __init__(self, manifest: VoiceManifest, runtime: Runtime) -> None:
        self.manifest = manifest
        self.runtime = runtime
        self.context = manifest.vocoder.context_frames
        most = runtime.most_frames
        self.lengths = tuple(n for n in INNER_LENGTHS if most is None or n + sum(self.context) <= most)

    def samples(self, mels: Iterator[Float32], total: int) -> Iterator[Float32]:
        """Synthesise.

        Args:
            mels: (n, n_mels) pieces of the acoustic model's output, together `total` frames.
            total: frames.

        Yields:
            (n * hop,) float32.
        """
        left, right = self.context
        config, scale = self.manifest.vocoder, self.manifest.mel_to_vocoder
        hop = config.hop_length
        excitation = excitation_of(self.manifest, self.runtime)
        mel = np.zeros((0, config.in_channels), np.float32)
        received = done = 0
        for piece in mels:
            if not len(piece):
                continue
            piece = excitation.take(piece)
            if scale is not None:
                piece = piece * np.float32(scale.std) + np.float32(scale.mean)
            mel = np.concatenate([mel if received else np.repeat(piece[:1], left, axis=0), piece])
            received += len(piece)
            finished = received >= total
            if finished:
                beyond = right + self.lengths[-1]
                mel = np.concatenate([mel, np.repeat(mel[-1:], beyond, axis=0)])
                lengths = cheapest(total - done, left + right, self.lengths)
            else:
                lengths = fitting(received - done - right, self.lengths)
            for inner in lengths:
                window = mel[: left + inner + right].T[None]
                (audio,) = self.runtime.run("vocoder", window, *excitation.of_window(window, inner))
                spoken = min(inner, total - done)
                yield audio[0, 0, left * hop : (left + spoken) * hop]
                done += spoken
                mel = mel[spoken:]
                excitation.drop(spoken)


def fitting(frames: int, lengths: tuple[int, ...] = INNER_LENGTHS) -> list[int]:
    """The longest windows that `frames` fill, for speech that goes on."""
    taken = []
    while fits := [n for n in lengths if n <= frames]:
        taken.append(fits[-1])
        frames -= fits[-1]
    return taken


@lru_cache(maxsize=4096)
def cheapest(frames: int, context: int, lengths: tuple[int, ...] = INNER_LENGTHS) -> list[int]:
    """The windows that cover all of `frames` at the least cost, longest first."""
    longest = lengths[-1]
    if frames > 3 * longest:
        return [longest, *cheapest(frames - longest, context, lengths)]
    if frames <= 0:
        return []
    choices = ([n, *cheapest(frames - n, context, lengths)] for n in lengths)
    return sorted(min(choices, key=lambda taken: sum(n + context for n in taken)), reverse=True)
