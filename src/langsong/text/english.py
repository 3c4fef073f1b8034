"""Latin letters: how each is said in English, and with Chinese syllables."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from langsong.errors import UnitError
from langsong.text.phones import PhoneSyllable, pinyin_phones

Reading = Literal["arpabet", "pinyin"]


class _Letter(NamedTuple):
    arpabet: str
    pinyin: str


_LETTERS = {
    "A": _Letter("EY1", "ei1"),
    "B": _Letter("B IY1", "bi4"),
    "C": _Letter("S IY1", "xi1"),
    "D": _Letter("D IY1", "di4"),
    "E": _Letter("IY1", "yi4"),
    "F": _Letter("EH1 F", "ai2 fu5"),
    "G": _Letter("JH IY1", "ji4"),
    "H": _Letter("EY1 CH", "ei1 chi5"),
    "I": _Letter("AY1", "ai4"),
    "J": _Letter("JH EY1", "zhei4"),
    "K": _Letter("K EY1", "kei4"),
    "L": _Letter("EH1 L", "ai2 lou5"),
    "M": _Letter("EH1 M", "ai2 mu5"),
    "N": _Letter("EH1 N", "en1"),
    "O": _Letter("OW1", "ou1"),
    "P": _Letter("P IY1", "pi4"),
    "Q": _Letter("K Y UW1", "kiu1"),
    "R": _Letter("AA1 R", "a1 er5"),
    "S": _Letter("EH1 S", "ai2 si5"),
    "T": _Letter("T IY1", "ti4"),
    "U": _Letter("Y UW1", "you1"),
    "V": _Letter("V IY1", "wei1"),
    "W": _Letter("D AH1 . B AH0 L . Y UW0", "da2 bu5 liu5"),
    "X": _Letter("EH1 K S", "ai2 ke5 si5"),
    "Y": _Letter("W AY1", "wai1"),
    "Z": _Letter("Z IY1", "zei4"),
}
_PHONES = frozenset([
    "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G", "HH", "IH", "IY",
    "JH", "K", "L", "M", "N", "NG", "OW", "OY", "P", "R", "S", "SH", "T", "TH", "UH", "UW", "V", "W", "Y",
    "Z", "ZH",
])  # fmt: skip
_PHONE = re.compile(r"([A-Z]{1,2})([012])?", re.ASCII)


def spell(word: str) -> str:
    """The letters of a Latin word as they are spelled out: capitals, without apostrophes."""
    return "".join(char for char in word.upper() if char in _LETTERS)


def latin_phones(word: str, reading: Reading) -> tuple[PhoneSyllable, ...]:
    """How a Latin word is said: letter by letter."""
    letters = [_LETTERS[letter] for letter in spell(word)]
    if reading == "pinyin":
        return tuple(pinyin_phones(syllable) for letter in letters for syllable in letter.pinyin.split())
    return tuple(syllable for letter in letters for syllable in arpabet_phones(letter.arpabet))


def arpabet_phones(pronunciation: str) -> tuple[PhoneSyllable, ...]:
    """The syllables of a word in ARPAbet, for example ``HH AH0 . L OW1``.

    A syllable's tone is the stress of its vowel; secondary stress, as none, is ``tone0`` (spec 4.4).

    Raises:
        UnitError: not ARPAbet; `position` counts phones and dots from 0.
    """
    syllables: list[PhoneSyllable] = []
    phones: list[str] = []
    tone = "tone0"
    symbols = pronunciation.split()
    for position, symbol in enumerate([*symbols, "."]):
        phone = _PHONE.fullmatch(symbol)
        if symbol == "." and phones:
            syllables.append(PhoneSyllable(tuple(phones), tone))
            phones, tone = [], "tone0"
        elif phone is not None and phone[1] in _PHONES:
            phones.append(phone[1].lower())
            tone = "tone1" if phone[2] == "1" else tone
        else:
            raise UnitError(
                f"{symbol!r} at {position} in {pronunciation!r}: write ARPAbet such as HH AH0 . L OW1",
                position,
            )
    return tuple(syllables)
