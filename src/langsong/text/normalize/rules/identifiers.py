"""Numbers that name and do not count: cards, accounts, codes, shares, plates."""

from __future__ import annotations

import re

from langsong.text.normalize.grammar import MEASURE
from langsong.text.normalize.numerals import cardinal, digit_by_digit
from langsong.text.normalize.rule import Rule, after, before
from langsong.text.normalize.signs import MARKS

_CONNECTOR = r"(?:号码|号|为|是|：|:|\s|“|\"|'|‘|【|\[|（|\(|尾号|后四位)*$"
_LABEL = re.compile(
    "(?:尾号|后四位|身份证|证件|护照|驾驶证|社保|银行卡|信用卡|储蓄卡|卡号|[账帐][号户]|QQ群?|qq|微信|支付宝|验证码|校验码|动态码|密码|"
    "口令|取[件货餐票]码|提货码|邀请码|兑换码|优惠码|识别码|条形码|激活码|单号|流水号|快递|运单|订单|发票|合同号|工号|学号|警号|考号|群号|"
    "会议号|直播间|邮编|邮政编码|股票代码|证券代码|基金代码|代码|股票|证券|基金|端口|序列号|批号|批次号?|许可证|准字|房号|门牌号?|桌号|座位号|"
    f"户号|票号|抖音号?|SN|ISBN|ISSN|IMEI|ID|UID|id){_CONNECTOR}"
)
_NUMBERED = re.compile(f"(?:编号|代号|番号|型号|文号|机号|车号|[\u4e00-\u9fff]号(?:码|是|为|：|:)){_CONNECTOR}")
"""Labels after which 1 is said 一."""
_NUMERAL_BEFORE = re.compile(r"[\d一二三四五六七八九十]号[^\d]*$")
_LISTED = re.compile(r"(?:60[0135]\d{3}|688\d{3}|30[01]\d{3})(?<!00)")
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"


def code(token: str, *, one: str) -> str:
    """An identifier as it is said: digits one by one, letters as they are, marks by their names."""
    return "".join(
        digit_by_digit(char, one=one) if char.isdigit() else "星" if char == "*" else MARKS.get(char, char)
        for char in token
    )


def _read_labelled(match: re.Match[str]) -> str | None:
    token, front = match[0], before(match, 16)
    digits = sum(char.isdigit() for char in token)
    if digits < 3 or (token.isdigit() and MEASURE.match(after(match))):
        return None
    if _LABEL.search(front):
        return _in_groups(token, one="幺")
    if _NUMBERED.search(front) and not _NUMERAL_BEFORE.search(front) and (digits > 3 or "号" in front[-4:]):
        return _in_groups(token, one="一")
    return None


def _in_groups(token: str, *, one: str) -> str:
    digits = token.replace(" ", "")
    if len(digits) == 18 and digits[:17].isdigit():
        return " ".join(code(part.upper(), one=one) for part in (digits[:6], digits[6:14], digits[14:]))
    if digits.isdigit() and len(digits) >= 13:
        return " ".join(code(digits[start : start + 4], one=one) for start in range(0, len(digits), 4))
    return " ".join(code(part, one=one) for part in token.split(" "))


def _read_long(match: re.Match[str]) -> str | None:
    """Thirteen digits and more are an identifier, or a round amount."""
    digits = match["digits"]
    if digits.endswith("000000") and digits[0] != "0" and len(digits) <= 16 and not match["check"]:
        return cardinal(int(digits))
    if MEASURE.match(after(match)) and len(digits) <= 16:
        return None
    return _in_groups(digits + match["check"].upper(), one="幺")


def _read_share(match: re.Match[str]) -> str | None:
    digits = match["digits"]
    exchange = match["exchange"].removeprefix(".").upper()
    if not exchange and not match["open"] and not (_LISTED.fullmatch(digits) and not MEASURE.match(after(match))):
        return None
    said = digit_by_digit(digits, one="幺") + (f"点{exchange}" if exchange else "")
    return f"{match['open']}{said}{match['close']}"


def _read_plate(match: re.Match[str]) -> str | None:
    if not any(char.isdigit() for char in match["number"]):
        return None
    return f"{match['place']}{code(match['number'], one='幺')}"


PLATES = (
    Rule(
        "number plate",
        re.compile(
            rf"(?P<place>[{_PROVINCES}][A-Z])[·•・ -]?(?P<number>(?=[A-Z]{{0,2}}\d)[A-Z0-9]{{4,6}})(?![A-Za-z0-9])"
        ),
        _read_plate,
    ),
)
RULES = (
    Rule(
        "identifier",
        re.compile(r"(?<![\w.])(?:\d{4}(?: \d{3,4}){2,4}|[A-Za-z0-9*][\w*#-]{2,40})(?![\w*%#]|\.\w)", re.A),
        _read_labelled,
    ),
    Rule(
        "share",
        re.compile(
            r"(?P<open>(?<=[\u4e00-\u9fffA-Z])[(（])(?P<digits>\d{6})(?P<exchange>(?:\.(?:SH|SZ|BJ|sh|sz))?)(?P<close>[)）])"
        ),
        _read_share,
    ),
    Rule(
        "share",
        re.compile(
            r"(?<![\w.,])(?P<open>)(?P<digits>\d{6}|\d{4,5}(?=\.HK))(?P<exchange>(?:\.(?:SH|SZ|BJ|HK|sh|sz))?)(?P<close>)(?![\w%.,/:-])",
            re.A,
        ),
        _read_share,
    ),
    Rule(
        "long number",
        re.compile(r"(?<![\dA-Za-z])(?<!\d[.,])(?P<digits>\d{13,})(?P<check>[Xx]?)(?![\d.]*\d|[A-Za-z])"),
        _read_long,
    ),
)
