"""Numbers that are dialled: digit by digit, 1 as 幺 in mobile and service numbers."""

from __future__ import annotations

import re

from langsong.text.normalize.grammar import MEASURE, QUANTITY_CUE
from langsong.text.normalize.numerals import digit_by_digit
from langsong.text.normalize.rule import Rule, after, before

_COUNTRY = r"(?:[(（]?(?:\+|00)\s?86[)）]?[- ]?|[(（]86[)）][- ]?|(?<!\d)86[- ])"
_MOBILE = r"1[3-9]\d(?:[- ]\d{4}[- ]\d{4}|[- ]\d{3}[- ]\d{5}|\d{8}|[*＊xX]{4}\d{4})"
_AREA = (
    r"(?:[(（]0(?:10|2\d|[3-9]\d{2})[)）][- ]?|0(?:10|2\d|[3-9]\d{2})[- ]?|(?(country)(?:10|2\d|[3-9]\d{2})[- ]|(?!)))"
)
"""Behind the country's number without its zero."""
_LOCAL = r"\d{3,4}[- ]?\d{4}"
_EXTENSION = r"(?:\s?(?:-|转|分机号?)\s?\d{1,5})?"
_FREE = r"[48]00(?:[- ]\d{3}[- ]\d{4}|[- ]\d{4}[- ]\d{3}|\d[- ]\d{3}[- ]\d{3}|\d{7})"
_START = r"(?<![\dA-Za-z])(?<!\d\.)"
_END = r"(?![\d.]*\d|[A-Za-z%])"

_SERVICES = (
    "110|119|120|122|114|999|12110|12306|12315|12345|12348|12333|12366|12369|12355|12320|12329|12319|12328|12309|12318|12338|"
    "12339|12350|12351|12356|12377|12388|12123|12389|12390|12393|12396|10086|10010|10099|10016|11185|11183|95\\d{3}"
)
_SERVICE = re.compile(_SERVICES)
_LABEL = re.compile(
    "(?:电话|手机|热线|专线|客服|总机|传真|短信|号码|座机|固话|分机|联系方式|联系|拨打?|致电|呼叫|来电|去电|拨通|直拨|"
    '[Tt]el|TEL|[Ff]ax|[Pp]hone|发送?[^，。]{0,4}[到至])(?:号码|号|是|为|分别是|通|了)?[\\s:：“"(（.]*$'
)
_DIALLING = re.compile(
    '(?:火警|匪警|报警|急救|救援|查号台?|投诉|举报|咨询|电话|热线|求助|(?:打|拨|叫|呼)[了过]?|按|报|call|给|和|或|、|到|至|救护车|消防车|警车)[“"\\s（(]*$'
)
_SERVICE_NOUN = re.compile(
    '[”"\\s]*(?:报警|急救|火警|接警|接处警|指挥|平台|热线|民警|出警|救护|调度|查号|消防|电话|短信|巡警|反诈|交警|客服|服务|官网|'
    "网站|[Aa][Pp][Pp]|购票|订票|候补|投诉|举报|打(?:个|了)?(?:电话|来)|求助|咨询|中心|便民|市民)"
)
_GROUPED = {7: (3, 4), 8: (4, 4), 10: (3, 3, 4), 11: (3, 4, 4)}
_PUNCTUATION = re.compile(r"[-\s()（）]+")
_PART = re.compile(r"\+?\d+|[*＊xX]+|转|分机号?")


def grouped(digits: str, *, one: str) -> str:
    """The digits of a number in the groups in which it is said: 幺三八 零零幺三 八零零零."""
    groups: list[str] = []
    for size in _GROUPED.get(len(digits), (len(digits),)):
        groups.append(digit_by_digit(digits[:size], one=one))
        digits = digits[size:]
    return " ".join(groups)


def _read_mobile(match: re.Match[str]) -> str | None:
    if MEASURE.match(after(match)) or after(match, 1) in ("元", "美"):
        return None
    country = "八六 " if match["country"] else ""
    digits = re.sub(r"[- ]", "", match["number"])
    if not digits.isdigit():
        return f"{country}{digit_by_digit(digits[:3], one='幺')} 星星星星 {digit_by_digit(digits[-4:], one='幺')}"
    return country + grouped(digits, one="幺")


def _read_landline(match: re.Match[str]) -> str:
    # WeText's convention: a fixed line says 一 where a mobile says 幺.
    country = "八六 " if match["country"] else ""
    area = digit_by_digit(re.sub(r"\D", "", match["area"]))
    local = grouped(re.sub(r"\D", "", match["local"]), one="一")
    extension = re.search(r"(转|分机号?|-)\s?(\d+)", match["extension"])
    if extension is None:
        return f"{country}{area} {local}"
    joint = "转" if extension[1] == "-" else extension[1]
    return f"{country}{area} {local} {joint}{digit_by_digit(extension[2], one='幺')}"


def _read_free(match: re.Match[str]) -> str | None:
    if match[0].isdigit() and (MEASURE.match(after(match)) or QUANTITY_CUE.search(before(match))):
        return None
    groups = re.split("[- ]", match[0])
    if len(groups) == 1:
        return grouped(match[0], one="一")
    return " ".join(digit_by_digit(group) for group in groups)


def _read_foreign(match: re.Match[str]) -> str:
    groups = [group for group in _PUNCTUATION.split(match[0].lstrip("+")) if group]
    return "加" + " ".join(digit_by_digit(group, one="幺") for group in groups)


def _read_labelled(match: re.Match[str]) -> str | None:
    """Digits behind 电话, 热线, 拨打 …, and the numbers that everybody knows."""
    front, back = before(match, 16), after(match)
    digits = match[0]
    known = _SERVICE.fullmatch(digits) is not None
    alone = not front.strip() and not back.strip("。！？.!? ")
    if MEASURE.match(back) and not (known and _SERVICE_NOUN.match(back)):
        return None
    called = _DIALLING.search(front) or _SERVICE_NOUN.match(back) or alone
    if known and (called or (len(digits) == 5 and not QUANTITY_CUE.search(front))):
        return digit_by_digit(digits, one="幺")
    if _LABEL.search(front):
        return " ".join(grouped(group, one="幺") for group in digits.split("-"))
    return None


RULES = (
    Rule(
        "mobile number",
        re.compile(rf"(?<![\dA-Za-z])(?<!\d\.)(?P<country>{_COUNTRY})?(?P<number>{_MOBILE}){_END}"),
        _read_mobile,
    ),
    Rule(
        "telephone",
        re.compile(
            rf"{_START}(?P<country>{_COUNTRY})?(?P<area>{_AREA})(?P<local>{_LOCAL})(?P<extension>{_EXTENSION}){_END}"
        ),
        _read_landline,
    ),
    Rule("telephone", re.compile(rf"{_START}{_FREE}(?![-]?\d)(?![A-Za-z%.])"), _read_free),
    Rule(
        "telephone",
        re.compile(r"(?<![\w.])\+[1-9]\d{0,2}[- ](?:\(\d{1,4}\)|\d{2,4})(?:[- ]\d{2,5}){1,4}(?!\d)", re.A),
        _read_foreign,
    ),
    Rule("telephone", re.compile(r"(?<![\w.*#])\d{3,12}(?:-\d{2,8}){0,3}(?![\w%*:/-]|\.\w)", re.A), _read_labelled),
)
