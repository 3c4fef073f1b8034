"""Signs that are words: + between operands, π, arrows before numbers; other symbols are silent."""

from __future__ import annotations

import re
import unicodedata

from langsong.text.hanzi import HANZI
from langsong.text.normalize.rule import MASK, Rule, before
from langsong.text.normalize.signs import GREEK

_WORDS = {
    "+": "加", "±": "正负", "%": "百分号", "‰": "千分号", "‱": "万分号", "°": "度", "²": "平方", "³": "立方",
    "√": "根号", "∞": "无穷大", "$": "美元", "€": "欧元", "£": "英镑", "¥": "元", "₩": "韩元", "₽": "卢布",
    "₹": "卢比", "฿": "泰铢", "∑": "求和", "∫": "积分", "∠": "角", "∆": "德尔塔", "∵": "因为", "∴": "所以",
    "∅": "空集", "∀": "任意", "∃": "存在", "∂": "偏", **GREEK,
}  # fmt: skip
_OPERATORS = {
    "=": "等于", "<": "小于", ">": "大于", "≤": "小于等于", "≥": "大于等于", "≠": "不等于", "≈": "约等于",
    "≡": "恒等于", "≌": "全等于", "<=": "小于等于", ">=": "大于等于", "!=": "不等于", "==": "等于", "×": "乘",
    "÷": "除以", "&": "和", "∈": "属于", "∉": "不属于", "∪": "并", "∩": "交", "⊂": "包含于", "⊃": "包含",
    "⊥": "垂直于", "∥": "平行于", "∝": "正比于", "⇒": "推出", "→": "到", "->": "到", "=>": "推出",
}  # fmt: skip
"""Read between two operands."""
_LEFT = rf"[{HANZI}A-Za-z{MASK})）\]%²³'’]"
_RIGHT = rf"[{HANZI}A-Za-z{MASK}(（\[√±∠△π+$¥€£-]"
_ANY = "|".join(re.escape(sign) for sign in sorted(_OPERATORS, key=len, reverse=True))
_BEFORE_NUMBER = {
    "↑": "上升", "↓": "下降", "≥": "大于等于", "≤": "小于等于", "≈": "约等于", ">": "大于", "<": "小于", "~": "约",
    "=": "等于", "≠": "不等于", ">=": "大于等于", "<=": "小于等于", "×": "乘",
}  # fmt: skip
"""Read before what a rule has read."""
_TITLE = re.compile(r"(?<![A-Za-z])(?:Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr)$")
_KEYS = {"#": "井号", "*": "星号"}


def _read_word(match: re.Match[str]) -> str:
    return _WORDS[match[0]]


def _read_operator(match: re.Match[str]) -> str:
    return _OPERATORS[match["sign"]]


def _read_before_number(match: re.Match[str]) -> str | None:
    if match["sign"] == "~" and re.search(rf"[{HANZI}A-Za-z{MASK}]$", before(match, 1)):
        return None
    return _BEFORE_NUMBER[match["sign"]]


def _read_key(match: re.Match[str]) -> str:
    """The # key, the * key of a telephone."""
    return _KEYS[match["key"]]


def _read_dot(match: re.Match[str]) -> str:
    """Node.js; but Mr.Li."""
    return " " if _TITLE.search(before(match)) else "点"


def _silent(match: re.Match[str]) -> str | None:
    return " " if unicodedata.category(match[0])[0] == "S" else None


RULES = (
    Rule("mark", re.compile(r"(?:(?<=按)|(?<=拨)|(?<=输入))(?P<key>[#*])(?=号?键|键|结束|确认)号?"), _read_key),
    Rule("mark", re.compile(r"(?P<key>[#*])号?(?=号?键)"), _read_key),
    Rule("mark", re.compile(r"(?<=[A-G])#(?![A-Za-z0-9#])"), lambda match: " sharp"),
    Rule(
        "mark",
        re.compile(rf"(?<![A-Za-z0-9])@(?=[{HANZI}A-Za-z{MASK}])|(?<=[A-Za-z{MASK}])@(?=[A-Za-z{MASK}])"),
        lambda match: "艾特",
    ),
    Rule("operator", re.compile(rf"(?P<sign>>=|<=|[↑↓≥≤≈><~=≠×])\s?(?=[{MASK}])"), _read_before_number),
    Rule("operator", re.compile(rf"(?<={_LEFT})\s?(?P<sign>{_ANY})\s?(?={_RIGHT})"), _read_operator),
    Rule("mark", re.compile("△(?=[A-Z])"), lambda match: "三角形"),
    Rule("mark", re.compile(f"[{re.escape(''.join(_WORDS))}]"), _read_word),
    Rule("mark", re.compile(r"(?<=[A-Za-z])\.(?=[A-Za-z]{2})"), _read_dot),
    Rule("mark", re.compile(r"(?<![A-Za-z0-9.])\.(?=NET(?![A-Za-z]))"), lambda match: "点"),
    Rule("mark", re.compile(r"(?<![A-Za-z0-9*])\*(?=S?ST(?![A-Za-z]))"), lambda match: "星"),
    Rule("mark", re.compile("(?<=[〇零一二三四五六七八九○◯])[○◯](?=[〇零一二三四五六七八九○◯年])"), lambda match: "零"),
    Rule("mark", re.compile(r"(?<=[A-Za-z])_(?=[A-Za-z])"), lambda match: "下划线"),
    Rule("silent sign", re.compile(rf"[^\w\s{MASK}]"), _silent),
    Rule("silent sign", re.compile(r"[#*_]+"), lambda match: " "),
)
