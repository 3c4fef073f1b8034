"""What is true of all speech, chunk by chunk."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from langsong.bundle.install import InstallReport
from langsong.engine.synthesizer import Synthesizer
from langsong.text.frontend import Frontend
from langsong.types import AudioChunk

Imported = Callable[[str], InstallReport]
Speaker = Callable[..., Synthesizer]

STREAMED_EQUALS_WHOLE = 1e-4
"""Largest |difference| of a sample in f32: the graphs add up in another order for windows of another length."""

LONG = "山重水复疑无路，柳暗花明又一村，我们一起去公园里散步，看看湖边的柳树和花。你好！再见。"


def joined(chunks: Sequence[AudioChunk]) -> np.ndarray:
    return np.concatenate([chunk.samples for chunk in chunks])


def check_chunks(chunks: Sequence[AudioChunk], rate: int) -> None:
    """Chunks follow one another without gap or overlap."""
    position = 0
    for chunk in chunks:
        assert chunk.sample_rate == rate
        assert chunk.start_s == pytest.approx(position / rate, abs=1e-9)
        assert chunk.samples.dtype == np.float32
        assert np.isfinite(chunk.samples).all()
        assert len(chunk.samples) > 0
        position += len(chunk.samples)


def check_words(chunks: Sequence[AudioChunk], expected: list[str], *, hesitates: bool = False) -> None:
    """Every word once, in order, in the chunk it begins in; its phones inside it, all inside the audio.

    Phones of a word follow one another without gap, unless the voice may hesitate between them.
    """
    words = [word for chunk in chunks for word in chunk.words]
    assert [word.text for word in words] == expected
    end_of_all = chunks[-1].start_s + chunks[-1].duration_s
    clock = 0.0
    for word in words:
        assert clock - 1e-6 <= word.start_s <= word.end_s <= end_of_all + 1e-3
        clock = word.end_s
        assert word.phones[0].start_s == word.start_s
        assert word.phones[-1].end_s == word.end_s
        for first, second in itertools.pairwise(word.phones):
            assert first.start_s <= first.end_s <= second.start_s
            assert first.end_s == second.start_s or hesitates
    for number, chunk in enumerate(chunks):
        end_s = chunk.start_s + chunk.duration_s
        for word in chunk.words:
            last = number == len(chunks) - 1
            assert chunk.start_s - 1e-6 <= word.start_s < end_s + (1e-3 if last else 0)


def words_of(synthesizer: Synthesizer, text: str) -> list[str]:
    frontend = Frontend(synthesizer.voice.manifest.conventions)
    return [word.text for utterance in frontend.utterances(text) for word in utterance.words]
