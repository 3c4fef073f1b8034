"""What a voice starts from when it learns a speaker: its own weights, and a row borrowed from whoever is nearest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from langsong.bundle.manifest import VoiceManifest
from langsong.bundle.models import load_acoustic
from langsong.bundle.voice import Voice
from langsong.errors import MissingExtra, OptionError
from langsong.measure.quality.similarity import SpeakerEncoder
from langsong.text.units import inventory
from langsong.types import Float32

from .checkpoint import LAST, Moments, RunState, save
from .corpus_format import Corpus, Utterance
from .identity import IDENTITY_FILE, VoiceIdentity
from .starting import speaker_rows

_TABLE = "speaker_embed.weight"
_COMPARED = 12
"""Utterances of each speaker that are compared."""


def write_start(
    folder: Path, voice: Voice, corpus: Corpus, spoken: Corpus, speaker: str, moments: Moments | None = None
) -> str:
    """Write a run that a recipe can be initialised from: `voice`, with a row for `speaker`.

    Args:
        corpus: the speaker's, in the frames of the voice.
        spoken: what the voice itself says; it tells what is nearest, and how a voice was normalised that does not say.
        moments: of the voice's weights, if they are known, to go on with.

    Returns:
        The speaker whose row was borrowed.

    Raises:
        RecipeError: the corpus is of another sound, language or text convention.
    """
    identity = extended_identity(voice.manifest, corpus, spoken)
    nearest = nearest_speaker(corpus, spoken)
    acoustic = load_acoustic(voice)
    weights: dict[str, Tensor] = dict(acoustic.state_dict())
    rows = _rows(voice, weights, identity)
    names = identity.units.speakers
    if speaker not in {s.id for s in voice.manifest.speakers}:
        rows[names.index(speaker)] = rows[names.index(nearest)]
    weights[_TABLE] = rows
    folder.mkdir(parents=True, exist_ok=True)
    (folder / IDENTITY_FILE).write_text(identity.model_dump_json(indent=1) + "\n", encoding="utf-8")
    state = RunState(networks={"model": {f"model.{name}": tensor for name, tensor in weights.items()}})
    if moments:
        known = _with_rows(moments, voice, identity)
        state.moments = {"model": {f"model.{name}": moment for name, moment in known.items()}}
    save(state, folder / LAST)
    return nearest


def extended_identity(voice: VoiceManifest, corpus: Corpus, spoken: Corpus) -> VoiceIdentity:
    """The voice with the corpus's speakers.

    A published voice does not say how its mel, pitch and energy were normalised. What it says itself is distributed
    as what it was trained on, so that has the figures. A voice of speaker vectors gets them as rows of a table.
    """
    identity = VoiceIdentity.of_voice(voice, corpus.description)
    own = spoken.description
    acoustic = identity.acoustic
    assert acoustic is not None
    changes: dict[str, object] = {
        "mel": identity.mel if voice.mel_to_vocoder else own.mel,
        "pitch": voice.pitch or own.pitch,
        "energy": voice.energy or own.energy,
    }
    if voice.speaker_vectors:
        names = [speaker.id for speaker in identity.speakers]
        units = inventory(voice.units.language, names, kind=voice.units.kind, has_mask=voice.units.has_mask)
        changes |= {"units": units, "acoustic": acoustic.model_copy(update={"speakers": units.sizes.speaker})}
    return identity.model_copy(update=changes)


def nearest_speaker(corpus: Corpus, spoken: Corpus) -> str:
    """The speaker in `spoken` most like those in `corpus`: by speaker vectors, or by pitch where those are missing."""
    speakers = dict.fromkeys(u.speaker for u in spoken.train)
    try:
        encoder = SpeakerEncoder()
    except (MissingExtra, OptionError):
        pitch = _pitch(corpus, corpus.train)
        return min(speakers, key=lambda name: abs(_pitch(spoken, _of(spoken, name)) - pitch))
    target = encoder.embed_speaker(sounds_of(corpus, corpus.train[:_COMPARED]))
    theirs = {name: sounds_of(spoken, _of(spoken, name)[:_COMPARED]) for name in speakers}
    likeness = {name: encoder.embed_speaker(sounds) @ target for name, sounds in theirs.items()}
    return max(likeness, key=lambda name: likeness[name])


def _with_rows(moments: Moments, voice: Voice, identity: VoiceIdentity) -> Moments:
    """The same with a row for each speaker; without the table's, where it was none."""
    known = dict(moments)
    table = known.pop(_TABLE, None)
    if table is not None and not voice.manifest.speaker_vectors:
        old, new = voice.manifest.units, identity.units
        known[_TABLE] = {key: speaker_rows(t, old, new) if t.dim() else t for key, t in table.items()}
    return known


def _rows(voice: Voice, weights: Mapping[str, Tensor], identity: VoiceIdentity) -> Tensor:
    if not voice.manifest.speaker_vectors:
        return speaker_rows(weights[_TABLE], voice.manifest.units, identity.units)
    vectors = torch.from_numpy(np.array(voice.tensor("speaker_vectors"), np.float32))
    missing = identity.units.sizes.speaker - len(vectors)
    return torch.cat([vectors, vectors.mean(0, keepdim=True).expand(missing, -1)])


def _of(corpus: Corpus, speaker: str) -> list[Utterance]:
    return [utterance for utterance in corpus.train if utterance.speaker == speaker]


def sounds_of(corpus: Corpus, utterances: Sequence[Utterance]) -> list[tuple[Float32, int]]:
    """The utterances' samples (N,), each with its rate in Hz."""
    rate = corpus.description.audio.sample_rate
    return [(corpus.features(u).audio.astype(np.float32) / np.float32(32768), rate) for u in utterances]


def _pitch(corpus: Corpus, utterances: Sequence[Utterance]) -> float:
    """Mean log F0 of voiced frames; 0 without any."""
    found = [corpus.features(u).pitch for u in utterances[:_COMPARED]]
    voiced = np.concatenate(found) if found else np.zeros(0)
    return float(np.log(voiced[voiced > 0]).mean()) if (voiced > 0).any() else 0.0
