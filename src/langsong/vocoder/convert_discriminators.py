"""KAN-TTS's discriminators to ours, so that a published vocoder's training can go on (specification 2.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from torch import Tensor

from langsong.errors import CheckpointError

from .discriminators import Discriminators

_MODULES: tuple[tuple[str, str], ...] = (
    (r"discriminators\.(\d+)\.convs\.(\d+)\.0\.", r"discriminators.\1.layers.\2."),
    (r"discriminators\.(\d+)\.conv_post\.", r"discriminators.\1.post."),
    (r"aux_convs\.(\d+)\.", r"pools.\1.mix."),
)
_TENSORS = {
    "weight": "weight",
    "bias": "bias",
    "weight_g": "parametrizations.weight.original0",
    "weight_v": "parametrizations.weight.original1",
    "weight_orig": "parametrizations.weight.original",
    "weight_u": "parametrizations.weight.0._u",
}
_SPECTRAL_V = "parametrizations.weight.0._v"


def convert_discriminator(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Rename the state of a ``MultiScaleDiscriminator`` or ``MultiPeriodDiscriminator``.

    Raises:
        CheckpointError: a tensor is unknown.
    """
    renamed = {}
    for key, tensor in state.items():
        if key.startswith("meanpools."):
            continue  # the wavelet's filters, which are computed
        for pattern, replacement in _MODULES:
            if re.match(pattern, key):
                module = re.sub(rf"^{pattern}.*", replacement, key)
                kind = key.rsplit(".", 1)[1]
                break
        else:
            raise CheckpointError(f"the discriminator's checkpoint holds an unknown tensor {key!r}")
        spectral = f"{key.removesuffix(kind)}weight_orig" in state
        name = _SPECTRAL_V if spectral and kind == "weight_v" else _TENSORS.get(kind)
        if name is None:
            raise CheckpointError(f"the discriminator's checkpoint holds an unknown tensor {key!r}")
        # convolutions over (time, 1) are convolutions over time
        renamed[module + name] = tensor.squeeze(3) if tensor.dim() == 4 else tensor
    return renamed


def load_discriminators(model: Discriminators, states: Mapping[str, Mapping[str, Tensor]]) -> None:
    """Load both from a KAN-TTS vocoder checkpoint's ``model.discriminator``, strictly.

    Raises:
        CheckpointError: one is missing or does not fit.
    """
    for name, part in (("MultiScaleDiscriminator", model.scale), ("MultiPeriodDiscriminator", model.period)):
        if part is None:
            continue
        if name not in states:
            raise CheckpointError(f"the vocoder's checkpoint has no {name}")
        try:
            part.load_state_dict(convert_discriminator(states[name]), strict=True)
        except RuntimeError as error:
            raise CheckpointError(f"the vocoder's {name} does not fit: {' '.join(str(error).split())[:200]}") from None
