"""Mel frames as an acoustic model predicts them, given the truth about what comes before: what a vocoder will get."""

from __future__ import annotations

from collections.abc import Sequence

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


def predicted_mels(source: str, corpus: Corpus, utterances: Sequence[Utterance]) -> list[Float32]:
    """(L, n_mels) of each utterance, on the scale on which the corpus measures them.

    Args:
        source: a voice, or the folder of an acoustic model's run.
        utterances: of the corpus, with durations.

    Raises:
        RecipeError: there is no such model, or it does not know the corpus's sound, speakers or emotions.
        CorpusError: an utterance has no durations, or units that the model does not know.
        VoiceNotFound, BundleError, TrainingError: the model cannot be read.
    """
    model, identity = _acoustic(source, corpus)
    assert model.speaker_embed is not None
    step = model.config.frames_per_step
    data = AcousticData(corpus, utterances, identity, frames_per_step=step, learn_durations=False)
    mean, std = identity.mel.mean[0], identity.mel.std[0]
    mels: dict[int, Float32] = {}
    order = sorted(range(len(utterances)), key=lambda i: utterances[i].frames)
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
            embedded = model.encoder.embed_units(batch.ids)
            made = predict(
                model, embedded, model.speaker_embed(batch.speakers), model.emotion_embed(batch.emotions), truth
            )
            for row, index in enumerate(indices):
                mels[index] = (made.after[row, : utterances[index].frames] * std + mean).numpy()
    return [mels[index] for index in range(len(utterances))]


def _acoustic(source: str, corpus: Corpus) -> tuple[SamBert, VoiceIdentity]:
    run = run_folder(source)
    if run is not None:
        identity = read_identity(run)
        model = run_acoustic(run, identity)
    else:
        voice = find_voice(source)
        identity, model = VoiceIdentity.of_voice(voice.manifest, corpus.description), load_acoustic(voice)
    if identity.mel_recipe != "hifigan" or model.speaker_embed is None:
        raise RecipeError(f"{source} has no acoustic model with a table of speakers and logarithmic mels")
    if missing := {s.id for s in corpus.description.speakers} - {s.id for s in identity.speakers}:
        raise RecipeError(f"{source} does not know the speakers {', '.join(sorted(missing))}")
    return model.eval(), identity
