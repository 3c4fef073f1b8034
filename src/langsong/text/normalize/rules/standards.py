"""Standards by their numbers: GB/T 19001-2016, ISO 9001:2015."""

from __future__ import annotations

import re

from langsong.text.normalize.numerals import digit_by_digit
from langsong.text.normalize.rule import Rule

_BODY = (
    r"(?:GB(?:/[TZ])?|ISO(?:/IEC)?|IEC|EN|DIN|ASTM|ANSI|(?:YY|HJ|QB|JB|YD|SJ|HG|NB|DL|JT|TB|CJ|GA|DB\d{2}|T)/T|JGJ|GBJ)"
)


def _read(match: re.Match[str]) -> str:
    part = f"点{digit_by_digit(match['part'])}" if match["part"] else ""
    year = f" {digit_by_digit(match['year'])}" if match["year"] else ""
    return f"{match['body'].replace('/', ' ')} {digit_by_digit(match['number'])}{part}{year}"


RULES = (
    Rule(
        "standard",
        re.compile(
            rf"(?<![A-Za-z0-9])(?P<body>{_BODY})[ -]?(?P<number>\d{{3,5}})(?:\.(?P<part>\d{{1,2}}))?"
            r"(?:[-—–:](?P<year>(?:19|20)\d\d))?(?![\dA-Za-z.%]|-\d)"
        ),
        _read,
    ),
)
