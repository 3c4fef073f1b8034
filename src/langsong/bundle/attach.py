"""Giving a voice a reference encoder or a fast vocoder: a new one, or that of another voice."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence

from pydantic import ValidationError

from langsong.acoustic.reference import ReferenceEncoder
from langsong.audio.spec import AudioSpec
from langsong.errors import BundleError
from langsong.vocoder.harmonic_noise import HarmonicNoiseVocoder

from .export import export_fast, export_reference
from .manifest import MANIFEST_FILE, File, Record, VoiceManifest
from .voice import Voice


def attach_reference(
    voice: Voice, encoder: ReferenceEncoder, emotions: Sequence[str], audio: AudioSpec, provenance: str
) -> Voice:
    """The voice with an encoder, in place of the one it may have; arguments as of `export_reference`."""
    return _changed(voice, reference=export_reference(encoder, emotions, audio, provenance, voice.folder))


def copy_reference(source: Voice, voice: Voice) -> Voice:
    """The voice with the encoder of another.

    Raises:
        BundleError: `source` has none.
    """
    section = source.manifest.reference
    if section is None:
        raise BundleError(f"the voice {source.name} has no reference encoder")
    _copy((section.graph, section.weights), source, voice)
    return _changed(voice, reference=section)


def attach_fast(voice: Voice, vocoder: HarmonicNoiseVocoder, provenance: str, precision: str) -> Voice:
    """The voice with a fast vocoder, in place of the one it may have; arguments as of `export_fast`.

    Raises:
        BundleError: the vocoder's frames are not the voice's.
    """
    section = export_fast(vocoder, voice.manifest.acoustic, provenance, voice.folder, precision)
    return _changed(voice, fast=section)


def copy_fast(source: Voice, voice: Voice) -> Voice:
    """The voice with the fast vocoder of another; as it is, if that has none."""
    section = source.manifest.fast
    if section is None:
        return voice
    _copy((section.weights, *section.graphs.values()), source, voice)
    return _changed(voice, fast=section)


def _copy(files: Iterable[File], source: Voice, voice: Voice) -> None:
    for file in files:
        shutil.copy(source.folder / file.file, voice.folder / file.file)


def described(voice: Voice, said: Mapping[str, str]) -> Voice:
    """The voice with other words in its manifest: name, title, licence, provenance."""
    return _changed(voice, **said)


def _changed(voice: Voice, **changes: Record | str) -> Voice:
    try:
        manifest = VoiceManifest.model_validate(dict(voice.manifest) | changes)
    except ValidationError as error:
        raise BundleError(f"the voice {voice.name} cannot have it: {error.errors()[0]['msg']}") from None
    beside = voice.folder / f".{MANIFEST_FILE}.new"
    beside.write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")
    beside.replace(voice.folder / MANIFEST_FILE)
    return Voice.open(voice.folder)
