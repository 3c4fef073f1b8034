"""Which characters are hanzi."""

from __future__ import annotations

import re

HANZI = "〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""The hanzi (all of planes 2 and 3) as the inside of a regular expression's character class."""

_HANZI = re.compile(f"[{HANZI}]")


def is_hanzi(char: str) -> bool:
    return _HANZI.match(char) is not None
