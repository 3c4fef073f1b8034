"""Thirteen digits and more are an identifier, read one by one as telephones are, or a round amount."""

from __future__ import annotations

import re

from langsong.text.normalize.numerals import cardinal, digit_by_digit

PATTERN = re.compile(r"(?<![\d.])(\d{13,})([Xx]?)(?![\d.]*\d)", re.ASCII)


def read(match: re.Match[str]) -> str:
    digits = match[1]
    if digits.endswith("000000") and digits[0] != "0" and len(digits) <= 16:
        return cardinal(int(digits)) + match[2]
    return digit_by_digit(digits, one="幺") + match[2].upper()
