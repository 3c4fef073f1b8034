"""Collecting passages while SSML is read."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from langsong.errors import TextError
from langsong.text.document import MAX_PAUSE_S, FixedReading, Passage, Replacement, Style, fix_readings
from langsong.text.hanzi import is_hanzi
from langsong.types import Emphasis

EmphasisLevel = Literal["strong", "moderate", "none", "reduced"]

_BLANK_OR_NOT = re.compile(r"[ \t\r\n]+|[^ \t\r\n]+")


class PassageBuilder:
    """Takes text and pauses in order; a pause, a change of style or an end of a sentence ends a passage.

    White space becomes one space, and none at the ends of a passage and where a line breaks between hanzi.
    """

    def __init__(self) -> None:
        self._passages: list[Passage] = []
        self._levels: list[EmphasisLevel] = []
        self._style = Style()
        self._begin()

    def _begin(self) -> None:
        self._written = ""
        self._blank = ""
        self._fixed: list[FixedReading] = []
        self._replacements: list[Replacement] = []
        self._words: list[tuple[int, int]] = []
        self._emphases: list[Emphasis] = []

    def style(self, style: Style) -> None:
        """Speak like this from here on."""
        if style != self._style:
            self.end()
            self._style = style

    def text(self, text: str) -> None:
        for stretch in _BLANK_OR_NOT.findall(text):
            if stretch.isspace():
                self._blank += stretch
            else:
                self._append(stretch)

    def fixed(self, text: str, pinyin: str) -> None:
        """Text with the readings of all of it; errors as of `fix_readings`."""
        start = self._append(text)
        readings = fix_readings(text, start, pinyin, "phoneme")
        if readings[0].start > start:
            raise TextError(
                f"{len(readings)} syllable{'s'[: len(readings) - 1]} for {text}: give one for each character"
            )
        self._fixed += readings

    def replaced(self, text: str, read: str, rule: str) -> None:
        """Text in whose place something else is read."""
        start = self._append(text)
        self._replacements.append(Replacement(start, start + len(text), read, rule))

    def begin_word(self) -> int:
        """Where the next text will stand."""
        self._append("")
        return len(self._written)

    def end_word(self, start: int) -> None:
        """What was added since `begin_word` is one word."""
        if start < len(self._written):
            self._words.append((start, len(self._written)))

    def begin_emphasis(self, level: EmphasisLevel) -> None:
        """What follows is stressed, until `end_emphasis`; levels nest."""
        self._levels.append(level)

    def end_emphasis(self) -> None:
        self._levels.pop()

    def close(self) -> None:
        """A sentence ends here."""
        self.end()
        if self._passages:
            self._passages[-1] = replace(self._passages[-1], closed=True)

    def end(self) -> None:
        """Nothing that follows belongs to the same passage."""
        if self._written:
            self._passages.append(
                Passage(
                    self._written,
                    tuple(self._fixed),
                    tuple(self._replacements),
                    tuple(self._words),
                    tuple(self._emphases),
                    style=self._style,
                )
            )
        self._begin()

    def pause(self, seconds: float) -> None:
        """Silence; pauses that follow one another add up to `MAX_PAUSE_S` at most."""
        self.end()
        if not self._passages:
            self._passages.append(Passage(""))
        last = self._passages[-1]
        self._passages[-1] = replace(last, pause_s=min(last.pause_s + seconds, MAX_PAUSE_S))

    def passages(self) -> tuple[Passage, ...]:
        self.end()
        return tuple(self._passages)

    def _append(self, text: str) -> int:
        """Add text that has no blanks at its ends; its start in the passage."""
        if self._blank and self._written:
            between_hanzi = is_hanzi(self._written[-1]) and text[:1] and is_hanzi(text[0])
            self._written += "" if between_hanzi and "\n" in self._blank else " "
        self._blank = ""
        start = len(self._written)
        self._written += text
        level = self._levels[-1] if self._levels else "none"
        if text and level != "none":
            self._emphases.append(Emphasis(start, len(self._written), level))
        return start
