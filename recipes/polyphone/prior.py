"""g2pM's published network (PyPI g2pM 0.1.2.5, Apache-2.0): vocabulary, readings and weights."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import NamedTuple

import numpy as np


class Prior(NamedTuple):
    """Arrays are transposed for row vectors.

    Attributes:
        characters: the vocabulary, in the order of ids.
        readings: for each character with several readings those that CPP labels.
        classes: reading → row of `reading`.
        reading: (classes, hidden + 1) output weights, the bias last.
    """

    characters: list[str]
    readings: dict[str, list[str]]
    classes: dict[str, int]
    character: np.ndarray
    input: np.ndarray
    recurrent: np.ndarray
    bias: np.ndarray
    hidden: np.ndarray
    hidden_bias: np.ndarray
    reading: np.ndarray


def load_prior(folder: Path) -> Prior:
    """From the folder of the unpacked sdist that holds ``np_ckpt.pkl``. Pickles run code: check the hash first."""
    weights, ids, classes, cedict = (
        pickle.loads((folder / name).read_bytes())
        for name in ("np_ckpt.pkl", "char2idx.pkl", "class2idx.pkl", "digest_cedict.pkl")
    )
    sides = ("l0", "l0_reverse")
    return Prior(
        characters=sorted(ids, key=ids.__getitem__),
        readings={char: [plain(r) for r in found] for char, found in cedict.items() if len(found) > 1},
        classes={plain(reading): index for reading, index in classes.items()},
        character=weights["embedding.weight"],
        input=np.stack([weights[f"lstm.weight_ih_{side}"].T for side in sides]),
        recurrent=np.stack([weights[f"lstm.weight_hh_{side}"].T for side in sides]),
        bias=np.stack([(weights[f"lstm.bias_ih_{s}"] + weights[f"lstm.bias_hh_{s}"])[None] for s in sides]),
        hidden=weights["logit_layer.0.weight"].T,
        hidden_bias=weights["logit_layer.0.bias"],
        reading=np.concatenate([weights["logit_layer.2.weight"], weights["logit_layer.2.bias"][:, None]], 1),
    )


def plain(reading: str) -> str:
    """ü as v."""
    return reading.replace("u:", "v").replace("ü", "v")
