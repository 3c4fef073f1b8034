"""The vocoders that a voice may have (no torch)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

from pydantic import Discriminator, Tag

from .config import GeneratorConfig
from .harmonic_noise_config import HarmonicNoiseConfig

GENERATOR, HARMONIC_NOISE = "generator", "harmonic_noise"


def _kind(value: Any) -> str:
    given = value.get("kind", GENERATOR) if isinstance(value, Mapping) else getattr(value, "kind", GENERATOR)
    return str(given)


VocoderConfig: TypeAlias = Annotated[
    Annotated[GeneratorConfig, Tag(GENERATOR)] | Annotated[HarmonicNoiseConfig, Tag(HARMONIC_NOISE)],
    Discriminator(_kind),
]
