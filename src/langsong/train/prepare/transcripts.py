"""Transcripts as people keep them: encodings, breaks marked for prosody, pinyin beside hanzi."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from pathlib import Path

from langsong.errors import CorpusError
from langsong.text.hanzi import HANZI, is_hanzi

_MARKED = re.compile(rf"[{HANZI}]#[0-4](?!\d)")
_BREAK = re.compile(r"#[0-4](?!\d)")
_PINYIN = re.compile(r"[a-zü]+:?[a-z]*[0-5]")


def read_text(path: Path) -> str:
    """A text in UTF-8, in what its byte order mark says, or in GB 18030, which GBK is a part of.

    Raises:
        CorpusError: it cannot be read, or is in none of these.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CorpusError(f"cannot read {path}: {error.strerror}") from None
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    raise CorpusError(f"{path} is not text in UTF-8 or GBK: convert it first")


def spoken(text: str) -> tuple[str, tuple[str, ...]]:
    """What is said, and the pinyin that the transcript has after each hanzi, empty if it has none.

    Breaks (``你好#2世界#4``) are left out.
    """
    if pairs := hanzi_and_pinyin(text.split()):
        return pairs
    return (_BREAK.sub("", text) if _MARKED.search(text) else text), ()


def hanzi_and_pinyin(tokens: Sequence[str]) -> tuple[str, tuple[str, ...]] | None:
    """``广 guang3 州 zhou1`` taken apart; None if it is not that."""
    hanzi, pinyin = tokens[::2], tokens[1::2]
    if not tokens or len(hanzi) != len(pinyin) or not all(len(char) == 1 and is_hanzi(char) for char in hanzi):
        return None
    return ("".join(hanzi), tuple(pinyin)) if all(map(_PINYIN.fullmatch, pinyin)) else None


def is_pinyin(text: str) -> bool:
    """Whether it is pinyin with tones and nothing else."""
    return bool(text.split()) and all(map(_PINYIN.fullmatch, text.lower().split()))
