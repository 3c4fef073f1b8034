"""Signs between numbers and letters that mean something else elsewhere: 5-3=2, a/b=c, 3*4."""

from __future__ import annotations

import re

from langsong.text.normalize.rule import Rule, after, before
from langsong.text.normalize.units import UNIT

_EXPRESSION_BEFORE = re.compile(r"[\w.+\-*/×÷=<>≤≥≠≈^²³√π() ]*$", re.ASCII)
_EXPRESSION_AFTER = re.compile(r"[\w.+\-*/×÷=<>≤≥≠≈^²³√π() ]*", re.ASCII)
_STRONG = re.compile(r"[=<>≤≥≠≈×÷^²³√]|\d ?\+ ?\d")
_RELATION = re.compile("[=<>≤≥≠≈]")
_MEASURED = re.compile(rf"\d\s?{UNIT}$")
_UNIT = re.compile(UNIT)
_AMBIGUOUS = {"-": "减", "*": "乘", "/": "除以", "x": "乘", "X": "乘"}


def _in_expression(match: re.Match[str], sign: re.Pattern[str]) -> bool:
    front, back = _EXPRESSION_BEFORE.search(before(match, 24)), _EXPRESSION_AFTER.match(after(match, 24))
    around = (front[0] if front else "") + match[0] + (back[0] if back else "")
    return sign.search(around) is not None


def _read_ambiguous(match: re.Match[str]) -> str | None:
    sign = match["sign"] or "*"
    if sign == "-" and re.search(r"满\d+$", before(match)):
        return "减"
    if sign in "xX*":
        return _AMBIGUOUS[sign]
    if _MEASURED.search(before(match)) and ("=" not in before(match) + after(match) or _UNIT.match(after(match))):
        return None
    if sign == "/":
        share = re.search(r"(?<!\d)(?<!\d\.)\d+$", before(match)), re.match(r"\d+(?![\d.])", after(match))
        if share[0] and share[1] and int(share[0][0]) < int(share[1][0]):
            return None
        return _AMBIGUOUS[sign] if _in_expression(match, _RELATION) else None
    return _AMBIGUOUS[sign] if _in_expression(match, _STRONG) else None


def _read_negative(match: re.Match[str]) -> str | None:
    return "负" if _in_expression(match, _STRONG) else None


RULES = (
    Rule("arithmetic", re.compile(r"(?<=[\dA-Za-z)²³π\0])\s?(?P<sign>[-/])\s?(?=[\dA-Za-z(√π])"), _read_ambiguous),
    Rule(
        "arithmetic",
        re.compile(r"(?:(?<=[\d)\0])\s?(?P<sign>[*xX])|(?<=[A-Za-z²³])\s?(?P<star>\*))\s?(?=[\d(])"),
        _read_ambiguous,
    ),
    Rule("arithmetic", re.compile(r"(?<![\dA-Za-z)\0])-(?=[A-Za-z(√π]\W)"), _read_negative),
)
