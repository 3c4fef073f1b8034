"""Train the polyphone model and write ``src/langsong/text/data/polyphone.npz`` (README.md, same folder).

PYTHONPATH=src python recipes/polyphone/train.py ../shared/data/text g2pM-0.1.2.5/g2pM [--checkpoint run.pt]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from combine import accuracy, choose, fit_style, style_inputs
from corpus import read_examples
from examples import analyse, arrays, make_vocabulary, self_labelled
from export import write
from network import Batch, ContextNetwork
from prior import load_prior
from torch.nn import functional

from langsong.text.polyphone_features import WINDOW

OUTPUT = Path(__file__).parents[2] / "src/langsong/text/data/polyphone.npz"
PRIOR_IN_TRAINING = 0.4
SELF_LABELLED_WEIGHT = 0.3
BATCH = 128


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("prior", type=Path)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--checkpoint", type=Path, default=Path("polyphone.pt"))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)

    prior = load_prior(arguments.prior)
    analysed = {part: analyse(read_examples(arguments.data, part)) for part in ("cpp/dev", "g2pL/train", "g2pL/dev")}
    known = [*analysed["cpp/dev"], *analysed["g2pL/train"]]
    vocabulary = make_vocabulary(known, prior)
    selves = self_labelled(known, vocabulary)
    parts = {
        name: tensors(arrays(examples, vocabulary, prior)) for name, examples in {**analysed, "self": selves}.items()
    }
    print({name: len(part["label"]) for name, part in parts.items()}, flush=True)

    train = {name: torch.cat([parts["g2pL/train"][name], parts["self"][name]]) for name in parts["self"]}
    weights = torch.ones(len(train["label"]))
    weights[len(parts["g2pL/train"]["label"]) :] = SELF_LABELLED_WEIGHT
    network = ContextNetwork(vocabulary, torch.tensor(prior.character))
    fit(network, train, weights, parts["g2pL/dev"], arguments.epochs, arguments.checkpoint)

    labelled = torch.zeros(len(vocabulary.characters), dtype=torch.bool)
    labelled[parts["g2pL/train"]["characters"][:, WINDOW].unique()] = True
    dev = {name: parts[name] for name in ("cpp/dev", "g2pL/dev")}
    inputs = {name: style_inputs(part, len(vocabulary.characters)) for name, part in dev.items()}
    style = fit_style(inputs["cpp/dev"], inputs["g2pL/dev"])
    with torch.no_grad():
        scored = {
            name: (part, network(part), style(inputs[name])[:, 0], labelled[part["characters"][:, WINDOW]])
            for name, part in dev.items()
        }
    chosen = choose(scored, {"cpp/dev": 0.975, "g2pL/dev": 0.965})
    print(chosen, {name: round(accuracy(*part, chosen), 4) for name, part in scored.items()})
    write(OUTPUT, vocabulary, prior, network, style, chosen, labelled)
    print(f"{OUTPUT}: {OUTPUT.stat().st_size / 1e6:.1f} MB")


def tensors(columns: dict[str, np.ndarray]) -> Batch:
    return {name: torch.tensor(column) for name, column in columns.items() if name != "example"}


def fit(
    network: ContextNetwork, train: Batch, weights: torch.Tensor, dev: Batch, epochs: int, checkpoint: Path
) -> None:
    optimizer = torch.optim.AdamW(network.parameters(), 2e-3, weight_decay=0.02)
    count = len(weights)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 2e-3, total_steps=epochs * (count // BATCH) + 1, pct_start=0.1
    )
    for epoch in range(epochs):
        start = time.monotonic()
        network.train()
        for rows in torch.randperm(count)[: count // BATCH * BATCH].split(BATCH):
            batch = {name: column[rows] for name, column in train.items()}
            logits = (network(batch) + PRIOR_IN_TRAINING * batch["prior"]).masked_fill(batch["candidates"] < 0, -1e9)
            losses = functional.cross_entropy(logits, batch["label"], reduction="none")
            # Characters with few examples stay close to what the other experts say.
            spread = network.reading(batch["candidates"][:, :2].clamp(min=0)).square().sum(-1).sum(1).mean()
            optimizer.zero_grad()
            ((losses * weights[rows]).mean() + 0.002 * spread).backward()
            optimizer.step()
            schedule.step()
        network.eval()
        with torch.no_grad():
            logits = (network(dev) + PRIOR_IN_TRAINING * dev["prior"]).masked_fill(dev["candidates"] < 0, -1e9)
        right = (logits.argmax(1) == dev["label"]).float().mean()
        print(f"epoch {epoch}: g2pL dev {right:.4f}, {time.monotonic() - start:.0f} s", flush=True)
        torch.save(network.state_dict(), checkpoint)


if __name__ == "__main__":
    main()
