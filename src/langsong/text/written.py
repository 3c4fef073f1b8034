"""A passage as it is written and as it is read, and where each written character went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import accumulate, pairwise

from langsong.text.document import FixedReading, Passage
from langsong.text.g2p import has_reading
from langsong.text.hanzi import is_hanzi
from langsong.text.normalize import normalize_spans
from langsong.types import Span

STAND_IN = "某"
"""For a hanzi that no dictionary has; only its given reading speaks it."""


class Written:
    """A passage after normalisation.

    Attributes:
        spans: tile the passage's text.
        read: what is read, one after the other.

    Raises:
        TextError: a character that cannot be read and has no given reading.
    """

    def __init__(self, passage: Passage) -> None:
        self.spans = tuple(_passage_spans(passage))
        self.read = "".join(span.read for span in self.spans)

    @cached_property
    def _places(self) -> list[int | None]:
        return _places(self.spans)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where the written characters [start, end), which normalisation left alone, stand in `read`."""
        first, last = self._places[start], self._places[end - 1]
        if first is None or last is None:
            raise ValueError(f"characters {start} to {end} are not read as they are written")
        return first, last + 1

    def border(self, position: int) -> int:
        """Where in `read` begins what is written from `position` on; within a changed span its end."""
        while position < len(self._places):
            if (place := self._places[position]) is not None:
                return place
            position += 1
        return len(self.read)


def _passage_spans(passage: Passage) -> Iterator[Span]:
    position = 0
    for replacement in passage.replacements:
        yield from _plain_spans(passage, position, replacement.start)
        position = replacement.end
        written = passage.text[replacement.start : position]
        yield Span(replacement.start, position, written, _apart(replacement.read), replacement.rule)
    yield from _plain_spans(passage, position, len(passage.text))


def _apart(read: str) -> str:
    """What is read instead, its letters apart from those around it."""
    before, after = (" " if end.isascii() and end.isalpha() else "" for end in (read[:1], read[-1:]))
    return f"{before}{read}{after}"


def _plain_spans(passage: Passage, start: int, end: int) -> Iterator[Span]:
    """The spans of a part without replacements. Characters with given readings stay as they are written."""
    if start == end:
        return
    if not passage.fixed and (start, end) == (0, len(passage.text)):
        yield from normalize_spans(passage.text)
        return
    part = passage.slice(start, end)
    spans = _normalized(part.text, part.fixed)
    if not _left_alone(spans, part):
        spans = tuple(_around_fixed(part))
    yield from (replace(span, start=span.start + start, end=span.end + start) for span in spans)


def _normalized(text: str, fixed: Sequence[FixedReading]) -> tuple[Span, ...]:
    """The spans of a text; hanzi that only their given readings speak are hidden from the rules."""
    hidden = [
        position
        for reading in fixed
        for position in range(reading.start, reading.end)
        if is_hanzi(text[position]) and not has_reading(text[position])
    ]
    if not hidden:
        return normalize_spans(text)
    chars = list(text)
    for position in hidden:
        chars[position] = STAND_IN
    spans = normalize_spans("".join(chars))
    places = _places(spans)
    read = list("".join(span.read for span in spans))
    for position in hidden:
        if (place := places[position]) is not None:
            read[place] = text[position]
    ends = accumulate((len(span.read) for span in spans), initial=0)
    return tuple(
        replace(span, written=text[span.start : span.end], read="".join(read[a:b]))
        for span, (a, b) in zip(spans, pairwise(ends), strict=True)
    )


def _left_alone(spans: Sequence[Span], part: Passage) -> bool:
    """Whether every character with a given reading is still there."""
    places = _places(spans) if part.fixed else []
    return all(places[position] is not None for f in part.fixed for position in range(f.start, f.end))


def _around_fixed(part: Passage) -> Iterator[Span]:
    """The spans of what stands between characters with given readings, and these as they are."""
    position = 0
    for reading in part.fixed:
        yield from _plain_spans(Passage(part.text), position, reading.start)
        position = reading.end
        written = part.text[reading.start : position]
        yield Span(reading.start, position, written, written)
    yield from _plain_spans(Passage(part.text), position, len(part.text))


def _places(spans: Sequence[Span]) -> list[int | None]:
    """For each written character its index in what is read; None for one that is read otherwise."""
    places: list[int | None] = []
    begin = 0
    for span in spans:
        written, read = span.written, span.read
        shorter = min(len(written), len(read))
        simplified = len(written) == len(read) and all(map(is_hanzi, written)) and all(map(is_hanzi, read))
        head = shorter if simplified else next((i for i in range(shorter) if written[i] != read[i]), shorter)
        tail = next((i for i in range(shorter - head) if written[-1 - i] != read[-1 - i]), shorter - head)
        places += range(begin, begin + head)
        places += [None] * (len(written) - head - tail)
        begin += len(read)
        places += range(begin - tail, begin)
    return places
