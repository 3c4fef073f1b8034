"""Powers and roots: 2^10, x², 1.5e-3, √2."""

from __future__ import annotations

import re

from langsong.text.normalize.numerals import number
from langsong.text.normalize.rule import Rule, after

_SUBSCRIPT = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ", "0123456789-+n")


def _read_power(match: re.Match[str]) -> str:
    """2^10 二的十次方, x² x平方, 10⁻³ 十的负三次方."""
    base = match["base"] or ""
    exponent = match["exponent"].translate(_SUPERSCRIPT).strip("^{}()")
    minus = "负" if exponent.startswith("-") else ""
    said = exponent.lstrip("+-")
    word = {"2": "平方", "3": "立方"}.get(said, "") if not minus else ""
    joint = "的" if base or not word else ""
    return f"{number(base) if base else ''}{joint}{word or f'{minus}{number(said) if said.isdigit() else said}次方'}"


def _read_index(match: re.Match[str]) -> str:
    return number(match[0].translate(_SUBSCRIPT)) + (" " if after(match, 1).isdigit() else "")


def _read_root(match: re.Match[str]) -> str:
    degree = match["degree"].translate(_SUPERSCRIPT)
    return f"{number(degree)}次根号" if degree.isdigit() else "根号"


def _read_scientific(match: re.Match[str]) -> str:
    minus = "负" if match["minus"] == "-" else ""
    return f"{number(match['mantissa'])}乘十的{minus}{number(match['exponent'].lstrip('0') or '0')}次方"


_EXPONENT = r"(?P<exponent>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹ⁿ]+|\^[-+]?(?:\d+|[a-z](?![A-Za-z]))|\^[({][-+]?\w{1,4}[)}])"


def _read_charge(match: re.Match[str]) -> str:
    """Fe³⁺, Cl⁻."""
    count = match["count"].translate(_SUPERSCRIPT)
    return (number(count) if count else "") + ("正" if match["sign"] == "⁺" else "负")


RULES = (
    Rule("charge", re.compile(r"(?<=[A-Za-z₀-₉\0])(?P<count>[²³⁴]?)(?P<sign>[⁺⁻])(?![⁰¹²³⁴⁵⁶⁷⁸⁹])"), _read_charge),
    Rule("index", re.compile("[₀₁₂₃₄₅₆₇₈₉]+"), _read_index),
    Rule(
        "scientific notation",
        re.compile(
            r"(?<![\dA-Za-z])(?<!\d\.)(?P<mantissa>\d{1,9}(?:\.\d{1,9})?)[eE](?P<minus>[-+]?)(?P<exponent>\d{1,3})(?![\w.])",
            re.A,
        ),
        _read_scientific,
    ),
    Rule(
        "power", re.compile(rf"(?P<base>(?<![A-Za-z\d])(?<!\d[.,])\d{{1,9}}(?:\.\d{{1,9}})?)?{_EXPONENT}"), _read_power
    ),
    Rule("root", re.compile(r"(?P<degree>[³⁴⁵⁶⁷⁸⁹ⁿ]?)√"), _read_root),
)
