"""Fractions: 1/2, 3又1/2, 1½."""

from __future__ import annotations

import re
import unicodedata

from langsong.text.normalize.numerals import number
from langsong.text.normalize.rule import Rule, after, before

_VULGAR = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞⅐⅑⅒"


def _read(match: re.Match[str]) -> str | None:
    whole, numerator, denominator = match["whole"], match["numerator"], match["denominator"]
    minus = "负" if match["sign"] else ""
    if not whole and re.search("(?:血压|高压|低压)[^，。\\d]{0,3}$", before(match)):
        return f"{number(numerator)}比{number(denominator)}"
    if after(match, 1) == "页":
        return None
    front = f"{number(whole.strip(' 又'))}又" if whole else ""
    return f"{minus}{front}{number(denominator)}分之{number(numerator)}"


def _read_vulgar(match: re.Match[str]) -> str:
    numerator, _, denominator = unicodedata.normalize("NFKC", match["vulgar"]).partition("⁄")
    front = f"{number(match['whole'])}又" if match["whole"] else ""
    return f"{front}{number(denominator)}分之{number(numerator)}"


def _read_metre(match: re.Match[str]) -> str:
    """Musical metre: 3/4拍 is 四三拍."""
    return number(match["unit"]) + number(match["beats"])


def _read_round_clock(match: re.Match[str]) -> str:
    return f"{number(match['first'])}乘{number(match['last'])}"


RULES = (
    Rule("metre", re.compile(r"(?<!\d)(?<!\d\.)(?P<beats>[2-9]|1[0-2])/(?P<unit>2|4|8|16)(?=拍)"), _read_metre),
    Rule("fraction", re.compile(rf"(?P<whole>(?<!\d)(?<!\d\.)\d{{1,9}})?\s?(?P<vulgar>[{_VULGAR}])"), _read_vulgar),
    Rule(
        "name",
        re.compile(r"(?<!\d)(?<!\d\.)(?P<first>7|24|365)\s?[×xX*]\s?(?P<last>24|7)(?=小时|\s?[服运全不客在无监]|$)"),
        _read_round_clock,
    ),
    Rule("name", re.compile(r"(?<![\d/])(?<!\d\.)(?P<first>24|7)/(?P<last>7|24)(?![\d./])"), _read_round_clock),
    Rule(
        "fraction",
        re.compile(
            r"(?P<sign>(?<![\dA-Za-z)\0])-)?(?<![\dA-Za-z/-])(?<!\d[.,])"
            r"(?:(?P<whole>\d{1,4}(?:又| (?=[1-9]/[1-9]\d?(?!\d)))))?"
            r"(?P<numerator>\d{1,9})\s?/\s?(?P<denominator>[1-9]\d{0,8})(?![\d.]*\d|\s?[/A-Za-z%])"
        ),
        _read,
    ),
)
