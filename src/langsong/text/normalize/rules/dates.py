"""Dates: 2024-02-10, 2024/2/10, 3/5, 10月1日, 8-10日."""

from __future__ import annotations

import re

from langsong.text.normalize.grammar import JOIN, MEASURE, upto
from langsong.text.normalize.numerals import digit_by_digit, plain_cardinal
from langsong.text.normalize.rule import Rule, after, before

_MONTH = r"(?:1[0-2]|0?[1-9])"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_YEAR = r"(?:1[0-9]\d{2}|20\d{2}|21\d{2})"
_END = r"(?![\d.]*\d)(?![A-Za-z%])"

_FULL = rf"(?P<year>{_YEAR})(?P<sep>[-/.])(?P<month>{_MONTH})(?P=sep)(?P<day>{_DAY})"
_YEAR_MONTH = re.compile(rf"(?P<year>{_YEAR})[-/.](?P<month>{_MONTH})")
_CONTEXT_BEFORE = re.compile(
    "(?:日期|截止|截至|截稿|生日|到期|更新|发布于?|时间|日程|有效期|于|日子|档期)(?:到|至|为|是|：|:|日期)?\\s?$"
)
_CONTEXT_AFTER = re.compile(
    r"\s?[(（]?(?:周[一二三四五六日天]|星期|礼拜|上午|下午|晚|早|凌晨|中午|日|号|\d{1,2}[:：]\d{2}|"
    "劳动节|国庆|元旦|儿童节|妇女节|青年节|建军节|教师节|圣诞|情人节|植树节|愚人节|万圣节|平安夜|光棍节|"
    "截止|截稿|开始|开幕|开业|发布|上线|更新|上映|出发|放假)"
)


def _date(year: str | None, month: str | None, day: str | None) -> str:
    return (
        (f"{digit_by_digit(year)}年" if year else "")
        + (f"{plain_cardinal(month)}月" if month else "")
        + (f"{plain_cardinal(day)}日" if day else "")
    )


def _read_full(match: re.Match[str]) -> str | None:
    """2024-02-10, also from one to another."""
    if match["last"]:
        parts = re.findall(r"\d+", match["last"])
        year = parts[0] if len(parts) == 3 else None
        return f"{_date(match['year'], match['month'], match['day'])}{upto(match)}{_date(year, parts[-2], parts[-1])}"
    return _date(match["year"], match["month"], match["day"])


def _read_month_of_year(match: re.Match[str]) -> str | None:
    if match["sep"] == "." and MEASURE.match(after(match)):
        return None
    return _date(match["year"], match["month"], None)


def _read_month_range(match: re.Match[str]) -> str:
    return upto(match).join(_date(found["year"], found["month"], None) for found in _YEAR_MONTH.finditer(match[0]))


def _read_year_last(match: re.Match[str]) -> str:
    """08-10-2008; a first part past 12 is the day."""
    first, second = match["first"], match["second"]
    month, day = (second, first) if int(first) > 12 >= int(second) else (first, second)
    return _date(match["year"], month, day)


def _read_month_before_year(match: re.Match[str]) -> str:
    return _date(match["year"], match["month"], None)


def _read_month_day(match: re.Match[str]) -> str | None:
    """08-08 by its zeros; 3/5 by what stands around it."""
    month, day = match["month"], match["day"]
    zero = month[0] == "0" or (day[0] == "0" and match["sep"] != ".")
    stated = _CONTEXT_BEFORE.search(before(match)) or _CONTEXT_AFTER.match(after(match))
    if match["sep"] == "." and MEASURE.match(after(match)):
        return None
    if match["last"]:
        if not (zero or stated or match["sep"] == "/"):
            return None
        return f"{_date(None, month, day)}{upto(match)}{_date(None, match['last_month'], match['last_day'])}"
    if not (zero or (stated and match["sep"] != "-")):
        return None
    said = _date(None, month, day)
    return said.removesuffix("日") if re.match(r"\s?[日号]", after(match)) else said


def _read_number(match: re.Match[str]) -> str:
    return plain_cardinal(match["digits"])


def _read_days(match: re.Match[str]) -> str:
    """8-10日, 3~5月, 1—15号."""
    return f"{plain_cardinal(match['first'])}{upto(match)}{plain_cardinal(match['last'])}"


RULES = (
    Rule(
        "date",
        re.compile(
            rf"(?<![\dA-Za-z-])(?<!\d\.){_FULL}(?:(?:\s?(?:~|～|—{{1,2}}|–|到|至)\s?|\s-\s|(?<=\d)-(?=\d+[/.]))"
            rf"(?P<last>{_YEAR}(?P=sep){_MONTH}(?P=sep){_DAY}|{_MONTH}(?P=sep){_DAY}))?(?:T(?=[\d\0])|{_END})"
        ),
        _read_full,
    ),
    Rule(
        "date",
        re.compile(rf"(?<![\dA-Za-z-])(?<!\d\.){_YEAR}(?P<sep>[-/.]){_MONTH}{JOIN}{_YEAR}(?P=sep){_MONTH}{_END}"),
        _read_month_range,
    ),
    Rule(
        "date",
        re.compile(
            rf"(?<![\dA-Za-z-])(?<!\d\.)(?P<first>[0-3]?\d)(?P<sep>[-/.])(?P<second>[0-3]?\d)(?P=sep)(?P<year>{_YEAR}){_END}"
        ),
        _read_year_last,
    ),
    Rule(
        "date",
        re.compile(
            rf"(?<![\dA-Za-z-])(?<!\d\.)(?P<year>{_YEAR})(?P<sep>[-/.])(?P<month>0[1-9]|1[0-2]|(?<=/)[1-9]){_END}(?![-/])"
        ),
        _read_month_of_year,
    ),
    Rule(
        "date",
        re.compile(rf"(?<![\dA-Za-z/-])(?<!\d\.)(?P<month>0[1-9]|1[0-2])[-/.](?P<year>{_YEAR}){_END}(?![-/])"),
        _read_month_before_year,
    ),
    Rule(
        "date",
        re.compile(
            rf"(?<![\dA-Za-z/-])(?<!\d[.:])(?P<month>{_MONTH})(?P<sep>[-/.])(?P<day>{_DAY})"
            rf"(?:\s?[-~～—–到至]\s?(?P<last>(?P<last_month>{_MONTH})(?P=sep)(?P<last_day>{_DAY})))?{_END}(?![-/])"
        ),
        _read_month_day,
    ),
    Rule(
        "date",
        re.compile(
            rf"(?<!\d)(?<!\d\.)(?P<first>\d{{1,2}}){JOIN}(?P<last>\d{{1,2}})"
            r"(?=\s?(?:月(?!球|饼|亮)|日(?!元|语|本)|号(?!线|楼|院|文|车)))"
        ),
        _read_days,
    ),
    Rule(
        "date",
        re.compile(
            r"(?<![\dA-Za-z-])(?<!\d[.,:：/])(?P<digits>\d{1,2})(?=\s?(?:月(?!球|饼|亮)|日(?!元|语|本))|号(?!线|楼|院))"
        ),
        _read_number,
    ),
)
