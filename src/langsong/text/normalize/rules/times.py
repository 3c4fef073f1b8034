"""Times of day and durations: 10:30, 8:00 a.m., 3pm, 3'25"."""

from __future__ import annotations

import re

from langsong.text.normalize.grammar import JOIN, upto
from langsong.text.normalize.numerals import amount, digit_by_digit, number, plain_cardinal
from langsong.text.normalize.rule import Rule, after, before

_CLOCK = r"(?:[01]?\d|2[0-4])[:：][0-5]\d(?:[:：][0-5]\d)?"
_NOON = r"(?:\s?(?:[aApP]\.[mM]\.?|[aApP][mM])(?![A-Za-z]))"
_ITEM = re.compile(rf"(?P<hour>\d{{1,2}})(?:[:：](?P<minute>\d\d))?(?:[:：](?P<second>\d\d))?(?P<noon>{_NOON})?")
_DURATION = re.compile(
    "(?:用时|时长|耗时|历时|成绩|片长|跑进|跑出|完赛|总长|纪录|记录|计时|长达|播放到|最快|剩余|还剩)[^，。\\d]{0,6}$"
)
_RESULT = re.compile("\\s?(?:的)?(?:成绩|用时|完赛|跑完|总成绩|纪录|片长)")
_COMPARED = re.compile("(?:比|率|按|比例)[^，。\\d]{0,4}$")
_PART_OF_DAY = re.compile("(?:上午|下午|晚上|早上|凌晨|中午|傍晚|清晨|早晨|午夜|夜里|[早晚])\\s?$")


def clock(hour: str, minute: str | None, second: str | None) -> str:
    """8, 05, 30 as 八点零五分三十秒; 2 o'clock is 两点."""
    said = f"{amount(hour.lstrip('0') or '0')}点"
    if minute and (minute != "00" or (second and second != "00")):
        said += f"{_padded(minute)}分"
    return f"{said}{_padded(second)}秒" if second and second != "00" else said


def _padded(digits: str) -> str:
    return f"零{number(digits[1])}" if digits[0] == "0" and digits != "00" else plain_cardinal(digits)


def _duration(first: str, second: str, third: str | None) -> str:
    if third is None:
        return f"{amount(first.lstrip('0') or '0')}分{_padded(second)}秒"
    hours = f"{amount(first.lstrip('0'))}小时" if first.strip("0") else ""
    return f"{hours}{plain_cardinal(second)}分{_padded(third)}秒"


def _noon(noon: str | None) -> str:
    if not noon:
        return ""
    return "上午" if noon.strip()[0] in "aA" else "下午"


def _read(match: re.Match[str]) -> str:
    front = before(match)
    items = list(_ITEM.finditer(match[0]))
    if (_DURATION.search(front) or _RESULT.match(after(match))) and not any(item["noon"] for item in items):
        return upto(match).join(_duration(item["hour"], item["minute"], item["second"]) for item in items)
    said: list[str] = []
    for item in items:
        noon = item["noon"]
        if noon is None and item is items[0] and len(items) == 2:
            noon = items[1]["noon"]
        named = item is items[0] and _PART_OF_DAY.search(front)
        said.append(("" if named else _noon(noon)) + clock(item["hour"], item["minute"], item["second"]))
    if len(said) == 2 and said[1][:2] == said[0][:2] and said[0][:2] in ("上午", "下午"):
        said[1] = said[1][2:]
    return upto(match).join(said)


def _read_before(match: re.Match[str]) -> str:
    """AM 9:30, PM3:00."""
    item = _ITEM.fullmatch(match["clock"])
    assert item is not None
    return _noon(match["noon"]) + clock(item["hour"], item["minute"], item["second"])


def _read_split(match: re.Match[str]) -> str | None:
    """1:23.45 is 一分二十三秒四五."""
    if _COMPARED.search(before(match)):
        return None
    hours = f"{amount(match['hours'])}小时" if match["hours"] else ""
    minutes = f"{amount(match['minutes'].lstrip('0') or '0')}分"
    return f"{hours}{minutes}{_padded(match['seconds'])}秒{digit_by_digit(match['rest'])}"


def _read_minutes(match: re.Match[str]) -> str | None:
    """3'25", and the parts of a degree: 39°54'20"."""
    if match["degree"]:
        seconds = f"{number(match['second'])}秒" if match["second"] else ""
        return f"{number(match['degree'])}度{number(match['minute'])}分{seconds}"
    if match["second"] is None:
        return None
    if re.search("(?:身高|高|英尺)[^，。\\d]{0,3}$", before(match)):
        return f"{amount(match['minute'])}英尺{amount(match['second'])}英寸"
    seconds = _padded(match["second"]) if len(match["second"]) == 2 else number(match["second"])
    return f"{amount(match['minute'])}分{seconds}秒"


def _read_point(match: re.Match[str]) -> str | None:
    """8点30: the minutes that follow 点."""
    if re.match(r"[\d.%]|\s?(?:个|万|亿|公里|米)", after(match)):
        return None
    said = _padded(match["minute"])
    return f"{amount(match['hour'].lstrip('0') or '0')}点{said}"


def _read_oclock(match: re.Match[str]) -> str:
    return amount(match["hour"].lstrip("0") or "0")


SPLIT = Rule(
    "duration",
    re.compile(
        r"(?<![\dA-Za-z.:：])(?:(?P<hours>\d)[:：])?(?P<minutes>[0-5]?\d)[:：](?P<seconds>[0-5]\d)\.(?P<rest>\d{2,3})(?![\d.:：%])"
    ),
    _read_split,
)
"""1:23.45, before it is a ratio."""
RULES = (
    Rule("time", re.compile(rf"(?<![A-Za-z])(?P<noon>[AaPp][Mm])\s?(?P<clock>{_CLOCK})(?![\d:：])"), _read_before),
    Rule(
        "time",
        re.compile(
            rf"(?<![\dA-SU-Za-z])(?<!\d[.:：]){_CLOCK}{_NOON}?(?:{JOIN}{_CLOCK}{_NOON}?)?Z?(?![:：.]?\d)(?![A-Za-z%])"
        ),
        _read,
    ),
    Rule("time", re.compile(rf"(?<![\dA-Za-z.:])(?:1[0-2]|0?[1-9])(?:{JOIN}(?:1[0-2]|0?[1-9]))?{_NOON}"), _read),
    Rule(
        "duration",
        re.compile(
            r"(?<![\dA-Za-z])(?<!\d\.)(?:(?P<degree>\d{1,3})\s?°\s?)?(?P<minute>\d{1,2})\s?['′’]\s?"
            r"(?:(?P<second>\d{1,2}(?:\.\d+)?)\s?(?:[\"″”]|''|′′))?"
        ),
        _read_minutes,
    ),
    Rule(
        "time",
        re.compile(r"(?<![\d第])(?<!\d[.:：])(?P<hour>[01]?\d|2[0-4])\s?点(?P<minute>[0-5]\d)(?!\d)"),
        _read_point,
    ),
    Rule("time", re.compile(r"(?<![\d第])(?<!\d[.:：])(?P<hour>0\d)(?=\s?[点时])"), _read_oclock),
)
