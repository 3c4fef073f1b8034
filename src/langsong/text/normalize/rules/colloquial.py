"""Amounts as people write them: 1米75, 9秒58, 88折, 10W+, 300w张, 100M宽带."""

from __future__ import annotations

import re

from langsong.text.normalize.grammar import JOIN, NUMBER, upto
from langsong.text.normalize.numerals import amount, digit_by_digit
from langsong.text.normalize.rule import Rule, after, before

_WORTH = re.compile("(?:年薪|月薪|薪资|身价|存款|首付|卖了?|花了?|赚了?|房|播放|粉丝|点赞)[^，。\\d]{0,3}$")
_COUNTED = re.compile(
    "\\+(?!\\s?[\\d\0])|[^，。+]{0,2}(?:粉丝|播放|点赞|阅读|浏览|人|块|元|年薪|存款|首付|[张条个字名份件])"
)
_ELECTRIC = re.compile(
    "(?:电流|充电|安培|最大|额定|保险丝)[^，。]{0,4}$|\\d\\s?V[/×xX*，, ]?\\s?$|\0\\s?[/×xX*，,]?\\s?$"
)


def tells_of_money(match: re.Match[str]) -> bool:
    """Whether a number with W counts money or people, not watts."""
    return _WORTH.search(before(match)) is not None or _COUNTED.match(after(match)) is not None


def _read_height(match: re.Match[str]) -> str:
    """1米75, 1m8: the decimals of metres."""
    return f"{amount(match['metres'])}米{digit_by_digit(match['rest'])}"


def _read_digits(match: re.Match[str]) -> str:
    return digit_by_digit(match[0])


def _read_ten_thousand(match: re.Match[str]) -> str | None:
    if match["unit"] == "W" and not (re.match(r"\+|[粉人阅播点浏的]", after(match)) or _WORTH.search(before(match))):
        return None
    last = f"{upto(match)}{amount(match['last'])}" if match["last"] else ""
    return f"{amount(match['first'])}{last}万"


def _read_ampere(match: re.Match[str]) -> str | None:
    return f"{amount(match['first'])}安" if _ELECTRIC.search(before(match)) else None


_PHYSICAL = {"N": ("力|重", "牛"), "J": ("功|能|热量", "焦")}
"""Letters that are units where such words stand by."""
_FIRST = rf"(?<![A-Za-z\d])(?<!\d[.,])(?P<first>{NUMBER})"


def _read_compound(match: re.Match[str]) -> str | None:
    """2h30min, 5m20s, 1h 5m 30s: units too short to be one alone in front of digits."""
    said = [
        f"{amount(match[part])}{unit}"
        for part, unit in (("hours", "小时"), ("minutes", "分"), ("seconds", "秒"))
        if match[part]
    ]
    return "".join(said) if len(said) > 1 else None


def _read_physical(match: re.Match[str]) -> str | None:
    """50N的拉力, 做功200J."""
    context, name = _PHYSICAL[match["unit"]]
    if not (
        re.search(f"(?:{context})[^，。\\d]{{0,5}}$", before(match))
        or re.match(f"的?.{{0,2}}(?:{context})", after(match))
    ):
        return None
    return f"{amount(match['first'])}{name}"


RULES = (
    Rule(
        "duration",
        re.compile(
            r"(?<![A-Za-z\d])(?<!\d\.)(?:(?P<hours>\d{1,3})h(?:r|rs)?\s?)?(?:(?P<minutes>\d{1,2})(?:min|m)\s?)?"
            r"(?:(?P<seconds>\d{1,2}(?:\.\d+)?)s(?:ec)?)?(?<=[hmnsrc])(?![A-Za-z0-9])"
        ),
        _read_compound,
    ),
    Rule("discount", re.compile("(?<![\\d.])[1-9][1-9](?=折)"), _read_digits),
    Rule("time", re.compile(r"(?<=\d秒)\d{2}(?![\d.])"), _read_digits),
    Rule(
        "height",
        re.compile(
            r"(?<!\d)(?<!\d\.)(?P<metres>\d)\s?(?:米|m(?![23](?!\d)))(?P<rest>\d{1,2})(?![\d.]|\s?(?:厘米|cm|公分|[×xX*]))"
        ),
        _read_height,
    ),
    Rule(
        "ten thousand",
        re.compile(rf"{_FIRST}(?:{JOIN}(?P<last>{NUMBER}))?(?P<unit>[wW])(?![A-Za-z0-9])"),
        _read_ten_thousand,
    ),
    Rule("measure", re.compile(rf"{_FIRST}\s?(?P<unit>[NJ])(?![A-Za-z0-9·/])"), _read_physical),
    Rule("measure", re.compile(rf"{_FIRST}\s?A(?![A-Za-z0-9]|级|景|区|股|类|型|座|栋|面|轮)"), _read_ampere),
    Rule(
        "measure",
        re.compile(rf"{_FIRST}\s?M(?=(?:的)?(?:宽带|流量|带宽|内存|光纤|网速|空间|大小|文件|/s))"),
        lambda match: f"{amount(match['first'])}兆",
    ),
)
