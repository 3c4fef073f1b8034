"""The vocoders that a voice may have (no torch)."""

from __future__ import annotations

from typing import TypeAlias

from .config import GeneratorConfig
from .harmonic_noise_config import HarmonicNoiseConfig

VocoderConfig: TypeAlias = GeneratorConfig | HarmonicNoiseConfig
