"""Years: 2024年 and 30年, 1998—2003年, 2023-24赛季, 2024春晚."""

from __future__ import annotations

import re

from langsong.text.normalize.grammar import JOIN, MEASURE, upto
from langsong.text.normalize.numerals import digit_by_digit
from langsong.text.normalize.rule import Rule, after, before

_SPAN_WORD = re.compile(
    "(?:前(?!后)|后|来|间|以上|以来|以内|之内|之久|内|里|多|代|历史|寿|产权|租期|期限|有期|周年|文明|时光|岁月|左右|的历史|"
    "的时间|不变|如一日|之前|之后|一遇)"
)
"""What follows a number of years, not a year."""
_ERA = re.compile("[公西]元前?\\s?$")
_YEAR_WORD = re.compile("(?:建于|生于|卒于|死于|始于|成书于|[于在自从])\\s?$")
_BORN = re.compile("出生|生的?|毕业|入|参|建|开|成立|的$")
_ENGLISH = re.compile("(?<![A-Za-z])(?:[Ii]n|[Ss]ince|[Uu]ntil|[Bb]y|[Ff]rom) $")
_LATEST = 2199
"""Later ones are how long something takes: 半衰期5730年."""
_TOWARDS = re.compile("(?:展望|面向|走进|迈向|迎接|回顾|再见|你好|告别|回首|跨越|愿景|决战|重返)\\s?$")
_AMOUNT_BEFORE = re.compile("(?:[花卖买约共达超近逾过万有为到满]|工资|月薪|价格|编号|第)\\s?$")
_YEARLY = re.compile(
    r"\s?[”\"》）)]?(?:春[晚节招季夏]|秋[招季冬]|夏季|冬[季奥]|新年|跨年|元旦|国庆|赛季|财年|高考|中考|考研|校招|世界杯|欧洲杯|"
    r"亚洲杯|奥运|亚运|世锦赛|欧冠|全运会|[Qq][1-4]|H[12]|中国|全国|全球|世界|国际|亚洲|上海|北京|杭州|巴黎|东京|成都|广州|深圳|"
    r"南京|武汉|重庆|西安|双1[12]|年度|第[一二三四\d]|"
    r"[\u4e00-\u9fff]{0,8}(?:世界杯|奥运|亚运|锦标赛|峰会|大会|论坛|晚会|榜单|报告|白皮书|规划|年会|博览会|车展|盛典|颁奖|音乐节|"
    r"电影节))"
)
"""What a year stands before without 年."""


def _read_years(match: re.Match[str]) -> str | None:
    """1998—2003年, 2023-24赛季, 2019-2023."""
    first, last = match["first"], match["last"]
    if not match["word"]:
        if len(last) != 4 or not int(first) < int(last) <= int(first) + 150 or MEASURE.match(after(match)):
            return None
    elif len(last) == 3 or (len(last) == 4 and int(last) < int(first)):
        return None
    joint = "" if match["join"].strip() == "/" else upto(match)
    return f"{digit_by_digit(first)}{match['unit'] or ''}{joint}{digit_by_digit(last)}"


def _read_ancient(match: re.Match[str]) -> str:
    """701年－762年."""
    return f"{digit_by_digit(match['first'])}年{upto(match)}{digit_by_digit(match['last'])}"


def _read_reign(match: re.Match[str]) -> str | None:
    """唐（618—907）."""
    first, last = match["first"], match["last"]
    if not int(first) < int(last) <= int(first) + 700 or (first[-1] == "0" == last[-1]):
        return None
    return f"{digit_by_digit(first)}到{digit_by_digit(last)}"


def _read_year(match: re.Match[str]) -> str | None:
    """The number in front of 年: a year digit by digit, or how long something takes."""
    digits, front, back = match["digits"], before(match), after(match).lstrip().removeprefix("年")
    era = _ERA.search(front) or _YEAR_WORD.search(front)
    if len(digits) == 4:
        if int(digits) > _LATEST and not era:
            return None
        if digits[1:] == "000" and (digits[0] not in "12" or _SPAN_WORD.match(back)) and not _ERA.search(front):
            return None
        if digits[2:] == "00" and _SPAN_WORD.match(back) and not era:
            return None
        return digit_by_digit(digits)
    if len(digits) == 3:
        dated = re.search("(?:^|[（(，。；、])前?$", front) and (
            front.endswith("前") or re.match(r"[，,）)春夏秋冬初末底]|[\d\0]{1,2}月", back)
        )
        is_year = (era or (dated and digits[1:] != "00")) and not _SPAN_WORD.match(back)
        return digit_by_digit(digits) if is_year else None
    return _short_year(digits, front, back)


def _short_year(digits: str, front: str, back: str) -> str | None:
    """86年8月, 08年; but 30年 and 10年来."""
    if re.match(r"代", back):
        return None
    if re.match(r"\s?(?:[\d\0]{1,2}\s?月(?!份?以)|底|初|末|年?级|届|款|版|春|夏|秋|冬)", back) or digits[0] == "0":
        return digit_by_digit(digits)
    dated = not front or front.endswith(("于", "在", "自", "从", "到", "至", "，", "、", "。", "（", "("))
    dated = dated or (front.endswith("是") and _BORN.match(back) is not None)
    is_year = digits[0] in "6789" and dated and back and not _SPAN_WORD.match(back)
    return digit_by_digit(digits) if is_year else None


def _read_bare_year(match: re.Match[str]) -> str | None:
    """2024春晚, 2008北京奥运会: four digits that no measure word follows and no amount precedes."""
    front, back = before(match), after(match, 16)
    if _TOWARDS.search(front) or _ENGLISH.search(front) or re.match("[级届款版](?!别|台)", back):
        return digit_by_digit(match[0])
    if MEASURE.match(back) or _AMOUNT_BEFORE.search(front):
        return None
    return digit_by_digit(match[0]) if _YEARLY.match(back) else None


DECADE = Rule(
    "decade",
    re.compile(r"(?<![\dA-Za-z])(?P<decade>(?:1[5-9]|20)\d0)['’]?s(?![A-Za-z])"),
    lambda match: f"{digit_by_digit(match['decade'])}年代",
)
"""1990s, before the letter is a unit."""
RULES = (
    Rule(
        "year",
        re.compile(r"(?<=[（(])(?P<first>\d{3})(?P<join>[-—–~～]{1,2})(?P<last>\d{3,4})(?=[）)])"),
        _read_reign,
    ),
    Rule(
        "year",
        re.compile(
            rf"(?<![\dA-Za-z$¥€£])(?<!\d[.,])(?P<first>1[0-9]\d{{2}}|20\d{{2}})\s?(?P<unit>年?)(?P<join>{JOIN}|/)"
            r"(?P<last>\d{2}|\d{4})"
            r"(?=\s?(?P<word>年|学年|赛季|财年|级|届)|[^\d.%/:-]|\Z)(?!\.\d)"
        ),
        _read_years,
    ),
    Rule(
        "year",
        re.compile(r"(?<=[〔\[【(（])(?:19|20)\d\d(?=[〕\]】)）])|(?<=年[（(])1\d{3}(?=[)）])"),
        lambda match: digit_by_digit(match[0]),
    ),
    Rule("year", re.compile(rf"(?<!\d)(?<!\d\.)(?P<first>\d{{3}})年{JOIN}(?P<last>\d{{3}})(?=年)"), _read_ancient),
    Rule("year", re.compile(r"(?<!\d)(?<!\d[.,:：/])(?P<digits>\d{2,4})(?=\s?年(?!级|纪))"), _read_year),
    Rule(
        "year",
        re.compile(r"(?<![\dA-Za-z-])(?<!\d[.,:：/])(?:19[4-9]\d|20[0-4]\d)(?![\d:：/%-]|[.,]\d)"),
        _read_bare_year,
    ),
)
