"""Train the letter-to-sound model: a convolutional tagger that gives each letter its phones."""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import numpy as np
import torch
from align import align
from cmu import words
from torch import Tensor, nn
from torch.nn import functional

LETTERS = " abcdefghijklmnopqrstuvwxyz'"
WIDTH, LAYERS, KERNEL = 128, 6, 5
HELD_OUT = 3000


class Tagger(nn.Module):
    """(B, T) letters to (B, T, tags): residual convolutions over WIDTH channels."""

    def __init__(self, tags: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(len(LETTERS), WIDTH, padding_idx=0)
        self.convolutions = nn.ModuleList(nn.Conv1d(WIDTH, WIDTH, KERNEL, padding=KERNEL // 2) for _ in range(LAYERS))
        self.out = nn.Linear(WIDTH, tags)
        self.dropout = nn.Dropout(0.1)

    def forward(self, letters: Tensor) -> Tensor:
        inside = (letters != 0).unsqueeze(1).float()
        x = self.embed(letters).transpose(1, 2)
        for convolution in self.convolutions:
            x = (x + self.dropout(functional.relu(convolution(x)))) * inside
        return self.out(x.transpose(1, 2))


def batches(rows: list[tuple[str, list[int]]], size: int) -> list[tuple[Tensor, Tensor]]:
    """Rows of like length together, in random order; padding has the letter 0 and the tag -100."""
    ordered = sorted(rows, key=lambda row: (len(row[0]), random.random()))
    groups = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    random.shuffle(groups)
    made = []
    for group in groups:
        longest = max(len(word) for word, _ in group)
        letters = torch.zeros(len(group), longest, dtype=torch.long)
        tags = torch.full((len(group), longest), -100)
        for row, (word, wanted) in enumerate(group):
            letters[row, : len(word)] = torch.tensor([LETTERS.index(letter) for letter in word])
            tags[row, : len(word)] = torch.tensor(wanted)
        made.append((letters, tags))
    return made


def accuracy(model: Tagger, rows: list[tuple[str, list[int]]]) -> float:
    """Share of words with every letter right."""
    model.eval()
    right = 0
    with torch.no_grad():
        for letters, tags in batches(rows, 512):
            same = (model(letters).argmax(-1) == tags) | (tags == -100)
            right += int(same.all(1).sum())
    return right / len(rows)


def quantized(weight: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """int8 weights and float32 scales, one for each row of the first axis."""
    values = weight.detach().numpy()
    scale = np.abs(values).reshape(len(values), -1).max(1) / 127
    shape = (-1,) + (1,) * (values.ndim - 1)
    return np.round(values / scale.reshape(shape).clip(1e-9)).astype(np.int8), scale.astype(np.float32)


def save(model: Tagger, tags: list[str], path: Path) -> None:
    arrays: dict[str, np.ndarray] = {"letters": np.array(LETTERS), "tags": np.array(tags)}
    layers = {"embed": model.embed.weight, "out": model.out.weight, "out_bias": model.out.bias}
    for index, convolution in enumerate(model.convolutions):
        layers |= {f"conv{index}": convolution.weight, f"conv{index}_bias": convolution.bias}
    for name, weight in layers.items():
        if name.endswith("_bias"):
            arrays[name] = weight.detach().numpy().astype(np.float32)
        else:
            arrays[name], arrays[f"{name}_scale"] = quantized(weight)
    np.savez_compressed(path, **arrays)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("--epochs", type=int, default=30)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    random.seed(0)
    torch.set_num_threads(1)
    aligned = align(dict(words()))
    tags = sorted({" ".join(tag) for row in aligned.values() for tag in row})
    index = {tag: number for number, tag in enumerate(tags)}
    rows = [(word, [index[" ".join(tag)] for tag in row]) for word, row in aligned.items()]
    random.shuffle(rows)
    test, train = rows[:HELD_OUT], rows[HELD_OUT:]
    print(f"{len(train)} words, {len(tags)} tags", flush=True)
    model = Tagger(len(tags))
    optimizer = torch.optim.AdamW(model.parameters(), 2e-3, weight_decay=0.01)
    steps = arguments.epochs * (len(train) // 256 + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps)
    for epoch in range(arguments.epochs):
        model.train()
        losses = []
        for letters, wanted in batches(train, 256):
            loss = functional.cross_entropy(model(letters).flatten(0, 1), wanted.flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        print(f"epoch {epoch} loss {np.mean(losses):.4f} held-out words {accuracy(model, test):.4f}", flush=True)
        save(model, tags, arguments.output)


if __name__ == "__main__":
    main()
