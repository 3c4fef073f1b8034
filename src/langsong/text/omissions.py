"""What transcripts leave out of a text that is read aloud: fillers, and the 儿 of retroflex endings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from langsong.types import Word

Omission = Literal["erhua", "fillers"]

_CLAUSE_START = r"(?<![^，。！？；：、…\s])"
_FILLERS = re.compile(rf"呃(?!逆)[啊嗯]?[，、…]*|{_CLAUSE_START}(?:[嗯唔]+|啊(?=[，、…]))[，、…]*")


def without_fillers(text: str) -> str:
    """`text` without 呃, and without 嗯 and 啊 that begin a clause, and the marks after them."""
    return _FILLERS.sub("", text)


def without_erhua(text: str, words: Sequence[Word]) -> str:
    """`text` without each 儿 that has no syllable of its own in `words`, which are its words in order."""
    kept: list[str] = []
    position = 0
    for syllable in (syllable for word in words for syllable in word.syllables):
        end = text.index(syllable.text, position) + len(syllable.text)
        merged = len(syllable.parts) == 2 and syllable.text.endswith("儿")
        kept.append(text[position : end - 1] if merged else text[position:end])
        position = end
    return "".join([*kept, text[position:]])
