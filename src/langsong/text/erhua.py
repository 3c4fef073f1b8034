"""Retroflex endings: 花儿 is one syllable (huar1), 女儿 is two."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from langsong.errors import UnitError
from langsong.text.given import is_given
from langsong.text.once import once
from langsong.text.phones import pinyin_phones
from langsong.text.word_lists import read_words
from langsong.types import Syllable, Word

_BEGINS_WORD = re.compile("儿(?:[子童女媳歌科戏孙郎臣辈妇语]|时(?![候间常])|化|韵|茶|皇帝|[一育带卖携有无生两]女)")
"""儿 that begins a word of its own: 儿子 in 小儿子, 儿女 in 生儿育女."""


_CONTEXT = 4
"""How many characters before a word tell names and children from suffixes."""


def merge(words: Sequence[Word]) -> tuple[Word, ...]:
    """`words` with every 儿 that is a suffix merged into the syllable before it: 花儿 → ``huar1``.

    The merged syllable has the tone of the stem, its text is both characters and its `parts` are both
    readings. A suffix that stands at the beginning of a word goes to the word before it. What keeps its
    syllable: 儿 for a child (女儿, 婴儿, 儿童), in given names and in verse (``data/erhua_full.txt``), and
    one whose reading was given as ``er2``.
    """
    merged: list[Word] = []
    before = ""
    for word in words:
        if merged and _begins_with_suffix(merged[-1], word, before):
            first, *rest = word.syllables
            stem = merged.pop()
            joined = replace(stem, text=stem.text + first.text, syllables=_merge([*stem.syllables, first]))
            if rest:
                merged += [joined, replace(word, text=word.text[1:], syllables=_within(before, word)[1:])]
            else:
                merged.append(replace(joined, break_after=word.break_after, punctuation=word.punctuation))
        else:
            merged.append(replace(word, syllables=_within(before, word)))
        before = "" if word.punctuation.strip() else (before + word.text)[-_CONTEXT:]
    return tuple(merged)


def is_suffix(before: str, word: str, index: int) -> bool:
    """Whether the 儿 at `index` of `word` belongs to the syllable before it, by what is written.

    Args:
        before: the characters before the word (four are enough), "" at the beginning or after a pause.
    """
    if word[index] != "儿" or not (index or before):
        return False
    text, position = before + word, len(before) + index
    if text[position - 1] == "儿" or word in _full().alone:
        return False
    if _BEGINS_WORD.match(word, index) and not (index and index + 1 == len(word)):
        return False
    return not any(text.startswith(entry, position - at) for entry, at in _full().parts if at <= position)


class _Full:
    """Words in which 儿 keeps its syllable: as words of their own, and anywhere with the place of their 儿."""

    def __init__(self, entries: Sequence[str]) -> None:
        self.alone = frozenset(entry[1:] for entry in entries if entry.startswith("="))
        self.parts = tuple((entry, entry.index("儿")) for entry in entries if not entry.startswith("="))


@once
def _full() -> _Full:
    return _Full(read_words("erhua_full.txt"))


def _begins_with_suffix(stem: Word, word: Word, before: str) -> bool:
    if stem.punctuation.strip() or _merged(stem.syllables[-1], word.syllables[0]) is None:
        return False
    return is_suffix(before, word.text, 0)


def _within(before: str, word: Word) -> tuple[Syllable, ...]:
    """The syllables of a word, the suffixes in it merged."""
    syllables: list[Syllable] = []
    index = 0
    for syllable in word.syllables:
        syllables.append(syllable)
        if len(syllables) > 1 and syllable.text == "儿" and is_suffix(before, word.text, index):
            syllables[-2:] = _merge(syllables[-2:])
        index += len(syllable.text)
    return tuple(syllables)


def _merge(syllables: Sequence[Syllable]) -> tuple[Syllable, ...]:
    """The syllables, the last one merged into the one before it if they make one."""
    *others, stem, suffix = syllables
    merged = _merged(stem, suffix)
    return (*others, stem, suffix) if merged is None else (*others, merged)


def _merged(stem: Syllable, suffix: Syllable) -> Syllable | None:
    """Stem and 儿 as one syllable, None where there is no such syllable or it was given otherwise."""
    if suffix.text != "儿" or suffix.pinyin not in ("er2", "er5") or stem.latin:
        return None
    if is_given(suffix) and suffix.pinyin == "er2":
        return None
    pinyin = f"{stem.pinyin[:-1]}r{stem.pinyin[-1]}"
    try:
        pinyin_phones(pinyin)
    except UnitError:
        return None
    reason = f"{stem.reason}; erhua" if stem.reason else "erhua"
    return Syllable(stem.text + suffix.text, pinyin, (stem.pinyin, suffix.pinyin), reason=reason)
