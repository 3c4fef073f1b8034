"""Characters whose neighbours decide their reading: a short list of patterns, and surnames."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import resources
from typing import NamedTuple

from langsong.text.once import once

CONTEXT = "context rule"
SURNAME = "surname"

_BEFORE, _AFTER = 14, 10
"""Characters that patterns look at."""
_WEI_BEFORE = frozenset(
    "成作认视称选评变分列定名以当化改尊誉译沦转升调更设换奉封立拜结引传任多极较最颇尤身收行人因推判贬降提增减约均"
)
"""After these, 为 is wei2 whoever follows: 成为你, 视为自己 (成 may begin a word of its own, but seldom)."""
_SURNAMES = {
    "任": "ren2", "单": "shan4", "仇": "qiu2", "曾": "zeng1", "解": "xie4", "盖": "ge3", "查": "zha1", "翟": "zhai2",
    "覃": "qin2", "葛": "ge3", "燕": "yan1", "应": "ying1", "卜": "bu3",
}  # fmt: skip
_AFTER_XING = {
    **_SURNAMES, "区": "ou1", "朴": "piao2", "纪": "ji3", "缪": "miao4", "宁": "ning4", "乐": "yue4", "华": "hua4",
    "哈": "ha3", "牟": "mou2", "隗": "wei3", "种": "chong2", "繁": "po2", "秘": "bi4", "冼": "xian3", "折": "she2",
    "尉": "wei4", "黑": "he4", "员": "yun4", "召": "shao4", "洗": "xian3", "褚": "chu3", "万": "wan4",
}  # fmt: skip
"""These begin too many words and foreign names to be taken for surnames elsewhere."""


class _Rule(NamedTuple):
    before: re.Pattern[str]
    after: re.Pattern[str]
    reading: str


@once
def _rules() -> Mapping[str, list[_Rule]]:
    lines = resources.files(__package__).joinpath("data/contexts.tsv").read_text(encoding="utf-8").splitlines()
    rules: dict[str, list[_Rule]] = {}
    for line in lines:
        if not line.startswith("#"):
            char, before, after, reading = line.split("\t")
            rules.setdefault(char, []).append(_Rule(re.compile(f"(?:{before})$"), re.compile(after), reading))
    return rules


def context_reading(text: str, index: int) -> str | None:
    """The reading that the neighbours of a character ask for; None when no pattern fits."""
    char = text[index]
    rules = _rules().get(char)
    if rules is None or (char == "为" and text[index - 1 : index] in _WEI_BEFORE):
        return None
    before, after = text[max(0, index - _BEFORE) : index], text[index + 1 : index + 1 + _AFTER]
    for rule in rules:
        if rule.after.match(after) and rule.before.search(before):
            return rule.reading
    return None


def surname_reading(text: str, index: int, word: str, *, in_phrase: bool) -> str | None:
    """How a character is read as a surname: after 姓, or as the first one of a `word` that is a name.

    Args:
        in_phrase: a dictionary has the word, so that it is none (朴素, 燕子).
    """
    char = text[index]
    if text[index - 1 : index] == "姓":
        return _AFTER_XING.get(char)
    if char not in _SURNAMES or in_phrase or len(word) not in (2, 3) or word[0] != char:
        return None
    return _SURNAMES[char] if _is_name(word) else None


def _is_name(word: str) -> bool:
    import rjieba

    tags: list[tuple[str, str]] = rjieba.tag(word)
    return len(tags) == 1 and tags[0][1] == "nr"
