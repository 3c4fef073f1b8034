"""Signs that are words: + between operands, π, ℃; other symbols are left out of the reading."""

from __future__ import annotations

import re
import unicodedata

from langsong.text.hanzi import HANZI

GREEK = {
    "α": "阿尔法", "β": "贝塔", "γ": "伽马", "δ": "德尔塔", "ε": "艾普西隆", "ζ": "泽塔", "η": "伊塔",
    "θ": "西塔", "ι": "约塔", "κ": "卡帕", "λ": "兰姆达", "μ": "缪", "ν": "纽", "ξ": "克西", "ο": "奥密克戎",
    "π": "派", "ρ": "柔", "σ": "西格马", "ς": "西格马", "τ": "陶", "υ": "宇普西隆", "φ": "斐", "χ": "希",
    "ψ": "普西", "ω": "欧米伽",
}  # fmt: skip
GREEK |= {letter.upper(): name for letter, name in GREEK.items()}
_WORDS = {
    "+": "加", "±": "正负", "%": "百分号", "‰": "千分号", "°": "度", "²": "平方", "³": "立方", "√": "根号",
    "∞": "无穷大", "$": "美元", "€": "欧元", "£": "英镑", "¥": "元", "₩": "韩元", "₽": "卢布", "₹": "卢比",
    "฿": "泰铢", **GREEK,
}  # fmt: skip
_OPERATORS = {
    "=": "等于", "<": "小于", ">": "大于", "≤": "小于等于", "≥": "大于等于", "≠": "不等于", "≈": "约等于",
    "×": "乘", "÷": "除以", "&": "和", "@": "艾特",
}  # fmt: skip
"""Read between two operands only."""

_OPERAND = f"[{HANZI}A-Za-z]"
_OPERATOR = re.compile(f"(?<={_OPERAND}) ?([{''.join(_OPERATORS)}]) ?(?={_OPERAND})")
_DOT = re.compile(r"(?<=[A-Za-z])\.(?=[A-Za-z]{2})")  # not in U.S. and e.g.
_SIGN = re.compile(f"[{re.escape(''.join(_WORDS))}]")
_SPACES = re.compile(" +")

SPOKEN = f"{HANZI}A-Za-z0-9{re.escape(''.join(_WORDS))}"
"""The characters that always leave something to say, as the inside of a character class."""


def read_symbols(text: str) -> str:
    """`text`, its digits read already, with signs read or left out, and single spaces."""
    text = _SIGN.sub(lambda match: _WORDS[match[0]], text)
    text = _OPERATOR.sub(lambda match: _OPERATORS[match[1]], text)
    text = _DOT.sub("点", text)
    text = "".join(" " if unicodedata.category(char)[0] == "S" else char for char in text)
    return _SPACES.sub(" ", text).strip(" ")
