"""A bundle's torch models."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from langsong.acoustic.reference import ReferenceEncoder
from langsong.acoustic.sambert import SamBert
from langsong.errors import BundleError
from langsong.vocoder.generator import Generator

from .voice import Voice


def load_reference(voice: Voice) -> ReferenceEncoder:
    """The torch model of the voice's reference encoder, in evaluation mode.

    Raises:
        BundleError: the voice has none, or its weights are damaged or do not fit.
    """
    section = voice.manifest.reference
    if section is None:
        raise BundleError(f"the voice {voice.name} has no reference encoder")
    encoder = ReferenceEncoder(section.audio.n_mels, len(section.emotions))
    path = voice.folder / section.weights.file
    weights = _read(path)
    _fill(encoder, {name.removeprefix("reference."): value.float() for name, value in weights.items()}, path)
    return encoder


def load_models(voice: Voice) -> tuple[SamBert, Generator]:
    """Both torch models with the bundle's weights, in evaluation mode.

    Raises:
        BundleError: the weights are damaged, or do not fit the manifest.
    """
    acoustic, vocoder = SamBert(voice.manifest.acoustic), Generator(voice.manifest.vocoder)
    weights = _read(voice.weights_path)
    models: tuple[tuple[str, nn.Module], ...] = (("acoustic.", acoustic), ("vocoder.", vocoder))
    for prefix, model in models:
        part = {k.removeprefix(prefix): v.float() for k, v in weights.items() if k.startswith(prefix)}
        _fill(model, part, voice.weights_path)
    return acoustic, vocoder


def _read(path: Path) -> dict[str, Tensor]:
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise BundleError(f"{path} is damaged ({error}): install the voice again") from None


def _fill(model: nn.Module, weights: Mapping[str, Tensor], path: Path) -> None:
    try:
        model.load_state_dict(weights, strict=True)
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:200]
        raise BundleError(f"{path} does not fit its manifest: {reason}") from None
    model.eval()
