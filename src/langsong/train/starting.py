"""What a run starts from: nothing, a finished voice, or another run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm
from torch.nn.utils.parametrize import is_parametrized, remove_parametrizations

from langsong.acoustic.config import AcousticConfig
from langsong.acoustic.sambert import SamBert
from langsong.audio.mel import band_interpolation
from langsong.bundle.models import load_acoustic, load_reference, load_vocoder
from langsong.bundle.store import find_voice
from langsong.bundle.voice import Voice
from langsong.engine.emotion_names import find_emotion
from langsong.errors import RecipeError
from langsong.text.units import UnitInventory
from langsong.vocoder.build import Vocoder, build_vocoder
from langsong.vocoder.family import VocoderConfig
from langsong.vocoder.generator import Generator
from langsong.vocoder.harmonic_noise import HarmonicNoiseVocoder
from langsong.vocoder.harmonic_noise_config import HarmonicNoiseConfig

from .checkpoint import BEST, LAST, Moments, RunState, load
from .corpus_format import CorpusDescription
from .identity import IDENTITY_FILE, VoiceIdentity, read_identity
from .recipe import HarmonicNoiseRecipe, HifiganRecipe, SambertRecipe, VocoderRecipe

Weights = dict[str, Tensor]
_SPEAKERS = "model.speaker_embed.weight"
VOCODER = "generator"
"""The network of a vocoder's run that speaks."""


def sambert_start(recipe: SambertRecipe, corpus: CorpusDescription) -> tuple[VoiceIdentity, Weights]:
    """The voice to be trained, with the model's configuration, and weights of `SambertNetwork` to start from.

    Raises:
        RecipeError: what to start from does not fit the corpus, or is none.
        VoiceNotFound, BundleError, TrainingError: it cannot be read.
    """
    identity, weights = _acoustic_start(recipe, corpus)
    if recipe.reference and recipe.reference.initialise:
        weights |= listener_weights(find_voice(recipe.reference.initialise), identity.emotions)
    return identity, weights


def start_moments(source: str | None) -> dict[str, Moments]:
    """Adam's moments that were put by for the runs that begin where `source` is, by the network's name.

    Raises:
        TrainingError: they cannot be read.
    """
    run = run_folder(source) if source else None
    return load(_checkpoint(run)).moments if run else {}


def listener_weights(voice: Voice, emotions: Sequence[str]) -> Weights:
    """A voice's reference encoder as that of `SambertNetwork`, with categories of `emotions` alone.

    Raises:
        RecipeError: it does not recognise one of the emotions.
        BundleError: the voice has none.
    """
    section = voice.manifest.reference
    weights = load_reference(voice).state_dict()
    known = [find_emotion(name, emotions) for name in section.emotions] if section else []
    places = {found.name: place for place, found in enumerate(known) if found and found.exact}
    if missing := [emotion for emotion in emotions if emotion not in places]:
        raise RecipeError(f"the reference encoder of {voice.name} does not recognise {', '.join(missing)}")
    order = [places[emotion] for emotion in emotions]
    weights["head.weight"], weights["head.bias"] = weights["head.weight"][order], weights["head.bias"][order]
    return {f"listener.{name}": tensor for name, tensor in weights.items() if not name.startswith("row.")}


def _acoustic_start(recipe: SambertRecipe, corpus: CorpusDescription) -> tuple[VoiceIdentity, Weights]:
    if recipe.initialise is None:
        identity = VoiceIdentity.of_corpus(corpus)
        sizes = identity.units.sizes
        acoustic = AcousticConfig.model_validate(
            {
                **recipe.shape.widths(),
                "vocabulary": (sizes.phone,) if identity.units.kind == "bytes" else sizes[:4],
                "emotions": sizes.emotion,
                "speakers": sizes.speaker,
                "n_mels": corpus.audio.n_mels,
                "feedback": recipe.feedback,
            }
        )
        return identity.model_copy(update={"acoustic": acoustic}), {}
    if run := run_folder(recipe.initialise):
        base = read_identity(run)
        weights = averaged_weights(run, "model")
        identity = base.extended(VoiceIdentity.of_corpus(corpus))
        old = base.units
    else:
        voice = find_voice(recipe.initialise)
        weights = {f"model.{name}": tensor for name, tensor in load_acoustic(voice).state_dict().items()}
        identity, old = VoiceIdentity.of_voice(voice.manifest, corpus), voice.manifest.units
    if _SPEAKERS in weights:
        weights[_SPEAKERS] = speaker_rows(weights[_SPEAKERS], old, identity.units)
    return identity, weights


def speaker_rows(table: Tensor, old: UnitInventory, new: UnitInventory) -> Tensor:
    """A table of speakers for another inventory: known ones keep their rows, new ones start at the mean of all."""
    rows = table[: len(old.speakers)].mean(0).repeat(new.sizes.speaker, 1)
    for index, name in enumerate(new.speakers):
        if name in old.speakers:
            rows[index] = table[old.speakers.index(name)]
    specials = new.sizes.speaker - len(new.speakers)
    rows[-specials:] = table[-specials:]
    return rows


def vocoder_start(recipe: VocoderRecipe, corpus: CorpusDescription) -> tuple[VocoderConfig, Weights]:
    """The vocoder to be trained and weights to start from; without any, those of its envelope are set all the same.

    Raises:
        RecipeError: what to start from does not fit the corpus, or is of another kind.
    """
    audio, statistics = corpus.audio, corpus.mel
    config: VocoderConfig
    if isinstance(recipe, HarmonicNoiseRecipe) and corpus.mel_recipe != "hifigan":
        raise RecipeError("vocoders of pulses and noise read logarithms: the corpus must be of the hifigan recipe")
    if recipe.initialise is not None:
        vocoder = read_vocoder(recipe.initialise)
        if isinstance(vocoder, Generator) != isinstance(recipe, HifiganRecipe):
            raise RecipeError(f"{recipe.initialise} has a vocoder of another kind than {recipe.kind}")
        config = vocoder.config
        if (config.in_channels, config.hop_length) != (audio.n_mels, audio.hop_length):
            raise RecipeError(
                f"the vocoder to start from takes {config.in_channels} mel bins of {config.hop_length} samples, "
                f"the corpus has {audio.n_mels} of {audio.hop_length}"
            )
        if isinstance(config, HarmonicNoiseConfig) and config.sample_rate != audio.sample_rate:
            raise RecipeError(f"the vocoder to start from speaks at {config.sample_rate} Hz, not {audio.sample_rate}")
        return config, vocoder.state_dict()
    if isinstance(recipe, HifiganRecipe):
        return recipe.shape.config(audio.n_mels, audio.hop_length), {}
    config = HarmonicNoiseConfig(
        in_channels=audio.n_mels,
        sample_rate=audio.sample_rate,
        hop_length=audio.hop_length,
        mel_mean=statistics.mean[0],
        mel_std=statistics.std[0],
        filters=recipe.filters,
        pitch=recipe.pitch,
    )
    torch.manual_seed(recipe.loop.seed)
    fresh = HarmonicNoiseVocoder(config)
    fresh.start_from(torch.from_numpy(band_interpolation(audio, config.n_fft)))
    return config, fresh.state_dict()


def read_vocoder(source: str) -> Vocoder:
    """The vocoder of a voice or of a vocoder's run, ready to speak.

    Raises:
        RecipeError, TrainingError, VoiceNotFound, BundleError: there is none, or it cannot be read.
    """
    run = run_folder(source)
    return load_vocoder(find_voice(source)) if run is None else run_vocoder(run)


def run_vocoder(run: Path) -> Vocoder:
    """The vocoder of a run, with averaged weights.

    Raises:
        RecipeError: the run is of another kind.
    """
    identity = read_identity(run)
    if identity.generator is None:
        raise RecipeError(f"{run} is no run of a vocoder")
    vocoder = build_vocoder(identity.generator)
    if isinstance(vocoder, Generator):
        vocoder = normalized(vocoder)
    vocoder.load_state_dict(averaged_weights(run, VOCODER))
    if isinstance(vocoder, Generator):
        vocoder = folded(vocoder)
    return vocoder.eval()


def run_acoustic(run: Path, identity: VoiceIdentity) -> SamBert:
    """The acoustic model of a run, with averaged weights.

    Raises:
        RecipeError: the run is of another kind.
    """
    if identity.acoustic is None:
        raise RecipeError(f"{run} is no run of an acoustic model")
    model = SamBert(identity.acoustic)
    model.load_state_dict(part_weights("model", run))
    return model.eval()


def part_weights(part: str, run: Path) -> Weights:
    """Averaged weights of a part of `SambertNetwork`, by the part's own names."""
    weights = averaged_weights(run, "model")
    return {name.removeprefix(f"{part}."): t for name, t in weights.items() if name.startswith(f"{part}.")}


def normalized(generator: Generator) -> Generator:
    """Put weight normalisation on every convolution (Salimans & Kingma 2016), which keeps what they compute."""
    for module in list(generator.modules()):
        if isinstance(module, (nn.Conv1d, nn.ConvTranspose1d)):
            weight_norm(module)
    return generator


def folded(generator: Generator) -> Generator:
    """Undo `normalized`: plain weights of the same values."""
    for module in generator.modules():
        if is_parametrized(module):
            remove_parametrizations(module, "weight")
    return generator


def averaged_weights(run: Path, network: str) -> Weights:
    """Weights of a run's best checkpoint (its last, where nothing was held out), averaged if the run kept averages."""
    return network_weights(load(_checkpoint(run)), network)


def _checkpoint(run: Path) -> Path:
    """What other runs and exports start from."""
    return run / BEST if (run / BEST).exists() else run / LAST


def network_weights(state: RunState, network: str) -> Weights:
    """A network's state dict with averages in the place of what was averaged."""
    weights: dict[str, Any] = dict(state.networks[network])
    averages: Mapping[str, Tensor] = state.averages.get(network, {})
    return weights | dict(averages)


def run_folder(source: str) -> Path | None:
    """The folder of a run; None = it is the name or the folder of a voice."""
    return Path(source) if (Path(source) / IDENTITY_FILE).is_file() else None
