"""Whose voice it is: speaker embeddings by Resemblyzer's network (Wan et al. 2018, "Generalized end-to-end loss").

The package Resemblyzer (Apache-2.0) brings the weights and is not imported: it wants a voice activity detector that
has to be compiled. Sound is prepared as there, with two differences: pauses are found by level, and every sound is
brought to -30 dBFS, not just quiet ones, since the network reads power and not its logarithm.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from langsong.audio.mel import mel_basis
from langsong.audio.resample import resample
from langsong.audio.silence import loudness_frames
from langsong.audio.spec import AudioSpec
from langsong.audio.spectrogram import magnitudes
from langsong.errors import MissingExtra, OptionError
from langsong.types import Float32

WIDTH = 256

_SPEC = AudioSpec(sample_rate=16000, hop_length=160, n_fft=400, win_length=400, n_mels=40, fmin=0.0, fmax=8000.0)
_PIECE_FRAMES = 160
_PIECE_STEP = 77
"""Frames from one piece of 1.6 s to the next: 1.3 pieces a second."""
_LEAST_COVERAGE = 0.75
_LEVEL_DBFS = -30.0
_PAUSE_DB = 35.0
_WEIGHTS = "pretrained.pt"


class SpeakerEncoder:
    """From speech to unit vectors, which are alike for one voice.

    Raises:
        MissingExtra: torch is not installed.
        OptionError: the weights are not installed.
    """

    def __init__(self) -> None:
        try:
            import torch
        except ImportError:
            raise MissingExtra("torch", "speaker similarity") from None
        package = find_spec("resemblyzer")
        if package is None or package.origin is None:
            raise OptionError("speaker similarity needs weights: pip install --no-deps Resemblyzer")
        state = torch.load(Path(package.origin).parent / _WEIGHTS, map_location="cpu", weights_only=True)["model_state"]
        self._lstm = torch.nn.LSTM(_SPEC.n_mels, WIDTH, 3, batch_first=True)
        self._linear = torch.nn.Linear(WIDTH, WIDTH)
        for name, layer in (("lstm.", self._lstm), ("linear.", self._linear)):
            layer.load_state_dict({k.removeprefix(name): v for k, v in state.items() if k.startswith(name)})

    def embed(self, samples: Float32, sample_rate: int) -> Float32:
        """The voice of (N,) samples, (256,) of length 1; zeros for silence."""
        sound = without_pauses(resample(samples, sample_rate, _SPEC.sample_rate))
        level = float(np.sqrt(np.mean(sound**2))) if len(sound) else 0.0
        if level == 0.0:
            return np.zeros(WIDTH, np.float32)
        return self.embed_prepared(sound * np.float32(10 ** (_LEVEL_DBFS / 20) / level))

    def embed_prepared(self, samples: Float32) -> Float32:
        """As `embed`, of sound at 16 kHz that is used as it is."""
        import torch

        starts = _piece_starts(len(samples))
        needed = (starts[-1] + _PIECE_FRAMES) * _SPEC.hop_length
        padded = np.pad(samples, (0, max(0, needed - len(samples))))
        pad = _SPEC.n_fft // 2
        spectrum = magnitudes(padded, n_fft=400, hop_length=160, win_length=400, pad=pad, padding="zeros")
        mel = (spectrum**2) @ mel_basis(_SPEC).T
        pieces = np.stack([mel[start : start + _PIECE_FRAMES] for start in starts])
        with torch.inference_mode(), _one_thread():
            hidden = self._lstm(torch.from_numpy(pieces))[1][0][-1]
            vectors = torch.relu(self._linear(hidden))
            vectors = vectors / vectors.norm(dim=1, keepdim=True)
            mean: Float32 = vectors.mean(dim=0).numpy()
        return _unit(mean)

    def embed_speaker(self, sounds: Iterable[tuple[Float32, int]]) -> Float32:
        """The voice of several sounds with their rates in Hz, (256,) of length 1."""
        return _unit(np.mean([self.embed(samples, rate) for samples, rate in sounds], axis=0))


@contextmanager
def _one_thread() -> Iterator[None]:
    """So small a network is slower on several, a hundred times on a machine that is busy."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _unit(vector: Float32) -> Float32:
    scaled: Float32 = vector / np.maximum(np.linalg.norm(vector), np.float32(1e-9))
    return scaled


def without_pauses(samples: Float32) -> Float32:
    """(N,) samples at 16 kHz with pauses over 0.2 s taken out."""
    frame, longest = 480, 6
    power = loudness_frames(samples, frame, frame)[: len(samples) // frame]
    if not len(power) or power.max() <= 0.0:
        return samples
    loud = power > np.percentile(power, 95) * 10 ** (-_PAUSE_DB / 10)
    kept = np.convolve(loud, np.ones(longest + 1), "same") > 0
    mask = np.repeat(kept, frame)
    return samples[: len(mask)][mask]


def _piece_starts(count: int) -> list[int]:
    """Frames where the pieces of `count` samples begin; a last one that is hardly covered is left out."""
    frames = -(-(count + 1) // _SPEC.hop_length)
    starts = list(range(0, max(1, frames - _PIECE_FRAMES + _PIECE_STEP + 1), _PIECE_STEP))
    covered = (count / _SPEC.hop_length - starts[-1]) / _PIECE_FRAMES
    return starts[:-1] if covered < _LEAST_COVERAGE and len(starts) > 1 else starts
