"""Percent, per mille, basis points: 10-20% is 百分之十到百分之二十."""

from __future__ import annotations

import re

from langsong.text.normalize.grammar import JOIN, NUMBER, PLUS_MINUS, upto
from langsong.text.normalize.numerals import amount, number, trimmed
from langsong.text.normalize.rule import Rule, before

_WHOLE = {"%": "百分之", "‰": "千分之", "‱": "万分之"}
_RATE_WORD = re.compile(
    "(?:利率|收益率|降息|加息|上行|下行|下调|上调|下降|上升|回落|下跌|上涨|走低|走高|逆回购|LPR|MLF|息差|基差|扩大|收窄)"
    "[^，。]{0,8}$"
)


def _read(match: re.Match[str]) -> str:
    said = PLUS_MINUS[match["sign"] or ""] + _share(match["first"], match["whole"])
    if match["last"]:
        said += f"{upto(match)}{PLUS_MINUS[match['last_sign']]}{_share(match['last'], match['whole'])}"
    return said


def _share(written: str, whole: str) -> str:
    if whole == "%" and trimmed(written) == "100":
        return "百分之百"
    return _WHOLE[whole] + number(trimmed(written))


def _read_hanzi(match: re.Match[str]) -> str:
    return _WHOLE[match["whole"]] + match["number"]


def _read_points(match: re.Match[str]) -> str | None:
    """25bp is 二十五个基点."""
    if match["unit"] == "bps" and not _RATE_WORD.search(before(match)):
        return None
    return f"{amount(match['first'])}个基点"


RULES = (
    Rule(
        "percent",
        re.compile(
            rf"(?:(?<![\dA-Za-z)%\0])(?P<sign>\+/-|[-+±])\s?)?(?<![A-Za-z\d])(?<!\d[.,])(?P<first>{NUMBER}|\.\d+)"
            rf"(?:(?:\s?[%‰‱])?{JOIN}(?P<last_sign>[-+]?)(?P<last>{NUMBER}))?\s?(?P<whole>[%‰‱])"
        ),
        _read,
    ),
    Rule("percent", re.compile("(?P<number>[零〇一二三四五六七八九十百千点两]{1,20})(?P<whole>[%‰‱])"), _read_hanzi),
    Rule(
        "basis points",
        re.compile(rf"(?<![A-Za-z\d])(?<!\d[.,])(?P<first>{NUMBER})\s?个?(?P<unit>bps?|BPs?|BPS)(?![A-Za-z])"),
        _read_points,
    ),
)
