"""The voice that fine-tuning starts from."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from langsong.bundle.install import install
from langsong.bundle.manifest import MANIFEST_FILE
from langsong.bundle.store import find_voice
from langsong.bundle.voice import Voice
from langsong.errors import CheckpointError

from .checkpoint import Moments
from .kantts_moments import read_moments


def base_voice(base: str | None, folder: Path, note: Path) -> tuple[Voice, Moments, str | None]:
    """An installed voice or a bundle; a folder of KAN-TTS is made one first, unless that has been done.

    Args:
        base: a name or a folder; None = the embedded voice.
        folder: for what is made of a KAN-TTS folder; `note` keeps of which.

    Returns:
        The voice; how far Adam was with it, if it is known; and why not, if that was to be expected.

    Raises:
        VoiceError: there is no such voice, or it cannot be made one.
    """
    source = Path(base) if base else None
    if source is None or not source.is_dir() or (source / MANIFEST_FILE).is_file():
        return find_voice(base), {}, None
    state = [f"{p.relative_to(source)} {p.stat().st_size} {p.stat().st_mtime_ns}" for p in sorted(source.rglob("*"))]
    made_of = hashlib.sha256("\n".join([str(source.resolve()), *state]).encode()).hexdigest()
    if (folder / MANIFEST_FILE).is_file() and note_says(note, made_of):
        voice = Voice.open(folder)
    else:
        shutil.rmtree(folder, ignore_errors=True)
        voice = install(source, output=folder).voice
        note.write_text(made_of, encoding="utf-8")
    try:
        return voice, read_moments(source), None
    except CheckpointError as error:
        return voice, {}, f"{error}; it began anew"


def note_says(note: Path, text: str) -> bool:
    """Whether a file has nothing but this text."""
    return note.is_file() and note.read_text(encoding="utf-8") == text
