"""Adam's moments in a KAN-TTS checkpoint (specification 5.1 and 6.4), with which training goes on where it ended."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from langsong.acoustic.convert import converted_name
from langsong.bundle.checkpoints import acoustic_checkpoint, load_state
from langsong.errors import CheckpointError

from .checkpoint import Moments

_KEPT = ("exp_avg", "exp_avg_sq")


def read_moments(source: Path) -> Moments:
    """Those of a ModelScope/KAN-TTS folder's first acoustic model, by our names of its weights; empty without any.

    Raises:
        CheckpointError: the folder is none, or is damaged, or the moments do not fit the weights.
    """
    path = acoustic_checkpoint(source)
    content = load_state(path)
    found = _adam(content.get("optimizer"))
    if found is None:
        return {}
    try:
        weights: Mapping[str, Tensor] = content["model"]
        (group,) = found["param_groups"]
        places = group["params"]
        named = dict(zip(_in_order(weights, len(places)), places, strict=True))
        moments = {
            name: _moment(found["state"][place], weights[key])
            for key, place in named.items()
            if place in found["state"] and (name := converted_name(key)) is not None
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise CheckpointError(f"the optimizer's state in {path} does not fit the weights ({reason})") from None
    return moments


def _adam(optimizer: Any) -> Mapping[str, Any] | None:
    """A state dict of torch's Adam: itself, or in a dict of one by the network's name."""
    if isinstance(optimizer, dict) and "state" not in optimizer and len(optimizer) == 1:
        (optimizer,) = optimizer.values()
    return optimizer if isinstance(optimizer, dict) and optimizer.get("state") else None


def _in_order(weights: Mapping[str, Tensor], count: int) -> list[str]:
    """The weights that the optimizer numbers: all of a state dict, or those that are no constants."""
    learnt = [key for key in weights if not key.endswith(("position_enc.position_enc", "inv_timescales"))]
    return learnt if count == len(learnt) else list(weights)


def _moment(state: Mapping[str, Any], weight: Tensor) -> dict[str, Tensor]:
    moment = {name: state[name].float() for name in _KEPT}
    if any(tensor.shape != weight.shape or not tensor.isfinite().all() for tensor in moment.values()):
        raise ValueError("shapes differ, or numbers are not finite")
    return {"step": torch.tensor(float(state["step"])), **moment}
