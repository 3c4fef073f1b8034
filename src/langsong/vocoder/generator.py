"""The HiFi-GAN generator: mel frames to a waveform (Kong et al. 2020, section 2.2; KAN-TTS)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from langsong.vocoder.config import LEAK, GeneratorConfig, Stage

LAST_LEAK = 0.01


class Conv(nn.Conv1d):
    """Convolution that keeps the length: centred, or causal (padded on the left alone)."""

    def __init__(self, channels_in: int, channels_out: int, kernel: int, dilation: int = 1, *, causal: bool) -> None:
        width = (kernel - 1) * dilation
        super().__init__(channels_in, channels_out, kernel, dilation=dilation, padding=0 if causal else width // 2)
        self.left = width if causal else 0

    def forward(self, x: Tensor) -> Tensor:
        """(B, channels_in, T) → (B, channels_out, T)."""
        return super().forward(F.pad(x, (self.left, 0)) if self.left else x)


class Deconv(nn.ConvTranspose1d):
    """Transposed convolution that lengthens exactly `scale` times: centred, or causal (its tail cut).

    Computed as an ordinary convolution that makes all `scale` phases of the output at once, which runtimes
    do several times faster than a transposed one.
    """

    def __init__(self, channels_in: int, channels_out: int, scale: int, kernel: int, *, causal: bool) -> None:
        self.cut = 0 if causal else (kernel - scale) // 2
        super().__init__(channels_in, channels_out, kernel, stride=scale, padding=self.cut)
        self.scale = scale
        # Output n = scale·q + r sums inputs q + j over the taps r + cut - scale·j.
        self.before = (kernel - 1 - self.cut) // scale
        self.after = (scale - 1 + self.cut) // scale

    def phase_kernel(self) -> Tensor:
        """(scale * channels_out, channels_in, before + 1 + after), phases outermost."""
        inputs = self.before + 1 + self.after
        taps = inputs * self.scale
        first = self.cut - self.scale * self.after
        padded = F.pad(self.weight, (-first, taps + first - self.weight.shape[2]))
        phases = padded.reshape(self.in_channels, self.out_channels, inputs, self.scale).flip(2)
        # Sizes are spelt out, because torch before 2.1 exports a convolution only if it sees the size of its kernel.
        return phases.permute(3, 1, 0, 2).reshape(self.scale * self.out_channels, self.in_channels, inputs)

    def forward(self, x: Tensor, output_size: list[int] | None = None) -> Tensor:
        """(B, channels_in, T) → (B, channels_out, T·scale)."""
        bias = None if self.bias is None else self.bias.repeat(self.scale)
        phases = F.conv1d(F.pad(x, (self.before, self.after)), self.phase_kernel(), bias)
        return phases.reshape(phases.shape[0], self.scale, -1, phases.shape[2]).permute(0, 2, 3, 1).flatten(2)


class Decimate(nn.Conv1d):
    """Convolution that keeps every `rate`-th step of the excitation."""

    def __init__(self, channels_out: int, rate: int, *, causal: bool) -> None:
        kernel = 1 if rate == 1 else 2 * rate
        super().__init__(1, channels_out, kernel, stride=rate, padding=0 if causal else rate // 2)
        self.left = kernel - 1 if causal else 0

    def forward(self, x: Tensor) -> Tensor:
        """(B, 1, N) → (B, channels_out, N / rate)."""
        return super().forward(F.pad(x, (self.left, 0)) if self.left else x)


class Upsample(nn.Module):
    """One stage's upsampling; with `repeat`, a nearest-neighbour branch beside the transposed convolution."""

    def __init__(self, stage: Stage, kernel_size: int, *, repeat: bool, causal: bool) -> None:
        super().__init__()
        self.scale = stage.scale
        self.deconv = Deconv(stage.channels_in, stage.channels_out, stage.scale, stage.kernel, causal=causal)
        self.conv = Conv(stage.channels_in, stage.channels_out, kernel_size, causal=causal) if repeat else None

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, T) → (B, C / 2, T·scale)."""
        up = self.deconv(x)
        if self.conv is None:
            return up
        batch, channels, frames = x.shape
        # expand, not interpolate: its Resize node wants sizes or scales that differ between runtimes
        repeated = x.unsqueeze(-1).expand(-1, -1, -1, self.scale).reshape(batch, channels, frames * self.scale)
        return up + self.conv(repeated)


class ResidualBlock(nn.Module):
    """Dilated convolutions, each with its residual; in blocks of type 1 an undilated one follows each."""

    def __init__(self, channels: int, kernel: int, dilations: tuple[int, ...], kind: int, *, causal: bool) -> None:
        super().__init__()
        self.a = nn.ModuleList(Conv(channels, channels, kernel, d, causal=causal) for d in dilations)
        self.b = nn.ModuleList(Conv(channels, channels, kernel, causal=causal) for _ in dilations if kind == 1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, T) → (B, C, T)."""
        for i, a in enumerate(self.a):
            y = a(F.leaky_relu(x, LEAK))
            if self.b:
                y = self.b[i](F.leaky_relu(y, LEAK))
            x = x + y
        return x


class ParallelBlocks(nn.ModuleList):
    """A stage's residual blocks, side by side."""

    def __init__(self, channels: int, config: GeneratorConfig) -> None:
        super().__init__(
            ResidualBlock(channels, kernel, dilations, config.resblock_type, causal=config.causal)
            for kernel, dilations in zip(config.resblock_kernel_sizes, config.resblock_dilations, strict=True)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, T) → (B, C, T), the mean of the blocks."""
        parts = [block(x) for block in self]
        return sum(parts[1:], parts[0]) / len(parts)


class Source(nn.Module):
    """Mixes the harmonic source's sines into one excitation and brings it to every stage's rate."""

    def __init__(self, harmonics: int, stages: tuple[Stage, ...], *, causal: bool) -> None:
        super().__init__()
        self.mix = nn.Conv1d(harmonics, 1, 1)
        self.down = nn.ModuleList(Decimate(s.channels_out, s.source_rate, causal=causal) for s in stages)

    def excitation(self, sines: Tensor) -> Tensor:
        """(B, H, N) → (B, 1, N) in (-1, 1)."""
        return torch.tanh(self.mix(sines))

    def forward(self, sines: Tensor) -> list[Tensor]:
        """(B, H, N) → one (B, C_i, N / source_rate_i) per stage."""
        excitation = self.excitation(sines)
        return [down(excitation) for down in self.down]


class Generator(nn.Module):
    """Mel frames to samples.

    Its convolutions are plain; whoever trains it puts weight normalisation on them.
    """

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        self.config = config
        stages, causal = config.stages, config.causal
        self.pre = Conv(config.in_channels, config.channels, config.kernel_size, causal=causal)
        self.up = nn.ModuleList(
            Upsample(stage, config.kernel_size, repeat=config.repeat_upsample, causal=causal) for stage in stages
        )
        self.blocks = nn.ModuleList(ParallelBlocks(stage.channels_out, config) for stage in stages)
        self.post = Conv(stages[-1].channels_out, 1, config.kernel_size, causal=causal)
        self.source = Source(config.source.harmonics, stages, causal=causal) if config.source else None

    def forward(self, mel: Tensor, source: Tensor | None = None) -> Tensor:
        """The waveform.

        Args:
            mel: (B, in_channels, T).
            source: (B, H, T·hop) from `HarmonicSource`, for generators with a source and for no others.

        Returns:
            (B, 1, T·hop) in (-1, 1).

        Raises:
            ValueError: a source is missing, or there is one too many.
        """
        if (source is None) != (self.source is None):
            raise ValueError("this generator needs a source" if source is None else "this generator takes no source")
        excitations = self.source(source) if self.source is not None else [None] * len(self.up)
        x = self.pre(mel)
        for up, blocks, excitation in zip(self.up, self.blocks, excitations, strict=True):
            if self.config.sine_skip:
                x = x + torch.sin(x)
            x = up(F.leaky_relu(x, LEAK))
            if excitation is not None:
                x = x + excitation
            x = blocks(x)
        return torch.tanh(self.post(F.leaky_relu(x, LAST_LEAK)))
