"""How a voice measures sound."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

Count = Annotated[int, Field(gt=0)]


class AudioSpec(BaseModel):
    """The sample rate of a voice and the frames of its mel spectrogram.

    Attributes:
        sample_rate: Hz.
        hop_length: samples from one frame to the next.
        n_fft: samples of the Fourier transform.
        win_length: samples under the window, at most `n_fft`.
        n_mels: mel bands.
        fmin, fmax: edges of the lowest and the highest band in Hz.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    sample_rate: Count
    hop_length: Count
    n_fft: Count
    win_length: Count
    n_mels: Count
    fmin: Annotated[float, Field(ge=0)]
    fmax: float

    @model_validator(mode="after")
    def _fits_together(self) -> AudioSpec:
        if self.win_length > self.n_fft:
            raise ValueError(f"win_length {self.win_length} is longer than n_fft {self.n_fft}")
        if not self.fmin < self.fmax <= self.sample_rate / 2:
            highest = self.sample_rate / 2
            raise ValueError(f"fmin {self.fmin} and fmax {self.fmax} must rise and stay within {highest} Hz")
        return self

    @property
    def frame_rate(self) -> float:
        """Frames per second."""
        return self.sample_rate / self.hop_length
