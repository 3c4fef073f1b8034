"""35‰ is 千分之三十五."""

from __future__ import annotations

import re

PATTERN = re.compile(r"(\d+(?:\.\d+)?) ?‰")


def read(match: re.Match[str]) -> str:
    return f"千分之{match[1]}"
