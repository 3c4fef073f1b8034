"""What a HiFi-GAN generator is made of (no torch).

Two families share one description: the paper's generator (Kong et al. 2020, arXiv 2010.05646: V1, V2, V3)
and the one KAN-TTS trains, which adds a sine skip, a second upsampling branch, causal convolutions and a
harmonic source.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import accumulate
from math import prod
from operator import mul
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from langsong.errors import CheckpointError
from langsong.vocoder.reach import Span, behind_conv, behind_decimation, behind_deconv, behind_repeat, union

Count = Annotated[int, Field(gt=0)]

LEAK = 0.1
"""Slope of every leaky ReLU but the last."""

_KANTTS_KEYS = {
    "in_channels": "in_channels",
    "channels": "channels",
    "kernel_size": "kernel_size",
    "upsample_scales": "upsample_scales",
    "upsample_kernel_sizes": "upsample_kernal_sizes",  # sic
    "resblock_kernel_sizes": "resblock_kernel_sizes",
    "resblock_dilations": "resblock_dilations",
    "causal": "causal",
}
_NSF_KEYS = {"harmonics": "nb_harmonics", "sample_rate": "sampling_rate"}
_HIFIGAN_KEYS = {
    "in_channels": "num_mels",
    "channels": "upsample_initial_channel",
    "upsample_scales": "upsample_rates",
    "upsample_kernel_sizes": "upsample_kernel_sizes",
    "resblock_type": "resblock",
    "resblock_kernel_sizes": "resblock_kernel_sizes",
    "resblock_dilations": "resblock_dilation_sizes",
}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class SourceConfig(_Frozen):
    """The neural source-filter part.

    Attributes:
        harmonics: number of sines, the fundamental included.
        sample_rate: Hz.
    """

    harmonics: Count
    sample_rate: Count


class Stage(NamedTuple):
    """One upsampling stage.

    Attributes:
        channels_in: width before it; the width after it is half of that.
        scale: output steps per input step.
        kernel: taps of its transposed convolution.
        source_rate: samples of the waveform per output step.
    """

    channels_in: int
    scale: int
    kernel: int
    source_rate: int

    @property
    def channels_out(self) -> int:
        return self.channels_in // 2


class GeneratorConfig(_Frozen):
    """Architecture of a generator.

    Attributes:
        in_channels: mel bins (F0 and the voicing flag are not among them).
        channels: width before the first stage; every stage halves it.
        kernel_size: taps of the first, the last and the repeat branches' convolutions.
        upsample_scales, upsample_kernel_sizes: one of each per stage.
        resblock_type: 1, with two convolutions per dilation, or 2, with one (the paper's V3).
        resblock_kernel_sizes, resblock_dilations: one of each per parallel residual block.
        causal: no sample depends on a later frame.
        sine_skip: x + sin(x) before every stage.
        repeat_upsample: a nearest-neighbour branch beside every transposed convolution.
        source: the harmonic source, if there is one.
    """

    in_channels: Count
    channels: Count
    kernel_size: Count = 7
    upsample_scales: Annotated[tuple[Count, ...], Field(min_length=1)]
    upsample_kernel_sizes: tuple[Count, ...]
    resblock_type: Literal[1, 2] = 1
    resblock_kernel_sizes: Annotated[tuple[Count, ...], Field(min_length=1)]
    resblock_dilations: tuple[tuple[Count, ...], ...]
    causal: bool = False
    sine_skip: bool = False
    repeat_upsample: bool = False
    source: SourceConfig | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> GeneratorConfig:
        if len(self.upsample_scales) != len(self.upsample_kernel_sizes):
            raise ValueError("upsample_scales and upsample_kernel_sizes differ in length")
        if len(self.resblock_kernel_sizes) != len(self.resblock_dilations):
            raise ValueError("resblock_kernel_sizes and resblock_dilations differ in length")
        if self.channels % 2 ** len(self.upsample_scales):
            raise ValueError(f"{self.channels} channels cannot be halved {len(self.upsample_scales)} times")
        for stage in self.stages:
            if stage.kernel < stage.scale:
                raise ValueError(f"upsampling by {stage.scale} needs at least as many taps, not {stage.kernel}")
            if not self.causal and (stage.kernel - stage.scale) % 2:
                raise ValueError(f"upsampling by {stage.scale} with {stage.kernel} taps cannot be centred")
            if self.source and not self.causal and stage.source_rate > 1 and stage.source_rate % 2:
                raise ValueError(f"a centred source cannot be decimated by the odd rate {stage.source_rate}")
        if not self.causal and not all(k % 2 for k in (self.kernel_size, *self.resblock_kernel_sizes)):
            raise ValueError("centred convolutions need odd kernel sizes")
        return self

    @property
    def hop_length(self) -> int:
        """Samples per mel frame."""
        return prod(self.upsample_scales)

    @property
    def bears_half(self) -> bool:
        """Whether it may be computed in bf16 or f16."""
        return True

    @property
    def source_channels(self) -> int:
        """Signals that it takes besides the mel."""
        return self.source.harmonics if self.source else 0

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The upsampling stages, first to last."""
        # what the scales after each stage multiply to
        rates = list(accumulate(reversed(self.upsample_scales), mul, initial=1))[-2::-1]
        widths = [self.channels >> i for i in range(len(self.upsample_scales))]
        return tuple(map(Stage, widths, self.upsample_scales, self.upsample_kernel_sizes, rates))

    @property
    def context_frames(self) -> tuple[int, int]:
        """How many frames before and after a frame its samples depend on, be it through mel or source.

        A stretch of frames synthesised with this much around it has the samples it has in the whole.
        """
        first, last = union(*self._frames_seen())
        return -first, last

    def _frames_seen(self) -> Iterator[Span]:
        """The frames that the samples of frame 0 see, by every way there is."""
        conv = partial(behind_conv, causal=self.causal)
        span = conv((0, self.hop_length - 1), self.kernel_size, 1)
        for stage in reversed(self.stages):
            span = union(*(self._behind_block(span, *block) for block in self._blocks()))
            if self.source:
                samples = behind_decimation(span, stage.source_rate, causal=self.causal)
                yield behind_repeat(samples, self.hop_length)
            ways = [behind_deconv(span, stage.scale, stage.kernel, causal=self.causal)]
            if self.repeat_upsample:
                ways.append(behind_repeat(conv(span, self.kernel_size, 1), stage.scale))
            span = union(*ways)
        yield conv(span, self.kernel_size, 1)

    def _blocks(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        return zip(self.resblock_kernel_sizes, self.resblock_dilations, strict=True)

    def _behind_block(self, span: Span, kernel: int, dilations: tuple[int, ...]) -> Span:
        for dilation in dilations:
            span = behind_conv(span, kernel, dilation, causal=self.causal)
            if self.resblock_type == 1:
                span = behind_conv(span, kernel, 1, causal=self.causal)
        return span

    @classmethod
    def from_kantts(cls, params: Mapping[str, Any]) -> GeneratorConfig:
        """From ``Model.Generator.params`` of a KAN-TTS vocoder's config.yaml.

        Raises:
            CheckpointError: a key is missing, or its value is nothing this generator can be.
        """
        what = "the KAN-TTS generator's parameters"
        activation = params.get("nonlinear_activation_params") or {}
        for key, value, supported in (
            ("out_channels", params.get("out_channels", 1), 1),
            ("nonlinear_activation", params.get("nonlinear_activation", "LeakyReLU"), "LeakyReLU"),
            ("negative_slope", activation.get("negative_slope", LEAK), LEAK),
        ):
            if value != supported:
                raise CheckpointError(f"{what}: {key} is {value!r}, only {supported!r} is supported")
        values = _pick(params, _KANTTS_KEYS, what)
        values |= {"sine_skip": True, "repeat_upsample": params.get("repeat_upsample", True)}
        if nsf := params.get("nsf_params"):
            source = _pick(nsf, _NSF_KEYS, f"nsf_params of {what}")
            values["source"] = source | {"harmonics": source["harmonics"] + 1}  # theirs leaves out the first
        return cls._checked(values, what)

    @classmethod
    def from_hifigan(cls, config: Mapping[str, Any]) -> GeneratorConfig:
        """From the config.json of the paper's implementation (V1, V2, V3).

        Raises:
            CheckpointError: a key is missing, or its value is nothing this generator can be.
        """
        what = "the HiFi-GAN config"
        values = _pick(config, _HIFIGAN_KEYS, what)
        values["resblock_type"] = {"1": 1, "2": 2}.get(str(values["resblock_type"]))  # a string in theirs
        return cls._checked(values, what)

    @classmethod
    def _checked(cls, values: dict[str, Any], what: str) -> GeneratorConfig:
        try:
            return cls.model_validate(values, strict=False)  # YAML and JSON have lists where we have tuples
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise CheckpointError(f"{what}: {where + ': ' if where else ''}{first['msg']}") from error


class _Judge(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ScaleConfig(_Judge):
    """Discriminators of the waveform at full rate and at halves of it.

    Attributes:
        scales: how many rates.
        channels, max_channels: of the first and of the widest layer.
        max_groups: of the grouped layers.
        strides: of the grouped layers, each of which doubles the width from the second on.
    """

    scales: Count = 3
    channels: Count = 128
    max_channels: Count = 1024
    max_groups: Count = 16
    strides: tuple[Count, ...] = (4, 4, 4, 4, 1)


class PeriodConfig(_Judge):
    """Discriminators of every p-th sample.

    Attributes:
        periods: p of each.
        channels, max_channels: of the first and of the widest layer; each has four times the channels of the last.
        strides: of the layers.
    """

    periods: tuple[Count, ...] = (2, 3, 5, 7, 11)
    channels: Count = 32
    max_channels: Count = 1024
    strides: tuple[Count, ...] = (3, 3, 3, 3, 1)


def _pick(source: Mapping[str, Any], keys: Mapping[str, str], what: str) -> dict[str, Any]:
    """The values under `keys` (our name → theirs), by our names."""
    if missing := [theirs for theirs in keys.values() if theirs not in source]:
        raise CheckpointError(f"{what}: missing {', '.join(missing)}")
    return {ours: source[theirs] for ours, theirs in keys.items()}
