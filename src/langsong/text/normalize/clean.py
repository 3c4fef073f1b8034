"""Every character to one that the rules know; what cannot be read is refused here, with its position."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from langsong.errors import TextError
from langsong.text.dictionary import character_readings
from langsong.text.hanzi import is_hanzi
from langsong.text.normalize.emoticons import faces
from langsong.text.normalize.numerals import cardinal
from langsong.text.normalize.signs import GREEK

_LATIN = {
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D",
    "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ł": "l", "Ł": "L", "ı": "i",
}  # fmt: skip
_SIGNS = {
    "™": " ", "℠": " ", "\u2028": "\n", "\u2029": "\n", "\r": "\n", "℃": "°C", "℉": "°F", "ℓ": "L", "㎜": "mm",
    "㎝": "cm", "㎞": "km", "㎡": "m²", "㎥": "m³", "㎎": "mg", "㎏": "kg", "㎖": "ml", "㏄": "cc", "㎢": "km²",
    "㎟": "mm²", "㎠": "cm²", "㎤": "cm³", "º": "°", "˚": "°", "µ": "μ", "Ω": "Ω", "∕": "/", "⁄": "/", "∶": ":",
    "∼": "~", "〜": "~", "∙": "·", "⋅": "·", "∗": "*", "ª": "a",
}  # fmt: skip
_KEPT = frozenset("\n○◯°²³¹⁰⁴⁵⁶⁷⁸⁹⁺⁻ⁿ₀₁₂₃₄₅₆₇₈₉½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞⅐⅑⅒§¶△")
"""What the rules read in its context, or what is silent but not white."""
_WIDE_MARKS = frozenset("．％＃＆＊＠－／＼＿＂＇")
"""Full-width marks that stand for ASCII; the other ones are Chinese punctuation."""
_DASHES = frozenset("‐‑‒−﹣")


class Folded(NamedTuple):
    """What stands for a written character, and why it is not the character itself."""

    text: str
    rule: str


class Cleaned(NamedTuple):
    """A text in the characters that the rules know.

    Attributes:
        text: the characters.
        ends: for each written character, where what stands for it ends in `text`.
        rules: for each written character, why something else stands for it; empty if nothing does.
    """

    text: str
    ends: list[int]
    rules: list[str]


def clean(text: str) -> Cleaned:
    """`text` in the characters that normalisation knows.

    Control characters and pictures become spaces, invisible characters and faces made of marks vanish,
    full-width letters and digits become ASCII, diacritics fall off, ① and Ⅲ become 一 and III.

    Raises:
        TextError: NUL, an unpaired surrogate, a letter of another script than hanzi, Latin and Greek, or
            a hanzi that the dictionary does not know; `position` counts characters from 0.
    """
    hidden = faces(text)
    thousands = {match.start() for match in _WIDE_THOUSANDS.finditer(text)}
    parts: list[str] = []
    ends: list[int] = []
    rules: list[str] = []
    length = 0
    for position, char in enumerate(text):
        folded = _FACE if position in hidden else _COMMA if position in thousands else _fold(char)
        if folded is None:
            raise TextError(_complaint(char, position), position)
        parts.append(folded.text)
        length += len(folded.text)
        ends.append(length)
        rules.append(folded.rule)
    return Cleaned("".join(parts), ends, rules)


def plain(text: str) -> str:
    """`text` without control characters, which become spaces; otherwise as it is, in any script.

    Raises:
        TextError: NUL or an unpaired surrogate; `position` counts characters from 0.
    """
    for position, char in enumerate(text):
        if char == "\0" or unicodedata.category(char) == "Cs":
            raise TextError(_complaint(char, position), position)
    return "".join(" " if unicodedata.category(char) == "Cc" else char for char in text)


_FACE = Folded("", "emoticon")
_COMMA = Folded(",", "full width")
_WIDE_THOUSANDS = re.compile("(?<=[０-９])，(?=[０-９]{3}(?![０-９]))")


@lru_cache(maxsize=16384)
def _fold(char: str) -> Folded | None:
    """What stands for a character, None if nothing can."""
    if " " <= char <= "~" or char in _KEPT:
        return Folded(char, "")
    if char in _LATIN:
        return Folded(_LATIN[char], "Latin letter")
    if char in _SIGNS:
        return Folded(_SIGNS[char], "sign")
    if is_hanzi(char):
        folded = unicodedata.normalize("NFKC", char)
        return Folded(folded, "" if folded == char else "same hanzi") if character_readings(folded) else None
    category = unicodedata.category(char)
    if char == "\0" or category in ("Cs", "Co"):
        return None
    if category == "Cn" and not "\U0001f000" <= char <= "\U0001fbff":  # emoji newer than this Python
        return None
    return _fold_category(char, category)


def _fold_category(char: str, category: str) -> Folded | None:
    if category in ("Cf", "Mn", "Me", "Mc"):
        return Folded("", "invisible")
    if category[0] in "CZ":
        return Folded(" ", "picture" if category == "Cn" else "white space")
    if char in _DASHES:
        return Folded("-", "dash")
    if category[0] == "P":
        return Folded(unicodedata.normalize("NFKC", char), "full width") if char in _WIDE_MARKS else Folded(char, "")
    if category[0] == "N":
        return _fold_number(char, category)
    return _fold_letter(char) if category[0] == "L" else _fold_symbol(char, category)


def _fold_number(char: str, category: str) -> Folded | None:
    value = unicodedata.numeric(char)
    if category == "Nd":
        return Folded(str(int(value)), "full width" if "０" <= char <= "９" else "digit")
    return Folded(cardinal(int(value)), "number sign") if value.is_integer() and value >= 0 else None


def _fold_letter(char: str) -> Folded | None:
    base = "".join(part for part in unicodedata.normalize("NFKD", char) if unicodedata.category(part) != "Mn")
    if base in GREEK:
        return Folded(base, "" if base == char else "diacritic")
    if not _is_known(base):
        return None
    return Folded(base, "full width" if "！" <= char <= "～" else "diacritic")


def _fold_symbol(char: str, category: str) -> Folded:
    folded = unicodedata.normalize("NFKC", char).replace("∕", "/").replace("μ", "μ")
    if "！" <= char <= "～" or char in "￠￡￢￣￤￥￦":
        return Folded(folded if folded.strip() == folded else " ", "full width")
    # Signs stay for the rules; pictures (So, Sk) have nothing to say.
    if category in ("Sm", "Sc"):
        return Folded(folded, "" if folded == char else "sign")
    return Folded(folded, "sign") if _is_known(folded) and category == "So" else Folded(" ", "picture")


def _is_known(folded: str) -> bool:
    return all(" " <= part <= "~" or is_hanzi(part) for part in folded)


def _complaint(char: str, position: int) -> str:
    what = f"{char!r} (U+{ord(char):04X}) at character {position}"
    if char == "\0":
        return f"{what} is NUL, not text: remove it"
    if "\ud800" <= char <= "\udfff":
        return f"{what} is half of a surrogate pair: decode the text as UTF-8 or UTF-16 again"
    if is_hanzi(char):
        return f"{what} has no reading in the dictionary: replace it with a character of the same sound"
    name = unicodedata.name(char, "a character without name").split(" LETTER")[0].lower()
    return f"{what} cannot be read ({name}): write it in hanzi or the letters A-Z"
