"""The torch runtime: CUDA, MPS or CPU, from the same weights that the graphs hold."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import torch
from torch import nn

from langsong.acoustic.reference import ReferenceEncoder
from langsong.acoustic.sambert import SamBert
from langsong.bundle.stages import Stage, emotion_stage, stages_of, vocoder_stages
from langsong.engine.vocoding import INNER_LENGTHS
from langsong.errors import OptionError
from langsong.vocoder.build import Vocoder, build_vocoder
from langsong.vocoder.family import VocoderConfig

from .base import Array
from .torch_memory import Residents, peak_bytes, weight_bytes


class LazyVocoder(NamedTuple):
    """A vocoder whose weights are read when they are needed.

    Attributes:
        config: its architecture.
        load: the model, in evaluation mode.
    """

    config: VocoderConfig
    load: Callable[[], Vocoder]


class TorchRuntime:
    """Runs the stages as torch modules, which come to the device when first used.

    Args:
        acoustic: the acoustic model, in evaluation mode.
        vocoder: None where only the acoustic side is run.
        device: "cuda", "cuda:1", "mps" or "cpu".
        precision: "f32", "f16" or "bf16"; the latter two by autocast, on the vocoder and on whole-sentence
            stages, never on single decoder steps (per-op casts cost more there than they save).
        threads: on a CPU; torch has one such setting for the whole process. None leaves it.
        load_reference: the voice's reference encoder, if it has one.
        max_memory: bytes of the device that weights and a pass of the vocoder may take together. Windows of the
            vocoder are as long as fits (`most_frames`); if even the shortest does not fit beside all weights, models
            take turns on the device. On CUDA, torch's allocator takes no more for this process.

    Raises:
        OptionError: `max_memory` is too small for the largest model and the shortest window.
    """

    name = "torch"

    def __init__(
        self,
        acoustic: SamBert,
        vocoder: LazyVocoder | None = None,
        device: str = "cpu",
        precision: str = "f32",
        threads: int | None = None,
        load_reference: Callable[[], ReferenceEncoder] | None = None,
        max_memory: int | None = None,
    ) -> None:
        self.device = torch.device(device)
        self.precision = precision
        if self.device.type == "cpu" and threads is not None:
            torch.set_num_threads(threads)
        load: dict[str, Callable[[], nn.Module]] = {"acoustic": lambda: acoustic}
        if vocoder is not None:
            load["vocoder"] = vocoder.load
        if load_reference is not None:
            load["reference"] = load_reference
        generator = vocoder.config if vocoder is not None else None
        self.most_frames: int | None = None
        weights = None
        if max_memory is not None:
            self.most_frames, weights = _shares(max_memory, acoustic, generator, halved=precision != "f32")
            if self.device.type == "cuda":
                total = torch.cuda.get_device_properties(self.device).total_memory
                torch.cuda.set_per_process_memory_fraction(min(1.0, max_memory / total), self.device)
        self._residents = Residents(load, self.device, weights)
        self._exact = {"duration"}
        if acoustic.config.feedback == "previous_frame":
            self._exact.add("decoder")
        if generator is not None and not generator.bears_half:
            self._exact |= {stage.name for stage in vocoder_stages(generator)}
        self._stages: dict[str, Stage] = {s.name: s for s in (*stages_of(acoustic.config, generator), emotion_stage(0))}
        self.description = f"torch {torch.__version__} on {device}, {precision}"

    @contextlib.contextmanager
    def _computing(self, stage: str) -> Iterator[None]:
        halved = self.precision != "f32" and stage not in self._exact
        dtype = {"f16": torch.float16, "bf16": torch.bfloat16}.get(self.precision)
        with torch.inference_mode(), torch.autocast(self.device.type, dtype=dtype, enabled=halved):
            yield

    def run(self, stage: str, *inputs: Array) -> tuple[Array, ...]:
        try:
            return self._run(stage, *inputs)
        except torch.cuda.OutOfMemoryError:
            self._residents.evict_idle()
        try:
            return self._run(stage, *inputs)
        except torch.cuda.OutOfMemoryError:
            raise OptionError(
                f"{self.device} has not enough free memory: set max_vram lower than what is free, or use the CPU"
            ) from None

    def _run(self, stage: str, *inputs: Array) -> tuple[Array, ...]:
        entry = self._stages[stage]
        with self._residents.using(entry.part) as model, self._computing(stage):
            method: Any = getattr(model, entry.method)
            outputs = method(*(torch.as_tensor(x, device=self.device) for x in inputs))
            if isinstance(outputs, torch.Tensor):
                outputs = (outputs,)
            return tuple(o.float().cpu().numpy() for o in outputs)

    def preload(self) -> None:
        # What is used first comes last, so that it stays if not all can.
        for part in ("vocoder", "acoustic"):
            if any(stage.part == part for stage in self._stages.values()):
                with self._residents.using(part):
                    pass


def _shares(
    max_memory: int, acoustic: SamBert, generator: VocoderConfig | None, *, halved: bool
) -> tuple[int | None, int]:
    """How long a window of the vocoder may be (frames, with its context), and how many bytes are left for weights.

    Autocast keeps a halved copy of each weight while it computes, which counts as half as much again.

    Raises:
        OptionError: less than the largest model and the shortest window take.
    """
    copies = 1.5 if halved else 1.0
    if generator is None:
        return None, int(max_memory / copies)
    with torch.device("meta"):
        vocoder = build_vocoder(generator)
    before, after = generator.context_frames
    windows = [before + inner + after for inner in INNER_LENGTHS]
    passes = {frames: peak_bytes(vocoder, *_vocoder_inputs(generator, frames)) for frames in windows}
    sizes = [weight_bytes(acoustic), weight_bytes(vocoder)]
    together = [frames for frames in windows if copies * sum(sizes) + passes[frames] <= max_memory]
    frames = max(together, default=windows[0])
    if copies * max(sizes) + passes[frames] > max_memory:
        needed = copies * max(sizes) + passes[frames]
        raise OptionError(f"max_vram is too small: this voice needs at least {needed / 1e9:.2f} GB at a time")
    return frames, int((max_memory - passes[frames]) / copies)


def _vocoder_inputs(config: VocoderConfig, frames: int) -> list[tuple[int, ...]]:
    """Shapes of a window."""
    mel: tuple[int, ...] = (1, config.in_channels, frames)
    source = (1, config.source_channels, frames * config.hop_length)
    return [mel, source] if config.source_channels else [mel]
