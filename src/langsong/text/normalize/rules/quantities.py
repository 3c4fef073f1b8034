"""What is left of numbers: amounts, ranges, years and identifiers by their surroundings."""

from __future__ import annotations

import re

from langsong.text.normalize.grammar import MAGNITUDE, MEASURE, NUMBER, QUANTITY_CUE, TO_NEXT, TWO
from langsong.text.normalize.numerals import amount, digit_by_digit, number
from langsong.text.normalize.rule import Rule, after, before

_RANGE_LEFT = re.compile(
    r"(?:\d|[%‰\0])\s?(?:[十百千]?[万亿]?)(?:[^\W\da-zA-Z的是为有在了从至与和这那将被把]{0,2}|[A-Za-z²³°]{0,4})\s?$"
)
_HYPHENED = re.compile("[”\"]?(?:[号型式]|[-,，'])")
_JOINED = re.compile("[\u4e00-\u9fff]")
"""Hanzi and a number that a hyphen joins: 海鹰-1号, 三氟-1,2-二氯."""
_STAMP = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_COUNTABLE = re.compile(r"\s?[多余]?[元美个人次件吨台万亿]")
"""Behind these a number like 20240521 is no date."""
_LONE = 8
"""Digits of a number that stands alone: as long as a telephone number or a date, it is an identifier."""


def _read_join(match: re.Match[str]) -> str | None:
    if not _RANGE_LEFT.search(before(match, 8)):
        return None
    return "到负" if match["minus"] else "到"


def _takes_two(match: re.Match[str]) -> bool:
    back = after(match, 20)
    if re.match("[层楼]", back) and re.search(
        "(?:负|地下|第|位于|-|单元|号楼|[栋座幢])$", before(match) + (match["sign"] or "")
    ):
        return False
    if TWO.match(back):
        return True
    following = TO_NEXT.match(back)
    return following is not None and bool(following["rest"] or TWO.match(back[following.end() :]))


def _read_series(match: re.Match[str]) -> str:
    """4-3-3."""
    return " ".join(number(part) for part in match[0].split("-"))


def _read_spaced(match: re.Match[str]) -> str | None:
    """100 000 is one number, 100 200 are two."""
    return number(match[0]) if "000" in match[0] else None


def _read_hundreds(match: re.Match[str]) -> str:
    """几10, 数100: 几十, 数百."""
    return {"10": "十", "100": "百", "1000": "千"}[match[0]]


def _read(match: re.Match[str]) -> str:
    written, magnitude = match["number"], match["magnitude"] or ""
    minus = {"-": "负", "+": "正"}.get(match["sign"] or "", "")
    if minus and _HYPHENED.match(after(match)) and _JOINED.search(before(match, 1)):
        minus = ""
    if magnitude:
        return f"{minus}{amount(written)}{magnitude}"
    if written == "2" and _takes_two(match):
        return f"{minus}两"
    if match["more"]:
        return f"{minus}{number(written)}多"
    if not minus and _is_identifier(match, written):
        return digit_by_digit(written)
    return f"{minus}{number(written)}"


def _is_identifier(match: re.Match[str], written: str) -> bool:
    if _STAMP.fullmatch(written) and not _COUNTABLE.match(after(match)):
        return True
    if not written.isdigit() or MEASURE.match(after(match)) or re.match("[多余几来]", after(match)):
        return False
    if re.match('[”"]?号', after(match)):
        return len(written) >= 4
    return len(written) >= _LONE and "000" not in written and not QUANTITY_CUE.search(before(match))


def _read_rest(match: re.Match[str]) -> str:
    return number(match[0])


SPACED = Rule(
    "number",
    re.compile(r"(?<![\dA-Za-z])(?<!\d[.,:])(?<!\d )[1-9]\d{0,2}(?: \d{3}){1,5}(?![\d.]*\d| \d)"),
    _read_spaced,
)
RULES = (
    Rule("series", re.compile(r"(?<![\d-])(?<!\d\.)\d{1,2}(?:-\d{1,2}){2,9}(?![\d.-])"), _read_series),
    Rule("range", re.compile(r"\s?(?:-{1,2}|~|～|—{1,2}|–)\s?(?P<minus>-(?=\d))?(?=[-$¥€£]?[\d\0])"), _read_join),
    Rule("amount", re.compile(r"(?<=[几数])(?:1000|100|10)(?![\d.,])"), _read_hundreds),
    Rule(
        "number",
        re.compile(
            rf"(?P<sign>(?<![\dA-Za-z)）%\0])(?:-|\+(?=\d*\.)))?(?<!\d)(?P<number>{NUMBER}|(?<![\dA-Za-z\0])(?<!\d\.)\.\d+)"
            rf"(?:\s?(?P<magnitude>{MAGNITUDE}))?(?P<more>\+(?={MEASURE.pattern}))?"
        ),
        _read,
    ),
    Rule("number", re.compile(r"\d+"), _read_rest),
)
