"""Numbers that have become names: B2B, 985, 9·11, 315晚会, 波音747."""

from __future__ import annotations

import re

from langsong.text.normalize.grammar import MEASURE, QUANTITY_CUE
from langsong.text.normalize.numerals import digit_by_digit, model_number, number
from langsong.text.normalize.rule import Rule, after, before

_PAIRS = {"B2B", "B2C", "C2C", "O2O", "P2P", "C2B", "B2G", "G2P", "G2B", "D2C", "F2F", "E2E", "V2X", "M2M", "C2M"}
_KNOWN = (
    "985|211|996|007|618|315|520|521|1314|666|233|2333|404|731|798|863|973|921|831|717|816|886|9527|911|4399|1688|23{3,9}|6{4,9}|"
    "360(?=安全|公司|浏览器|手机|搜索|杀毒)|163(?=邮箱|网)|126(?=邮箱)|139(?=邮箱)|58(?=同城|到家)|51(?=job|talk|CTO)|84(?=消毒)|"
    "502(?=胶|错误)|500(?=错误)|403(?=错误)|(?:400|800)(?=电话|热线|客服)"
)
_EVENTS = (
    "事件|事变|惨案|运动|讲话|会议|新政|政策|计划|工程|政变|起义|案|专案|文件|晚会|大促|购物节|年货节|狂欢节|地震|大地震|阅兵|火灾|"
    "爆炸|空难|洪灾|纪念日|国际|打假|消费者|女人节|女神节|劳动节|妇女节|青年节|儿童节|建军节|情人节|光棍节|植树节|程序员节|表白|年中|"
    "假期|长假|黄金周|国庆|特大|暴雨|部队|医院|高地|艺术区|步枪|手枪|冲锋枪|狙击|坦克|战机|战斗机|轰炸机|运输机|直升机|舰|艇|导弹|"
    "客机|飞机|房间|法案|协议|公报|指示|号文"
)
"""What is named by a date or a number in front of it."""
_CRAFT = (
    "歼|轰|运|直|教|苏|米格|伊尔|图|安|东风|长征|巨浪|鹰击|红旗|霹雳|神舟|嫦娥|天宫|天问|北斗|天舟|玉兔|问天|风云|资源|高分|实践|"
    "阿波罗|猎鹰|星舰|飞豹|枭龙|武直|彩虹|翼龙|强"
)
_BRANDS = "波音|空客|空中客车|麦道|标致|保时捷|诺基亚|骁龙|天玑|麒麟|锐龙|酷睿"


def _after(words: str) -> str:
    return "|".join(f"(?<={word})" for word in words.split("|"))


def _read_pair(match: re.Match[str]) -> str | None:
    return f"{match[0][0]} to {match[0][2]}" if match[0].upper() in _PAIRS else None


def _read_known(match: re.Match[str]) -> str | None:
    if MEASURE.match(after(match)) or QUANTITY_CUE.search(before(match)) or re.match(r"[多余来%％]", after(match)):
        return None
    return digit_by_digit(match[0])


def _read_projects(match: re.Match[str]) -> str:
    """985/211."""
    return " ".join(digit_by_digit(digits) for digits in re.findall(r"\d+", match[0]))


def _read_day(match: re.Match[str]) -> str | None:
    """9·11, 5.12大地震: the digits of month and day."""
    if match["dot"] == "." and match["event"] is None:
        return None
    month, day = match["month"], match["day"]
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return None
    if (month, day) == ("10", "1"):
        return "十一"
    if month == day and month in ("11", "12"):
        return f"双{number(month)}"
    return digit_by_digit(month + day)


def _read_event(match: re.Match[str]) -> str | None:
    digits = match["digits"]
    if digits.endswith("00") or QUANTITY_CUE.search(before(match)):
        return None
    return digit_by_digit(digits)


def _read_craft(match: re.Match[str]) -> str:
    return model_number(match["digits"])


def _read_year_class(match: re.Match[str]) -> str:
    return digit_by_digit(match["year"])


def _read_title(match: re.Match[str]) -> str | None:
    """《1984》, 《2001太空漫游》."""
    if MEASURE.match(after(match)) or match[0].endswith("00"):
        return None
    return digit_by_digit(match[0])


def _read_quoted(match: re.Match[str]) -> str | None:
    digits = match["digits"]
    return None if digits.endswith("00") else digit_by_digit(digits)


RULES = (
    Rule("name", re.compile(r"(?<![\d/.])(?:985\s?[/-]\s?211|211\s?[/-]\s?985)(?![\d/.])"), _read_projects),
    Rule(
        "name",
        re.compile(r"(?<![\d/.-])7-(?:11(?=便利|门店|店|买|吃|[，。！？]|$)|[Ee]leven)"),
        lambda match: "seven eleven",
    ),
    Rule("name", re.compile(r"(?<![A-Za-z0-9])[A-Za-z]2[A-Za-z](?![A-Za-z0-9])"), _read_pair),
    Rule(
        "name",
        re.compile(
            r"(?<!\d)(?<!\d\.)(?P<month>\d{1,2})(?P<dot>[·•.])(?P<day>\d{1,2})(?!折)"
            rf"(?P<event>(?=[”\"’]?(?:{_EVENTS})))?(?![\d.·])"
        ),
        _read_day,
    ),
    Rule(
        "title",
        re.compile(r"(?<=[《「])(?P<digits>\d{3,4})(?=[》」])|(?<=[《「])(?P<year>(?:19|20)\d\d)(?=[\u4e00-\u9fff])"),
        _read_title,
    ),
    Rule("name", re.compile(r"(?<=[“\"‘'])(?P<digits>\d{3,6})(?=[”\"’'])"), _read_quoted),
    Rule(
        "name",
        re.compile(r"(?<!\d)(?:301|302|304|307|309)(?=医院)|(?<!\d)101(?=中学|大厦|大楼|女团)"),
        lambda match: digit_by_digit(match[0], one="幺"),
    ),
    Rule(
        "name",
        re.compile(rf"(?<![\dA-Za-z¥$€£-])(?<!\d[.,])(?:{_KNOWN})(?![\d.,%A-Za-z:：~～—/-])(?!\.\d)"),
        _read_known,
    ),
    Rule(
        "name", re.compile(rf"(?<![\dA-Za-z-])(?<!\d[.,])(?P<digits>\d{{3,4}})(?=号?(?:新)?(?:{_EVENTS}))"), _read_event
    ),
    Rule("name", re.compile(rf"(?:{_after(_CRAFT)})-(?P<digits>\d{{1,4}})(?![\d.%])"), _read_craft),
    Rule("name", re.compile(rf"(?:{_after(_BRANDS)})(?P<digits>\d{{1,4}})(?![\d.])"), _read_craft),
    Rule("name", re.compile(r"(?<!\d)(?<!\d\.)[3-9]\d(?=A?式|A主战|A坦克)"), lambda match: digit_by_digit(match[0])),
    Rule(
        "name",
        re.compile(r"(?<![\d年第])(?<!\d\.)(?P<year>[5-9][05]|0[05]|10)(?=后(?![天来续面者置]))"),
        _read_year_class,
    ),
)
