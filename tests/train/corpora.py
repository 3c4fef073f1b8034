"""Small corpora of synthetic sound, written as people write them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import soundfile

RATE = 22050


def speech(seconds: float, rate: int = RATE, f0: float = 180.0, margin_s: float = 0.3, seed: int = 0) -> np.ndarray:
    """Syllables of a buzzing voice, four a second, between stretches of faint noise."""
    rng = np.random.default_rng(seed)
    times = np.arange(int(seconds * rate)) / rate
    buzz = sum(np.sin(2 * np.pi * k * f0 * times) / k for k in range(1, 12))
    spoken = 0.2 * buzz * np.abs(np.sin(2 * np.pi * 2 * times)) ** 0.5 + rng.normal(0, 0.01, len(times))
    silence = np.zeros(int(margin_s * rate))
    whole = np.concatenate([silence, spoken, silence])
    return (whole + rng.normal(0, 1e-4, len(whole))).astype(np.float32)


def write_wav(path: Path, samples: np.ndarray, rate: int = RATE) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, rate, subtype="FLOAT")


def write_jsonl(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
