"""v2.0.1: the parts of a version number, with 点 between them."""

from __future__ import annotations

import re

from langsong.text.normalize.numerals import digit_by_digit, number
from langsong.text.normalize.rule import Rule


def _part(digits: str) -> str:
    return number(digits) if len(digits) <= 2 else digit_by_digit(digits)


def _read(match: re.Match[str]) -> str | None:
    parts = match["parts"].split(".")
    # Four digits in front are a year (1949.10.1).
    if not match["v"] and len(parts) == 3 and len(parts[0]) == 4:
        return None
    said = "点".join(_part(part) for part in parts) if len(parts) > 2 else number(match["parts"])
    stage = f" {match['stage'].strip('-.')}" if match["stage"] else ""
    number_of_stage = number(match["nth"]) if match["nth"] else ""
    return f"{match['v']}{said}{stage}{number_of_stage}"


_STAGE = r"(?:-?(?P<stage>alpha|beta|rc|dev|preview|pre)(?:\.?(?P<nth>\d{1,3}))?)?(?![\d.]*\d)(?!\w)"
"""What comes before a release: -rc.1."""
RULES = (
    Rule(
        "version",
        re.compile(r"(?<![\w.])(?P<v>[vV]\s?)(?P<parts>\d{1,9}(?:\.\d{1,9}){0,8})" + _STAGE, re.A),
        _read,
    ),
    Rule("version", re.compile(r"(?<![\w.])(?P<v>)(?P<parts>\d{1,9}(?:\.\d{1,9}){2,8})" + _STAGE, re.A), _read),
)
