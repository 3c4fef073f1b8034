"""Digits that are said to be a telephone number: in groups, with 幺, country and extension."""

from __future__ import annotations

import re

from langsong.text.normalize.numerals import digit_by_digit
from langsong.text.normalize.rule import Rule
from langsong.text.normalize.rules.telephone import grouped

_COUNTRY = re.compile(r"\s*[(（]?(?:\+|00)?86[)）]?[-\s]*(?=[(（]?\d)")
_EXTENSION = re.compile(r"\s*(?P<joint>转|分机号?)\s*(?P<digits>\d{1,5})$")
_AREA = re.compile(r"0?(?:10|2\d)|0?[3-9]\d{2}")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_PREFIXED = re.compile(r"(12530|17951|12593)(1\d{10})$")


def _read(match: re.Match[str]) -> str:
    written, country, extension = match[0], "", ""
    explicit = _EXTENSION.search(written)
    if explicit is not None:
        written = written[: explicit.start()]
        extension = f" {explicit['joint']}{_say(explicit['digits'])}"
    abroad = _COUNTRY.match(written)
    if abroad is not None and (abroad[0].strip() != "86" or len(re.sub(r"\D", "", written)) >= 12):
        written, country = written[abroad.end() :], "八六 "
    groups = re.findall(r"\d+", written)
    hyphen = re.search(r"-\d{1,4}$", written.strip())
    if (
        len(groups) > 1
        and hyphen
        and not extension
        and _complete(groups[:-1])
        and not _MOBILE.fullmatch("".join(groups))
    ):
        extension = f" 转{_say(groups.pop())}"
    return country + " ".join(_group(group) for group in groups) + extension


def _complete(groups: list[str]) -> bool:
    """Whether these are a number already, so that what follows them is an extension."""
    area = _AREA.fullmatch(groups[0])
    local = "".join(groups[1:]) if area else "".join(groups)
    return len(local) in (7, 8) or (local.startswith("0") and 10 <= len(local) <= 12)


def _group(digits: str) -> str:
    prefixed = _PREFIXED.match(digits)
    if prefixed is not None:
        return f"{_say(prefixed[1])} {grouped(prefixed[2], one='幺')}"
    if digits[0] == "0" and len(digits) >= 10:
        area = 3 if digits[1] in "12" else 4
        return f"{_say(digits[:area])} {grouped(digits[area:], one='幺')}"
    return grouped(digits, one="幺")


def _say(digits: str) -> str:
    return digit_by_digit(digits, one="幺")


TELEPHONE = (Rule("telephone", re.compile(r"[(（+]{0,2}\d(?:[-\s()（）]{0,3}\d)*(?:\s*(?:转|分机号?)\s*\d+)?"), _read),)
