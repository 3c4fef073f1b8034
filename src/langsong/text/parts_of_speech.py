"""Parts of speech of single words, in the tags of jieba's dictionary (n, v, a, d, r, m, q, p, c, u, f …)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from langsong.text.once import once

if TYPE_CHECKING:
    from types import ModuleType

_CORRECTED = {
    **dict.fromkeys("很最", "d"),
    **dict.fromkeys("每各本该某", "r"),
    **dict.fromkeys(["没", "没有", "已经", "正在", "一直", "一起", "曾经", "一定", "一般", "刚", "刚刚", "将"], "d"),
    **dict.fromkeys("与同跟及", "c"),
    **dict.fromkeys(["可以", "能够", "应该", "要", "会", "能", "可", "想", "敢", "肯", "应", "得以"], "v"),
    **dict.fromkeys("多少长远近热红白黑暖甜苦酸辣", "a"),
    **dict.fromkeys("把被让", "p"),
    "过来": "v",
    "过去": "t",
}
"""What the dictionary gets wrong or counts as something that does not matter for rhythm."""


@once
def _segmenter() -> ModuleType:
    import rjieba

    module: ModuleType = rjieba
    return module


@lru_cache(maxsize=4096)
def part_of_speech(word: str) -> str:
    """The tag of a word's commonest use; of a compound that the dictionary has not, its last part's.

    "" for an empty word, ``eng`` for Latin letters.
    """
    if word in _CORRECTED:
        return _CORRECTED[word]
    tagged: list[tuple[str, str]] = _segmenter().tag(word)
    return tagged[-1][1] if tagged else ""


@lru_cache(maxsize=4096)
def is_known_word(word: str) -> bool:
    """Whether the segmenter's dictionary has a word."""
    known: bool = _segmenter().has_word(word)
    return known
