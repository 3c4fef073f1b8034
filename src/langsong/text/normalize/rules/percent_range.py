"""10-20% is 10%到20%, not a date."""

from __future__ import annotations

import re

PATTERN = re.compile(r"(?<![\d.-])(\d+(?:\.\d+)?)%? ?[-–—~～至到] ?(\d+(?:\.\d+)?%)")


def read(match: re.Match[str]) -> str:
    return f"{match[1]}%到{match[2]}"
