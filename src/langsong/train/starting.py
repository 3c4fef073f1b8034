"""What a run starts from: nothing, a finished voice, or another run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm
from torch.nn.utils.parametrize import is_parametrized, remove_parametrizations

from langsong.acoustic.config import AcousticConfig
from langsong.bundle.models import load_models, load_reference
from langsong.bundle.store import find_voice
from langsong.bundle.voice import Voice
from langsong.engine.emotion_names import find_emotion
from langsong.errors import RecipeError
from langsong.text.units import UnitInventory
from langsong.vocoder.config import GeneratorConfig
from langsong.vocoder.generator import Generator

from .checkpoint import BEST, LAST, RunState, load
from .corpus_format import CorpusDescription
from .identity import IDENTITY_FILE, VoiceIdentity, read_identity
from .recipe import HifiganRecipe, SambertRecipe

Weights = dict[str, Tensor]
_SPEAKERS = "model.speaker_embed.weight"


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
    if run := _run_folder(recipe.initialise):
        base = read_identity(run)
        weights = averaged_weights(run, "model")
        identity = base.extended(VoiceIdentity.of_corpus(corpus))
        old = base.units
    else:
        voice = find_voice(recipe.initialise)
        model, _ = load_models(voice)
        weights = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
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


def hifigan_start(recipe: HifiganRecipe, corpus: CorpusDescription) -> tuple[GeneratorConfig, Weights]:
    """The generator to be trained and weights to start from.

    Raises:
        RecipeError: what to start from does not fit the corpus.
    """
    if recipe.initialise is None:
        return recipe.shape.config(corpus.audio.n_mels, corpus.audio.hop_length), {}
    generator = read_generator(recipe.initialise)
    config = generator.config
    if (config.in_channels, config.hop_length) != (corpus.audio.n_mels, corpus.audio.hop_length):
        raise RecipeError(
            f"the vocoder to start from takes {config.in_channels} mel bins of {config.hop_length} samples, "
            f"the corpus has {corpus.audio.n_mels} of {corpus.audio.hop_length}"
        )
    return config, generator.state_dict()


def read_generator(source: str) -> Generator:
    """The vocoder of a voice or of a hifigan run, ready to speak.

    Raises:
        RecipeError, TrainingError, VoiceNotFound, BundleError: there is none, or it cannot be read.
    """
    run = _run_folder(source)
    if run is None:
        return load_models(find_voice(source))[1]
    return run_generator(run)


def run_generator(run: Path) -> Generator:
    """The generator of a hifigan run, with averaged weights.

    Raises:
        RecipeError: the run is of another kind.
    """
    identity = read_identity(run)
    if identity.generator is None:
        raise RecipeError(f"{run} is no run of a vocoder")
    generator = normalized(Generator(identity.generator))
    generator.load_state_dict(averaged_weights(run, "generator"))
    return folded(generator).eval()


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
    return network_weights(load(run / BEST if (run / BEST).exists() else run / LAST), network)


def network_weights(state: RunState, network: str) -> Weights:
    """A network's state dict with averages in the place of what was averaged."""
    weights: dict[str, Any] = dict(state.networks[network])
    averages: Mapping[str, Tensor] = state.averages.get(network, {})
    return weights | dict(averages)


def _run_folder(source: str) -> Path | None:
    return Path(source) if (Path(source) / IDENTITY_FILE).is_file() else None
