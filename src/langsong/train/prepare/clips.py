"""What a corpus consists of before anything is measured."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from .files import exists
from .transcripts import fault_of, spoken

_LONGEST_NAME = 50
"""Letters, of up to four bytes where files have names of up to 255."""


@dataclass(frozen=True)
class Clip:
    """One recording, as its corpus lists it.

    Attributes:
        id: as it is listed; "" = it gets one by its file. Those of a `Listing` are unique, and names of files.
        audio: its file.
        text: what is said.
        speaker, emotion: names; "" where the corpus does not say.
        pinyin: how the hanzi of `text` are read, a syllable with a tone digit for each; empty if that is not given.
        units: a line for `langsong.text.units.parse_units`, in place of reading `text`.
        durations_s: seconds of each of `units`, which add up to the clip; empty if not given.
        labels: a TextGrid or KAN-TTS interval file with the times of the phones.
    """

    id: str
    audio: Path
    text: str
    speaker: str = ""
    emotion: str = ""
    pinyin: tuple[str, ...] = ()
    units: str = ""
    durations_s: tuple[float, ...] = ()
    labels: Path | None = None


class BadClip(Exception):
    """A clip that cannot be trained on; the message is the reason, for the report."""


@dataclass(frozen=True)
class Rejection:
    """A clip that was left out.

    Attributes:
        id: as listed, "" where the list itself is at fault.
        source: the file, or the list and the line in it.
        reason: one line.
    """

    id: str
    source: str
    reason: str

    def __str__(self) -> str:
        return f"rejected {self.id or '(no id)'} ({self.source}): {self.reason}"


@dataclass
class Listing:
    """What a corpus says it has.

    Attributes:
        layout: how it is written, for the report.
        clips: to be prepared, ids unique.
        rejected: what could not even be listed.
    """

    layout: str
    clips: list[Clip] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    _mentioned: set[str] = field(default_factory=set, repr=False)
    _recordings: dict[str, str] = field(default_factory=dict, repr=False)
    _listed: set[str] = field(default_factory=set, repr=False)
    _taken: Counter[str] = field(default_factory=Counter, repr=False)

    def add(self, clip: Clip, source: str) -> None:
        """Take a clip in, under an id that files may have, or reject one that is listed already or not usable."""
        text, pinyin = (clip.text, clip.pinyin) if clip.units or clip.pinyin else spoken(clip.text)
        if reason := self._fault(replace(clip, text=text, pinyin=pinyin)):
            self.reject(
                clip.id or self._recordings.get(_real(clip.audio)) or clip.audio.stem, source, reason, clip.audio
            )
            return
        name = self._free(safe_name(clip.id)) if clip.id else self._named(clip.audio)
        self._taken[name.casefold()] = 1
        self._listed.add(clip.id)
        self._recordings[_real(clip.audio)] = name
        self._mentioned.add(_real(clip.audio))
        self.clips.append(replace(clip, id=name, text=text, pinyin=pinyin))

    def reject(self, name: str, source: str, reason: str, audio: Path | None = None) -> None:
        """Leave a clip out; `audio` is its recording, if that can be told."""
        if audio is not None:
            self._mentioned.add(_real(audio))
        self.rejected.append(Rejection(printable(name), printable(source), reason))

    def mentions(self, audio: Path) -> bool:
        """Whether a recording is listed, be it rejected or not."""
        return _real(audio) in self._mentioned

    def _named(self, audio: Path) -> str:
        """The file's name, with those of its folders as far as it takes to tell it from others'."""
        name = safe_name(audio.stem)
        for folder in audio.parents:
            if not self._taken[name.casefold()] or not folder.name:
                break
            name = safe_name(f"{folder.name}_{name}")
        return self._free(name)

    def _free(self, name: str) -> str:
        """The name, with a number if it is taken."""
        free = name
        while self._taken[free.casefold()]:
            self._taken[name.casefold()] += 1
            free = f"{name}_{self._taken[name.casefold()]}"
        return free

    def _fault(self, clip: Clip) -> str:
        if _real(clip.audio) in self._recordings:
            return "its recording is listed twice; the first one is used"
        if clip.id and clip.id in self._listed:
            return "its id is listed twice; the first one is used"
        if not clip.units and (fault := fault_of(clip.text, clip.pinyin)):
            return fault
        if not exists(clip.audio):
            return f"its file {clip.audio.name} is missing"
        return ""


def safe_name(name: str) -> str:
    """A name that a file may have: letters of any script, digits, ``._-``, none of these first."""
    kept = "".join(char if char.isalpha() or char.isdecimal() or char in ".-" else "_" for char in name)
    return kept.lstrip("._-")[:_LONGEST_NAME] or "clip"


def printable(text: str) -> str:
    """With the bytes that are no text (names of files have such) as ``\\udcff``."""
    return text.encode("utf-8", "backslashreplace").decode()


def _real(path: Path) -> str:
    return os.path.realpath(path)
