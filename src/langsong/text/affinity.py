"""How closely two neighbouring words hold together when they are spoken, by their parts of speech."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from langsong.text.erhua import is_suffix
from langsong.text.parts_of_speech import part_of_speech
from langsong.types import Word

CLITIC = -6.0
"""The cohesion of a word and a clitic after it (桌子 + 上 + 的)."""
_COMPLEMENTS = frozenset("到完好住成给在起开出来去上下过掉死满光倒见走回进于向为")
_DIRECTIONS = re.compile("[上下进出回过起开][来去]")
_DEMONSTRATIVES = frozenset("这那哪每各某本该几另")
_MEASURES = frozenset("把位条张块本次岁元米吨只件家层页道")
"""After a numeral these are measures, whatever else they are."""
_SAYING = frozenset(
    [
        "说", "表示", "认为", "指出", "称", "宣布", "介绍", "强调", "透露", "发现", "显示", "相信", "希望", "知道",
        "觉得", "以为", "告诉", "据悉",
    ]
)  # fmt: skip
_OPENERS = frozenset(
    [
        "和", "与", "及", "以及", "或", "或者", "并", "并且", "而", "而且", "但", "但是", "因为", "所以", "如果",
        "在", "从", "对", "把", "被", "将", "向", "由", "为", "为了", "以", "按", "按照", "根据", "通过", "随着",
        "关于", "对于", "由于", "比", "跟", "给", "于", "至", "到", "使", "让",
    ]
)  # fmt: skip
"""Words that begin a phrase: conjunctions and prepositions."""
_TIME = re.compile("[年月日号点分]$|季度$")
_NUMERAL = "零〇一二三四五六七八九十百千万亿点两"
_VOWELS = re.compile("[aeiouy]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """A word as grouping sees it.

    Attributes:
        text: its characters.
        size: its syllables, at least 1.
        tag: its part of speech.
    """

    text: str
    size: int
    tag: str


def part(word: Word) -> Part:
    """A word's part; erhua counts with its stem, whether it is merged or not."""
    if any(syllable.latin for syllable in word.syllables):
        return Part(word.text, _latin_size(word.text), "eng")
    tag = part_of_speech(word.text)
    if tag == "m" and _TIME.search(word.text):
        tag = "t"
    suffixes = sum(is_suffix("", word.text, index) for index in range(1, len(word.text)))
    return Part(word.text, max(1, len(word.text) - suffixes), tag)


def _latin_size(text: str) -> int:
    return max(1, len(text) if text.isupper() else len(_VOWELS.findall(text)))


@lru_cache(maxsize=4096)
def cohesion(a: Part, b: Part) -> float:
    """What it costs to speak `a` and `b` as one prosodic word; below 0 they belong together."""
    if "eng" in (a.tag, b.tag):
        return 9.0
    if b.size == 1 and _leans_left(a, b):
        return CLITIC
    if a.text[-1] in _NUMERAL and b.text[0] in _NUMERAL and "m" in (a.tag, b.tag):
        return CLITIC
    if a.tag == "m" and (b.tag == "q" or b.text in _MEASURES):
        return -4.0
    if a.text in _DEMONSTRATIVES and b.tag[:1] in ("q", "m"):
        return -4.0
    if a.text in ("的", "地", "得"):
        return 1.5 if b.size > 1 else 0.3
    if a.tag[:1] in ("u", "y"):
        return 1.2
    if a.text in ("不", "没"):
        return -3.0 if b.size == 1 else -1.8
    if b.tag == "c" or (b.text in _OPENERS and b.size == 1):
        return 1.5
    if a.size == 1 == b.size:
        return _of_two_monosyllables(a, b)
    if a.size == 1:
        return _of_monosyllable_and_longer(a, b)
    if b.size == 1:
        return _of_longer_and_monosyllable(a, b)
    if _DIRECTIONS.fullmatch(b.text) and a.tag.startswith("v"):
        return 0.2
    return 1.5


def _leans_left(a: Part, b: Part) -> bool:
    if b.tag[:1] in ("u", "y", "k") or b.text in "吗呢吧啊呀嘛啦":
        return True
    if b.tag == "f" or b.text in "里上下中内外前后":
        return a.tag[:1] in ("n", "s", "r", "t", "m", "v")
    return b.text in _COMPLEMENTS and a.tag.startswith("v") and a.size == 1 and b.text not in "给在向为于"


def _of_two_monosyllables(a: Part, b: Part) -> float:
    first, second = a.tag[:1], b.tag[:1]
    if b.text in _COMPLEMENTS and first == "v":
        return -1.6
    if first in ("a", "n") and second == "n":
        return -2.0
    if first == "v" and second == "n":
        return -1.5
    if first == "d":
        return -1.2
    if first == "r" and second in ("n", "f"):
        return -1.6
    if first == "r":
        return -0.6
    if first in ("p", "c"):
        return -0.8
    return -1.0


def _of_monosyllable_and_longer(a: Part, b: Part) -> float:
    first = a.tag[:1]
    if _DIRECTIONS.fullmatch(b.text) and first == "v":
        return -3.0
    if first == "v" and b.tag[:1] in ("d", "c", "p"):
        return 0.8
    if first in ("a", "q", "m") or a.text in _DEMONSTRATIVES:
        return -0.8
    if first == "d":
        return -0.6
    return {"v": -0.4, "p": -0.5, "c": -0.3, "r": 0.1, "n": -0.2}.get(first, 0.0)


def _of_longer_and_monosyllable(a: Part, b: Part) -> float:
    second = b.tag[:1]
    if b.text in _COMPLEMENTS and a.tag.startswith("v"):
        return -0.6
    if second in ("n", "q") and a.tag[:1] in ("n", "a", "m"):
        return -0.9
    if a.tag == "d" and second == "v":
        return -0.8
    if second in ("d", "p"):
        return 1.0
    if second == "v":
        return 0.4
    return 0.0


@lru_cache(maxsize=4096)
def phrase_joint(a: Part, b: Part) -> float:
    """What it costs to end a phrase between `a` and `b`; below 0 it is a good place."""
    first, second = a.tag[:1], b.tag[:1]
    if b.size == 1 and _leans_left(a, b):
        return 6.0
    if a.text in _OPENERS or first in ("p", "c", "d", "m") or a.text in _DEMONSTRATIVES:
        return 2.0
    if b.text in _OPENERS or second in ("c", "p"):
        return -1.5
    if a.text in _SAYING:
        return -1.5
    if first == second == "t":
        return 0.5
    if first in ("t", "f", "s") or second == "t":
        return -1.0
    if a.text in ("了", "着", "过"):
        return -0.3
    if a.text in ("的", "地", "得"):
        return 0.8
    if first in ("n", "r") and second in ("v", "d"):
        return -0.8
    if first in ("n", "a", "b") and second in ("n", "v"):
        return 0.8
    if first == "v":
        return 0.5
    return 0.0
