"""Which speaker says which sentence in which style."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, TypedDict

from corpus.speakers import SPEAKERS
from corpus.styles import NEUTRAL, STYLES

Split = Literal["train", "valid"]


class Text(TypedDict):
    """A line of texts.jsonl."""

    id: str
    text: str
    source: str
    split: Split


class Clip(NamedTuple):
    """One utterance to make; `split` is ``train``, or ``valid`` for held-out sentences and cells."""

    id: str
    text: str
    speaker: str
    style: str
    split: Split


HELD_OUT_CELLS = frozenset(
    {("songbai", "happy"), ("wanqing", "melancholic"), ("lingxi", "afraid"), ("yunfan", "gentle")}
)
"""Speakers in styles that training does not see of them."""

_MOODS = [style for style in STYLES if style != NEUTRAL]
_TURNS = tuple(turn for mood in range(0, len(_MOODS), 3) for turn in (NEUTRAL, *_MOODS[mood : mood + 3], NEUTRAL))
"""A cycle of styles: two in five are neutral."""


def clips(texts: Sequence[Text]) -> Iterator[Clip]:
    """Endless: the sentences in their order, speakers in turn, styles in turn for each speaker.

    Later rounds through the sentences give each one another speaker and style.
    """
    speakers = list(SPEAKERS)
    place = 0
    while True:
        for text in texts:
            turn, seat = divmod(place, len(speakers))
            speaker = speakers[seat]
            style = _TURNS[(turn + 4 * seat) % len(_TURNS)]
            split: Split = "valid" if (speaker, style) in HELD_OUT_CELLS else text["split"]
            yield Clip(f"{text['id']}-{speaker}-{style}", text["text"], speaker, style, split)
            place += 1
        place += 3
