"""What the dictionaries know: readings of characters and of phrases, without tone sandhi."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from langsong.text.once import once

_TONES = {"\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0300": "4"}
_CITATION = {"一": "yi1", "不": "bu4"}
"""Tone sandhi is decided later and elsewhere: phrases list these two as they sound there."""


class _Tables(NamedTuple):
    characters: Mapping[int, str]
    phrases: Mapping[str, Sequence[Sequence[str]]]


@once
def _pypinyin() -> _Tables:
    from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

    return _Tables(PINYIN_DICT, PHRASES_DICT)


@once
def _phrases() -> Mapping[str, str]:
    """The words of ``data/phrases.tsv`` (recipes/polyphone/phrases.py) and their readings, "" for the commonest."""
    lines = resources.files(__package__).joinpath("data/phrases.tsv").read_text(encoding="utf-8").splitlines()
    return {word: readings for word, _, readings in (line.partition("\t") for line in lines)}


@lru_cache(maxsize=4096)
def numbered(marked: str) -> str:
    """A syllable with its tone as a digit 1-5, ü as v: lǜ → lv4, men → men5."""
    tone, letters = "5", ""
    for char in unicodedata.normalize("NFD", marked):
        if char in _TONES:
            tone = _TONES[char]
        elif char == "\u0308":
            letters = letters[:-1] + "v"
        else:
            letters += char
    return unicodedata.normalize("NFC", letters) + tone


@lru_cache(maxsize=16384)
def character_readings(char: str) -> tuple[str, ...]:
    """The readings of one character, the commonest first; none when it is in no dictionary."""
    characters = _pypinyin().characters
    # Compatibility ideographs are read as what they stand for.
    known = characters.get(ord(char)) or characters.get(ord(unicodedata.normalize("NFKC", char)[0]))
    if known is None:
        return ()
    readings = tuple(dict.fromkeys(numbered(reading) for reading in known.split(",")))
    first = _CITATION.get(char)
    return (first, *(r for r in readings if r != first)) if first else readings


def phrase_readings(phrase: str) -> tuple[str, ...] | None:
    """The readings of a phrase of two or more characters, one for each; None for no entry."""
    known = pypinyin_phrase(phrase)
    if known is not None:
        return known
    readings = _phrases().get(phrase)
    if readings is None:
        return None
    return tuple(readings.split()) if readings else tuple(character_readings(char)[0] for char in phrase)


def is_bare(phrase: str) -> bool:
    """Whether a phrase is listed without readings of its own."""
    return pypinyin_phrase(phrase) is None and _phrases().get(phrase) == ""


def pypinyin_phrase(phrase: str) -> tuple[str, ...] | None:
    """The same, from pypinyin's own dictionary alone."""
    entry = _pypinyin().phrases.get(phrase)
    if entry is None or len(entry) != len(phrase):
        return None
    return tuple(_CITATION.get(char) or numbered(readings[0]) for char, readings in zip(phrase, entry, strict=True))
