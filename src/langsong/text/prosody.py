"""Breaks between words, from what is written between them."""

from __future__ import annotations

_LEVELS = {
    **dict.fromkeys("、/()（）[]［］【】〔〕{}", 2),
    **dict.fromkeys("，,：:—–…", 3),
    **dict.fromkeys("。！？；｡.!?;\n", 4),
}
"""Quotes, hyphens, spaces and other marks part words (1) and no more."""


def break_after(punctuation: str, *, last: bool = False) -> str:
    """The break for the punctuation between two words, ``#4`` after the last word.

    ``#1`` prosodic word, ``#2`` prosodic phrase, ``#3`` intonation phrase, ``#4`` end of a sentence.
    """
    level = 4 if last else max((_LEVELS.get(mark, 1) for mark in punctuation), default=1)
    return f"#{level}"
