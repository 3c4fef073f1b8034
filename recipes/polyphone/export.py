"""The trained experts as one small file: int8 with a scale for each row, float16 for what is small."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from combine import Weights
from examples import prior_row
from network import ContextNetwork
from prior import Prior
from torch import Tensor, nn

from langsong.text.polyphone_features import Vocabulary

_TABLES = ("character", "sentence", "pair", "word", "dictionary", "prior_character", "first", "second")
"""Stored as int8."""
PHRASE_BONUS_OF_OTHERS = 8.0
"""What g2pM has to outweigh where it alone advises the dictionary; the best on CPP dev."""


def write(
    path: Path,
    vocabulary: Vocabulary,
    prior: Prior,
    network: ContextNetwork,
    style: nn.Linear,
    weights: Weights,
    labelled: Tensor,
) -> None:
    state = {name: value.numpy() for name, value in network.state_dict().items()}
    ids = vocabulary.character_ids
    known = np.array([bool(labelled[ids[char]]) if char in ids else False for char, _ in vocabulary.readings])
    scale = np.where(known, 1.0, weights.others)
    bonus = state["dictionary_bonus.weight"].copy()
    bonus[1:] *= scale[:, None]
    bonus[1:, 1] += np.where(known, weights.bonus, PHRASE_BONUS_OF_OTHERS)
    bonus[0] = 0
    arrays = {
        "character": state["character.weight"],
        "sentence": state["sentence.weight"],
        "segment": state["segment.weight"],
        "pair": state["pair.weight"],
        "word": state["word.weight"],
        "offset": state["offset.weight"],
        "length": state["length.weight"],
        "dictionary": state["dictionary.weight"],
        "source": state["source.weight"],
        "first": state["first.weight"].T,
        "first_bias": state["first.bias"],
        "second": state["second.weight"].T,
        "second_bias": state["second.bias"],
        "reading": state["reading.weight"] * scale[:, None],
        "reading_bias": state["reading_bias.weight"][:, 0] * scale,
        "dictionary_bonus": bonus,
        "style": style.weight.detach().numpy()[0],
        "style_bias": style.bias.detach().numpy()[0],
        # What the prior counts at least, and how much more it can.
        "trust": np.where(known, weights.low, 1.0),
        "trust_range": np.where(known, weights.high - weights.low, 0.0),
        "prior_character": prior.character,
        "prior_input": prior.input,
        "prior_recurrent": prior.recurrent,
        "prior_bias": prior.bias,
        "prior_hidden": prior.hidden,
        "prior_hidden_bias": prior.hidden_bias,
        "prior_reading": np.stack([prior_row(reading, prior) for _, reading in vocabulary.readings]),
    }
    stored: dict[str, np.ndarray] = {}
    for name, values in arrays.items():
        if name in _TABLES:
            largest = np.maximum(np.abs(values).max(1, keepdims=True), 1e-8) / 127
            stored[name] = np.round(values / largest).astype(np.int8)
            stored[f"{name}.scale"] = largest.astype(np.float32)
        else:
            stored[name] = np.asarray(values, np.float16)
    stored["characters.list"] = _text(vocabulary.characters)
    stored["words.list"] = _text(vocabulary.words)
    stored["readings.list"] = _text([f"{char} {reading}" for char, reading in vocabulary.readings])
    np.savez(path, **stored)


def _text(lines: list[str]) -> np.ndarray:
    return np.frombuffer("\n".join(lines).encode(), np.uint8)
