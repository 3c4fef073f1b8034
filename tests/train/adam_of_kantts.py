"""Puts what torch's Adam keeps beside the weights of a KAN-TTS acoustic model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

CONSTANTS = ("position_enc.position_enc", "inv_timescales")
"""Ends of the keys of what is not learnt."""


def latest(root: Path) -> Path:
    """Checkpoint of the most steps that `kantts_voices.write_voice` wrote."""
    return root / "voices" / "xiaoyu" / "am" / "ckpt" / "checkpoint_100.pth"


def put_moments(
    root: Path, *, step: int, numbers_constants: bool = True, name: str | None = None
) -> dict[str, dict[str, Any]]:
    """Random moments of every weight that is learnt, by the checkpoint's keys.

    Args:
        numbers_constants: whether the optimizer was given constants, too, of which it then knows nothing.
        name: of the network, if optimizers are kept by it.
    """
    content = torch.load(latest(root), weights_only=True)
    random = torch.Generator().manual_seed(step)
    keys = [key for key in content["model"] if numbers_constants or not key.endswith(CONSTANTS)]
    moments = {
        key: {"step": step, "exp_avg": torch.randn(shape, generator=random), "exp_avg_sq": torch.rand(shape)}
        for key in keys
        if not key.endswith(CONSTANTS)
        for shape in [content["model"][key].shape]
    }
    state = {place: moments[key] for place, key in enumerate(keys) if key in moments}
    adam = {"state": state, "param_groups": [{"lr": 1e-3, "params": list(range(len(keys)))}]}
    torch.save({**content, "optimizer": adam if name is None else {name: adam}}, latest(root))
    return moments
