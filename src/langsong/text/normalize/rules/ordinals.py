"""第2名 is 第二名; 1st is first; No.1 第一; 3# 三号."""

from __future__ import annotations

import re

from langsong.text.normalize.grammar import upto
from langsong.text.normalize.numerals import number, ordinal
from langsong.text.normalize.rule import Rule

_UNITS = (
    "", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
)  # fmt: skip
_TENS = ("", "", "twent", "thirt", "fort", "fift", "sixt", "sevent", "eight", "ninet")


def _read(match: re.Match[str]) -> str:
    return f"第{ordinal(match['first'])}"


def _read_range(match: re.Match[str]) -> str:
    return f"第{ordinal(match['first'])}{upto(match)}{'第' if match['again'] else ''}{ordinal(match['last'])}"


def _read_list(match: re.Match[str]) -> str:
    """第1、2、3."""
    return re.sub(r"\d+", lambda digits: ordinal(digits[0]), match[0])


def _read_english(match: re.Match[str]) -> str | None:
    """1st to 99th, as English words."""
    value = int(match["first"])
    if 0 < value < 20:
        return _UNITS[value]
    if not 20 <= value < 100:
        return None
    tens, units = divmod(value, 10)
    return f"{_TENS[tens]}y {_UNITS[units]}" if units else f"{_TENS[tens]}ieth"


def _read_number_sign(match: re.Match[str]) -> str:
    return f"{number(match['first'])}号"


def _read_label(match: re.Match[str]) -> str:
    """图3-1: the first one of chapter 3."""
    return "杠".join(number(digits) for digits in re.findall(r"\d+", match[0]))


def _read_pages(match: re.Match[str]) -> str:
    """pp. 12-15."""
    last = f"到{number(match['last'])}" if match["last"] else ""
    return f"第{number(match['first'])}{last}页"


LABELS = (
    Rule(
        "label",
        re.compile(
            r"(?:(?<=[图表])|(?<=公式)|(?<=公式[（(])|(?<=例题)|(?<=习题)|(?<=实验)|(?<=[Ff]ig\. ))"
            r"\d{1,2}-\d{1,2}(?![\d.%-]|\s?[月日号天元个人级岁])"
        ),
        _read_label,
    ),
    Rule(
        "pages",
        re.compile(r"(?<![A-Za-z])pp?\.\s?(?P<first>\d{1,4})(?:\s?[-–~]\s?(?P<last>\d{1,4}))?(?![\d.])"),
        _read_pages,
    ),
)
"""Before a hyphen is a score or a range."""
RULES = (
    Rule("ordinal", re.compile(r"第\s?\d{1,4}(?:[、和及]\d{1,4}(?![\d.])){1,9}"), _read_list),
    Rule(
        "ordinal",
        re.compile(
            r"第\s?(?P<first>\d{1,8})\s?(?:-|~|～|—{1,2}|–|到|至)\s?(?P<again>第?)(?P<last>\d{1,8})(?![\d.%:：])"
        ),
        _read_range,
    ),
    Rule("ordinal", re.compile(r"第\s?(?P<first>\d{1,8})(?![\d.,:：~～–—-]*\d)"), _read),
    Rule(
        "ordinal",
        re.compile(r"(?<![\dA-Za-z])(?<!\d[.,])(?P<first>\d{1,2})\s?(?:st|nd|rd|th|ST|ND|RD|TH)(?![A-Za-z0-9])"),
        _read_english,
    ),
    Rule("ordinal", re.compile(r"(?<![A-Za-z])(?:No|NO|№)[.．]?\s?(?P<first>\d{1,4})(?![\d.]*\d|[A-Za-z])"), _read),
    Rule("number sign", re.compile(r"(?<![\d#A-Za-z])(?<!\d\.)#(?P<first>\d{1,4})(?![\d.#A-Za-z])"), _read_number_sign),
    Rule("number sign", re.compile(r"(?<![\d#A-Za-z])(?<!\d\.)(?P<first>\d{1,4})#(?![#\d])"), _read_number_sign),
)
