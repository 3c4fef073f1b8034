"""The torch runtime: CUDA, MPS or CPU, from the same weights that the graphs hold."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from langsong.acoustic.reference import ReferenceEncoder
from langsong.acoustic.sambert import SamBert
from langsong.bundle.stages import EMOTION, Stage, stages_of
from langsong.vocoder.generator import Generator

from .base import Array


class TorchRuntime:
    """Runs the stages as torch modules.

    Args:
        acoustic, vocoder: the models, in evaluation mode; they are moved to `device`.
        device: "cuda", "cuda:1", "mps" or "cpu".
        precision: "f32", "f16" or "bf16"; the latter two by autocast, on the vocoder and on whole-sentence
            stages, never on single decoder steps (per-op casts cost more there than they save).
        threads: on a CPU; torch has one such setting for the whole process. None leaves it.
        reference: the voice's reference encoder, if it has one.
    """

    name = "torch"

    def __init__(
        self,
        acoustic: SamBert,
        vocoder: Generator | None,
        device: str = "cpu",
        precision: str = "f32",
        threads: int | None = None,
        reference: ReferenceEncoder | None = None,
    ) -> None:
        self.device = torch.device(device)
        self.precision = precision
        if self.device.type == "cpu" and threads is not None:
            torch.set_num_threads(threads)
        self._models: dict[str, nn.Module] = {"acoustic": acoustic.to(self.device)}
        if vocoder is not None:
            self._models["vocoder"] = vocoder.to(self.device)
        if reference is not None:
            self._models["reference"] = reference.to(self.device)
        self._single_step = acoustic.config.feedback == "previous_frame"
        generator = vocoder.config if vocoder is not None else None
        self._stages: dict[str, Stage] = {s.name: s for s in (*stages_of(acoustic.config, generator), EMOTION)}
        self.description = f"torch {torch.__version__} on {device}, {precision}"

    @contextlib.contextmanager
    def _computing(self, stage: str) -> Iterator[None]:
        stepwise = stage == "duration" or (stage == "decoder" and self._single_step)
        halved = self.precision != "f32" and not stepwise
        dtype = {"f16": torch.float16, "bf16": torch.bfloat16}.get(self.precision)
        with torch.inference_mode(), torch.autocast(self.device.type, dtype=dtype, enabled=halved):
            yield

    def run(self, stage: str, *inputs: Array) -> tuple[Array, ...]:
        entry = self._stages[stage]
        method: Any = getattr(self._models[entry.part], entry.method)
        with self._computing(stage):
            outputs = method(*(torch.as_tensor(x, device=self.device) for x in inputs))
        if isinstance(outputs, torch.Tensor):
            outputs = (outputs,)
        return tuple(o.float().cpu().numpy() for o in outputs)

    def preload(self) -> None:
        """The models are loaded already."""
