"""What a harmonic-plus-noise vocoder is made of (no torch)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Count = Annotated[int, Field(gt=0)]

WINDOW_HOPS, RESPONSE_HOPS = 2, 4
"""Hops of excitation under a frame's window, and of what its filters make of it."""


class TrunkConfig(BaseModel):
    """A stack of convolutional blocks at frame rate (Liu et al. 2022, arXiv 2201.03545, in one dimension).

    Attributes:
        channels, inner: widths between the blocks and inside them.
        blocks: how many.
        kernel: taps of the first convolution and of each block's; odd.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    channels: Count
    inner: Count
    blocks: Count
    kernel: Count = 7

    @model_validator(mode="after")
    def _is_centred(self) -> TrunkConfig:
        if not self.kernel % 2:
            raise ValueError("centred convolutions need odd kernel sizes")
        return self

    @property
    def context(self) -> int:
        """Frames on either side of one that it depends on."""
        return self.kernel // 2 * (self.blocks + 1)


class HarmonicNoiseConfig(BaseModel):
    """Architecture of a vocoder that filters pulses and noise.

    Attributes:
        kind: tells it from a generator.
        in_channels: mel bins.
        sample_rate: Hz.
        hop_length: samples per mel frame.
        mel_mean, mel_std: of what it reads, for normalising it.
        filters, pitch: what predicts the two filters, and F0.
        pitch_bins: candidates of F0, evenly spaced in its logarithm from `lowest_hz` to `highest_hz`.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    kind: Literal["harmonic_noise"] = "harmonic_noise"
    in_channels: Count
    sample_rate: Count
    hop_length: Count
    mel_mean: float
    mel_std: Annotated[float, Field(gt=0)]
    filters: TrunkConfig = TrunkConfig(channels=192, inner=576, blocks=6)
    pitch: TrunkConfig = TrunkConfig(channels=128, inner=256, blocks=5)
    pitch_bins: Annotated[int, Field(ge=2)] = 96
    lowest_hz: Annotated[float, Field(gt=0)] = 55.0
    highest_hz: float = 750.0

    @model_validator(mode="after")
    def _fits_together(self) -> HarmonicNoiseConfig:
        if self.hop_length % 2:
            raise ValueError(f"frames of {self.hop_length} samples have no middle one")
        if not self.lowest_hz < self.highest_hz < self.sample_rate / 2:
            raise ValueError(f"F0 from {self.lowest_hz} to {self.highest_hz} Hz is no range below half the sample rate")
        return self

    @property
    def bears_half(self) -> bool:
        """Whether it may be computed in bf16 or f16."""
        return False

    @property
    def source_channels(self) -> int:
        """Pulses and noise."""
        return 2

    @property
    def source_frames_ahead(self) -> int:
        """Frames of excitation after a frame that its samples need."""
        return WINDOW_HOPS // 2 + 1

    @property
    def n_fft(self) -> int:
        """Samples of a frame's filtered excitation."""
        return RESPONSE_HOPS * self.hop_length

    @property
    def context_frames(self) -> tuple[int, int]:
        """How many frames before and after a frame its samples depend on.

        Three frames before it and one after it reach into its samples. Their windows reach half a hop farther into the
        excitation, whose pulses hold F0 of one more frame on either side (`PulseSource`).
        """
        before, after = RESPONSE_HOPS - 1, WINDOW_HOPS // 2
        return (
            before + max(self.filters.context, 2 + self.pitch.context),
            after + max(self.filters.context, 2 + self.pitch.context),
        )
