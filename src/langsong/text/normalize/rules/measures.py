"""Numbers with units: 10km/h, 3-5kg, 5元/斤, 2.5万/m²."""

from __future__ import annotations

import re

from langsong.text.normalize.grammar import JOIN, MAGNITUDE, NUMBER, PLUS_MINUS, upto
from langsong.text.normalize.numerals import amount, number
from langsong.text.normalize.rule import Rule, after, before
from langsong.text.normalize.rules.colloquial import tells_of_money
from langsong.text.normalize.units import FAMILIES, PER, SYMBOLS, UNIT

_GENERATION = re.compile(r"\s?(?:网|手机|信号|时代|基站|通信|技术|套餐|流量|芯片|用户|建设|商用|频段|频谱|消息|\+)")
_HUNDRED = re.compile(r"100\s?(?:km|公里|g|克|m[lL]|毫升)")
_ADDED = re.compile("[\u4e00-\u9fff）)A-Za-z]")
"""Before a plus that adds, rather than says that an amount is positive: 有线+50W."""
_INCHES = re.compile("屏|显示|电视|平板|笔记本|轮|尺寸|披萨|蛋糕")
_HOURLY = re.compile("(?:时速|每小时)[^，。；\\d]{0,6}$")
"""Words after which 每小时 would be said twice."""
_NOUN = (
    "(?:[万亿]?(?:美元|欧元|港元|日元|元|块钱?|毛|人次|公里|千米|毫克|微克|千克|公斤|毫升|平方米|立方米|度电|千卡|"
    "[人次个件米克吨升度转下台辆张页字帧户条篇只头斤分片粒支枚袋瓶盒板])|[万亿])"
)


def per_name(written: str) -> str:
    """The word for what stands behind the stroke of a rate."""
    if _HUNDRED.fullmatch(written):
        unit = written.removeprefix("100").strip()
        return f"百{SYMBOLS.get(unit, unit)}"
    return SYMBOLS.get(written, written)


def _read(match: re.Match[str]) -> str | None:
    unit = _unit(match)
    if unit is None:
        return None
    said = amount(match["first"]) + (match["magnitude"] or "")
    if _differ(match["between"], match["unit"]):
        # 220V~50Hz is two amounts.
        return f"{said}{SYMBOLS[match['between']]} {amount(match['last'])}{match['last_magnitude'] or ''}{unit}"
    if match["last"]:
        between = SYMBOLS[match["between"]] if match["between"] else ""
        sign = PLUS_MINUS[match["last_sign"]]
        said += f"{between}{upto(match)}{sign}{amount(match['last'])}{match['last_magnitude'] or ''}"
    sign = PLUS_MINUS[(match["sign"] or "").strip()]
    if sign == "正" and _ADDED.search(before(match, 1)):
        sign = "加"
    per = f"每{per_name(match['per'])}" if match["per"] else ""
    if per == "每小时" and _HOURLY.search(before(match)):
        per = ""
    return f"{per}{sign}{said}{unit}"


def _differ(first: str | None, second: str) -> bool:
    """Whether two units measure different things."""
    kinds = {FAMILIES.get(symbol) for symbol in (first, second) if symbol}
    return len(kinds) == 2 and None not in kinds


def _unit(match: re.Match[str]) -> str | None:
    """The name of the unit; None where its letter is none (5g手机, 4s店), 万 for the W of 年薪50W."""
    symbol, back = match["unit"], after(match)
    if symbol == "g" and match["first"] in ("2", "3", "4", "5", "6") and _GENERATION.match(back):
        return None
    if symbol == "s" and back.startswith(("店", "级")):
        return None
    if symbol == "W" and not match["magnitude"] and tells_of_money(match):
        return "万"
    return SYMBOLS[symbol]


def _read_rate(match: re.Match[str]) -> str:
    """5元/斤 is 每斤五元, 60次/分 每分六十次, 4500/月 每月四千五百."""
    last = f"{upto(match)}{amount(match['last'])}{match['last_magnitude'] or ''}" if match["last"] else ""
    per = match["each"] or per_name(match["per"])
    if match["also"]:
        per += f"每{per_name(match['also'])}"
    if re.search("[×xX*]\\s?$", before(match)):
        return f"{amount(match['first'])}{match['noun'] or ''}每{per}"
    return f"每{per}{amount(match['first'])}{match['magnitude'] or ''}{last}{match['noun'] or ''}"


def _read_bare(match: re.Match[str]) -> str | None:
    """几十km, 元/m²: a unit behind hanzi."""
    if match["unit"] == "g" and _GENERATION.match(after(match)):
        return None
    per = f"每{per_name(match['per'])}" if match["per"] else ""
    return f"{'每' if match['stroke'] else ''}{SYMBOLS[match['unit']]}{per}"


def _read_inches(match: re.Match[str]) -> str | None:
    """6.78", where screens and wheels are told of."""
    if "." not in match["first"] and not (_INCHES.search(before(match)) or _INCHES.search(after(match, 6))):
        return None
    return f"{amount(match['first'])}英寸"


def _read_blood_pressure(match: re.Match[str]) -> str:
    return f"{number(match['high'])}比{number(match['low'])}毫米汞柱"


_FIRST = rf"(?<![A-Za-z\d])(?<!\d[.,])(?<![A-Z]{{3}}-)(?P<first>{NUMBER}|\.\d+)"
_LATIN_MAGNITUDE = rf"{MAGNITUDE}(?=[A-Za-zμΩ°])"

RULES = (
    Rule(
        "blood pressure",
        re.compile(r"(?<!\d)(?<!\d\.)(?P<high>\d{2,3})\s?/\s?(?P<low>\d{2,3})\s?(?:mmHg|毫米汞柱)"),
        _read_blood_pressure,
    ),
    Rule(
        "measure",
        re.compile(
            rf"(?:(?<![\dA-Za-z)%°\0])(?P<sign>\+/-|[-+±])\s?)?{_FIRST}\s?(?P<magnitude>{_LATIN_MAGNITUDE})?"
            rf"(?:(?:\s?(?P<between>{UNIT}))?{JOIN}(?P<last_sign>[-+]?)(?P<last>{NUMBER})\s?"
            rf"(?P<last_magnitude>{_LATIN_MAGNITUDE})?)?"
            rf"\s?(?P<unit>{UNIT})(?:\s?/\s?(?P<per>{_HUNDRED.pattern}|{UNIT}|{PER}))?"
        ),
        _read,
    ),
    Rule(
        "measure",
        re.compile(
            r"(?<![“\"″\dA-Za-z])(?<!\d\.)(?P<first>\d{1,3}(?:\.\d{1,2})?)\s?[\"″](?![^“\"″，。]{1,12}\")"
            r"(?=\s?(?:[\d，。/（(]|[\u4e00-\u9fff]{0,6}(?:屏|显示|电视|平板|笔记本|轮|英寸)|$))"
        ),
        _read_inches,
    ),
    Rule(
        "rate",
        re.compile(rf"{_FIRST}\s?米/秒[²2]"),
        lambda match: f"{number(match['first'])}米每二次方秒",
    ),
    Rule(
        "rate",
        re.compile(
            rf"{_FIRST}(?P<magnitude>{MAGNITUDE})?(?:{JOIN}(?P<last>{NUMBER})(?P<last_magnitude>{MAGNITUDE})?)?\s?"
            rf"(?:(?P<noun>{_NOUN})\s?/\s?(?P<per>{UNIT}|{PER})|(?<=[\d万亿])/(?P<each>{PER}))"
            rf"(?:/(?P<also>{PER}))?"
        ),
        _read_rate,
    ),
)
BARE = (
    Rule(
        "unit",
        re.compile(
            r"(?P<stroke>(?<=[元块人次个])/)?"
            r"(?:(?<=/)|(?<=[\0几多少数半十百千万亿余为位是：:每两零一二三四五六七八九（(的]))"
            r"(?P<unit>(?:[kcmdμn]?m[²³]?|[kmμ]?g|m[lL]|k?W·?h|[kM]W|[kMG]Hz|°[CF]|mm?ol|mmHg|Mbps|dB|kPa|MPa)"
            rf"(?![A-Za-z0-9²³]))(?:/(?P<per>{UNIT}|{PER}))?"
        ),
        _read_bare,
    ),
    Rule("rate", re.compile(rf"(?<=元)/(?P<per>{PER})"), lambda match: f"每{match['per']}"),
)
"""Units that no digit stands before."""
