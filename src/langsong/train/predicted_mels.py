"""Mel frames as an acoustic model predicts them, given the truth about what comes before: what a vocoder will get."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from langsong.acoustic.sambert import SamBert
from langsong.acoustic.teacher_forcing import Truth, predict
from langsong.bundle.models import load_acoustic
from langsong.bundle.store import find_voice
from langsong.errors import RecipeError
from langsong.types import Float32

from .corpus_format import Corpus, Utterance
from .dataset import AcousticData
from .identity import VoiceIdentity, read_identity
from .starting import run_acoustic, run_folder

_BATCH = 16


def write_predicted(source: str, corpus: Corpus, folder: Path) -> None:
    """Write those of every utterance of a corpus, as float16, for `read_predicted`; those that are there stay.

    Args:
        source: a voice, or the folder of an acoustic model's run.
        corpus: with durations.
        folder: is made.

    Raises:
        RecipeError: there is no such model, or it does not know the corpus's sound, speakers or emotions.
        CorpusError: an utterance has no durations, or units that the model does not know.
        VoiceNotFound, BundleError, TrainingError: the model cannot be read.
    """
    every = (*corpus.train, *corpus.valid)
    missing = [utterance for utterance in every if not _path(folder, utterance).exists()]
    if not missing:
        return
    model, identity = _acoustic(source, corpus)
    assert model.speaker_embed is not None
    step = model.config.frames_per_step
    data = AcousticData(corpus, missing, identity, frames_per_step=step, learn_durations=False)
    mean, std = identity.mel.mean[0], identity.mel.std[0]
    folder.mkdir(parents=True, exist_ok=True)
    order = sorted(range(len(missing)), key=lambda i: missing[i].frames)
    with torch.inference_mode():
        for start in range(0, len(order), _BATCH):
            indices = order[start : start + _BATCH]
            batch = data.batch(indices)
            assert batch.durations is not None
            assert batch.pitch is not None
            assert batch.energy is not None
            truth = Truth(
                batch.unit_lengths, batch.frame_lengths, batch.durations, batch.pitch, batch.energy, batch.mel
            )
            speaker, emotion = model.speaker_embed(batch.speakers), model.emotion_embed(batch.emotions)
            made = predict(model, model.encoder.embed_units(batch.ids), speaker, emotion, truth)
            for row, index in zip(made.after, indices, strict=True):
                mel = row[: missing[index].frames] * std + mean
                _save(_path(folder, missing[index]), mel.numpy().astype(np.float16))


def read_predicted(folder: Path, utterance: Utterance) -> Float32:
    """(L, n_mels) of an utterance, on the scale on which the corpus measures them."""
    mel: Float32 = np.load(_path(folder, utterance), allow_pickle=False).astype(np.float32)
    return mel


def _path(folder: Path, utterance: Utterance) -> Path:
    return folder / f"{utterance.id}.npy"


def _save(path: Path, mel: np.ndarray) -> None:
    beside = path.with_name(f".{path.name}")
    with beside.open("wb") as file:
        np.save(file, mel, allow_pickle=False)
    beside.replace(path)


def _acoustic(source: str, corpus: Corpus) -> tuple[SamBert, VoiceIdentity]:
    """The model, and the voice that it is."""
    run = run_folder(source)
    if run is not None:
        model, known = run_acoustic(run, read_identity(run)), read_identity(run)
    else:
        manifest = find_voice(source).manifest
        bare = corpus.description.model_copy(update={"speakers": manifest.speakers, "emotions": manifest.emotions})
        model, known = load_acoustic(find_voice(source)), VoiceIdentity.of_voice(manifest, bare)
    if known.mel_recipe != "hifigan" or model.speaker_embed is None:
        raise RecipeError(f"{source} has no acoustic model with a table of speakers and logarithmic mels")
    wider = known.extended(VoiceIdentity.of_corpus(corpus.description))
    for what, ours, theirs in (
        ("speakers", {s.id for s in known.speakers}, {s.id for s in wider.speakers}),
        ("emotions", set(known.emotions), set(wider.emotions)),
    ):
        if unknown := theirs - ours:
            raise RecipeError(f"{source} does not know the {what} {', '.join(sorted(unknown))}")
    return model.eval(), known
