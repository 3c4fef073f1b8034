"""Transcripts as people keep them: encodings, breaks marked for prosody, pinyin beside hanzi."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from langsong.errors import CorpusError
from langsong.text.hanzi import HANZI, is_hanzi
from langsong.text.pinyin import is_syllable

_MARKED = re.compile(rf"[{HANZI}]#[0-4](?!\d)|[^\s\w]#4\s*$")
_BREAK = re.compile(r"#[0-4](?!\d)")
_PINYIN = re.compile(r"([a-zü:]+)[0-5]")
_PAIR = re.compile(rf"([{HANZI}])\s*([a-zü:]+[0-5])(\W*)")


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
    plain = _BREAK.sub("", text) if _MARKED.search(text) else text
    return hanzi_and_pinyin(plain) or (plain, ())


def hanzi_and_pinyin(text: str) -> tuple[str, tuple[str, ...]] | None:
    """``广 guang3 州 zhou1。`` as a text and its pinyin; None if it is not that."""
    pairs = _PAIR.findall(text)
    if not pairs or re.search(r"\w", _PAIR.sub("", text)):
        return None
    said = "".join(hanzi + after.replace(" ", "") for hanzi, _, after in pairs)
    return said, tuple(pinyin for _, pinyin, _ in pairs)


def fault_of(text: str, pinyin: tuple[str, ...]) -> str:
    """What keeps a transcript from being read, if anything."""
    if not text.strip():
        return "it has no transcript"
    words = re.sub(r"[^\w:{}]", " ", text.lower()).split()  # 银行{hang2} is one, and can be read
    toned = [is_toned(word) for word in words]
    if toned and all(toned):
        return "its transcript is pinyin alone: write the hanzi, or each hanzi and its pinyin"
    if not pinyin and sum(toned) > 1 and any(map(is_hanzi, text)):
        return "its transcript has pinyin, but not one syllable after each hanzi"
    return ""


def is_toned(word: str) -> bool:
    """Whether it is a syllable of pinyin with its tone."""
    match = _PINYIN.fullmatch(word)
    return match is not None and is_syllable(match[1])
