"""Latin letters: how each is said in English, and with Chinese syllables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Letter(NamedTuple):
    """ARPAbet with its syllables marked, and pinyin."""

    arpabet: str
    pinyin: str


LETTERS = {
    "A": Letter("EY1", "ei1"),
    "B": Letter("B IY1", "bi4"),
    "C": Letter("S IY1", "xi1"),
    "D": Letter("D IY1", "di4"),
    "E": Letter("IY1", "yi4"),
    "F": Letter("EH1 F", "ai2 fu5"),
    "G": Letter("JH IY1", "ji4"),
    "H": Letter("EY1 CH", "ei1 chi5"),
    "I": Letter("AY1", "ai4"),
    "J": Letter("JH EY1", "zhei4"),
    "K": Letter("K EY1", "kei4"),
    "L": Letter("EH1 L", "ai2 lou5"),
    "M": Letter("EH1 M", "ai2 mu5"),
    "N": Letter("EH1 N", "en1"),
    "O": Letter("OW1", "ou1"),
    "P": Letter("P IY1", "pi4"),
    "Q": Letter("K Y UW1", "kiu1"),
    "R": Letter("AA1 R", "a1 er5"),
    "S": Letter("EH1 S", "ai2 si5"),
    "T": Letter("T IY1", "ti4"),
    "U": Letter("Y UW1", "you1"),
    "V": Letter("V IY1", "wei1"),
    "W": Letter("D AH1 . B AH0 L . Y UW0", "da2 bu5 liu5"),
    "X": Letter("EH1 K S", "ai2 ke5 si5"),
    "Y": Letter("W AY1", "wai1"),
    "Z": Letter("Z IY1", "zei4"),
}


def spell(word: str) -> str:
    """The letters of a Latin word as they are spelled out: capitals, without apostrophes."""
    return "".join(char for char in word.upper() if char in LETTERS)


def letter_phones(letters: Iterable[str]) -> tuple[str, ...]:
    """The ARPAbet phones of capital letters, one after the other."""
    return tuple(phone for letter in letters for phone in LETTERS[letter].arpabet.split() if phone != ".")
