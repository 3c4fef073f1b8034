"""Records that every room shares. Times are seconds, samples are float32 in [-1, 1]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]
Int64 = npt.NDArray[np.int64]

NEUTRAL = "emotion_neutral"
BREAKS = ("#1", "#2", "#3", "#4")
"""Prosodic word, prosodic phrase, intonation phrase, sentence end."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One symbol of the acoustic model's input: a phone or a break, with five features.

    The text form is ``{t_c$tone1$s_begin$word_begin$emotion_neutral$F7}``.
    """

    phone: str
    tone: str
    syllable: str
    word: str
    emotion: str = NEUTRAL
    speaker: str = ""

    @property
    def is_break(self) -> bool:
        return self.phone in BREAKS

    def __str__(self) -> str:
        return f"{{{self.phone}${self.tone}${self.syllable}${self.word}${self.emotion}${self.speaker}}}"


@dataclass(frozen=True, slots=True)
class Syllable:
    """One spoken syllable.

    Attributes:
        text: the characters it reads (two when erhua is merged: 花儿).
        pinyin: with a tone digit 1-5, ü as v, erhua merged (``huar1``); an English word or letter as
            written when `latin`.
        parts: the readings before erhua was merged (``("hua1", "er2")``), one per character.
        latin: True for a stretch of Latin letters.
        reason: which rule, list or model read it, and why, in a few words (``--explain`` shows it).
    """

    text: str
    pinyin: str
    parts: tuple[str, ...] = ()
    latin: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the normalised text, and the break (``"#1"`` … ``"#4"``) or ``""`` after it.

    Attributes:
        punctuation: what was written between this word and the next one.
    """

    text: str
    syllables: tuple[Syllable, ...]
    break_after: str = "#1"
    punctuation: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of written text and how it is read. The spans of an utterance tile its text.

    Attributes:
        start, end: in the written text.
        written, read: the characters before and after normalisation; `read` is empty for what is silent.
        rule: what changed it; empty where nothing did.
    """

    start: int
    end: int
    written: str
    read: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Emphasis:
    """A stretch of written text that is stressed, or played down.

    Attributes:
        start, end: in the written text.
        level: ``strong``, ``moderate`` or ``reduced``.
    """

    start: int
    end: int
    level: Literal["strong", "moderate", "reduced"] = "moderate"


@dataclass(frozen=True, slots=True)
class Utterance:
    """What is synthesised in one go: a sentence or a piece of a long one.

    Attributes:
        text: as written.
        normalized: as read (digits, symbols and units spelled out).
        words: in reading order; empty when the utterance was given as units.
        units: the model's input.
        unit_words: for each unit the index of its word, None for breaks and for units without words.
        spans: how `text` became `normalized`.
        emphases: places in `text`, in order, not overlapping.
    """

    text: str
    normalized: str
    words: tuple[Word, ...]
    units: tuple[Unit, ...]
    unit_words: tuple[int | None, ...]
    spans: tuple[Span, ...] = ()
    emphases: tuple[Emphasis, ...] = ()


@dataclass(frozen=True, slots=True)
class PhoneTiming:
    """A phone or break and when it sounds (seconds from the start of the speech)."""

    phone: str
    tone: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class WordTiming:
    """A word and when it sounds (seconds from the start of the speech)."""

    text: str
    start_s: float
    end_s: float
    phones: tuple[PhoneTiming, ...] = ()

    def shifted(self, offset_s: float) -> WordTiming:
        """The same, later by so many seconds."""
        phones = tuple(replace(p, start_s=p.start_s + offset_s, end_s=p.end_s + offset_s) for p in self.phones)
        return replace(self, start_s=self.start_s + offset_s, end_s=self.end_s + offset_s, phones=phones)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that was done otherwise than asked for, or that makes the result worse. Not an error.

    Attributes:
        code: its kind, for programs: ``emotion-substituted``, ``reference-short`` …
        message: one line, for people.
    """

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class AudioChunk:
    """A stretch of speech, as soon as it is there.

    Attributes:
        samples: (N,) float32 in [-1, 1].
        sample_rate: Hz.
        start_s: where the chunk begins in the whole speech.
        words: the words that *begin* in this chunk.
        text: the text of the utterance that begins with this chunk, else "".
        notices: what there is to know about it; each once in a whole speech.
    """

    samples: Float32
    sample_rate: int
    start_s: float = 0.0
    words: tuple[WordTiming, ...] = ()
    text: str = ""
    notices: tuple[Notice, ...] = ()

    @property
    def duration_s(self) -> float:
        return len(self.samples) / self.sample_rate

    def shifted(self, offset_s: float) -> AudioChunk:
        """The same, later by so many seconds, with its words."""
        words = tuple(word.shifted(offset_s) for word in self.words)
        return replace(self, start_s=self.start_s + offset_s, words=words)


def join_chunks(chunks: Sequence[AudioChunk], sample_rate: int) -> AudioChunk:
    """One chunk from several that follow one another (``sample_rate`` Hz names an empty list's rate)."""
    if not chunks:
        return AudioChunk(np.zeros(0, np.float32), sample_rate)
    return AudioChunk(
        samples=np.concatenate([c.samples for c in chunks]),
        sample_rate=chunks[0].sample_rate,
        start_s=chunks[0].start_s,
        words=tuple(w for c in chunks for w in c.words),
        text="".join(c.text for c in chunks),
        notices=tuple(n for c in chunks for n in c.notices),
    )
