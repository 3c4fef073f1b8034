"""The polyphone network in numpy: scores for the readings of a character in its sentence.

A sum of three experts (recipes/polyphone/README.md): the logits of g2pM's BiLSTM (Park & Lee, Interspeech 2020;
its published weights), a bonus for the dictionary's reading, and a two-layer network over a window of
characters, pairs of them, words, and the mean of the sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources

import numpy as np
import numpy.typing as npt

from langsong.text.once import once
from langsong.text.polyphone_features import Features, Vocabulary
from langsong.text.polyphone_lstm import BiLstm
from langsong.types import Float32, Int64

_FILE = "data/polyphone.npz"
Stored = npt.NDArray[np.generic]


class PolyphoneModel:
    """Weights and vocabulary; `scores` is pure, so threads may share it.

    Attributes:
        learned: the characters that the network saw labelled; the other ones g2pM decides alone.
    """

    def __init__(self, arrays: Mapping[str, Stored]) -> None:
        self._w = {name: _restored(arrays, name) for name in arrays if not name.endswith((".scale", ".list"))}
        readings = [tuple(line.split(" ")) for line in _lines(arrays, "readings")]
        self.vocabulary = Vocabulary(
            _lines(arrays, "characters"), _lines(arrays, "words"), [(char, pinyin) for char, pinyin in readings]
        )
        self.learned = frozenset(
            char for char, ids in self.vocabulary.candidates.items() if self._w["trust_range"][[*ids.values()]].any()
        )
        self._lstm = BiLstm(*(self._w.pop(f"prior_{name}") for name in ("input", "recurrent", "bias")))

    def scores(self, x: Features) -> Float32:
        """(K, MAX_CANDIDATES) probabilities of the candidates; zero where there is none."""
        w = self._w
        candidates = np.maximum(x.candidates, 0)
        agrees = x.candidates == x.dictionary[:, None]
        logits = w["reading_bias"][candidates] + np.zeros(candidates.shape, np.float32)
        learned = np.flatnonzero(w["trust_range"][candidates[:, 0]])
        if len(learned):
            context = self._context(x, learned)
            logits[learned] += np.einsum("kcd,kd->kc", w["reading"][candidates[learned]], context)
        logits += self._trust(x, candidates) * self._prior(x, candidates)
        logits += agrees * w["dictionary_bonus"][x.dictionary + 1, (x.source == 2).astype(np.int64)][:, None]
        logits = np.where(x.candidates < 0, -1e9, logits)
        odds = np.exp(logits - logits.max(1, keepdims=True))
        result: Float32 = (odds / odds.sum(1, keepdims=True)).astype(np.float32)
        return result

    def _context(self, x: Features, rows: Int64) -> Float32:
        """(len(rows), hidden) what the network sees around those targets."""
        w, count = self._w, len(rows)
        total = _running_sum(w["sentence"][x.text[1:-1]])
        start, end = x.sentence[rows].T
        window = np.concatenate([w["character"][x.characters[rows]], w["segment"][x.segments[rows]]], 2)
        inputs = np.concatenate(
            [
                window.reshape(count, -1),
                w["pair"][x.pairs[rows]].reshape(count, -1),
                w["word"][x.words[rows]].reshape(count, -1),
                w["offset"][x.place[rows, 0]],
                w["length"][x.place[rows, 1]],
                (total[end] - total[start]) / (end - start).astype(np.float32)[:, None],
                w["dictionary"][x.dictionary[rows] + 1],
                w["source"][x.source[rows]],
            ],
            1,
        )
        hidden = _gelu(inputs @ w["first"] + w["first_bias"])
        result: Float32 = _gelu(hidden @ w["second"] + w["second_bias"])
        return result

    def _trust(self, x: Features, candidates: Int64) -> Float32:
        """(K, MAX_CANDIDATES) how much g2pM counts: more where the sentence is like those it was trained on."""
        w = self._w
        total = _running_sum(w["style"][x.text[1:-1]])
        start, end = x.sentence.T
        style = (total[end] - total[start]) / np.sqrt(end - start, dtype=np.float32) + w["style_bias"]
        like = 1 / (1 + np.exp(-style))
        result: Float32 = w["trust"][candidates] + w["trust_range"][candidates] * like[:, None]
        return result

    def _prior(self, x: Features, candidates: Int64) -> Float32:
        """(K, MAX_CANDIDATES) g2pM's logits."""
        w = self._w
        inputs = w["prior_character"][x.text]
        hidden = self._lstm(inputs)[x.targets + 1]
        hidden = np.maximum(hidden @ w["prior_hidden"] + w["prior_hidden_bias"], 0)
        rows = w["prior_reading"][candidates]  # (K, MAX_CANDIDATES, hidden + 1), the bias last
        result: Float32 = np.einsum("kcd,kd->kc", rows[..., :-1], hidden) + rows[..., -1]
        return result


@once
def polyphone_model() -> PolyphoneModel:
    """The model in the package."""
    with resources.files(__package__).joinpath(_FILE).open("rb") as file, np.load(file) as archive:
        return PolyphoneModel(dict(archive))


def _running_sum(values: Float32) -> Float32:
    """Of the rows before each place, the first one zero."""
    return np.concatenate([np.zeros_like(values[:1]), np.cumsum(values, 0)])


def _gelu(x: Float32) -> Float32:
    """Hendrycks & Gimpel 2016, in the tanh approximation that training uses too."""
    result: Float32 = 0.5 * x * (1 + np.tanh(np.float32(0.7978845608) * (x + np.float32(0.044715) * x * x * x)))
    return result


def _restored(arrays: Mapping[str, Stored], name: str) -> Float32:
    """Weights are stored as int8 with a scale for each row, or as float16."""
    values: Float32 = arrays[name].astype(np.float32)
    scale = arrays.get(f"{name}.scale")
    return values if scale is None else values * scale.astype(np.float32)


def _lines(arrays: Mapping[str, Stored], name: str) -> list[str]:
    return arrays[f"{name}.list"].tobytes().decode("utf-8").split("\n")
