"""English words with Chinese syllables, for voices that have no English phones: hello is ha1 lou2."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import resources

from langsong.text.arpabet import is_vowel, syllabify
from langsong.text.once import once

_PLAIN = {
    "AA": "a", "AE": "ae", "AH": "a", "AO": "ao", "AW": "ao", "AY": "ai", "EH": "eh", "ER": "e", "EY": "ei",
    "IH": "i", "IY": "i", "OW": "ou", "OY": "ao", "UH": "u", "UW": "u",
}  # fmt: skip
_BEFORE_N = {
    "AA": "an", "AE": "an", "AH": "an", "AO": "ang", "AW": "ang", "EH": "en", "IH": "in", "IY": "in", "OW": "ong",
    "UH": "un", "UW": "un",
}  # fmt: skip
_BEFORE_NG = {
    "AA": "ang", "AE": "ang", "AH": "ang", "AO": "ong", "AW": "ang", "EH": "eng", "IH": "ing", "IY": "ing",
    "OW": "ong", "UH": "ong", "UW": "ong",
}  # fmt: skip
"""The table's column for a vowel: alone, with N, with NG. Other vowels leave the nasal as a syllable."""
_UNSTRESSED = {"a": "e", "an": "en", "ang": "eng"}
"""AH0 is schwa, but clear before the stress: a1 bao2 te5."""


@once
def _table() -> dict[tuple[str, str], tuple[str, ...]]:
    """(consonant or "-", column) → syllables without tones."""
    source = resources.files(__package__).joinpath("data/english_pinyin.tsv").read_text(encoding="utf-8")
    header, *rows = [line.split("\t") for line in source.splitlines() if not line.startswith("#")]
    return {
        (row[0], column): tuple(cell.split()) for row in rows for column, cell in zip(header[1:], row[1:], strict=True)
    }


def nearest_pinyin(phones: Sequence[str]) -> tuple[str, ...]:
    """The Chinese syllables nearest to an English word's phones, with tones; at least one.

    The stressed syllable has tone 1, or 2 at the end of a longer word, or 4 as the only one and as a further
    stressed one; those before the first have tone 1, other ones and single consonants the neutral tone.
    """
    syllables = syllabify(phones)
    stressed = [index for index, syllable in enumerate(syllables) if any(phone.endswith("1") for phone in syllable)]
    toned: list[str] = []
    for index, syllable in enumerate(syllables):
        tone = _tone(index, len(syllables) - 1, stressed or [0])
        clear = [phone.replace("AH0", "AH") if tone == 1 else phone for phone in syllable]
        toned += [f"{name}{tone if is_nucleus else 5}" for name, is_nucleus in _syllable(clear)]
    if all(syllable.endswith("5") for syllable in toned):
        toned[0] = f"{toned[0][:-1]}1"
    return tuple(toned)


def _tone(index: int, last: int, stressed: list[int]) -> int:
    if index < stressed[0]:
        return 1
    if index not in stressed:
        return 5
    if index > stressed[0] or last == 0:
        return 4
    return 2 if index == last else 1


def _syllable(phones: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """The Chinese syllables of an English one, and whether each is the one with the vowel."""
    nucleus = next((index for index, phone in enumerate(phones) if is_vowel(phone)), None)
    if nucleus is None:
        yield from _consonants(phones)
        return
    onset, vowel, coda = phones[:nucleus], phones[nucleus], list(phones[nucleus + 1 :])
    yield from _consonants(onset[:-1])
    column = _column(vowel, coda)
    first, *others = _table()[(onset[-1].lower() if onset else "-", column)]
    if column == "e" and vowel.startswith("ER") and not onset:
        first = "er"
    yield first, True
    yield from ((name, False) for name in others)
    if vowel.startswith("OY"):
        yield "yi", False
    yield from _consonants(coda)


def _column(vowel: str, coda: list[str]) -> str:
    """The table's column for a vowel; takes the consonants that are in it from `coda`."""
    name, schwa = vowel.rstrip("01"), vowel == "AH0"
    nasals = {"N": _BEFORE_N, "NG": _BEFORE_NG}.get(coda[0] if coda else "", {})
    if name in nasals:
        del coda[0]
        column = nasals[name]
    else:
        column = _PLAIN[name]
        if schwa and coda[:1] == ["L"]:
            del coda[0]
            return "ou"
        if name in ("AO", "UH") and coda[:1] == ["R"]:
            del coda[0]
    return _UNSTRESSED.get(column, column) if schwa else column


def _consonants(phones: Sequence[str]) -> Iterator[tuple[str, bool]]:
    yield from ((name, False) for phone in phones for name in _table()[(phone.lower(), "coda")])
