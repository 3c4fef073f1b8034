"""Train the reference encoder, and measure it on speakers and sentences that it was not trained on.

    cd recipes/embedded
    python -m reference.restyle CORPUS RESTYLED
    python -m reference.train --teacher CORPUS --restyled RESTYLED --emodb FOLDER --hold-out ruolan songbai \
        --report report.json --voice ../../src/langsong/voices/langsong
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from langsong.acoustic.reference import AUDIO, ReferenceEncoder
from langsong.bundle.attach import attach_reference
from langsong.bundle.voice import Voice

from .data import EMOTIONS, WARPS, Clip, emodb_clips, speakers, teacher_clips

BATCH = 32
MOST_FRAMES = 120
"""3 s, of clips in training; whole ones are heard in tests and in use."""
RATE = 2e-3
SMOOTHING = 0.05
NOISE = np.float32(0.3)
"""Standard deviation of what is added to log mels in training."""


def batch_of(clips: Sequence[Clip], rng: np.random.Generator | None) -> tuple[Tensor, Tensor, Tensor]:
    """Mels (B, L, n_mels), lengths (B,) and emotions (B,): warped and cut at random, or whole without `rng`."""
    rows = []
    for clip in clips:
        row = clip.mels[0 if rng is None else int(rng.integers(len(WARPS)))]
        if rng is not None and len(row) > MOST_FRAMES:
            start = int(rng.integers(len(row) - MOST_FRAMES + 1))
            row = row[start : start + MOST_FRAMES]
        if rng is not None:
            row = row + NOISE * rng.standard_normal(row.shape, dtype=np.float32)
        rows.append(torch.from_numpy(row))
    lengths = torch.tensor([len(row) for row in rows])
    mels = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
    return mels, lengths, torch.tensor([clip.emotion for clip in clips])


def train(clips: Sequence[Clip], steps: int, seed: int) -> ReferenceEncoder:
    """An encoder of these clips. Corpora are drawn equally often, and so are the emotions within one."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    encoder = ReferenceEncoder(AUDIO.n_mels, len(EMOTIONS))
    optimiser = torch.optim.AdamW(encoder.parameters(), lr=RATE, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    groups = [(clip.corpus, clip.emotion) for clip in clips]
    sizes = Counter(groups)
    kinds = Counter(corpus for corpus, _ in sizes)
    weights = np.array([1.0 / (sizes[group] * kinds[group[0]]) for group in groups])
    begun = time.monotonic()
    for step in range(steps):
        chosen = rng.choice(len(clips), BATCH, p=weights / weights.sum())
        mels, lengths, emotions = batch_of([clips[i] for i in chosen], rng)
        logits = encoder.head(encoder.embed(mels, lengths))
        loss = F.cross_entropy(logits, emotions, label_smoothing=SMOOTHING)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if step % 50 == 0 or step == steps - 1:
            print(f"{step:5d}  loss {loss.item():.3f}  {time.monotonic() - begun:.0f} s", flush=True)
    return encoder.eval()


def score(encoder: ReferenceEncoder, clips: Sequence[Clip]) -> dict[str, Any]:
    """Accuracy over clips, its mean over emotions, and the table of confusions (rows: what it is)."""
    confusion = np.zeros((len(EMOTIONS), len(EMOTIONS)), int)
    with torch.inference_mode():
        for at in range(0, len(clips), BATCH):
            mels, lengths, emotions = batch_of(clips[at : at + BATCH], None)
            found = encoder(mels, lengths)[1].argmax(dim=1)
            np.add.at(confusion, (emotions.numpy(), found.numpy()), 1)
    present = confusion.sum(axis=1) > 0
    recall = confusion.diagonal()[present] / confusion.sum(axis=1)[present]
    return {
        "clips": int(confusion.sum()),
        "accuracy": float(confusion.trace() / max(confusion.sum(), 1)),
        "mean_recall": float(recall.mean()) if present.any() else 0.0,
        "confusion": confusion.tolist(),
    }


def split(clips: Sequence[Clip], away: Sequence[str]) -> tuple[list[Clip], set[str]]:
    """The clips without some speakers and without the held-out sentences; these sentences."""
    texts = {clip.text for clip in clips if clip.held_out} if away else set()
    return [clip for clip in clips if clip.speaker not in away and clip.text not in texts], texts


def held_out_scores(encoder: ReferenceEncoder, clips: Sequence[Clip], away: Sequence[str]) -> dict[str, Any]:
    """How well an encoder does on what `split` kept from it, and on what it was trained on."""
    kept, texts = split(clips, away)
    strange = [clip for clip in clips if clip.speaker in away]
    return {
        "held_out_speakers": list(away),
        "trained_on": len(kept),
        **{
            f"{c}_strangers": score(encoder, [x for x in strange if x.corpus == c])
            for c in ("teacher", "restyled", "emodb")
        },
        "known_speakers_new_sentences": score(
            encoder,
            [clip for clip in clips if clip.speaker not in away and clip.text in texts and clip.corpus == "teacher"],
        ),
        "trained_clips": score(encoder, kept),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teacher", type=Path)
    parser.add_argument("--restyled", type=Path, help="what reference.restyle wrote")
    parser.add_argument("--emodb", type=Path)
    parser.add_argument("--steps", type=int, default=800)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hold-out", nargs="+", default=[], help="speakers to leave out, and to measure on")
    parser.add_argument("--report", type=Path, help="JSON of the measurement")
    parser.add_argument("--voice", type=Path, help="bundle that gets the encoder")
    parser.add_argument("--provenance", default="")
    arguments = parser.parse_args()
    clips: list[Clip] = []
    for name, folder in (("teacher", arguments.teacher), ("restyled", arguments.restyled)):
        clips += teacher_clips(folder, name) if folder else ()
    clips += emodb_clips(arguments.emodb) if arguments.emodb else ()
    seconds = sum(len(clip.mels[0]) for clip in clips) / AUDIO.frame_rate
    print(f"{len(clips)} clips, {seconds / 60:.1f} min, speakers {', '.join(speakers(clips))}", flush=True)
    encoder = train(split(clips, arguments.hold_out)[0], arguments.steps, arguments.seed)
    scores = held_out_scores(encoder, clips, arguments.hold_out)
    print({k: v if not isinstance(v, dict) else (v["clips"], round(v["accuracy"], 3)) for k, v in scores.items()})
    if arguments.report:
        arguments.report.write_text(json.dumps({"minutes": seconds / 60, **scores}, indent=1), encoding="utf-8")
    if arguments.voice:
        with torch.no_grad():
            attach_reference(Voice.open(arguments.voice), encoder, EMOTIONS, AUDIO, arguments.provenance)


if __name__ == "__main__":
    main()
