"""AISHELL-3: ``content.txt`` has hanzi and pinyin by turns, ``wav/SPEAKER/`` the recordings."""

from __future__ import annotations

from pathlib import Path, PurePath

from .clips import Clip, Listing, Rejection
from .sounds import Sounds
from .transcripts import read_text

_SPEAKER_LENGTH = 7
"""An id begins with its speaker's, SSB0005."""


def read_aishell3(content: Path, sounds: Sounds) -> Listing:
    """Lines of ``SSB00050001.wav<TAB>广 guang3 州 zhou1 …``."""
    listing = Listing("AISHELL-3")
    for number, line in enumerate(read_text(content).split("\n"), 1):
        source = f"{content.name}, line {number}"
        name, tab, rest = line.partition("\t")
        if not line.strip():
            continue
        tokens = rest.split()
        if not tab or len(tokens) % 2:
            listing.rejected.append(Rejection(name, source, "the line is not hanzi and pinyin by turns"))
            continue
        utterance = PurePath(name).stem
        speaker = utterance[:_SPEAKER_LENGTH]
        audio = sounds.find(f"wav/{speaker}/{name}", content.parent)
        if not audio.is_file():
            audio = sounds.find(name, content.parent)
        text = "".join(tokens[::2])
        listing.add(Clip("", audio, text, speaker=speaker, pinyin=tuple(tokens[1::2])), source)
    return listing
