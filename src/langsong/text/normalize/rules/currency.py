"""The sign of a currency is read behind the amount and its magnitude: $3.5亿 is 3.5亿美元."""

from __future__ import annotations

import re

_NAMES = {
    "US$": "美元", "HK$": "港元", "NT$": "新台币", "A$": "澳元", "C$": "加元", "S$": "新加坡元",
    "$": "美元", "€": "欧元", "£": "英镑", "¥": "元",
}  # fmt: skip
_SIGNS = "|".join(re.escape(sign) for sign in _NAMES)
_MAGNITUDE = "[十百千]?[万亿]{1,2}|[百千]"

PATTERN = re.compile(rf"(?<![A-Za-z])({_SIGNS}) ?(\d+(?:\.\d+)?) ?((?:{_MAGNITUDE})?)(?:美元|元|欧元|英镑)?")


def read(match: re.Match[str]) -> str:
    return f"{match[2]}{match[3]}{_NAMES[match[1]]}"
