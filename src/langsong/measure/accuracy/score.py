"""Counting what is right."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

from langsong.errors import TextError
from langsong.measure.accuracy.sets import Polyphone, Spoken, Written
from langsong.text.frontend import Frontend
from langsong.text.hanzi import is_hanzi
from langsong.text.omissions import Omission
from langsong.types import Syllable, Word

_CHANGED = ";"
"""Parts the reasons of a syllable: the first chose the reading, the rest changed its tone."""
_MERGED_LATER = "儿"
_SANDHI = "一不"


@dataclass(slots=True)
class Score:
    """Right ones of all, and what was wrong.

    Attributes:
        misses: (text, expected, read).
    """

    right: int = 0
    total: int = 0
    misses: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def percent(self) -> float:
        return 100 * self.right / self.total if self.total else 0.0

    def add(self, text: str, expected: str, read: str, *, right: bool) -> None:
        self.total += 1
        self.right += right
        if not right:
            self.misses.append((text, expected, read))


def normalization(frontend: Frontend, cases: Iterable[Written], without: Collection[Omission] = ()) -> Score:
    """Whole texts, equal but for punctuation and spaces.

    Args:
        without: what the cases leave out.
    """
    score = Score()
    for case in cases:
        read = _tried(partial(frontend.normalize, without=without), case.text)
        score.add(case.text, case.read, read, right=_bare(read) == _bare(case.read))
    return score


def pronunciation(frontend: Frontend, cases: Iterable[Spoken]) -> Score:
    """Whole texts, syllable by syllable as they sound."""
    score = Score()
    for case in cases:
        read = _tried(frontend.pinyin, case.text)
        score.add(case.text, _shown(case), read, right=case.allows(read.split()))
    return score


def polyphones(frontend: Frontend, cases: Iterable[Polyphone]) -> tuple[Score, Score]:
    """The marked characters alone: their readings before tones were changed, and as they sound."""
    chosen, heard = Score(), Score()
    for case in cases:
        syllable = syllable_at(frontend, case.text, case.index)
        reading = "" if syllable is None else _own_reading(syllable, case.text[case.index])
        heard.add(case.text, case.reading, reading, right=reading == case.reading)
        right = reading == case.reading or (syllable is not None and _before_changes(syllable, reading, case.reading))
        chosen.add(case.text, case.reading, reading, right=right)
    return chosen, heard


def citations(frontend: Frontend, cases: Iterable[Spoken]) -> Score:
    """Syllables of sentences in a dictionary's pinyin: 一 不 儿 left out, a neutral tone equal to a full one."""
    score = Score()
    for case in cases:
        read = list(_characters(frontend.utterance(case.text).words))
        line = case.lines[0]
        if len(read) != len(line):
            score.add(case.text, _shown(case), " ".join(reading for _, _, reading in read), right=False)
            continue
        for (char, syllable, reading), expected in zip(read, line, strict=True):
            if char in _SANDHI + _MERGED_LATER:
                continue
            right = any(_same_citation(syllable, reading, one) for one in expected)
            score.add(f"{case.text} {char}", "|".join(expected), reading, right=right)
    return score


def syllable_at(frontend: Frontend, text: str, index: int) -> Syllable | None:
    """What reads the character at `index`; None when it is not read as itself."""
    try:
        rows = frontend.explain(text)
    except TextError:
        return None
    row = next(row for row in rows if row.start <= index < row.end)
    if len(row.read) != len(row.written):
        return None
    place = sum(is_hanzi(char) for char in row.read[: index - row.start])
    hanzi = [syllable for char, syllable, _ in _characters(row.words) if is_hanzi(char)]
    return hanzi[place] if place < len(hanzi) else None


def _characters(words: Iterable[Word]) -> Iterator[tuple[str, Syllable, str]]:
    """Each character with the syllable that reads it, and its own part of that."""
    for word in words:
        for syllable in word.syllables:
            for char in syllable.text:
                yield char, syllable, _own_reading(syllable, char)


def _own_reading(syllable: Syllable, char: str) -> str:
    if len(syllable.parts) == len(syllable.text):
        return syllable.parts[syllable.text.find(char)]
    return syllable.pinyin


def _same_citation(syllable: Syllable, reading: str, expected: str) -> bool:
    if reading == expected or _before_changes(syllable, reading, expected):
        return True
    return reading[:-1] == expected[:-1] and "5" in (reading[-1], expected[-1])


def _before_changes(syllable: Syllable, reading: str, expected: str) -> bool:
    """Whether the two differ in a tone alone, and a rule of sandhi or neutral tone changed it."""
    return _CHANGED in syllable.reason and reading[:-1] == expected[:-1]


def _shown(case: Spoken) -> str:
    return " | ".join(" ".join("|".join(sorted(one)) for one in line) for line in case.lines)


def _tried(read: Callable[[str], str], text: str) -> str:
    try:
        return read(text)
    except TextError as error:
        return f"({error})"


def _bare(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text)
    return "".join(char for char in folded if unicodedata.category(char)[0] not in "PZC")
