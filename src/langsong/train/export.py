"""From a run to a voice."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import torch
from pydantic import ValidationError

from langsong.acoustic.reference import AUDIO, ReferenceEncoder
from langsong.acoustic.sambert import SamBert
from langsong.bundle.assemble import Describe, assemble
from langsong.bundle.attach import attach_fast, attach_reference, copy_fast, copy_reference, described
from langsong.bundle.card import VoiceCard, read_card
from langsong.bundle.install import PRECISIONS, install
from langsong.bundle.manifest import File, VoiceManifest
from langsong.bundle.models import load_acoustic
from langsong.bundle.store import find_voice
from langsong.bundle.verify import compare_graphs
from langsong.bundle.voice import Voice
from langsong.errors import BundleError, OptionError, RecipeError
from langsong.vocoder.build import Vocoder
from langsong.vocoder.harmonic_noise import HarmonicNoiseVocoder

from .identity import VoiceIdentity, read_identity
from .recipe import SambertRecipe, read_recipe
from .run import RECIPE_FILE
from .starting import part_weights, read_vocoder, run_acoustic, run_folder, run_vocoder


def export(
    run: Path, output: Path, *, partner: str | None, card: Path | None, precision: str
) -> tuple[Voice, dict[str, float]]:
    """Write a bundle of a run's best weights, and see that its graphs compute what torch does.

    Args:
        run: of either kind. output: the bundle's folder, which must not exist.
        partner: the voice or the run that has the other half; None = the recipe's vocoder.
        card: what people say of the voice. precision: "float32" or "float16", on disk.

    Returns:
        The voice, and the largest difference of each stage.

    Raises:
        RecipeError: the run lacks something, the halves do not fit, or the other half is not named.
        TrainingError, VoiceError: something cannot be read, or the bundle does not verify.
    """
    if precision not in PRECISIONS:
        raise OptionError(f"unknown precision {precision!r}; there are {', '.join(PRECISIONS)}")
    identity = read_identity(run)
    details = read_card(card) if card else VoiceCard()
    if identity.acoustic is None:
        return _with_new_vocoder(run, output, partner, details, precision)
    if partner is None:
        recipe = read_recipe(run / RECIPE_FILE)
        partner = recipe.vocoder if isinstance(recipe, SambertRecipe) else None
    if partner is None:
        raise RecipeError(f"{run} has no vocoder: name a voice, or a vocoder's run, with --with")
    other = None if run_folder(partner) else find_voice(partner)
    acoustic, generator = run_acoustic(run, identity), read_vocoder(partner)

    def describe(weights: File, graphs: dict[str, File]) -> VoiceManifest:
        return details.manifest(
            output.name,
            speakers=identity.speakers,
            emotions=identity.emotions,
            units=identity.units,
            conventions=identity.conventions,
            audio=identity.audio,
            acoustic=acoustic.config,
            vocoder=generator.config,
            mel_to_vocoder=identity.mel_to_vocoder,
            pitch=identity.pitch,
            energy=identity.energy,
            nsf=identity.nsf,
            weights=weights,
            graphs=graphs,
        )

    with whole_or_nothing(output):
        voice, differences = _assembled(output, acoustic, generator, describe, precision)
        if listener := run_listener(run, identity):
            provenance = details.provenance or f"trained together with the acoustic model, {identity.emotions}"
            with torch.no_grad():
                voice = attach_reference(voice, listener, identity.emotions, AUDIO, provenance)
            differences = compare_graphs(voice)
        return voice if other is None else copy_fast(other, voice), differences


def _with_new_vocoder(
    run: Path, output: Path, partner: str | None, details: VoiceCard, precision: str
) -> tuple[Voice, dict[str, float]]:
    """The voice `partner` with the run's vocoder: a generator in place of its own, the other kind as the fast one."""
    if partner is None:
        raise RecipeError(f"{run} is a vocoder's: name the voice that shall have it, with --with")
    base, vocoder = find_voice(partner), run_vocoder(run)
    audio = read_identity(run).audio
    if audio != base.manifest.audio:
        raise RecipeError(f"the vocoder's frames are not those of {base.name}: {audio}, not {base.manifest.audio}")
    said = {
        "name": details.name or output.name,
        **{k: v for k in ("title", "provenance") if (v := getattr(details, k))},
        **({"licence": details.licence} if details.licence != VoiceCard().licence else {}),
    }
    if isinstance(vocoder, HarmonicNoiseVocoder):
        return _with_fast_vocoder(base, vocoder, output, said, precision)

    def describe(weights: File, graphs: dict[str, File]) -> VoiceManifest:
        changes = {"vocoder": vocoder.config, "weights": weights, "graphs": graphs, "reference": None, "fast": None}
        return VoiceManifest.model_validate(dict(base.manifest) | changes | said)

    with whole_or_nothing(output):
        voice, differences = _assembled(output, load_acoustic(base), vocoder, describe, precision)
        if base.manifest.reference is not None:
            voice = copy_reference(base, voice)
        return copy_fast(base, voice), differences


def _with_fast_vocoder(
    base: Voice, vocoder: HarmonicNoiseVocoder, output: Path, said: Mapping[str, str], precision: str
) -> tuple[Voice, dict[str, float]]:
    provenance = said.get("provenance", "trained by langsong train run")
    with whole_or_nothing(output), torch.no_grad():
        voice = attach_fast(described(install(base.folder, output=output).voice, said), vocoder, provenance, precision)
        return voice, compare_graphs(voice)


@contextmanager
def whole_or_nothing(output: Path) -> Iterator[None]:
    """If what is done fails, nothing is left at `output`, unless it was there before."""
    if output.exists():
        raise BundleError(f"{output} exists already: remove it first, or choose another name")
    try:
        yield
    except BaseException:
        shutil.rmtree(output, ignore_errors=True)
        raise


def _assembled(
    output: Path, acoustic: SamBert, generator: Vocoder, describe: Describe, precision: str
) -> tuple[Voice, dict[str, float]]:
    try:
        return assemble(output, acoustic, generator, describe, precision=precision)
    except ValidationError as error:
        raise RecipeError(f"the voice does not fit together: {error.errors()[0]['msg']}") from None


def run_listener(run: Path, identity: VoiceIdentity) -> ReferenceEncoder | None:
    """The reference encoder that was trained with a run's acoustic model; None: there was none."""
    weights = part_weights("listener", run)
    if not weights or identity.acoustic is None:
        return None
    encoder = ReferenceEncoder(AUDIO.n_mels, len(identity.emotions), identity.acoustic.emotion_width)
    encoder.load_state_dict(weights)
    return encoder.eval()
