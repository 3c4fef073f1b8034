"""What a corpus consists of before anything is measured."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from .transcripts import is_pinyin, spoken

_LONGEST_NAME = 50
"""Letters, of up to four bytes where files have names of up to 255."""


@dataclass(frozen=True)
class Clip:
    """One recording, as its corpus lists it.

    Attributes:
        id: unique in the corpus; "" = it gets one by its file.
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
        mentioned: every recording that is listed, rejected or not.
    """

    layout: str
    clips: list[Clip] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    mentioned: set[Path] = field(default_factory=set)

    def add(self, clip: Clip, source: str) -> None:
        """Take a clip in, or reject one that is listed already, or whose transcript or file is missing."""
        text, pinyin = (clip.text, clip.pinyin) if clip.units or clip.pinyin else spoken(clip.text)
        clip = replace(clip, id=clip.id or self._name(clip.audio), text=text, pinyin=pinyin)
        self.mentioned.add(clip.audio)
        if reason := self._fault(clip):
            self.rejected.append(Rejection(clip.id, source, reason))
        else:
            self._taken[clip.id.casefold()] = clip.audio
            self._names[clip.audio] = clip.id
            self.clips.append(clip)

    _taken: dict[str, Path] = field(default_factory=dict, repr=False)
    _names: dict[Path, str] = field(default_factory=dict, repr=False)

    def _name(self, audio: Path) -> str:
        """The file's name, with those of its folders as far as it takes to tell it from others'."""
        if audio in self._names:
            return self._names[audio]
        name = safe_name(audio.stem)
        for folder in audio.parents:
            if name.casefold() not in self._taken:
                return name
            name = safe_name(f"{folder.name}_{name}")
        return next(other for number in count(2) if (other := f"{name}_{number}").casefold() not in self._taken)

    def _fault(self, clip: Clip) -> str:
        taken = self._taken.get(clip.id.casefold())
        if taken is not None:
            what = "recording" if taken == clip.audio else "id"
            return f"its {what} is listed twice; the first one is used"
        if not clip.text.strip() and not clip.units:
            return "it has no transcript"
        if is_pinyin(clip.text) and not clip.units:
            return "its transcript is pinyin alone: write the hanzi, or each hanzi and its pinyin"
        if not clip.audio.is_file():
            return f"its file {clip.audio.name} is missing"
        return ""


def safe_name(name: str) -> str:
    """A name that a file may have: letters of any script, digits, ``._-``, none of these first."""
    kept = "".join(char if char.isalpha() or char.isdecimal() or char in ".-" else "_" for char in name)
    return kept.lstrip("._-")[:_LONGEST_NAME] or "clip"
