"""Hanzi to pinyin, each word as it is read in its sentence, before tone sandhi and erhua."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from langsong.errors import TextError
from langsong.text import polyphone
from langsong.text.contexts import CONTEXT, SURNAME, context_reading, surname_reading
from langsong.text.dictionary import character_readings
from langsong.text.dictionary_reader import COMMONEST, OPEN, Reading, dictionary_readings
from langsong.text.lexicon import UserLexicon
from langsong.text.words import Token
from langsong.types import Syllable

USER = "user lexicon"


def has_reading(hanzi: str) -> bool:
    """Whether a dictionary knows a character."""
    return bool(character_readings(hanzi))


def read_words(tokens: Sequence[Token], lexicon: UserLexicon | None = None) -> list[tuple[Syllable, ...]]:
    """The syllables of each token: one per hanzi, one for a Latin word, none for punctuation.

    Readings are chosen over the whole sentence: the user's lexicon, else the built-in one, else what the
    model makes of the dictionaries' readings and the context. They are what stands in a dictionary, before
    tone sandhi (不 bu4, 一 yi1) and before erhua. Syllables have a tone digit 1-5 and ü as v where it has
    dots (``lv4``, ``yu3``).

    Raises:
        TextError: a character without reading; `position` counts characters of the joined tokens from 0.
    """
    readings: list[Reading | None] = []
    for spoken, run in groupby(tokens, key=lambda token: token.kind == "hanzi"):
        if spoken:
            readings += _run_readings([token.text for token in run], lexicon)
        else:
            readings += [None for token in run for _ in token.text]
    readings = _by_neighbours(tokens, readings)
    readings = polyphone.disambiguate(tokens, readings)
    return list(_syllables(tokens, readings))


def _run_readings(words: list[str], lexicon: UserLexicon | None) -> list[Reading | None]:
    readings = dictionary_readings(words)
    if lexicon is not None:
        for start, listed in lexicon.matches("".join(words)):
            readings[start : start + len(listed)] = [Reading(reading, USER) for reading in listed]
    return readings


def _by_neighbours(tokens: Sequence[Token], readings: Sequence[Reading | None]) -> list[Reading | None]:
    """What patterns and surnames say about characters that no list settled."""
    text = "".join(token.text for token in tokens)
    words = [token.text for token in tokens for _ in token.text]
    result = list(readings)
    for index, reading in enumerate(readings):
        if reading is None or reading.reason not in OPEN:
            continue
        surname = surname_reading(text, index, words[index], in_phrase=reading.reason != COMMONEST)
        if surname is not None:
            result[index] = Reading(surname, SURNAME)
        elif reading.reason == COMMONEST or _may_be_two_words(words[index], text[index]):
            found = context_reading(text, index)
            if found is not None:
                result[index] = Reading(found, CONTEXT)
    return result


def _may_be_two_words(word: str, char: str) -> bool:
    """第三 行, 一场 and 不停地 下着 look like 三行, 一场 and 地下 to the segmenter."""
    return len(word) == 1 or (char in "行场" and word[0] in "第一二三四五六七八九十几两") or (char == "地" == word[0])


def _syllables(tokens: Sequence[Token], readings: Sequence[Reading | None]) -> Iterator[tuple[Syllable, ...]]:
    position = 0
    for token in tokens:
        if token.kind == "hanzi":
            yield tuple(_syllable(char, readings[at], at) for at, char in enumerate(token.text, position))
        elif token.kind == "latin":
            yield (Syllable(token.text, token.text, latin=True),)
        else:
            yield ()
        position += len(token.text)


def _syllable(char: str, reading: Reading | None, position: int) -> Syllable:
    if reading is None:
        raise TextError(f"no reading known for {char!r} (U+{ord(char):04X}): replace it", position)
    return Syllable(char, reading.pinyin, reason=reading.reason)
