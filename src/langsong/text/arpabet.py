"""English phones: the ARPAbet of CMUdict, in syllables with tones (spec 4.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from langsong.errors import UnitError
from langsong.text.phones import PhoneSyllable

VOWELS = ("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW")
CONSONANTS = (
    "B", "CH", "D", "DH", "F", "G", "HH", "JH", "K", "L", "M", "N", "NG", "P", "R", "S", "SH", "T", "TH", "V",
    "W", "Y", "Z", "ZH",
)  # fmt: skip
_PHONES = frozenset(VOWELS + CONSONANTS)
_PHONE = re.compile(r"([A-Z]{1,2})([012])?", re.ASCII)
_ONSETS = re.compile(
    "(?:[PBKGFS] L|(?:[PBTDKGF]|TH|SH) R|(?:[TDKGS]|HH) W|S [PTKMNF]|(?:[PBMFVKG]|HH) Y|S P L|S [PTK] R|S K W|S [PK] Y)"
)
"""What more than one consonant may begin a syllable with."""


def is_vowel(phone: str) -> bool:
    return phone.rstrip("012") in VOWELS


def syllabify(phones: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """The syllables of a word; of the consonants between two vowels the later one takes all it can begin with."""
    vowels = [index for index, phone in enumerate(phones) if is_vowel(phone)]
    starts = [0, *(_onset(phones, left + 1, right) for left, right in pairwise(vowels))]
    ends = [*starts[1:], len(phones)]
    return tuple(tuple(phones[start:end]) for start, end in zip(starts, ends, strict=True))


def _onset(phones: Sequence[str], start: int, vowel: int) -> int:
    """Where the syllable of the vowel begins, after another vowel's end at `start`."""
    for begin in range(start, vowel):
        onset = phones[begin:vowel]
        if (len(onset) == 1 and onset[0] != "NG") or _ONSETS.fullmatch(" ".join(onset)):
            return begin
    return vowel


def phone_syllables(phones: Sequence[str]) -> tuple[PhoneSyllable, ...]:
    """The units' syllables of a word in phones such as ``HH AH0 L OW1``."""
    return tuple(_syllable(syllable) for syllable in syllabify(phones))


def _syllable(phones: Sequence[str]) -> PhoneSyllable:
    tone = "tone1" if any(phone.endswith("1") for phone in phones) else "tone0"
    return PhoneSyllable(tuple(phone.rstrip("012").lower() for phone in phones), tone)


def arpabet_phones(pronunciation: str) -> tuple[PhoneSyllable, ...]:
    """The syllables of a word in ARPAbet that marks them, for example ``HH AH0 . L OW1``.

    A syllable's tone is the stress of its vowel; secondary stress, as none, is ``tone0`` (spec 4.4).

    Raises:
        UnitError: not ARPAbet; `position` counts phones and dots from 0.
    """
    return tuple(_syllable(phones) for phones in _marked_syllables(pronunciation))


def _marked_syllables(pronunciation: str) -> Iterator[list[str]]:
    phones: list[str] = []
    for position, symbol in enumerate([*pronunciation.split(), "."]):
        phone = _PHONE.fullmatch(symbol)
        if symbol == "." and phones:
            yield phones
            phones = []
        elif phone is not None and phone[1] in _PHONES:
            phones.append(symbol)
        else:
            raise UnitError(
                f"{symbol!r} at {position} in {pronunciation!r}: write ARPAbet such as HH AH0 . L OW1", position
            )
