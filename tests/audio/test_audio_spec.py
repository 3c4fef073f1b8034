"""AudioSpec says what it is and refuses what cannot be."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from langsong.audio.spec import AudioSpec

UNIVERSAL = {
    "sample_rate": 22050, "hop_length": 256, "n_fft": 1024, "win_length": 1024, "n_mels": 80,
    "fmin": 0.0, "fmax": 8000.0,
}  # fmt: skip


def test_frame_rate() -> None:
    assert AudioSpec(**UNIVERSAL).frame_rate == pytest.approx(86.1328, abs=1e-4)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"win_length": 1025}, "longer than n_fft"),
        ({"fmin": 8000.0}, "must rise"),
        ({"fmax": 11026.0}, "within 11025"),
        ({"hop_length": 0}, "greater than 0"),
        ({"sample_rate": "22050"}, "valid integer"),
        ({"n_bands": 80}, "Extra inputs"),
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        AudioSpec.model_validate(UNIVERSAL | change)
