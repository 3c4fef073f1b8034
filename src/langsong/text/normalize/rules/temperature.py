"""Temperatures: -10°C is 零下十摄氏度, -5~10℃ 零下五到十摄氏度."""

from __future__ import annotations

import re

from langsong.text.normalize.grammar import JOIN, NUMBER, PLUS_MINUS, upto
from langsong.text.normalize.numerals import amount
from langsong.text.normalize.rule import Rule, before
from langsong.text.normalize.units import SYMBOLS, TEMPERATURE

_WEATHER = re.compile("气温|温度|温差|低温|高温|最低|最高|体感|冷|寒|冰|冻")


def _read(match: re.Match[str]) -> str | None:
    """Below zero is 零下, at both ends of a range."""
    unit, between, last = match["unit"], match["between"] or "", match["last"]
    if unit == "度" and not (between if last else match["sign"] == "-") and not _WEATHER.search(before(match)):
        return None
    said = _degrees(match["sign"], match["first"])
    if last:
        said += f"{SYMBOLS.get(between, between)}{upto(match)}{_degrees(match['last_sign'], last)}"
    return said + SYMBOLS.get(unit, unit)


def _degrees(sign: str | None, written: str) -> str:
    return ("零下" if sign == "-" else PLUS_MINUS[sign or ""]) + amount(written)


RULES = (
    Rule(
        "temperature",
        re.compile(
            rf"(?:(?<![\dA-Za-z)%°\0])(?P<sign>[-+±])\s?)?(?<![A-Za-z\d])(?<!\d[.,])(?P<first>{NUMBER})"
            rf"(?:\s?(?P<between>{TEMPERATURE}|度)?(?:{JOIN}|/)(?P<last_sign>[-+]?)(?P<last>{NUMBER}))?"
            rf"\s?(?P<unit>{TEMPERATURE}|度(?!电))"
        ),
        _read,
    ),
)
