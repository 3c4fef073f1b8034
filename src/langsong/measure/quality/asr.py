"""Speech recognition with Whisper, for measuring what others can understand."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from langsong.audio.resample import resample
from langsong.errors import MissingExtra, VoiceError
from langsong.types import Float32

RATE = 16000
PROMPT = "以下是普通话的句子。"


class Recognizer:
    """A Whisper model in CTranslate2's format.

    Args:
        model: its folder (model.bin, config.json, tokenizer.json, vocabulary), or a name that the
            faster-whisper package can download.

    Raises:
        MissingExtra: faster-whisper is not installed.
        VoiceError: the model cannot be loaded.
    """

    def __init__(self, model: str) -> None:
        try:
            from faster_whisper import WhisperModel
        except ImportError:
            raise MissingExtra("measure", "speech recognition") from None
        try:
            self._model = WhisperModel(model, device="cpu", compute_type="int8")
        except (RuntimeError, ValueError, OSError) as error:
            reason = str(error).splitlines()[0]
            raise VoiceError(f"cannot load the recogniser {Path(model).name}: {reason}") from None

    def transcribe(self, samples: Float32, sample_rate: int) -> str:
        """(N,) samples at `sample_rate` Hz to text."""
        audio = resample(samples, sample_rate, RATE)
        padded = np.pad(audio, RATE // 4)
        segments, _ = self._model.transcribe(
            padded,
            language="zh",
            beam_size=5,
            temperature=0.0,
            condition_on_previous_text=False,
            initial_prompt=PROMPT,
            without_timestamps=True,
        )
        return "".join(segment.text for segment in segments)
