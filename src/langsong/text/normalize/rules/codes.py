"""Digits that belong to Latin letters: 5G, A4, GPT-4, iPhone15, i7-12700H, RTX 4090."""

from __future__ import annotations

import re

from langsong.text.normalize.grammar import NUMBER
from langsong.text.normalize.numerals import digit_by_digit, model_number, number
from langsong.text.normalize.rule import Rule

_SIZED = re.compile("(?:[KMGTP]?[Bb](?:ps|its?|ytes?)?|pp[mib]|dpi|px|[kKMGTPDxXLF])(?:/s)?$")
"""Letters that make the digits in front of them an amount: 256GB, 395ppi, 98K."""
_PART = re.compile(r"\d[\d,]*(?:\.\d+)*|[A-Za-z]+|[-_.+]")


def _read(match: re.Match[str]) -> str:
    parts = _PART.findall(match[0])
    return "".join(_said(parts, index) for index in range(len(parts)))


def _said(parts: list[str], index: int) -> str:
    part = parts[index]
    previous = parts[index - 1] if index else ""
    following = parts[index + 1] if index + 1 < len(parts) else ""
    if not part[0].isdigit():
        return _joint(part, previous, following)
    second = previous == "-" and index > 1 and parts[index - 2][0].isdigit()
    if previous == "_" or second or (previous in ("IP", "x") and len(part) == 2):
        return "点".join(map(digit_by_digit, part.split(".")))
    sized = index == 0 and len(parts) == 2 and _SIZED.match(following)
    return (
        number(part) if sized or "," in part or part.count(".") == 1 else "点".join(map(model_number, part.split(".")))
    )


def _joint(part: str, previous: str, following: str) -> str:
    """Letters as they are; a hyphen is silent beside digits."""
    if part != "-":
        return {"_": "下划线", "+": "加", ".": "点"}.get(part, part)
    if previous[:1].isdigit() and following[:1].isdigit():
        return " "
    return "-" if previous[:1].isalpha() and following[:1].isalpha() else ""


def _read_model(match: re.Match[str]) -> str:
    """Digits behind a word and a space: Windows 11, RTX 4090."""
    return model_number(match["digits"])


def _read_sizes(match: re.Match[str]) -> str:
    """15k-20k."""
    return f"{number(match['first'])}{match['unit']}到{number(match['last'])}{match['unit']}"


def _read_tyre(match: re.Match[str]) -> str:
    """225/55 R17."""
    return f"{digit_by_digit(match['width'])} {digit_by_digit(match['profile'])}R{number(match['rim'])}"


def _read_row(match: re.Match[str]) -> str:
    """Q1-Q3."""
    letter = match["letter"]
    return f"{letter}{number(match['first'])}到{letter}{number(match['last'])}"


RULES = (
    Rule(
        "letters and digits",
        re.compile(
            r"(?<![A-Za-z\d])(?P<letter>[A-Z])(?P<first>\d{1,2})\s?[-~～–—]{1,2}\s?(?P=letter)(?P<last>\d{1,2})(?![\dA-Za-z.])"
        ),
        _read_row,
    ),
    Rule(
        "model",
        re.compile(r"(?<!\d)(?<!\d\.)(?P<width>\d{3})/(?P<profile>\d{2})\s?Z?R(?P<rim>\d{2})(?!\d)"),
        _read_tyre,
    ),
    Rule(
        "letters and digits",
        re.compile(
            r"(?<![A-Za-z\d])(?<!\d[.,])(?P<first>\d{1,9}(?:\.\d+)?)(?P<unit>[A-Za-z]{1,2})\s?[-~～–—]\s?"
            r"(?P<last>\d{1,9}(?:\.\d+)?)(?P=unit)(?![A-Za-z0-9])"
        ),
        _read_sizes,
    ),
    Rule(
        "letters and digits",
        re.compile(
            rf"(?<![A-Za-z0-9])(?:[A-Za-z]+(?:[-_+]?[A-Za-z]+){{0,20}}[-_.]?\d|{NUMBER}-?[A-Za-z])[A-Za-z0-9]*"
            r"(?:[-_.][A-Za-z0-9]+){0,20}(?![A-Za-z0-9])"
        ),
        _read,
    ),
    Rule("model", re.compile(r"(?<=[A-Z][A-Z] )(?P<digits>[1-9]\d{2,4})(?![\d.,%A-Za-z:/-])"), _read_model),
    Rule(
        "model",
        re.compile(
            r"(?:(?<=Room )|(?<=room )|(?<=Windows )|(?<=Office )|(?<=Boeing )|(?<=Airbus )|(?<=Galaxy )|(?<=Ryzen )|"
            r"(?<=Error )|(?<=error )|(?<=Adreno )|(?<=GeForce )|(?<=Radeon )|(?<=Flight )|(?<=Bus )|(?<=Code ))"
            r"(?P<digits>\d{1,4})(?![\d.,%A-Za-z])"
        ),
        _read_model,
    ),
)
