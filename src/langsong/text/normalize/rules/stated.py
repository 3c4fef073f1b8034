"""Rules that come first when a text says what it is (``say-as``)."""

from __future__ import annotations

import re

from langsong.text.normalize.grammar import NUMBER, PLUS_MINUS
from langsong.text.normalize.numerals import digit_by_digit, number, plain_cardinal
from langsong.text.normalize.rule import Rule
from langsong.text.normalize.rules import measures, money
from langsong.text.normalize.rules.stated_dates import DATE, TIME
from langsong.text.normalize.rules.stated_telephone import TELEPHONE
from langsong.text.normalize.units import CURRENCIES, CURRENCY, SYMBOLS

_SIGN = r"(?P<sign>(?<![\dA-Za-z])[-+±])?"
_WHOLE = re.compile(r"\.0+$")


def _number(written: str) -> str:
    """Zeros that are all the decimals are silent; zeros that lead are too."""
    integer, dot, decimals = _WHOLE.sub("", written.replace(",", "")).partition(".")
    if len(integer) > 16:
        return digit_by_digit(integer)
    return number(f"{integer.lstrip('0') or '0'}{dot}{decimals}")


def _read_cardinal(match: re.Match[str]) -> str:
    return PLUS_MINUS[match["sign"] or ""] + _number(match["number"])


def _read_digits(match: re.Match[str]) -> str:
    return " ".join(digit_by_digit(part) for part in re.findall(r"\d+", match[0]))


def _read_address(match: re.Match[str]) -> str:
    return "杠".join(
        plain_cardinal(part) if len(part) < 3 else digit_by_digit(part, one="幺") for part in match[0].split("-")
    )


def _read_cents(match: re.Match[str]) -> str:
    """12.50 RMB keeps its zero here."""
    sign = match["sign"] or match["code"]
    return number(match["number"]) + CURRENCIES[sign]


def until(rule: Rule) -> Rule:
    """The same rule with 至 for 到."""

    def read(match: re.Match[str]) -> str | None:
        said = rule.read(match)
        return None if said is None or "到" in match[0] else said.replace("到", "至")

    return Rule(rule.name, rule.pattern, read)


def _rate_behind(rule: Rule) -> Rule:
    """The same rule with 十元每斤 for 每斤十元."""

    def read(match: re.Match[str]) -> str | None:
        said = rule.read(match)
        if said is None or not said.startswith("每"):
            return said
        groups = match.groupdict()
        written = groups.get("per") or groups.get("each") or ""
        per = f"每{SYMBOLS.get(written, written)}"
        return said.removeprefix(per) + per if said.startswith(per) else said

    return Rule(rule.name, rule.pattern, read)


def _joined(unit: str) -> Rule:
    return Rule(unit, re.compile(r"\s?[-~～–—]+\s?(?=[\d\0])"), lambda match: "至")


_DIGITS = Rule("digits", re.compile(r"\d+(?:[-\s]\d+)*"), _read_digits)

RULES: dict[str, tuple[Rule, ...]] = {
    "cardinal": (Rule("cardinal", re.compile(rf"{_SIGN}(?P<number>{NUMBER})"), _read_cardinal),),
    "digits": (_DIGITS,),
    "telephone": TELEPHONE,
    "name": (_DIGITS,),
    "address": (Rule("address", re.compile(r"\d+(?:-\d+)*"), _read_address),),
    "date": tuple(until(rule) for rule in DATE),
    "time": TIME,
    "currency": (
        Rule(
            "money",
            re.compile(
                rf"(?P<sign>{CURRENCY})?\s?(?<!\d)(?<!\d[.,])(?P<number>(?:\d{{1,3}}(?:,\d{{3}})+|\d+)\.\d*[1-9]0+)(?!\d)"
                rf"\s?(?P<code>(?(sign)|{CURRENCY}))"
            ),
            _read_cents,
        ),
        *money.RULES,
    ),
    "measure": (
        Rule(
            "measure",
            re.compile(r"(?<!\d)(?<!\d[.,])(?P<number>[\d,]+\.0+)(?=[\u4e00-\u9fff])"),
            lambda match: _number(match["number"]),
        ),
        # Of units that are written together (100m12cm) one pass reads every other one.
        *(until(_rate_behind(rule)) for rule in (*measures.RULES, *measures.RULES)),
        _joined("measure"),
    ),
}
"""By kind; what they leave is read as usual."""
