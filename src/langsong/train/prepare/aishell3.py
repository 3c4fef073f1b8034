"""AISHELL-3: ``content.txt`` has hanzi and pinyin by turns, ``wav/SPEAKER/`` the recordings."""

from __future__ import annotations

from pathlib import Path, PurePath

from .clips import Clip, Listing
from .files import Files
from .transcripts import read_text

_SPEAKER_LENGTH = 7
"""An id begins with its speaker's, SSB0005."""


def read_aishell3(content: Path, sounds: Files) -> Listing:
    """Lines of ``SSB00050001.wav<TAB>广 guang3 州 zhou1 …``."""
    listing = Listing("AISHELL-3")
    for number, line in enumerate(read_text(content).split("\n"), 1):
        source = f"{content.name}, line {number}"
        name, tab, rest = line.partition("\t")
        if not line.strip():
            continue
        utterance, tokens = PurePath(name).stem, rest.split()
        speaker = utterance[:_SPEAKER_LENGTH]
        audio = sounds.at(content.parent / "wav" / speaker / utterance) or sounds.find(name, content.parent)
        if not tab or len(tokens) % 2:
            listing.reject(utterance, source, "the line is not hanzi and pinyin by turns", audio)
            continue
        text = "".join(tokens[::2])
        listing.add(Clip("", audio, text, speaker=speaker, pinyin=tuple(tokens[1::2])), source)
    return listing
