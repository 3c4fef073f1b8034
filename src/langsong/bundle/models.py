"""A bundle's torch models."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from langsong.acoustic.reference import ReferenceEncoder
from langsong.acoustic.sambert import SamBert
from langsong.errors import BundleError
from langsong.vocoder.build import Vocoder, build_vocoder

from .voice import Voice


def load_reference(voice: Voice) -> ReferenceEncoder:
    """The torch model of the voice's reference encoder, in evaluation mode.

    Raises:
        BundleError: the voice has none, or its weights are damaged or do not fit.
    """
    section = voice.manifest.reference
    if section is None:
        raise BundleError(f"the voice {voice.name} has no reference encoder")
    encoder = ReferenceEncoder(section.audio.n_mels, len(section.emotions), section.emotion_width)
    path = voice.folder / section.weights.file
    weights = _read(path)
    _fill(encoder, {name.removeprefix("reference."): value.float() for name, value in weights.items()}, path)
    return encoder


def load_models(voice: Voice) -> tuple[SamBert, Vocoder]:
    """Both torch models with the bundle's weights, in evaluation mode. Errors as `load_acoustic`."""
    return load_acoustic(voice), load_vocoder(voice)


def load_acoustic(voice: Voice) -> SamBert:
    """The acoustic model with the bundle's weights, in evaluation mode.

    Raises:
        BundleError: the weights are damaged, or do not fit the manifest.
    """
    model = SamBert(voice.manifest.acoustic)
    _fill_part(model, "acoustic.", voice.weights_path)
    return model


def load_vocoder(voice: Voice) -> Vocoder:
    """The vocoder, as `load_acoustic`."""
    model = build_vocoder(voice.manifest.vocoder)
    _fill_part(model, "vocoder.", voice.vocoder_weights_path)
    return model


def _fill_part(model: nn.Module, prefix: str, path: Path) -> None:
    weights = _read(path, prefix)
    _fill(model, {name.removeprefix(prefix): value.float() for name, value in weights.items()}, path)


def _read(path: Path, prefix: str = "") -> dict[str, Tensor]:
    """The tensors whose names begin so; the others stay on the disk."""
    try:
        with safe_open(path, framework="pt") as file:
            return {name: file.get_tensor(name) for name in file.keys() if name.startswith(prefix)}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise BundleError(f"{path} is damaged ({error}): install the voice again") from None


def _fill(model: nn.Module, weights: Mapping[str, Tensor], path: Path) -> None:
    try:
        model.load_state_dict(weights, strict=True)
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:200]
        raise BundleError(f"{path} does not fit its manifest: {reason}") from None
    model.eval()
