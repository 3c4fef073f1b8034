"""A bundle's torch models."""

from __future__ import annotations

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from langsong.acoustic.sambert import SamBert
from langsong.errors import BundleError
from langsong.vocoder.generator import Generator

from .voice import Voice


def load_models(voice: Voice) -> tuple[SamBert, Generator]:
    """Both torch models with the bundle's weights, in evaluation mode.

    Raises:
        BundleError: the weights are damaged, or do not fit the manifest.
    """
    acoustic, vocoder = SamBert(voice.manifest.acoustic), Generator(voice.manifest.vocoder)
    try:
        weights = load_file(voice.weights_path)
    except (SafetensorError, OSError) as error:
        raise BundleError(f"{voice.weights_path} is damaged ({error}): install the voice again") from None
    models: tuple[tuple[str, nn.Module], ...] = (("acoustic.", acoustic), ("vocoder.", vocoder))
    for prefix, model in models:
        part = {k.removeprefix(prefix): v.float() for k, v in weights.items() if k.startswith(prefix)}
        try:
            model.load_state_dict(part, strict=True)
        except RuntimeError as error:
            reason = " ".join(str(error).split())[:200]
            raise BundleError(f"{voice.weights_path} does not fit its manifest: {reason}") from None
        model.eval()
    return acoustic, vocoder
