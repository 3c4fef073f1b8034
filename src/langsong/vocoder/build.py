"""From a vocoder's architecture to the torch model."""

from __future__ import annotations

from typing import TypeAlias

from .config import GeneratorConfig
from .family import VocoderConfig
from .generator import Generator
from .harmonic_noise import HarmonicNoiseVocoder

Vocoder: TypeAlias = Generator | HarmonicNoiseVocoder


def build_vocoder(config: VocoderConfig) -> Vocoder:
    """The model, with weights at random."""
    return Generator(config) if isinstance(config, GeneratorConfig) else HarmonicNoiseVocoder(config)
