"""Money: the sign or code of a currency is said behind the amount, $3.5亿 is 三点五亿美元."""

from __future__ import annotations

import re

from langsong.text.normalize.grammar import JOIN, MAGNITUDE, NUMBER, PLUS_MINUS, upto
from langsong.text.normalize.numerals import amount, number, scaled, trimmed
from langsong.text.normalize.rule import Rule
from langsong.text.normalize.units import CURRENCIES, CURRENCY, ENGLISH_SCALES, PER, SYMBOLS

_SCALE = r"(?:\s?(?:million|billion|trillion|mln|mn|bn|Bn|tn)(?![A-Za-z])|[kKmMBbTwW](?![A-Za-z]))"
_TAIL = "(?:人民币|美元|欧元|英镑|日元|港元|港币|韩元|加元|澳元|元|块)"


def _each(per: str | None) -> str:
    """What a price is for, behind its stroke: 斤, 500g."""
    if not per:
        return ""
    digits = per[: len(per) - len(per.lstrip("0123456789"))]
    unit = per.removeprefix(digits).strip()
    return f"每{number(digits) if digits else ''}{SYMBOLS.get(unit, unit)}"


def _sum(written: str, magnitude: str, scale: str) -> str:
    written = trimmed(written)
    if scale:
        written = scaled(written, ENGLISH_SCALES[scale.strip()])
        return number(written) if written != "2" else "两"
    return amount(written) + magnitude


def _read_signed(match: re.Match[str]) -> str:
    """¥35万, $10-20, £3.5m, €5/月."""
    tail = match["tail"]
    name = CURRENCIES[match["sign"]]
    if tail and (tail != "元" or name == "元"):
        name = tail
    last = ""
    magnitude, scale = match["magnitude"] or "", match["scale"] or ""
    if match["last"]:
        last_magnitude, last_scale = match["last_magnitude"] or "", match["last_scale"] or ""
        last = f"{upto(match)}{_sum(match['last'], last_magnitude, last_scale)}"
        if last_magnitude and not magnitude and not match["again"]:
            magnitude = ""
    first = _sum(match["first"], magnitude, scale)
    minus = PLUS_MINUS[(match["minus"] or match["inner"] or "").strip()]
    return f"{_each(match['per'])}{minus}{first}{last}{name}"


def _read_coded(match: re.Match[str]) -> str | None:
    """100 USD, 12.5RMB."""
    name = CURRENCIES[match["code"]]
    last = f"{upto(match)}{_sum(match['last'], match['last_magnitude'] or '', '')}" if match["last"] else ""
    return f"{_each(match['per'])}{_sum(match['first'], match['magnitude'] or '', match['scale'] or '')}{last}{name}"


def _read_yuan(match: re.Match[str]) -> str:
    """14.60元: the zeros that end an amount are silent."""
    return PLUS_MINUS[match["minus"] or ""] + _sum(match["first"], match["magnitude"] or "", "")


def _read_kuai(match: re.Match[str]) -> str:
    """12块5, 3毛2."""
    return f"{amount(match['first'])}{match['unit']}{number(match['rest'])}"


_FIRST = rf"(?P<first>{NUMBER})\s?(?:(?P<magnitude>{MAGNITUDE})|(?P<scale>{_SCALE}))?"
_LAST = rf"(?P<last>{NUMBER})\s?(?:(?P<last_magnitude>{MAGNITUDE})|(?P<last_scale>{_SCALE}))?"
_PER = rf"(?:\s?/\s?(?P<per>{PER}|\d{{0,4}}\s?(?:k?g|m?[lL]|千?克|毫?升)(?![A-Za-z²³])))?"

RULES = (
    Rule(
        "money",
        re.compile(
            rf"(?P<minus>(?<![\dA-Za-z)])[-+])?(?<![A-Za-z])(?P<sign>{CURRENCY})\s?(?P<inner>-?)\s?{_FIRST}"
            rf"(?:{JOIN}(?P<again>{CURRENCY})?\s?{_LAST})?(?P<tail>{_TAIL}(?!钱))?{_PER}(?![A-Za-z])(?!,?\d)"
        ),
        _read_signed,
    ),
    Rule(
        "money",
        re.compile(
            rf"(?<![\dA-Za-z])(?<!\d[.,]){_FIRST}(?:{JOIN}(?P<last>{NUMBER})\s?(?P<last_magnitude>{MAGNITUDE})?)?"
            rf"\s?(?P<code>{CURRENCY})(?![A-Za-z])(?!\s?\d){_PER}"
        ),
        _read_coded,
    ),
    Rule(
        "money",
        re.compile(r"(?<!\d)(?<!\d[.,])(?P<first>\d{1,9})(?P<unit>[块毛])(?P<rest>[1-9])(?![\d.]|个|\s?[-~～到至])"),
        _read_kuai,
    ),
    Rule(
        "money",
        re.compile(
            rf"(?P<minus>(?<![\dA-Za-z)%\0])-)?(?<![\dA-Za-z])(?<!\d[.,])(?P<first>(?:\d{{1,3}}(?:,\d{{3}})+|\d+)\.\d*0)(?P<magnitude>{MAGNITUDE})?"
            r"(?=\s?(?:元|美元|欧元|英镑|日元|港元|港币|块|人民币))"
        ),
        _read_yuan,
    ),
)
