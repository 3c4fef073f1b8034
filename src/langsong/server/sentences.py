"""Sentences from text that comes in pieces, as a language model writes it."""

from __future__ import annotations

import unicodedata

from langsong.text.segment import segment

_ENDS = ("。", "！", "？", "；", "!", "?", "…", "\n")
"""What ends a sentence whatever follows; a full stop may be a decimal point yet."""

_SSML, _SSML_END = "<speak", "</speak>"


class SentenceBuffer:
    """Keeps what is not a whole sentence yet. All that is fed comes out, in order, but for punctuation at the end."""

    def __init__(self) -> None:
        self._text = ""

    def __len__(self) -> int:
        """Characters that wait."""
        return len(self._text)

    def feed(self, text: str) -> list[str]:
        """The sentences that are whole with this piece; an SSML document counts as one."""
        self._text += text
        if self._text.lstrip().startswith(_SSML):
            document, end, rest = self._text.partition(_SSML_END)
            if not end:
                return []
            self._text = ""
            return [document + end, *self.feed(rest)]
        pieces = list(segment(self._text))
        self._text = ""
        sentences: list[str] = []
        held = ""
        for index, piece in enumerate(pieces):
            whole = index < len(pieces) - 1 or piece.rstrip(" \t").endswith(_ENDS)
            if whole and not _is_silent(held + piece):
                sentences.append(held + piece)
                held = ""
            else:
                held += piece
        self._text = held
        return sentences

    def flush(self) -> list[str]:
        """What is left, whole or not."""
        rest, self._text = self._text, ""
        return [] if _is_silent(rest) else [rest]

    def clear(self) -> None:
        """Forget it."""
        self._text = ""


def _is_silent(text: str) -> bool:
    """Nothing but punctuation and blanks: it belongs to what comes before or after it."""
    return all(char.isspace() or unicodedata.category(char).startswith("P") for char in text)
