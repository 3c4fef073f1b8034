"""Words that follow one another without a pause, as one row of syllables whose tones rules may change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from langsong.text.dictionary import character_readings
from langsong.text.erhua import is_suffix
from langsong.text.hanzi import is_hanzi
from langsong.types import Syllable, Word

NO_TONE = "0"
NEUTRAL = "5"
_LATIN = "A"


class Stretch:
    """A row of N syllables in words. Rules look at `text` and tones, and call `change`.

    Attributes:
        words: the words, as given.
        text: N characters, one for each syllable; ``A`` stands for a Latin one.
        starts: where the words begin in `text`, then N.
        owners: for each syllable the index of its word.
        suffixes: for each syllable whether it is a 儿 that will be merged into the syllable before it.
    """

    def __init__(self, words: Sequence[Word], fixed: Callable[[Syllable], bool]) -> None:
        self.words = tuple(words)
        self._syllables = [syllable for word in words for syllable in word.syllables]
        self._fixed = [syllable.latin or fixed(syllable) for syllable in self._syllables]
        self.text = "".join(_LATIN if s.latin or not s.text else s.text[0] for s in self._syllables)
        self.owners = [index for index, word in enumerate(words) for _ in word.syllables]
        self.starts = [0]
        for word in words:
            self.starts.append(self.starts[-1] + len(word.syllables))
        self._lexical = [_lexical_tone(syllable) for syllable in self._syllables]
        self.suffixes = [self._is_suffix(position) for position in range(len(self.text))]

    def __len__(self) -> int:
        return len(self.text)

    def pinyin(self, position: int) -> str:
        return self._syllables[position].pinyin

    def base(self, position: int) -> str:
        """The syllable without its tone."""
        return self._syllables[position].pinyin[:-1]

    def tone(self, position: int) -> str:
        """The tone as it stands, ``1``-``5``; ``0`` of Latin syllables and outside of the stretch."""
        if not 0 <= position < len(self.text) or self._syllables[position].latin:
            return NO_TONE
        return self._syllables[position].pinyin[-1]

    def lexical_tone(self, position: int) -> str:
        """The tone that the character has by itself, also where it was neutral from the beginning."""
        return self._lexical[position] if 0 <= position < len(self.text) else NO_TONE

    def before(self, position: int, count: int = 1) -> str:
        """Up to `count` characters before a position."""
        return self.text[max(0, position - count) : max(0, position)]

    def after(self, position: int, count: int = 1) -> str:
        """Up to `count` characters after a position."""
        return self.text[position + 1 : position + 1 + count]

    def word(self, index: int) -> str:
        """The characters of a word, "" outside of the stretch."""
        if not 0 <= index < len(self.words):
            return ""
        return self.text[self.starts[index] : self.starts[index + 1]]

    def word_at(self, position: int) -> str:
        return self.word(self.owners[position])

    def begins_word(self, position: int) -> bool:
        return 0 <= position < len(self.text) and self.starts[self.owners[position]] == position

    def ends_word(self, position: int) -> bool:
        return 0 <= position < len(self.text) and self.starts[self.owners[position] + 1] == position + 1

    def change(self, position: int, tone: str, reason: str) -> None:
        """Set a tone and say why. What the user fixed stays as it is."""
        if not self._fixed[position]:
            syllable = self._syllables[position]
            said = f"{syllable.reason}; {reason}" if syllable.reason else reason
            self._syllables[position] = replace(syllable, pinyin=syllable.pinyin[:-1] + tone, reason=said)

    def result(self) -> Iterator[Word]:
        """The words with the tones as they stand."""
        for index, word in enumerate(self.words):
            yield replace(word, syllables=tuple(self._syllables[self.starts[index] : self.starts[index + 1]]))

    def _is_suffix(self, position: int) -> bool:
        if self.text[position] != "儿":
            return False
        owner = self.owners[position]
        return is_suffix(self.before(self.starts[owner], 4), self.word(owner), position - self.starts[owner])


def _lexical_tone(syllable: Syllable) -> str:
    if syllable.latin:
        return NO_TONE
    tone = syllable.pinyin[-1]
    if tone == "5" and len(syllable.text) == 1 and is_hanzi(syllable.text):
        return _own_tone(syllable.text, syllable.pinyin[:-1])
    return tone


@lru_cache(maxsize=1024)
def _own_tone(char: str, base: str) -> str:
    """The tone of the commonest full reading of a character, if it can be one that is spelled `base`."""
    full = [reading for reading in character_readings(char) if reading[-1] != "5"]
    same = [reading for reading in full if reading[:-1] == base]
    return next((reading[-1] for reading in [*same, *full]), "5")
