"""How each word of a text is read, and correcting it in the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from langsong.errors import TextError
from langsong.text.document import canonical_pinyin
from langsong.text.explain import Explanation
from langsong.text.frontend import Frontend
from langsong.text.hanzi import is_hanzi
from langsong.text.segment import segment

SHOWN_CHARACTERS = 600

_MARK = re.compile(r"\{[^{}\n]*\}\Z")


@dataclass(frozen=True)
class WordReading:
    """A stretch of text and how it is read.

    Attributes:
        start, end: in the text, with the mark after it, if it has one.
        written: without the mark.
        characters: parts of what is read with their pinyin, in order; none for punctuation and pauses.
        reasons: why, one for each part.
        rule: what rewrote it, if it is read otherwise than written.
        changeable: a mark can be written for it.
    """

    start: int
    end: int
    written: str
    characters: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]
    rule: str
    changeable: bool

    @property
    def pinyin(self) -> str:
        """As a mark has it."""
        return " ".join(pinyin for _, pinyin in self.characters)


def readings_of(text: str, frontend: Frontend) -> list[WordReading]:
    """The readings of a text's beginning, `SHOWN_CHARACTERS` at most.

    Raises:
        TextError: it cannot be read.
    """
    return [_reading(row) for row in frontend.explain(beginning(text))]


def beginning(text: str) -> str:
    """Whole sentences of a text, as many as are shown; at least one piece."""
    if len(text) <= SHOWN_CHARACTERS:
        return text
    shown = ""
    for piece in segment(text):
        if shown and len(shown) + len(piece) > SHOWN_CHARACTERS:
            break
        shown += piece
    return shown


def _reading(row: Explanation) -> WordReading:
    written = _MARK.sub("", row.written)
    syllables = [syllable for word in row.words for syllable in word.syllables]
    return WordReading(
        row.start,
        row.end,
        written,
        tuple((syllable.text, syllable.pinyin) for syllable in syllables),
        tuple(syllable.reason for syllable in syllables),
        row.rule,
        changeable=bool(syllables) and written == row.read and all(is_hanzi(char) for char in written),
    )


def with_reading(text: str, word: WordReading, pinyin: str) -> str:
    """The text with a mark that gives a word another reading, in place of a mark it had.

    Raises:
        TextError: the word cannot have a mark, or the pinyin is wrong or of another length.
    """
    if not word.changeable:
        raise TextError(f"{word.written} cannot have a reading of its own: write it in other characters")
    syllables = [canonical_pinyin(syllable, word.start) for syllable in pinyin.split()]
    if len(syllables) != len(word.characters):
        raise TextError(f"{word.written} has {len(word.characters)} syllables: write as many, with tones", word.start)
    return f"{text[: word.start]}{word.written}{{{' '.join(syllables)}}}{text[word.end :]}"


def candidates(characters: Sequence[str]) -> list[list[str]]:
    """Readings that dictionaries know for each hanzi, the commonest first."""
    from pypinyin import Style, pinyin

    return [
        list(dict.fromkeys(pinyin(char, style=Style.TONE3, heteronym=True, neutral_tone_with_five=True)[0]))
        for char in characters
    ]
