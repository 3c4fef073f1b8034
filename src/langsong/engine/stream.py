"""Joining utterances into one stream of chunks."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from langsong.audio.resample import StreamResampler
from langsong.types import AudioChunk, Float32, Notice, Utterance, WordTiming

from .resolve import ResolvedOptions


@dataclass(frozen=True)
class Part:
    """An utterance, how it is to be spoken, and the silence after it (seconds, besides the sentence's pause).

    Without an utterance it is the silence alone.
    """

    utterance: Utterance | None
    options: ResolvedOptions
    pause_s: float = 0.0


class Joiner:
    """Puts pieces of sound one after another, at another sample rate if wanted, with the words that begin in each.

    Args:
        rate_in, rate_out: Hz, of the pieces and of the chunks.
    """

    def __init__(self, rate_in: int, rate_out: int) -> None:
        self._rate_in, self._rate_out = rate_in, rate_out
        self._resampler = StreamResampler(rate_in, rate_out) if rate_in != rate_out else None
        self._taken = self._given = 0  # samples
        self._words: deque[WordTiming] = deque()
        self._text = ""
        self._notices: list[Notice] = []
        self._told: set[Notice] = set()

    def tell(self, notices: Iterable[Notice]) -> None:
        """Announce notices; each goes out once, with the next chunk."""
        self._notices += (notice for notice in dict.fromkeys(notices) if notice not in self._told)
        self._told.update(notices)

    def expect(self, words: Iterable[WordTiming]) -> None:
        """Announce words, timed from what comes next."""
        offset = self._taken / self._rate_in
        self._words.extend(word.shifted(offset) for word in words)

    def add(self, samples: Float32, text: str = "") -> Iterator[AudioChunk]:
        """The next piece, (N,), as a chunk; none while the resampler keeps it all."""
        self._taken += len(samples)
        self._text += text
        return self._chunk(samples if self._resampler is None else self._resampler.feed(samples))

    def silence(self, seconds: float) -> Iterator[AudioChunk]:
        """A piece of silence."""
        return self.add(np.zeros(round(seconds * self._rate_in), np.float32))

    def finish(self) -> Iterator[AudioChunk]:
        """What the resampler still holds."""
        if self._resampler is not None:
            yield from self._chunk(self._resampler.flush())

    def _chunk(self, samples: Float32) -> Iterator[AudioChunk]:
        if not len(samples):
            return
        start_s = self._given / self._rate_out
        self._given += len(samples)
        begun = []
        while self._words and self._words[0].start_s < self._given / self._rate_out:
            begun.append(self._words.popleft())
        text, self._text = self._text, ""
        notices, self._notices = tuple(self._notices), []
        yield AudioChunk(samples, self._rate_out, start_s, tuple(begun), text, notices)
