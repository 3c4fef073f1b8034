"""1,234,567 is one number: 1234567."""

from __future__ import annotations

import re

PATTERN = re.compile(r"(?<![\d,.])\d{1,3}(?:,\d{3})+(?!,?\d)")


def read(match: re.Match[str]) -> str:
    return match[0].replace(",", "")
