"""Giving a voice a reference encoder: a new one, or that of another voice."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from langsong.acoustic.reference import ReferenceEncoder
from langsong.audio.spec import AudioSpec
from langsong.errors import BundleError

from .export import export_reference
from .manifest import MANIFEST_FILE, ReferenceSection
from .voice import Voice


def attach_reference(
    voice: Voice, encoder: ReferenceEncoder, emotions: Sequence[str], audio: AudioSpec, provenance: str
) -> Voice:
    """The voice with an encoder, in place of the one it may have; arguments as of `export_reference`."""
    return _with_section(voice, export_reference(encoder, emotions, audio, provenance, voice.folder))


def copy_reference(source: Voice, voice: Voice) -> Voice:
    """The voice with the encoder of another.

    Raises:
        BundleError: `source` has none.
    """
    section = source.manifest.reference
    if section is None:
        raise BundleError(f"the voice {source.name} has no reference encoder")
    for file in (section.graph, section.weights):
        shutil.copy(source.folder / file.file, voice.folder / file.file)
    return _with_section(voice, section)


def _with_section(voice: Voice, section: ReferenceSection) -> Voice:
    manifest = voice.manifest.model_copy(update={"reference": section})
    beside = voice.folder / f".{MANIFEST_FILE}.new"
    beside.write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")
    beside.replace(voice.folder / MANIFEST_FILE)
    return Voice.open(voice.folder)
