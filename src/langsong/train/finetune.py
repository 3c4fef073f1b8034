"""Teaching a finished voice a new speaker, from recordings to a bundle."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from langsong.audio.loudness import speech_level
from langsong.bundle.assemble import assemble
from langsong.bundle.attach import copy_fast
from langsong.bundle.install import install
from langsong.bundle.manifest import MANIFEST_FILE, File, SpeakerInfo, VoiceManifest
from langsong.bundle.models import load_models
from langsong.bundle.store import find_voice
from langsong.bundle.voice import Voice
from langsong.engine.synthesizer import Synthesizer
from langsong.errors import CheckpointError, CorpusError
from langsong.measure.quality.intelligibility import SENTENCES

from .align import Progress, align, speech_like
from .aligner import SpeechAligner
from .checkpoint import Moments
from .corpus_format import (
    DESCRIPTION_FILE,
    FEATURES_FOLDER,
    Corpus,
    Utterance,
    write_description,
    write_utterances,
)
from .export import whole_or_nothing
from .identity import read_identity
from .kantts_moments import read_moments
from .new_speaker import write_start
from .prepare.job import prepare
from .prepare.settings import PrepareSettings, settings_like
from .recipe import Dropout, Hardware, Learning, Loop, SambertRecipe
from .records import Reporter
from .run import train
from .starting import run_acoustic

_FEW_S, _SOME_S = 5 * 60.0, 30 * 60.0


@dataclass(frozen=True)
class Plan:
    """How much of a voice may change, and for how long.

    Attributes:
        steps, batch, rate: of training.
        rehearsed: for each utterance of the new speaker so many of the voice's own, lest it forget.
        frozen: regular expressions of what stays as it is.
        held_out: share of the recordings.
        kept: share of the way back to the weights of the base, after training (Wortsman et al. 2022, "Robust
            fine-tuning of zero-shot models"): likeness is had at once, pronunciation is lost slowly.
    """

    steps: int
    batch: int
    rate: float
    rehearsed: float
    frozen: tuple[str, ...]
    held_out: float
    kept: float


def plan_for(seconds: float) -> Plan:
    """A plan for so much speech: about 20 utterances, 10 minutes, or an hour.

    Little data says nothing new of how text sounds (the encoder) or how contours are put into it, and must not
    change either.
    """
    if seconds < _FEW_S:
        return Plan(300, 16, 5e-4, 1.0, (r"encoder\.", r"contour\.", r"emotion_embed\."), 0.1, 0.12)
    if seconds < _SOME_S:
        return Plan(1500, 16, 5e-4, 0.3, (r"encoder\.embed\.", r"contour\.", r"emotion_embed\."), 0.05, 0.1)
    return Plan(6000, 16, 5e-4, 0.1, (r"emotion_embed\.",), 0.02, 0.0)


@dataclass(frozen=True)
class Finetuned:
    """What came of it.

    Attributes:
        voice: the new bundle; it has the old speakers, too.
        seconds: of the recordings.
        utterances: how many of them there were.
        rejected: how many more could not be used.
        borrowed: the speaker from whose row the new one began.
        notice: what of the base could not be used, and why.
    """

    voice: Voice
    seconds: float
    utterances: int
    rejected: int
    borrowed: str
    notice: str | None


def finetune(
    base: str | None,
    data: Path,
    speaker: str,
    output: Path,
    work: Path,
    *,
    steps: int | None = None,
    workers: int | None = None,
    reporter: Reporter,
    progress: Progress = lambda *state: None,
) -> Finetuned:
    """Teach the voice `base` a speaker.

    Every part of the work is kept in `work`, so that a run that was ended goes on.

    Args:
        base: a voice, or a ModelScope/KAN-TTS folder, also one of a base model; None = the embedded voice.
        data: recordings with transcripts, see `langsong.train.prepare.layouts`.
        speaker: the new one's name. All recordings are taken for that speaker's.
        output: the new bundle's folder, which must not exist.
        work: folder for what is in between.
        steps: of training; None = by how much there is.
        workers: processes; None = one per core.

    Raises:
        VoiceError: the base cannot be used, or `output` exists.
        TrainingError: the recordings cannot be used, or training failed.
    """
    if output.exists():
        raise CorpusError(f"{output} exists already: remove it first, or choose another --output")
    voice, moments, notice = _base_voice(base, work / "base")
    synthesizer = Synthesizer.open(voice, cache_bytes=0)
    corpus, rejected = _recordings(synthesizer, data, speaker, work / "recordings", workers, progress)
    spoken = _own_speech(synthesizer, corpus, work / "own", progress)
    seconds = sum(u.frames for u in (*corpus.train, *corpus.valid)) / corpus.description.audio.frame_rate
    align(corpus.folder, lambda _: SpeechAligner(spoken))
    plan = plan_for(seconds)
    both = _together(Corpus.open(corpus.folder), spoken, plan, work / "corpus")
    borrowed = write_start(work / "start", voice, both, spoken, speaker, moments)
    recipe = SambertRecipe(
        kind="sambert",
        corpus=both.folder,
        output=work / "run",
        initialise=str(work / "start"),
        durations="corpus",
        freeze=plan.frozen,
        dropout=Dropout(),
        learning=Learning(rate=plan.rate, warmup=20),
        loop=Loop(
            steps=steps or plan.steps,
            batch=plan.batch,
            average=0.98,
            validate_every=50,
            checkpoint_every=50,
            picture_every=0,
        ),
        hardware=Hardware(processes=workers or "auto"),
    )
    train(recipe, resume=True, reporter=reporter)
    made = _bundle(voice, work / "start", work / "run", plan.kept, speaker, output)
    return Finetuned(made, seconds, len(corpus.train) + len(corpus.valid), rejected, borrowed, notice)


def blend(model: nn.Module, before: nn.Module, kept: float) -> None:
    """Move every weight of `model` but the rows of speakers by the share `kept` towards that of `before`."""
    earlier = before.state_dict()
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            if not name.startswith("speaker_embed."):
                tensor.lerp_(earlier[name], kept)


def _base_voice(base: str | None, folder: Path) -> tuple[Voice, Moments, str | None]:
    """An installed voice or a bundle; a folder of KAN-TTS is made one first, and tells how far Adam was with it, or
    why it does not."""
    source = Path(base) if base else None
    if source is None or not source.is_dir() or (source / MANIFEST_FILE).is_file():
        return find_voice(base), {}, None
    voice = Voice.open(folder) if (folder / MANIFEST_FILE).is_file() else install(source, output=folder).voice
    try:
        return voice, read_moments(source), None
    except CheckpointError as error:
        return voice, {}, f"{error}; it began anew"


def _recordings(
    synthesizer: Synthesizer, data: Path, speaker: str, folder: Path, workers: int | None, progress: Progress
) -> tuple[Corpus, int]:
    """The speaker's corpus, as loud as the voice speaks, and how many clips were rejected."""
    said = synthesizer.say(SENTENCES[0])
    level = round(speech_level(said.samples, said.sample_rate), 1)
    base = settings_like(synthesizer.voice.manifest)
    settings = base.model_copy(update={"level_dbfs": level, "speaker": speaker, "valid_share": 0.0})
    prepared = prepare(
        data, folder, settings, workers=workers, progress=lambda done, total: progress("measuring", done, total)
    )
    corpus = prepared.corpus
    renamed = [_spoken_by(u, speaker) for u in corpus.train]
    held = {u.id for u in renamed[:: max(2, round(1 / plan_for(_seconds(corpus, settings)).held_out))]}
    write_utterances(folder / "train.jsonl", [u for u in renamed if u.id not in held])
    write_utterances(folder / "valid.jsonl", [u for u in renamed if u.id in held])
    description = corpus.description.model_copy(update={"speakers": (SpeakerInfo(id=speaker),)})
    write_description(folder, description)
    return Corpus.open(folder), len(prepared.rejected)


def _seconds(corpus: Corpus, settings: PrepareSettings) -> float:
    return sum(u.frames for u in corpus.train) / settings.audio.frame_rate


def _spoken_by(utterance: Utterance, speaker: str) -> Utterance:
    """The utterance under another speaker's name."""
    units = utterance.units.replace(f"${utterance.speaker}}}", f"${speaker}}}")
    return utterance.model_copy(update={"speaker": speaker, "units": units})


def _own_speech(synthesizer: Synthesizer, corpus: Corpus, folder: Path, progress: Progress) -> Corpus:
    if (folder / DESCRIPTION_FILE).is_file():
        return Corpus.open(folder)
    return speech_like(synthesizer, corpus, folder, progress=progress)


def _together(corpus: Corpus, spoken: Corpus, plan: Plan, folder: Path) -> Corpus:
    """Both corpora in one: the recordings, and as much of the voice's own speech as the plan says."""
    count = round(plan.rehearsed * len(corpus.train))
    rehearsed = _spread(spoken.train, count)
    (folder / FEATURES_FOLDER).mkdir(parents=True, exist_ok=True)
    for source, utterances in ((corpus, (*corpus.train, *corpus.valid)), (spoken, rehearsed)):
        for utterance in utterances:
            path = source.features_path(utterance.id)
            shutil.copyfile(path, folder / FEATURES_FOLDER / path.name)
    known = [s for s in spoken.description.speakers if s.id in {u.speaker for u in rehearsed}]
    new = [s for s in corpus.description.speakers if s.id not in {k.id for k in known}]
    emotions = tuple(dict.fromkeys((*corpus.description.emotions, *(u.emotion for u in rehearsed))))
    description = corpus.description.model_copy(update={"speakers": (*known, *new), "emotions": emotions})
    write_utterances(folder / "train.jsonl", (*corpus.train, *rehearsed))
    write_utterances(folder / "valid.jsonl", corpus.valid)
    write_description(folder, description)
    return Corpus.open(folder)


def _spread(utterances: Sequence[Utterance], count: int) -> list[Utterance]:
    """`count` of them, evenly from the whole."""
    count = min(count, len(utterances))
    return [utterances[index * len(utterances) // count] for index in range(count)]


def _bundle(base: Voice, start: Path, run: Path, kept: float, speaker: str, output: Path) -> Voice:
    """The base with the run's acoustic model, on its way back to `start`, and the new speaker, who is its default."""
    identity = read_identity(run)
    acoustic, before = run_acoustic(run, identity), run_acoustic(start, identity)
    blend(acoustic, before, kept)
    _, vocoder = load_models(base)
    assert identity.acoustic is not None
    manifest = base.manifest

    def describe(weights: File, graphs: dict[str, File]) -> VoiceManifest:
        changes = {
            "name": output.name,
            "title": f"{manifest.title} · {speaker}",
            "provenance": f"{manifest.provenance} Fine-tuned to the speaker {speaker} on recordings of their own.",
            "speakers": identity.speakers,
            "emotions": manifest.emotions,
            "units": identity.units,
            "acoustic": identity.acoustic,
            "pitch": identity.pitch,
            "energy": identity.energy,
            "speaker_vectors": False,
            "defaults": manifest.defaults.model_copy(update={"speaker": speaker}),
            "weights": weights,
            "graphs": graphs,
            "reference": None,
            "fast": None,
        }
        return VoiceManifest.model_validate(dict(manifest) | changes)

    with whole_or_nothing(output):
        voice, _ = assemble(output, acoustic, vocoder, describe, precision="float32")
        return copy_fast(base, voice)
