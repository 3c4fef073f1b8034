"""Every character to one that the rules know; what cannot be read is refused here, with its position."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from langsong.errors import TextError
from langsong.text.g2p import has_reading
from langsong.text.hanzi import is_hanzi
from langsong.text.normalize.numerals import cardinal
from langsong.text.normalize.symbols import GREEK

_READ_AS = {
    "㎜": "毫米", "㎝": "厘米", "㎞": "公里", "㎡": "平方米", "㎥": "立方米", "㎎": "毫克", "㎏": "千克",
    "㎖": "毫升", "ℓ": "升", "℃": "摄氏度", "℉": "华氏度", "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE",
    "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th",
    "ł": "l", "Ł": "L", "ı": "i", "™": " ", "℠": " ", "\u2028": "\n", "\u2029": "\n", "\r": "\n", "\n": "\n",
}  # fmt: skip
_KEPT = frozenset("²³°")
_WIDE_MARKS = frozenset("．％＃＆＊＠－／＼＿＂＇")
"""Full-width marks that stand for ASCII; the other ones are Chinese punctuation."""
_DASHES = frozenset("‐‑‒−")


def clean(text: str) -> str:
    """`text` in the characters that normalisation knows.

    Control characters become spaces, invisible ones vanish, full-width letters and digits become ASCII,
    diacritics fall off, single-character numbers (①, Ⅲ, ½) are spelled out, emoji become spaces.

    Raises:
        TextError: NUL, an unpaired surrogate, a letter of another script than hanzi, Latin and Greek, or
            a hanzi that the dictionary does not know; `position` counts characters from 0.
    """
    cleaned: list[str] = []
    for position, char in enumerate(text):
        known = _fold(char)
        if known is None:
            raise TextError(_complaint(char, position), position)
        cleaned.append(known)
    return "".join(cleaned)


def plain(text: str) -> str:
    """`text` without control characters, which become spaces; otherwise as it is, in any script.

    Raises:
        TextError: NUL or an unpaired surrogate; `position` counts characters from 0.
    """
    for position, char in enumerate(text):
        if char == "\0" or unicodedata.category(char) == "Cs":
            raise TextError(_complaint(char, position), position)
    return "".join(" " if unicodedata.category(char) == "Cc" else char for char in text)


@lru_cache(maxsize=16384)
def _fold(char: str) -> str | None:
    """What stands for a character, None if nothing can."""
    if " " <= char <= "~" or char in _KEPT:
        return char
    if char in _READ_AS:
        return _READ_AS[char]
    if is_hanzi(char):
        folded = unicodedata.normalize("NFKC", char)
        return folded if has_reading(folded) else None
    return _fold_category(char, unicodedata.category(char))


def _fold_category(char: str, category: str) -> str | None:
    if char == "\0" or category in ("Cs", "Co"):
        return None
    if category in ("Cf", "Mn", "Me", "Mc"):
        return ""
    if category == "Cn" and not "\U0001f000" <= char <= "\U0001fbff":  # emoji newer than this Python
        return None
    if category[0] in "CZ":
        return " "
    if char in _DASHES:
        return "-"
    if category[0] == "P":
        return unicodedata.normalize("NFKC", char) if char in _WIDE_MARKS else char
    if category[0] == "N":
        return _spell_number(char)
    return _fold_letter(char) if category[0] == "L" else _fold_symbol(char, category)


def _spell_number(char: str) -> str | None:
    value = unicodedata.numeric(char)
    if unicodedata.category(char) == "Nd":
        return str(int(value))
    numerator, slash, denominator = unicodedata.normalize("NFKC", char).partition("⁄")
    if slash and numerator and denominator:
        return f"{cardinal(int(denominator))}分之{cardinal(int(numerator))}"
    return cardinal(int(value)) if value.is_integer() and value >= 0 else None


def _fold_letter(char: str) -> str | None:
    base = "".join(part for part in unicodedata.normalize("NFKD", char) if unicodedata.category(part) != "Mn")
    return base if base in GREEK or _is_known(base) else None


def _fold_symbol(char: str, category: str) -> str:
    folded = unicodedata.normalize("NFKC", char)
    # Signs stay for the grammars and the table of symbols; pictures (So, Sk) have nothing to say.
    return folded if category in ("Sm", "Sc") or _is_known(folded) else " "


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
