"""The network over a character's surroundings; langsong.text.polyphone_model is the same in numpy."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from langsong.text.polyphone_features import (
    MAX_CANDIDATES,
    PAD,
    PAIR_TABLE,
    PAIRS,
    UNKNOWN,
    WINDOW,
    WORDS,
    Vocabulary,
)

Batch = dict[str, Tensor]


class ContextNetwork(nn.Module):
    """Logits of a character's readings, from its window and the dictionary's reading."""

    def __init__(self, vocabulary: Vocabulary, characters: Tensor, dropout: float = 0.35) -> None:
        super().__init__()
        readings = len(vocabulary.readings)
        self.character = nn.Embedding.from_pretrained(characters, freeze=False)
        self.sentence = nn.EmbeddingBag(len(characters), 48, mode="mean", padding_idx=0)
        self.segment = nn.Embedding(6, 8)
        self.pair = nn.Embedding(PAIR_TABLE, 24)
        self.word = nn.Embedding(len(vocabulary.words), 32)
        self.offset = nn.Embedding(5, 8)
        self.length = nn.Embedding(6, 8)
        self.dictionary = nn.Embedding(readings + 1, 24)
        self.source = nn.Embedding(3, 8)
        width = (2 * WINDOW + 1) * (characters.shape[1] + 8) + 2 * PAIRS * 24 + (2 * WORDS + 1) * 32 + 16 + 48 + 32
        self.first = nn.Linear(width, 224)
        self.second = nn.Linear(224, 128)
        self.reading = nn.Embedding(readings, 128)
        self.reading_bias = nn.Embedding(readings, 1)
        self.dictionary_bonus = nn.Embedding(readings + 1, 2)
        self.dropout = nn.Dropout(dropout)
        for table in (self.sentence, self.pair, self.word, self.dictionary):
            nn.init.normal_(table.weight, 0, 0.1)
        nn.init.zeros_(self.reading.weight)
        nn.init.zeros_(self.reading_bias.weight)
        nn.init.constant_(self.dictionary_bonus.weight, 2.0)

    def forward(self, x: Batch) -> Tensor:
        """(B, MAX_CANDIDATES); what is no candidate has any value."""
        x = {**x, "dictionary": x["dictionary"] + 1}
        if self.training:
            x = _shortened(_hidden(x))
        characters, words, dictionary, source = x["characters"], x["words"], x["dictionary"], x["source"]
        window = torch.cat([self.character(characters), self.segment(x["segments"])], -1).flatten(1)
        inputs = [
            window,
            self.pair(x["pairs"]).flatten(1),
            self.word(words).flatten(1),
            self.offset(x["place"][:, 0]),
            self.length(x["place"][:, 1]),
            self.sentence(x["sentence_text"]) * x.get("sentence_shown", torch.ones(len(words), 1)),
            self.dictionary(dictionary),
            self.source(source),
        ]
        hidden = functional.gelu(self.first(self.dropout(torch.cat(inputs, 1))), approximate="tanh")
        hidden = self.dropout(functional.gelu(self.second(self.dropout(hidden)), approximate="tanh"))
        candidates = x["candidates"].clamp(min=0)
        logits = (self.reading(candidates) * hidden[:, None]).sum(-1) + self.reading_bias(candidates)[..., 0]
        bonus = self.dictionary_bonus(dictionary).gather(1, (source == 2).long()[:, None])
        agrees = (candidates == (dictionary - 1)[:, None]) & (x["candidates"] >= 0)
        assert logits.shape[1] == MAX_CANDIDATES
        return logits + agrees * bonus


def _hidden(x: Batch) -> Batch:
    """Some characters, words and readings as if they were unknown."""
    characters = torch.rand(x["characters"].shape) < 0.03
    characters[:, WINDOW] = False
    reading = torch.rand(len(x["dictionary"])) < 0.1
    return {
        **x,
        "characters": x["characters"].masked_fill(characters & (x["characters"] > 0), UNKNOWN),
        "words": x["words"].masked_fill(torch.rand(x["words"].shape) < 0.1, UNKNOWN),
        "dictionary": x["dictionary"].masked_fill(reading, 0),
        "source": x["source"].masked_fill(reading, 0),
    }


def _shortened(x: Batch) -> Batch:
    """Half of the sentences cut short on either side: what people ask to be read is shorter than the corpora."""
    count = len(x["source"])
    offsets = torch.arange(-WINDOW, WINDOW + 1)
    reach = torch.randint(1, WINDOW + 1, (count, 2)) + WINDOW * (torch.rand(count, 2) < 0.5)
    outside = (offsets < -reach[:, :1]) | (offsets > reach[:, 1:])
    characters = x["characters"].masked_fill(outside, PAD)
    near = characters[:, WINDOW - PAIRS : WINDOW + PAIRS + 1]
    steps = torch.arange(-WORDS, WORDS + 1)
    # A word is two characters long, more or less.
    far = (steps * 2 < -reach[:, :1]) | (steps * 2 > reach[:, 1:])
    return {
        **x,
        "characters": characters,
        "segments": x["segments"].masked_fill(outside, PAD),
        "pairs": (near[:, :-1] * 8191 + near[:, 1:] * 131 + 7) % PAIR_TABLE,
        "words": x["words"].masked_fill(far, PAD),
        "sentence_shown": (torch.rand(count, 1) < 0.7).float(),
    }
