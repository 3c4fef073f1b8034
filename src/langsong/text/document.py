"""What marked-up text says: passages, how stretches of them are read, and how they are spoken."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from langsong.errors import TextError
from langsong.text.hanzi import is_hanzi
from langsong.text.pinyin import is_syllable
from langsong.types import Emphasis

MAX_PAUSE_S = 10.0
DEFAULT_PAUSE_S = 1.0
"""Of a pause without a length, as Alibaba's ``<break/>``."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a passage is spoken, on top of what the request wants. None: as the request has it.

    Attributes:
        speaker, emotion: names or mixtures as written; the voice knows which it has.
        intensity: of the emotion, 0.01-2, 1 = as the voice has it.
        speed: factor on the request's speed.
        pitch: semitones, added to the request's.
        volume: dB, added to the request's.
        pitch_range: factor on the request's range of F0.
        energy: dB, added to the request's.
        emotion_text: a description of the manner.
    """

    speaker: str | None = None
    emotion: str | None = None
    intensity: float | None = None
    speed: float = 1.0
    pitch: float = 0.0
    volume: float = 0.0
    pitch_range: float = 1.0
    energy: float = 0.0
    emotion_text: str | None = None


@dataclass(frozen=True, slots=True)
class FixedReading:
    """A reading that the text gives; it wins over everything, and no rule changes it.

    Attributes:
        start, end: the characters it reads: one hanzi, two with erhua (``huar1``), or a Latin word.
        pinyin: one syllable, for a Latin word one or more; with a tone digit 1-5, ü as v.
        source: ``inline pinyin`` or ``phoneme``.
    """

    start: int
    end: int
    pinyin: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Replacement:
    """A stretch in whose place something else is read.

    Attributes:
        start, end: the characters replaced.
        read: what is read, normalised already: hanzi, Latin words and punctuation.
        rule: what said so: ``sub``, ``say-as date``.
    """

    start: int
    end: int
    read: str
    rule: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of text in one style, and the pause after it.

    Attributes:
        text: as written, without markup; may have nothing to read.
        fixed: in order of their places, not overlapping.
        replacements: in order, not overlapping, apart from `fixed`.
        words: (start, end) of stretches that are one word each, in order.
        emphases: stretches that are stressed, in order, not overlapping.
        pause_s: seconds of silence after it, on top of the voice's own.
        closed: a sentence ends with it, whatever its last character is.
        style: how it is spoken.
    """

    text: str
    fixed: tuple[FixedReading, ...] = ()
    replacements: tuple[Replacement, ...] = ()
    words: tuple[tuple[int, int], ...] = ()
    emphases: tuple[Emphasis, ...] = ()
    pause_s: float = 0.0
    closed: bool = False
    style: Style = field(default_factory=Style)

    def slice(self, start: int, end: int) -> Passage:
        """A part of it, without pause; of readings and words only what lies in it altogether is kept."""
        return Passage(
            self.text[start:end],
            tuple(
                replace(f, start=f.start - start, end=f.end - start)
                for f in self.fixed
                if start <= f.start and f.end <= end
            ),
            tuple(
                replace(r, start=r.start - start, end=r.end - start)
                for r in self.replacements
                if start <= r.start and r.end <= end
            ),
            tuple((a - start, b - start) for a, b in self.words if start <= a and b <= end),
            tuple(
                replace(e, start=max(e.start, start) - start, end=min(e.end, end) - start)
                for e in self.emphases
                if e.start < end and start < e.end
            ),
            style=self.style,
        )


def fix_readings(text: str, start: int, pinyin: str, source: str) -> tuple[FixedReading, ...]:
    """The syllables given for the end of `text`, which stands at `start`.

    Each takes a hanzi, one with erhua also the 儿 after it; a Latin word takes any number.

    Raises:
        TextError: not pinyin with tones, fewer characters than syllables, or neither hanzi nor a Latin word;
            `position` is `start`.
    """
    syllables = [canonical_pinyin(syllable, start) for syllable in pinyin.split()]
    if text.isascii() and text.isalpha() and syllables:
        return (FixedReading(start, start + len(text), tuple(syllables), source),)
    if not text or not all(map(is_hanzi, text)):
        raise TextError(f"pinyin is given for hanzi or for one Latin word, not for {text!r}", start)
    fixed: list[FixedReading] = []
    end = len(text)
    for syllable in reversed(syllables):
        begin = end - (2 if text[:end].endswith("儿") and _is_erhua(syllable) else 1)
        if begin < 0:
            raise TextError(f"{len(syllables)} syllables for {text}: give one for each character", start)
        fixed.append(FixedReading(start + begin, start + end, (syllable,), source))
        end = begin
    return tuple(reversed(fixed))


def _is_erhua(pinyin: str) -> bool:
    return pinyin[-2] == "r" and pinyin[:-1] != "er"


def canonical_pinyin(syllable: str, position: int) -> str:
    """A syllable as everything else writes it: lower case, ü as v, tone 1-5 (0 is 5).

    Raises:
        TextError: not a pinyin syllable with a tone.
    """
    plain = syllable.lower().replace("u:", "v").replace("ü", "v")
    letters, tone = plain[:-1], plain[-1:]
    if tone not in ("0", "1", "2", "3", "4", "5") or not is_syllable(letters):
        raise TextError(
            f"{syllable!r} is not pinyin: write a syllable and its tone 1-5, for example hang2 or lv4", position
        )
    return letters + ("5" if tone == "0" else tone)
