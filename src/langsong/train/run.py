"""From a recipe to a trained model."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from langsong.errors import CorpusError, RecipeError, TrainingError
from langsong.vocoder.generator import Generator

from .checkpoint import LAST, RunState, load
from .corpus_format import Corpus
from .identity import IDENTITY_FILE, VoiceIdentity
from .loop import Run
from .predicted_mels import write_predicted
from .recipe import HarmonicNoiseRecipe, Recipe, SambertRecipe, VocoderRecipe, format_recipe
from .records import Reporter
from .sambert import SambertTask
from .starting import read_vocoder, sambert_start, start_moments, vocoder_start
from .task import Task
from .vocoder import VocoderTask, predicted_folder
from .workers import Workers, launch

RECIPE_FILE = "recipe.yaml"


def train(recipe: Recipe, *, resume: bool, reporter: Reporter) -> None:
    """Train as a recipe says, in as many processes as it says.

    The run's folder gets the recipe with every default, the voice's identity, checkpoints (`last.pt`, and `best.pt`
    by held-out loss), `metrics.jsonl` and TensorBoard's events.

    Args:
        resume: go on from the folder's last checkpoint, if there is one.
        reporter: is told how it goes; must be picklable where there are several processes.

    Raises:
        TrainingError: the recipe, the corpus or the run's folder is not usable, or the run diverged.
    """
    corpus = Corpus.open(recipe.corpus)
    if not corpus.train:
        raise CorpusError(f"{recipe.corpus} has no utterances to train on")
    last = recipe.output / LAST
    if last.exists() and not resume:
        raise TrainingError(f"{recipe.output} holds a run already: use --resume auto, or another output")
    identity, _ = _start(recipe, corpus)
    try:
        recipe.output.mkdir(parents=True, exist_ok=True)
        _write(recipe.output / RECIPE_FILE, format_recipe(recipe))
        _write(recipe.output / IDENTITY_FILE, identity.model_dump_json(indent=1) + "\n")
    except OSError as error:
        raise RecipeError(f"cannot write {recipe.output}: {error.strerror}") from None
    if isinstance(recipe, HarmonicNoiseRecipe) and recipe.acoustic:
        write_predicted(recipe.acoustic, corpus, predicted_folder(recipe))
    launch(_job, recipe.hardware, recipe.loop.batch, recipe, corpus, reporter)


def _job(workers: Workers, recipe: Recipe, corpus: Corpus, reporter: Reporter) -> None:
    identity, weights = _start(recipe, corpus)
    task: Task[Any]
    if isinstance(recipe, SambertRecipe):
        task = SambertTask(recipe, corpus, identity, weights, _showing(recipe))
    else:
        task = VocoderTask(recipe, corpus, identity, weights, _teacher(recipe))
    last = recipe.output / LAST
    state: RunState | None = load(last) if last.exists() else None
    moments = start_moments(recipe.initialise) if state is None else {}
    Run[Any](workers, recipe.loop, task, recipe.output, state, moments, reporter).go()


def _start(recipe: Recipe, corpus: Corpus) -> tuple[VoiceIdentity, Mapping[str, Tensor]]:
    if isinstance(recipe, SambertRecipe):
        return sambert_start(recipe, corpus.description)
    _teacher(recipe)
    config, weights = vocoder_start(recipe, corpus.description)
    return VoiceIdentity.of_corpus(corpus.description).model_copy(update={"generator": config}), weights


def _teacher(recipe: VocoderRecipe) -> Generator | None:
    """What the vocoder shall learn from.

    Raises:
        RecipeError: it is of pulses and noise; other errors as `read_vocoder`.
    """
    vocoder = read_vocoder(recipe.teacher) if recipe.teacher else None
    if vocoder is not None and not isinstance(vocoder, Generator):
        raise RecipeError(f"the teacher {recipe.teacher} has no HiFi-GAN generator: name another, or none")
    return vocoder


def _showing(recipe: SambertRecipe) -> Generator | None:
    """What speaks the exhibits; nothing does where the voice's vocoder takes more than mels."""
    vocoder = read_vocoder(recipe.vocoder) if recipe.vocoder else None
    return vocoder if isinstance(vocoder, Generator) else None


def _write(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
