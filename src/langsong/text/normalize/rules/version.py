"""v2.0.1 and 10.0.2 are read number by number: v 二点零点一."""

from __future__ import annotations

import re

from langsong.text.normalize.numerals import digit_by_digit

# Four digits in front are a year (1949.10.1).
PATTERN = re.compile(r"(?:(?<=[vV])\d+(?:\.\d+)+|(?<![\w.])\d{1,3}(?:\.\d+){2,})(?!\w|\.\d)", re.ASCII)


def read(match: re.Match[str]) -> str:
    return "点".join(digit_by_digit(part) for part in match[0].split("."))
