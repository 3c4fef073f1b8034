"""One Latin word without inner capitals: how it is pronounced, and what says so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from langsong.text.arpabet import is_vowel
from langsong.text.english_dictionary import dictionary_phones
from langsong.text.english_letters import spell
from langsong.text.english_sounds import guess_phones
from langsong.text.pinyin import syllables_in

_SIBILANTS = ("S", "Z", "SH", "ZH", "CH", "JH")
_VOICELESS = ("P", "T", "K", "F", "TH")
_ONSET = (
    "(?:b[lr]?|c[hlr]?|chr|d[rw]?|f[lr]?|g[hlnr]?|h|j|k[hlnr]?|l|m|n|p[hlnrs]?|phr|qu|r|rh|s|sc|scr|sch|sh|shr|sk|"
    "s[lmnvw]|s?p[hlr]?|squ|s?tr?|th|thr|thw|ts|tw|v|vl|w[hr]?|x|y|zh?)"
)
_SAYABLE = re.compile(rf"{_ONSET}?[aeiouy](?:.*[aeiouy])?(?:[^aeiouy]{{0,3}}|ght[hs]?|ngths?)")
_CLUSTER = re.compile("[^aeiouy]{5}|(.)\\1\\1")
_FOREIGN_TO_ENGLISH = re.compile("x|zh|q[^u]")
MIN_COMPOUND_PART = 4


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a Latin word that is read in one way.

    Attributes:
        text: as written.
        kind: what `sounds` are.
        sounds: capital letters to spell, ARPAbet phones with stress, or pinyin syllables.
        reason: what says so.
    """

    text: str
    kind: Literal["letters", "phones", "pinyin"]
    sounds: tuple[str, ...]
    reason: str


def spelled(text: str, reason: str) -> Piece:
    return Piece(text, "letters", tuple(spell(text)), reason)


def with_s(phones: tuple[str, ...]) -> tuple[str, ...]:
    """A word's phones with the ending of the plural and the genitive."""
    last = phones[-1]
    if last in _SIBILANTS:
        return (*phones, "AH0", "Z")
    return (*phones, "S" if last in _VOICELESS else "Z")


def known_word(word: str) -> Piece | None:
    """A word of the dictionary, or a genitive of one."""
    phones = dictionary_phones(word.lower())
    if phones is None and word.lower().endswith("'s"):
        stem = dictionary_phones(word[:-2].lower())
        phones = with_s(stem) if stem else None
    if phones is None:
        return None
    return Piece(word, "phones", phones, "CMUdict") if phones else spelled(word, "CMUdict spells it")


def read_unknown(word: str) -> tuple[Piece, ...]:
    """A word that no dictionary has: a compound, a Chinese name, by letter-to-sound rules, else spelled."""
    lower = word.lower()
    if _FOREIGN_TO_ENGLISH.match(lower) and (name := _chinese_name(word, lower)):
        return name
    return _compound(word) or _chinese_name(word, lower) or (_guess(word, lower),)


def _compound(word: str) -> tuple[Piece, ...]:
    for cut in range(len(word) - MIN_COMPOUND_PART, MIN_COMPOUND_PART - 1, -1):
        first, second = dictionary_phones(word[:cut].lower()), dictionary_phones(word[cut:].lower())
        if first and second:
            return (
                Piece(word[:cut], "phones", first, "compound, CMUdict"),
                Piece(word[cut:], "phones", second, "compound, CMUdict"),
            )
    return ()


def _chinese_name(word: str, lower: str) -> tuple[Piece, ...]:
    syllables = syllables_in(lower)
    if syllables is None or len(lower) < 3:
        return ()
    return (Piece(word, "pinyin", tuple(f"{syllable}1" for syllable in syllables), "pinyin without tones"),)


def _guess(word: str, lower: str) -> Piece:
    if len(lower) < 4 or not is_sayable(lower):
        return spelled(word, "no word")
    phones = guess_phones(lower)
    if not any(is_vowel(phone) for phone in phones):
        return spelled(word, "no word")
    return Piece(word, "phones", phones, "letter-to-sound model")


def is_sayable(lower: str) -> bool:
    """Whether letters could be an English word: vowels, and no pile of consonants."""
    return len(lower) <= 24 and _SAYABLE.fullmatch(lower) is not None and _CLUSTER.search(lower) is None
