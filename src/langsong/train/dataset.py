"""Batches of a prepared corpus, normalised and padded."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F

from langsong.acoustic.alignment import diagonal_prior
from langsong.errors import CorpusError, UnitError
from langsong.text.units import EncodedUnits, parse_units
from langsong.types import Float32

from .corpus_format import Corpus, Features, Utterance
from .hearing import Hearing
from .identity import VoiceIdentity
from .targets import energy_contour, pitch_contour, unit_means

T = TypeVar("T")


class AcousticBatch(NamedTuple):
    """B utterances of up to T units and L frames, L a multiple of the frames of a decoder step.

    Attributes:
        ids: (B, T, 4) int64, or (B, T, 1) for bytes. speakers, emotions: (B, T) int64.
        unit_lengths, frame_lengths: (B,) int64.
        mel: (B, L, n_mels), normalised, zeros beyond an item's end.
        pitch_contour, energy_contour: (B, L), normalised.
        durations: (B, T) int64; None where they are to be learnt.
        pitch, energy: (B, T), means over each unit; None with `durations`.
        prior: (B, L, T), see `diagonal_prior`; None where durations are known.
        skip_zeros: whether a unit's pitch is the mean over voiced frames alone.
        hearing: the emotions once more, in other utterances; None where no encoder of them is trained.
    """

    ids: Tensor
    speakers: Tensor
    emotions: Tensor
    unit_lengths: Tensor
    frame_lengths: Tensor
    mel: Tensor
    pitch_contour: Tensor
    energy_contour: Tensor
    durations: Tensor | None
    pitch: Tensor | None
    energy: Tensor | None
    prior: Tensor | None
    skip_zeros: bool
    hearing: Hearing | None = None

    def to(self, device: torch.device) -> AcousticBatch:
        moved: dict[str, Any] = {
            name: x.to(device, non_blocking=True) for name, x in self._asdict().items() if isinstance(x, Tensor)
        }
        if self.hearing is not None:
            moved["hearing"] = Hearing(*(x.to(device, non_blocking=True) for x in self.hearing))
        return self._replace(**moved)


class AcousticData:
    """Utterances of a corpus as SAM-BERT is trained on them.

    Args:
        learn_durations: leave out those that the corpus has.

    Raises:
        CorpusError: an utterance has a unit that the voice has not, or more units than frames.
    """

    def __init__(
        self,
        corpus: Corpus,
        utterances: Sequence[Utterance],
        identity: VoiceIdentity,
        *,
        frames_per_step: int,
        learn_durations: bool,
    ) -> None:
        self.corpus, self.utterances, self.identity = corpus, tuple(utterances), identity
        self.frames_per_step, self.learn_durations = frames_per_step, learn_durations
        self.lengths = [u.frames for u in self.utterances]
        self.encoded = [self._encode(u) for u in self.utterances]

    def _encode(self, utterance: Utterance) -> EncodedUnits:
        try:
            encoded = self.identity.units.encode(parse_units(utterance.units))
        except UnitError as error:
            raise CorpusError(f"utterance {utterance.id}: {error}") from None
        if self.learn_durations and len(encoded.ids) > utterance.frames:
            raise CorpusError(f"utterance {utterance.id} has more units than frames: nothing can be aligned")
        if not self.learn_durations and utterance.durations is None:
            raise CorpusError(f"utterance {utterance.id} has no durations: write them with 'langsong train align'")
        return encoded

    def mel(self, features: Features) -> Float32:
        """(L, n_mels), normalised; for NSF voices with normalised F0 and voicing as two more channels."""
        statistics = self.identity.mel
        mean, std = np.asarray(statistics.mean, np.float32), np.asarray(statistics.std, np.float32)
        mel: Float32 = (features.mel - mean) / std
        if nsf := self.identity.nsf:
            voiced = features.pitch > 0
            frames = np.arange(len(voiced))
            f0 = np.interp(frames, frames[voiced], features.pitch[voiced]) if voiced.any() else np.zeros(len(voiced))
            extra = np.stack([(f0 - nsf.mean) / nsf.std, voiced], axis=1)
            mel = np.concatenate([mel, extra.astype(np.float32)], axis=1)
        return mel

    def batch(self, indices: Sequence[int]) -> AcousticBatch:
        """Read and pad the utterances of these indices.

        Raises:
            CorpusError: a feature file is missing, damaged or holds numbers that are not finite.
        """
        encoded = [self.encoded[i] for i in indices]
        features = [self.corpus.features(self.utterances[i]) for i in indices]
        units, frames = [len(e.ids) for e in encoded], [self.lengths[i] for i in indices]
        longest, steps = max(units), -(-max(frames) // self.frames_per_step)
        width = steps * self.frames_per_step
        pitch = _padded([pitch_contour(f.pitch, self.identity.pitch) for f in features], width)
        energy = _padded([energy_contour(f.energy, self.identity.energy) for f in features], width)
        mel = _padded([self.mel(f) for f in features], width)
        for name, values in (("mel", mel), ("pitch", pitch), ("energy", energy)):
            if not values.isfinite().all():
                bad = next(i for i, v in zip(indices, values, strict=True) if not v.isfinite().all())
                path = self.corpus.features_path(self.utterances[bad].id)
                raise CorpusError(f"{path} holds {name} that is not finite: prepare the corpus again")
        durations, unit_pitch, unit_energy, prior = None, None, None, None
        skip_zeros = self.identity.pitch.scale == "linear"
        if self.learn_durations:
            priors = [diagonal_prior(u, f) for u, f in zip(units, frames, strict=True)]
            prior = torch.stack([_pad_prior(p, width, longest) for p in priors])
        else:
            durations = _padded([np.asarray(self.utterances[i].durations, np.int64) for i in indices], longest)
            unit_pitch = unit_means(pitch, durations, skip_zeros=skip_zeros)
            unit_energy = unit_means(energy, durations, skip_zeros=False)
        return AcousticBatch(
            ids=_padded([e.ids for e in encoded], longest),
            speakers=_padded([e.speakers for e in encoded], longest),
            emotions=_padded([e.emotions for e in encoded], longest),
            unit_lengths=torch.tensor(units),
            frame_lengths=torch.tensor(frames),
            mel=mel,
            pitch_contour=pitch,
            energy_contour=energy,
            durations=durations,
            pitch=unit_pitch,
            energy=unit_energy,
            prior=prior,
            skip_zeros=skip_zeros,
        )


def _padded(arrays: Sequence[npt.NDArray[Any]], length: int) -> Tensor:
    """Arrays (n, …) to (B, length, …), zeros after each."""
    out = torch.zeros(len(arrays), length, *arrays[0].shape[1:], dtype=torch.from_numpy(arrays[0]).dtype)
    for row, array in zip(out, arrays, strict=True):
        row[: len(array)] = torch.from_numpy(array)
    return out


def _pad_prior(prior: Float32, frames: int, units: int) -> Tensor:
    return F.pad(torch.tensor(prior), (0, units - prior.shape[1], 0, frames - prior.shape[0]))


def prefetched(batches: Iterator[T], ready: int = 2) -> Generator[T, None, None]:
    """The same batches, made in another thread while the last ones are used."""
    with ThreadPoolExecutor(1) as pool:
        coming = [pool.submit(next, batches, None) for _ in range(ready)]
        while (batch := coming.pop(0).result()) is not None:
            coming.append(pool.submit(next, batches, None))
            yield batch
