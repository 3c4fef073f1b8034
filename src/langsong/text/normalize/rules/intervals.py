"""From … to between days, months and times that words name: 周一-周五, 22:00-次日6:00, 三~五年级."""

from __future__ import annotations

import re

from langsong.text.normalize.rule import MASK, Rule

_NUMERAL = "一二三四五六七八九十"
_DASH = r"\s?(?:-{1,2}|[~～—–]{1,2})\s?"
_PART_OF_TIME = "次日|次年|次月|次晨|翌日|翌年|第二天|凌晨|早上|上午|中午|下午|晚上|早|晚|今天|现在|至今|今|明天|周末"

RULES = (
    Rule(
        "interval",
        re.compile(rf"(?:(?<=[周期拜][一二三四五六日天])|(?<=周末)){_DASH}(?=(?:周|星期|礼拜)[一二三四五六日天末])"),
        lambda match: "到",
    ),
    Rule(
        "interval",
        re.compile(
            rf"(?<=[{MASK}时点分日号月年]){_DASH}(?P<end>{_PART_OF_TIME})(?=[{MASK}\u4e00-\u9fff，。；、）)]|$)"
        ),
        lambda match: match["end"] if match["end"].startswith("至") else f"到{match['end']}",
    ),
    Rule(
        "interval",
        re.compile(rf"(?<=[{_NUMERAL}日号月年级]){_DASH}(?=(?:次年)?[{_NUMERAL}]{{1,3}}[日号月年级层楼人个天岁])"),
        lambda match: "到",
    ),
)
