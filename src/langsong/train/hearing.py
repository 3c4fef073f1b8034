"""Utterances in which a reference encoder hears the emotion of another one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from langsong.acoustic.reference import AUDIO
from langsong.audio.resample import resample
from langsong.engine.emotion_reference import reference_mel
from langsong.types import Float32

from .corpus_format import Corpus, Utterance
from .recipe import Reference


class Hearing(NamedTuple):
    """What an encoder reads for B utterances.

    Attributes:
        mel: (B, R, n_mels), see `reference_mel`. lengths: (B,) int64, its frames.
        categories: (B,) int64, the emotion that is heard, by its place among the voice's.
        trusted: (B,) bool, whether the utterance is spoken as is heard.
    """

    mel: Tensor
    lengths: Tensor
    categories: Tensor
    trusted: Tensor


class Hearings:
    """Finds other utterances of the same emotion, by a random other speaker, so that nothing of who speaks helps.

    Args:
        utterances: for which, and among which, they are found.
        emotions: the voice's, in the order of the encoder's categories.
    """

    def __init__(
        self, corpus: Corpus, utterances: Sequence[Utterance], emotions: Sequence[str], how: Reference
    ) -> None:
        self._corpus, self._utterances, self._how = corpus, utterances, how
        self._category = {emotion: index for index, emotion in enumerate(emotions)}
        self._spoken: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for index, utterance in enumerate(utterances):
            self._spoken[utterance.emotion][utterance.speaker].append(index)
        self._mels: dict[int, Float32] = {}

    def batch(self, indices: Sequence[int], seed: Sequence[int]) -> Hearing:
        """For the utterances of these indices; all chance in it from `seed`."""
        rng = np.random.default_rng(seed)
        mels = [self._cut(self._mel(self.partner(index, rng)), rng) for index in indices]
        return Hearing(
            mel=nn.utils.rnn.pad_sequence([torch.from_numpy(mel) for mel in mels], batch_first=True),
            lengths=torch.tensor([len(mel) for mel in mels]),
            categories=torch.tensor([self._category[self._utterances[index].emotion] for index in indices]),
            trusted=torch.from_numpy(rng.random(len(indices)) < self._how.share),
        )

    def partner(self, index: int, rng: np.random.Generator) -> int:
        """Another utterance of the same emotion: of another speaker if there is one, itself if it is the only one."""
        own = self._utterances[index]
        speakers = self._spoken[own.emotion]
        others = [speaker for speaker in speakers if speaker != own.speaker] or [own.speaker]
        chosen = speakers[others[int(rng.integers(len(others)))]]
        left = [other for other in chosen if other != index] or [index]
        return left[int(rng.integers(len(left)))]

    def _mel(self, index: int) -> Float32:
        if index not in self._mels:
            audio = self._corpus.features(self._utterances[index]).audio
            samples = np.divide(audio, 32768, dtype=np.float32)
            speech = resample(samples, self._corpus.description.audio.sample_rate, AUDIO.sample_rate)
            self._mels[index] = reference_mel(speech, AUDIO).astype(np.float16)  # some 30 kB
        return self._mels[index].astype(np.float32)

    def _cut(self, mel: Float32, rng: np.random.Generator) -> Float32:
        most = max(1, round(self._how.seconds * AUDIO.frame_rate))
        start = int(rng.integers(max(1, len(mel) - most + 1)))
        stretch: Float32 = mel[start : start + most].copy()
        stretch += np.float32(self._how.noise) * rng.standard_normal(stretch.shape, dtype=np.float32)
        return stretch
