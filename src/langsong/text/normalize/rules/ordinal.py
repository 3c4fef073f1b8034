"""第2名 is 第二名, never 第两名."""

from __future__ import annotations

import re

from langsong.text.normalize.numerals import cardinal

# Ranges, decimals and lists of numbers (第1-3页, 第2.5代) are the grammars' own business.
PATTERN = re.compile(r"第 ?([1-9]\d{0,7})(?![\d.,:：~～–—-]) ?")


def read(match: re.Match[str]) -> str:
    return f"第{cardinal(int(match[1]))}"
