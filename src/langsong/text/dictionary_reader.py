"""Words to readings by dictionary alone: what there is before any context is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from langsong.text.dictionary import character_readings, phrase_readings
from langsong.text.lexicon import builtin

LEXICON = "built-in lexicon"
PHRASE = "phrase dictionary"
COMMONEST = "commonest reading"
ONLY = "only reading"

_LONGEST = 12
_SPAN = 5  # words that an entry of the lexicon may stand across
_MIN_PHRASE = 4
"""A phrase across words counts from this length: an idiom that the segmenter did not know."""


class Reading(NamedTuple):
    """How a character is read, and what says so."""

    pinyin: str
    reason: str


def dictionary_readings(words: Sequence[str]) -> list[Reading | None]:
    """One reading for each character of words that follow one another; None where nothing is known."""
    readings: list[Reading | None] = []
    index = 0
    while index < len(words):
        for end in range(min(len(words), index + _SPAN), index + 1, -1):
            phrase = "".join(words[index:end])
            entry = _across(phrase)
            if entry is not None:
                readings += entry
                index = end
                break
        else:
            readings += _within(words[index])
            index += 1
    return readings


@lru_cache(maxsize=32768)
def _across(phrase: str) -> tuple[Reading, ...] | None:
    if len(phrase) > _LONGEST:
        return None
    entry = builtin().get(phrase)
    if entry is not None:
        return tuple(Reading(reading, LEXICON) for reading in entry)
    entry = phrase_readings(phrase) if len(phrase) >= _MIN_PHRASE else None
    return None if entry is None else tuple(Reading(reading, PHRASE) for reading in entry)


@lru_cache(maxsize=8192)
def _within(word: str) -> tuple[Reading | None, ...]:
    return tuple(_readings(word))


def _readings(word: str) -> Iterator[Reading | None]:
    """From the longest entries in the word, else the character's own."""
    start = 0
    while start < len(word):
        for end in range(min(len(word), start + _LONGEST), start + 1, -1):
            part = word[start:end]
            listed = builtin().get(part)
            entry = listed or phrase_readings(part)
            if entry is not None:
                yield from (Reading(reading, LEXICON if listed else PHRASE) for reading in entry)
                start = end
                break
        else:
            known = character_readings(word[start])
            yield Reading(known[0], COMMONEST if len(known) > 1 else ONLY) if known else None
            start += 1
