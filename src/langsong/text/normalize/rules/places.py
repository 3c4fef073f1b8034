"""Numbers of rooms, houses, roads, buses, trains and flights."""

from __future__ import annotations

import re

from langsong.text.normalize.grammar import MEASURE
from langsong.text.normalize.numerals import amount, digit_by_digit, number, plain_cardinal
from langsong.text.normalize.rule import Rule, after, before

_AIRLINES = (
    "CA|MU|CZ|HU|ZH|FM|MF|SC|3U|9C|8L|G5|GS|KN|HO|JD|TV|PN|EU|DR|NS|QW|KY|BK|CN|UQ|FU|GX|A6|Y8|GJ|AQ|DZ|GY|LT|OQ|RY|CX|KA|HX|UO|NX|"
    "CI|BR|MH|SQ|TG|AA|UA|DL|BA|AF|LH|KL|NH|JL|KE|OZ|EK|QR|EY|TK|SU|QF|AC|VN|PR|GA|LX|OS|AY|SK"
)
_TRAIN_WORD = re.compile("[\\s]*(?:次|列车|动车|高铁|号列车|号车)")
_TRAVEL_WORD = re.compile(
    "(?:列车|高铁|动车|车次|火车|车票|乘坐|搭乘|乘|坐|搭|开往|班次|检票|发车|抢到|改签)[^，。]{0,4}$"
)
_BUILDING = re.compile(r"(?:单元|栋|幢|座|号楼|[A-Z]座|楼|层|号院|弄\d{1,4}号)\s*$")


def _read_train(match: re.Match[str]) -> str | None:
    if len(match["digits"]) < 3 and not _TRAIN_WORD.match(after(match)):
        return None
    if not (_TRAIN_WORD.match(after(match)) or _TRAVEL_WORD.search(before(match))):
        return None
    return match["letter"] + (number(match["digits"]) if len(match["digits"]) < 3 else _read_room(match))


def _read_flight(match: re.Match[str]) -> str:
    return "".join(digit_by_digit(char) if char.isdigit() else char for char in match["airline"]) + digit_by_digit(
        match["digits"], one="幺"
    )


def _read_room(match: re.Match[str]) -> str:
    return digit_by_digit(match["digits"], one="幺")


def _read_named_room(match: re.Match[str]) -> str:
    """会议室302."""
    return match["lead"] + digit_by_digit(match["digits"], one="幺")


def _read_inside(match: re.Match[str]) -> str | None:
    """501 behind 2单元 is a room."""
    if not _BUILDING.search(before(match)) or MEASURE.match(after(match)):
        return None
    return digit_by_digit(match["digits"], one="幺")


def _read_line(match: re.Match[str]) -> str:
    """Buses and roads: 802路 digit by digit, 12路 as a number."""
    digits = match["digits"]
    return plain_cardinal(digits) if len(digits) < 3 else digit_by_digit(digits, one="幺")


def _read_bus(match: re.Match[str]) -> str:
    """2路, but 兵分两路."""
    return amount(match["digits"]) if before(match, 2).endswith(("分", "各")) else _read_line(match)


def _read_house(match: re.Match[str]) -> str | None:
    """The number of a building: 2栋 is 二栋 there, though two buildings are 两栋."""
    digits = match["digits"]
    if len(digits) > 2 and match["kind"] == "弄":
        return digit_by_digit(digits, one="幺")
    if digits != "2":
        return None
    addressed = match["next"] or re.search("[小区苑园城院路号村里庭府湾街厦寓校区楼校科教学宿舍]$", before(match))
    return "二" if addressed or match["kind"] in ("单元", "号楼", "号院") else None


def _read_flat(match: re.Match[str]) -> str:
    return "".join(
        (("两" if digits == "2" else number(digits)) + kind)
        for digits, kind in re.findall(r"(\d{1,2})(室|房|厅|卫|厨|阳台?)", match[0])
    )


def _read_address(match: re.Match[str]) -> str:
    """3-2-501: building, unit, flat."""
    *outer, room = match[0].split("-")
    return "杠".join([*map(number, outer), digit_by_digit(room, one="幺")])


RULES = (
    Rule(
        "room",
        re.compile(r"(?<![\dA-Za-z-])(?<!\d\.)[1-9]\d?-[1-9]\d?-(?!(?:19|20)\d\d)\d{3,4}(?![\d.%A-Za-z-])"),
        _read_address,
    ),
    Rule(
        "flight",
        re.compile(rf"(?<![A-Za-z0-9])(?P<airline>{_AIRLINES})-?(?P<digits>\d{{3,4}})(?![A-Za-z0-9.%])"),
        _read_flight,
    ),
    Rule(
        "train", re.compile(r"(?<![A-Za-z0-9])(?P<letter>[GDCKTZSLY])(?P<digits>\d{1,4})(?![A-Za-z0-9.%])"), _read_train
    ),
    Rule(
        "train",
        re.compile(r"(?<![A-Za-z0-9.])(?P<letter>)(?P<digits>\d{3,4})(?=次(?:列车|火车|航班|动车|车))"),
        _read_train,
    ),
    Rule("road", re.compile(r"(?<!\d)(?<!\d\.)(?P<digits>\d{3})(?=[国省县乡]道)"), _read_line),
    Rule(
        "bus",
        re.compile(
            r"(?<!\d)(?<!\d\.)(?P<digits>\d{1,3})(?=路(?:公交|车|线|电车|末班|首班|区间|内环|外环|[，。,.、\s和与或到！？]|$))"
        ),
        _read_bus,
    ),
    Rule("flat", re.compile(r"(?<!\d)(?<!\d\.)\d{1,2}[室房]\d{1,2}厅(?:\d{1,2}(?:卫|厨|阳台?)){0,3}"), _read_flat),
    Rule(
        "room",
        re.compile(
            r"(?<![\dA-Za-z-])(?<!\d\.)(?P<digits>\d{3,5})(?=室|房间|号房|号包[间厢]|包[间厢]|教室|会议室|病房|宿舍|寝室|诊室|号病房|号宿舍|房(?:[，。,.、\s的客住退开]|$))"
        ),
        _read_room,
    ),
    Rule(
        "house",
        re.compile(
            r"(?<![\d-])(?<!\d\.)(?P<digits>\d{1,4})(?=(?P<kind>号楼|号院|单元|栋|幢|座|弄)(?P<next>\s?[\dA-Z])?)"
        ),
        _read_house,
    ),
    Rule("room", re.compile(r"(?<![\dA-Za-z-])(?<!\d\.)(?P<digits>\d{3,4})(?![\d.%A-Za-z])"), _read_inside),
    Rule(
        "room",
        re.compile(
            r"(?:(?<=房间)|(?<=房间号)|(?<=会议室)|(?<=教室)|(?<=包[间厢])|(?<=病房)|(?<=诊室)|(?<=宿舍)|(?<=寝室)|(?<=办公室))"
            r"(?P<lead>号?(?:是|为|[:：])?\s?)(?P<digits>\d{3,4})(?![\d.%A-Za-z㎡²]|\s?[平元块人间个多余张名])"
        ),
        _read_named_room,
    ),
)
