"""Numbers that are said to be a date or a time of day."""

from __future__ import annotations

import re

from langsong.text.normalize.numerals import amount, digit_by_digit, plain_cardinal
from langsong.text.normalize.rule import Rule
from langsong.text.normalize.rules import dates, years
from langsong.text.normalize.rules.times import clock

_NOON = r"[aApP]\.?[mM]\.?"


def _read_short_year(match: re.Match[str]) -> str:
    return digit_by_digit(match[0])


def _read_month_day(match: re.Match[str]) -> str:
    return f"{plain_cardinal(match['month'])}月{plain_cardinal(match['day'])}日"


def _read_compact(match: re.Match[str]) -> str:
    return f"{digit_by_digit(match[1])}年{plain_cardinal(match[2])}月{plain_cardinal(match[3])}日"


def ordered(order: str) -> Rule:
    """A date whose numbers come in the order of the letters y, m and d."""
    names = {
        "y": r"(?P<y>\d{4}|\d{2})",
        "m": "(?P<m>0[1-9]|1[0-2]|[1-9])",
        "d": r"(?P<d>0[1-9]|[12]\d|3[01]|[1-9])",
    }

    def read(match: re.Match[str]) -> str:
        parts = match.groupdict()
        year = f"{digit_by_digit(parts['y'])}年" if "y" in parts else ""
        month = f"{plain_cardinal(parts['m'])}月" if "m" in parts else ""
        return year + month + (f"{plain_cardinal(parts['d'])}日" if "d" in parts else "")

    return Rule(
        "date", re.compile(rf"(?<!\d){'[-/. ]?'.join(names[letter] for letter in order)}(?![\d年月日号])"), read
    )


def _read_noon(match: re.Match[str]) -> str:
    """5:30 pm is 下午五点半."""
    hour, minute = int(match["hour"]), match["minute"] or "00"
    said = f"{_part_of_day(hour, match['noon'][0] in 'pP')}{clock(match['hour'], minute, match['second'])}"
    if match["second"]:
        return said
    if minute == "00":
        return f"{said}整"
    return said.replace("三十分", "半") if minute == "30" else said


def _part_of_day(hour: int, afternoon: bool) -> str:
    if afternoon:
        return "中午" if hour == 12 else "下午" if hour < 6 else "晚上"
    return "凌晨" if hour < 6 or hour == 12 else "上午"


def _read_hours(match: re.Match[str]) -> str:
    """12:00:00点, 10:20分: the last word is in the reading already."""
    return clock(match["hour"], match["minute"], match["second"])


def _read_compact_time(match: re.Match[str]) -> str:
    return clock(match[1], match[2], None)


def _read_hour(match: re.Match[str]) -> str:
    return amount(match[0].lstrip("0") or "0")


DATE = (
    Rule("date", re.compile(r"(?<!\d)(\d{4})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)"), _read_compact),
    Rule(
        "date",
        re.compile(r"(?<![\d/])(?P<month>1[0-2]|0?[1-9])/(?P<day>3[01]|[12]\d|0?[1-9])(?![\d/])"),
        _read_month_day,
    ),
    *dates.RULES,
    *years.RULES,
    Rule("year", re.compile(r"(?<!\d)\d{2}(?=年)"), _read_short_year),
    Rule("year", re.compile(r"(?<!\d)\d{4}(?!\d)"), _read_short_year),
    Rule("date", re.compile(r"\s?[-~～–—]+\s?(?=[\d\0])"), lambda match: "到"),
)
TIME = (
    Rule(
        "time",
        re.compile(
            rf"(?<!\d)(?P<hour>\d{{1,2}})(?:[:：](?P<minute>\d\d))?(?:[:：](?P<second>\d\d))?\s?(?P<noon>{_NOON})(?![A-Za-z])"
        ),
        _read_noon,
    ),
    Rule(
        "time",
        re.compile(r"(?<!\d)(?P<hour>\d{1,2})[:：](?P<minute>\d\d)(?:[:：](?P<second>\d\d))?\s?[点分秒]?(?!\d)"),
        _read_hours,
    ),
    Rule("time", re.compile(r"(?<!\d)([01]\d|2[0-4])([0-5]\d)(?!\d)"), _read_compact_time),
    Rule("time", re.compile(r"(?<!\d)[012]?\d(?=[点时])"), _read_hour),
    Rule("time", re.compile(r"\s?[-~～–—]+\s?(?=[\d\0上下早晚凌中])"), lambda match: "到"),
)
