"""How English words are pronounced, from CMUdict (recipes/english makes the file) and our own list."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from importlib import resources

from langsong.text.arpabet import CONSONANTS, VOWELS
from langsong.text.once import once

SPELLED = "="
AS_A_WORD = "*"
_SYMBOLS = (*CONSONANTS, *VOWELS, *(f"{vowel}1" for vowel in VOWELS))
_FIRST = ord("A")  # of the characters that stand for phones in the packed dictionary


def pack(phones: Sequence[str]) -> str:
    """Phones with stress 0 or 1, one character each."""
    return "".join(chr(_FIRST + _SYMBOLS.index(phone.replace("0", ""))) for phone in phones)


def _unpack(packed: str) -> tuple[str, ...]:
    symbols = (_SYMBOLS[ord(char) - _FIRST] for char in packed)
    return tuple(f"{symbol}0" if symbol in VOWELS else symbol for symbol in symbols)


@once
def _lines() -> bytes:
    """``word<TAB>packed`` in order of the words, each line ended."""
    return gzip.decompress(resources.files(__package__).joinpath("data/english_dictionary.gz").read_bytes())


@once
def _exceptions() -> dict[str, str]:
    return dict(read_table("data/english.tsv"))


def read_table(name: str) -> Iterator[tuple[str, str]]:
    """The rows of a data file, ``key<TAB>value``, without comments and empty lines."""
    for line in resources.files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            key, _, value = line.partition("\t")
            yield key, value


def exception(word: str) -> str | None:
    """Our own reading of a word as it is written: phones, pinyin, `SPELLED` or `AS_A_WORD`."""
    return _exceptions().get(word) or _exceptions().get(word.lower())


def dictionary_phones(word: str) -> tuple[str, ...] | None:
    """CMUdict's phones of a word in lower case, stress 0 or 1; empty for one that it spells; None: unknown."""
    lines, wanted = _lines(), word.encode("ascii")
    low, high = 0, len(lines)
    while low < high:
        middle = lines.rfind(b"\n", 0, (low + high) // 2) + 1
        end = lines.index(b"\n", middle)
        found, _, packed = lines[middle:end].partition(b"\t")
        if found == wanted:
            return () if packed == SPELLED.encode() else _unpack(packed.decode("ascii"))
        if found < wanted:
            low = end + 1
        else:
            high = middle
    return None
