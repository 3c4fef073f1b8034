"""AISHELL-3: ``content.txt`` has hanzi and pinyin by turns, ``wav/SPEAKER/`` the recordings."""

from __future__ import annotations

from pathlib import Path

from .clips import Clip, Listing, Rejection
from .tables import read_text

_SPEAKER_LENGTH = 7
"""An id begins with its speaker's, SSB0005."""


def read_aishell3(content: Path) -> Listing:
    """Lines of ``SSB00050001.wav<TAB>广 guang3 州 zhou1 …``."""
    listing = Listing("AISHELL-3")
    for number, line in enumerate(read_text(content).splitlines(), 1):
        source = f"{content.name}, line {number}"
        name, tab, rest = line.partition("\t")
        tokens = rest.split()
        if not line.strip():
            continue
        if not tab or len(tokens) % 2:
            listing.rejected.append(Rejection(name, source, "the line is not hanzi and pinyin by turns"))
            continue
        utterance = name.removesuffix(".wav")
        speaker = utterance[:_SPEAKER_LENGTH]
        audio = content.parent / "wav" / speaker / f"{utterance}.wav"
        text = "".join(tokens[::2])
        listing.add(Clip(utterance, audio, text, speaker=speaker, pinyin=tuple(tokens[1::2])), source)
    return listing
