"""Roman numerals: 第IV章, 路易XIV, Chapter II."""

from __future__ import annotations

import re

from langsong.text.normalize.numerals import cardinal
from langsong.text.normalize.rule import Rule, after, before

_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_WELL_FORMED = "M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
_WORDS = {"XX", "XXX"}
_NUMBERED = re.compile(
    "\\s?(?:型|级|期|类|章|节|卷|部|世|代|区|号|度|次|段|相|档|册|篇|步|阶段|组|等|象限|标准|系|价|[ABCabc])"
)
_TITLE = re.compile(r"(?:[A-Za-z]{3,}\s|[\u4e00-\u9fff]{2})$")


def value(numeral: str) -> int:
    """XIV is 14."""
    total = 0
    for letter, following in zip(numeral, [*numeral[1:], ""], strict=True):
        worth = _VALUES[letter]
        total += -worth if following and _VALUES[following] > worth else worth
    return total


def _read(match: re.Match[str]) -> str:
    return cardinal(value(match["numeral"]))


def _read_loose(match: re.Match[str]) -> str | None:
    """A numeral of two letters and more, where it stands behind a title or before what is numbered."""
    numeral = match["numeral"]
    if numeral in _WORDS or (len(numeral) < 4 and not set(numeral) <= set("IVX")):
        return None
    if len(numeral) == 2 and numeral != "II" and not (_NUMBERED.match(after(match)) or _TITLE.search(before(match))):
        return None
    return cardinal(value(numeral))


RULES = (
    Rule("roman numeral", re.compile(rf"(?<=第)(?=[IVXLCDM])(?P<numeral>{_WELL_FORMED})(?![A-Za-z0-9])"), _read),
    Rule(
        "roman numeral",
        re.compile(
            r"(?<![A-Za-z0-9.])(?=[IVX])(?P<numeral>X{0,3}(?:IX|IV|V?I{0,3}))(?=(?:型|级|期|类|世|章|度|象限|等奖|阶段|期临床))"
        ),
        _read,
    ),
    Rule(
        "roman numeral",
        re.compile(
            rf"(?<![A-Za-z0-9.'’&])(?=[IVXLCDM]{{2}})(?P<numeral>{_WELL_FORMED})(?![A-Za-z0-9'’&])(?!\.[A-Za-z0-9])"
        ),
        _read_loose,
    ),
    Rule(
        "roman numeral",
        re.compile(
            r"(?:(?<=Chapter )|(?<=Part )|(?<=Type )|(?<=Volume )|(?<=World War )|(?<=Section )|(?<=Level ))"
            r"(?P<numeral>[IVX])(?![A-Za-z0-9'])"
        ),
        _read,
    ),
)
