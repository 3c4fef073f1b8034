"""What a corpus consists of before anything is measured."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

AUDIO_SUFFIXES = (".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".aiff")
"""In the order in which a clip's file is looked for."""


@dataclass(frozen=True)
class Clip:
    """One recording, as its corpus lists it.

    Attributes:
        id: unique in the corpus.
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

    def add(self, clip: Clip, source: str) -> None:
        """Take a clip in, or reject one whose id is taken or no file name, or whose transcript or file is missing."""
        reason = self._fault(clip)
        if reason:
            self.rejected.append(Rejection(clip.id, source, reason))
        else:
            self._ids.add(clip.id)
            self.clips.append(clip)

    _ids: set[str] = field(default_factory=set, repr=False)

    def _fault(self, clip: Clip) -> str:
        if clip.id in self._ids:
            return "its id is listed twice; the first one is used"
        if not clip.text.strip() and not clip.units:
            return "it has no transcript"
        if not clip.audio.is_file():
            return f"its file {clip.audio.name} is missing"
        return ""


def find_audio(folder: Path, name: str) -> Path:
    """The sound file called `name`, with or without suffix; where there is none, the path where a wav would be."""
    direct = folder / name
    if direct.suffix.lower() in AUDIO_SUFFIXES:
        return direct
    for suffix in AUDIO_SUFFIXES:
        if (path := folder / f"{name}{suffix}").is_file():
            return path
    return folder / f"{name}.wav"
