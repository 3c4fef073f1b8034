"""Sizes of models that can be trained. No torch here."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from langsong.acoustic.config import FsmnConfig
from langsong.errors import RecipeError
from langsong.vocoder.config import GeneratorConfig

Count = Annotated[int, Field(gt=0)]


class Part(BaseModel):
    """Part of a recipe."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AcousticShape(Part):
    """Widths of a SAM-BERT model; `size` sets them all, and those that are given replace its.

    ``small`` is 4.6 M numbers, ``full`` is KAN-TTS's sambert_16k, 12.3 M.
    """

    size: Literal["small", "full"] = "small"
    embedding: Count | None = None
    encoder_layers: Count | None = None
    encoder_heads: Count | None = None
    encoder_width: Count | None = None
    encoder_inner: Count | None = None
    text_width: Count | None = None
    emotion_width: Count | None = None
    speaker_width: Count | None = None
    predictor: FsmnConfig | None = None
    predictor_rnn: Count | None = None
    duration_prenet: tuple[Count, Count] | None = None
    duration_rnn: Count | None = None
    decoder_prenet: tuple[Count, Count] | None = None
    decoder_layers: Count | None = None
    decoder_heads: Count | None = None
    decoder_width: Count | None = None
    decoder_inner: Count | None = None
    frames_per_step: Count | None = None
    postnet: FsmnConfig | None = None
    postnet_rnn: Count | None = None

    def widths(self) -> dict[str, Any]:
        """Every width, by the names of `AcousticConfig`."""
        return _SIZES[self.size] | self.model_dump(exclude={"size"}, exclude_none=True)


_FULL: dict[str, Any] = {
    "embedding": 512, "encoder_layers": 8, "encoder_heads": 8, "encoder_width": 128, "encoder_inner": 1024,
    "text_width": 32, "emotion_width": 32, "speaker_width": 32,
    "predictor": {"layers": 3, "inner": 256, "memory": 128, "kernel": 41}, "predictor_rnn": 128,
    "duration_prenet": (128, 128), "duration_rnn": 128,
    "decoder_prenet": (256, 256), "decoder_layers": 12, "decoder_heads": 8, "decoder_width": 128,
    "decoder_inner": 1024, "frames_per_step": 3,
    "postnet": {"layers": 4, "inner": 512, "memory": 256, "kernel": 41, "shift": 17}, "postnet_rnn": 128,
}  # fmt: skip
_SMALL: dict[str, Any] = _FULL | {
    "embedding": 256, "encoder_layers": 4, "encoder_inner": 512,
    "predictor": {"layers": 2, "inner": 256, "memory": 128, "kernel": 41},
    "decoder_layers": 6, "decoder_inner": 512,
    "postnet": {"layers": 3, "inner": 256, "memory": 128, "kernel": 41, "shift": 17},
}  # fmt: skip
_SIZES = {"small": _SMALL, "full": _FULL}


class GeneratorShape(Part):
    """A generator's architecture.

    Attributes:
        size: ``v1`` or ``v2`` of the HiFi-GAN paper, ``kantts`` of KAN-TTS; scales fit the corpus's hop.
        channels: instead of the size's.
    """

    size: Literal["v1", "v2", "kantts"] = "v2"
    channels: Count | None = None

    def config(self, n_mels: int, hop_length: int) -> GeneratorConfig:
        """The generator for a voice's frames.

        Raises:
            RecipeError: no scales are known that multiply to the hop length.
        """
        if hop_length not in _SCALES:
            known = ", ".join(map(str, sorted(_SCALES)))
            raise RecipeError(f"no upsampling is known for frames of {hop_length} samples, only for {known}")
        scales = _SCALES[hop_length]
        kantts = self.size == "kantts"
        # as the paper has it, twice the scale; a centred one must be odd where the scale is
        kernels = tuple(2 * scale + scale % 2 for scale in scales)
        return GeneratorConfig.model_validate(
            {
                "in_channels": n_mels,
                "upsample_scales": scales,
                "upsample_kernel_sizes": kernels,
                "sine_skip": kantts,
                "repeat_upsample": kantts,
                **_GENERATORS[self.size],
                **({"channels": self.channels} if self.channels else {}),
            }
        )


_SCALES = {
    100: (5, 5, 2, 2),
    200: (10, 5, 2, 2),
    240: (8, 5, 3, 2),
    256: (8, 8, 2, 2),
    300: (10, 5, 3, 2),
    600: (10, 5, 3, 2, 2),
}
_PAPER_BLOCKS = {"resblock_kernel_sizes": (3, 7, 11), "resblock_dilations": ((1, 3, 5),) * 3}
_GENERATORS: dict[str, dict[str, Any]] = {
    "v1": {"channels": 512, **_PAPER_BLOCKS},
    "v2": {"channels": 128, **_PAPER_BLOCKS},
    "kantts": {"channels": 256, "resblock_kernel_sizes": (3, 7, 11), "resblock_dilations": ((1, 3, 5, 7),) * 3},
}
