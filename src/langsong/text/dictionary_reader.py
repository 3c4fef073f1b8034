"""Words to readings by dictionary alone: what there is before any context is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from langsong.text.dictionary import character_readings, is_bare, phrase_readings
from langsong.text.lexicon import builtin

LEXICON = "built-in lexicon"
COMMONEST = "commonest reading"
ONLY = "only reading"
PHRASE = "phrase dictionary"
IDIOM = "idiom of the phrase dictionary"
LISTED = "word list"
"""A word that is listed without readings: it only makes the commonest ones likelier."""
OPEN = frozenset([COMMONEST, LISTED, PHRASE])
"""What context may overrule."""

_LONGEST = 12
_SPAN = 5  # words that an entry of the lexicon may stand across
_IDIOM = 4
"""Characters from which a phrase is an idiom: it counts across words, and the model does not overrule it."""


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


def _across(phrase: str) -> tuple[Reading, ...] | None:
    if len(phrase) > _LONGEST:
        return None
    entry = builtin().get(phrase)
    if entry is not None:
        return tuple(Reading(reading, LEXICON) for reading in entry)
    entry = phrase_readings(phrase) if len(phrase) >= _IDIOM else None
    return None if entry is None else tuple(Reading(reading, _kind(phrase)) for reading in entry)


def _kind(phrase: str) -> str:
    if is_bare(phrase):
        return LISTED
    return IDIOM if len(phrase) >= _IDIOM else PHRASE


@lru_cache(maxsize=4096)
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
                reason = LEXICON if listed else _kind(part)
                yield from (Reading(reading, reason) for reading in entry)
                start = end
                break
        else:
            known = character_readings(word[start])
            yield Reading(known[0], COMMONEST if len(known) > 1 else ONLY) if known else None
            start += 1
