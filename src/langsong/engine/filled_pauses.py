"""Filled pauses (嗯, 啊, 呃) that some voices put in by themselves (specification 1.9, FP)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from langsong.types import Float32, Int64

from .runtime.base import Runtime


@dataclass(frozen=True)
class FilledPauses:
    """What to insert for each class that the predictor can name.

    Attributes:
        ids: (classes, 3, 4) int64: onset, final and break of 嗯, 啊 and 呃.
    """

    ids: Int64

    def insert(
        self, runtime: Runtime, text: Float32, emotion: Float32, speaker: Float32
    ) -> tuple[Float32, Float32, Float32, Int64]:
        """Put the encoded pauses before the units at which the voice hesitates.

        Emotion and speaker rows are not shifted but extended by their own beginning, as the published model
        was trained to see them.

        Args:
            text: (T, text_width). emotion, speaker: (T, …).

        Returns:
            text, emotion and speaker of T' >= T units, and origins (T',): the unit's index before, -1 for a pause.
        """
        (probabilities,) = runtime.run("filled_pause", text[None])
        classes = probabilities[0].argmax(axis=1)
        if not classes.any():
            return text, emotion, speaker, np.arange(len(text))
        lengths = np.full(len(self.ids), self.ids.shape[1], np.int64)
        (pauses,) = runtime.run("encoder", self.ids, lengths)
        rows, origins = [], []
        for i, (row, kind) in enumerate(zip(text, classes, strict=True)):
            if kind:
                rows.extend(pauses[kind - 1])
                origins.extend([-1] * pauses.shape[1])
            rows.append(row)
            origins.append(i)
        grown = np.arange(len(rows)) % len(text)
        return np.stack(rows), emotion[grown], speaker[grown], np.array(origins, np.int64)
