"""Letter to sound: the phones of a word that no dictionary has, by a small convolutional model.

Made by recipes/english/train.py: every letter gets no, one or two phones from the letters around it.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np

from langsong.text.arpabet import is_vowel
from langsong.text.once import once
from langsong.types import Float32


@dataclass(frozen=True)
class _Model:
    """Letters to tags through residual convolutions of K letters and C channels."""

    letters: str
    tags: tuple[tuple[str, ...], ...]
    embed: Float32  # (letters, C)
    layers: tuple[tuple[Float32, Float32], ...]  # (K * C, C), (C,)
    out: Float32  # (C, tags)
    out_bias: Float32


@once
def _model() -> _Model:
    data = resources.files(__package__).joinpath("data/english_sounds.npz").read_bytes()
    with np.load(io.BytesIO(data)) as arrays:

        def weight(name: str) -> Float32:
            values: Any = arrays[name].astype(np.float32)
            scale: Float32 = arrays[f"{name}_scale"]
            scaled: Float32 = values * scale.reshape(-1, *(1,) * (values.ndim - 1))
            return scaled

        layers: list[tuple[Float32, Float32]] = []
        while f"conv{len(layers)}" in arrays:
            kernel = weight(f"conv{len(layers)}")  # (C out, C in, K)
            flat = np.ascontiguousarray(kernel.transpose(2, 1, 0).reshape(-1, kernel.shape[0]))
            layers.append((flat, arrays[f"conv{len(layers)}_bias"]))
        return _Model(
            letters=str(arrays["letters"]),
            tags=tuple(tuple(str(tag).split()) for tag in arrays["tags"]),
            embed=weight("embed"),
            layers=tuple(layers),
            out=np.ascontiguousarray(weight("out").T),
            out_bias=arrays["out_bias"],
        )


def guess_phones(word: str) -> tuple[str, ...]:
    """The phones of a word of ASCII letters, with one stressed vowel; may be without vowels, or empty."""
    model = _model()
    x = model.embed[[model.letters.index(letter) for letter in word.lower()]]  # (T, C)
    for weight, bias in model.layers:
        reach = weight.shape[0] // x.shape[1] // 2
        padded = np.pad(x, ((reach, reach), (0, 0)))
        windows = np.concatenate([padded[shift : shift + len(x)] for shift in range(2 * reach + 1)], axis=1)
        x = x + np.maximum(windows @ weight + bias, 0)
    best = (x @ model.out + model.out_bias).argmax(1)
    return _one_stress([phone for tag in best for phone in model.tags[tag]])


def _one_stress(phones: list[str]) -> tuple[str, ...]:
    """`phones` with the first of several stresses, or one on the first vowel where there is none."""
    vowels = [index for index, phone in enumerate(phones) if is_vowel(phone)]
    stressed = next((index for index in vowels if phones[index].endswith("1")), vowels[0] if vowels else None)
    return tuple(
        f"{phone[:-1]}{int(index == stressed)}" if is_vowel(phone) else phone for index, phone in enumerate(phones)
    )
