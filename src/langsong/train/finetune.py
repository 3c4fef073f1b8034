"""Teaching a finished voice a new speaker, from recordings to a bundle."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from langsong.audio.loudness import speech_level
from langsong.bundle.assemble import assemble
from langsong.bundle.attach import copy_fast
from langsong.bundle.manifest import VOICE_NAME_PATTERN, File, VoiceManifest
from langsong.bundle.models import load_models
from langsong.bundle.voice import Voice
from langsong.engine.synthesizer import Synthesizer
from langsong.errors import CorpusError, MissingExtra, OptionError, TextError
from langsong.measure.quality.intelligibility import SENTENCES
from langsong.measure.quality.similarity import SpeakerEncoder
from langsong.text.frontend import Frontend

from .align import Progress, align, speech_like, texts_of
from .aligner import SpeechAligner
from .corpus_format import (
    DESCRIPTION_FILE,
    FEATURES_FOLDER,
    Corpus,
    Utterance,
    write_description,
    write_utterances,
)
from .export import whole_or_nothing
from .finetune_base import base_voice, note_says
from .identity import read_identity
from .new_speaker import sounds_of, write_start
from .prepare.job import prepare, speaker_fault
from .prepare.report import write_report
from .prepare.settings import settings_like
from .recipe import Dropout, Hardware, Learning, Loop, SambertRecipe
from .records import Reporter
from .run import train
from .starting import run_acoustic
from .way_back import Listener, blend, furthest_share

_FEW_S, _SOME_S = 5 * 60.0, 30 * 60.0
_LEAST_RECORDINGS, _FEW_RECORDINGS = 2, 20

_LISTENED = 8
"""Texts that a voice says to have its likeness measured, and twice as many recordings that it is measured by."""

_MADE_OF, _BASE_OF = "made_of.txt", "base_of.txt"
"""What training, and the base, were made of."""


@dataclass(frozen=True)
class Plan:
    """How much of a voice may change, and for how long.

    Attributes:
        steps, batch, rate: of training.
        rehearsed: for each utterance of the new speaker so many of the voice's own, lest it forget.
        frozen: regular expressions of what stays as it is.
        held_out: share of the recordings.
        back: share of the way back to the weights of the base after training (`way_back`) where nothing can tell how
            much is good; 0 = none anyway.
    """

    steps: int
    batch: int
    rate: float
    rehearsed: float
    frozen: tuple[str, ...]
    held_out: float
    back: float


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
        back: share of the way that the weights went back to the base.
    """

    voice: Voice
    seconds: float
    utterances: int
    rejected: int
    borrowed: str
    back: float


Told = Callable[[str], None]
"""Is told, a line at a time, what the user should know."""


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
    told: Told = lambda line: None,
) -> Finetuned:
    """Teach the voice `base` a speaker.

    Every part of the work is kept in `work`, so that a run that was ended goes on, until the recordings or the base
    are others.

    Args:
        base: a voice, or a ModelScope/KAN-TTS folder, also one of a base model; None = the embedded voice.
        data: recordings with transcripts, see `langsong.train.prepare.layouts`.
        speaker: the new one's name. All recordings are taken for that speaker's.
        output: the new bundle's folder, which must not exist.
        work: folder for what is in between.
        steps: of training; None = by how much there is.
        workers: processes; None = one per core.
        told: of recordings that are left out or do not fit their texts, and of what else is not as it should be.

    Raises:
        OptionError: the speaker or the bundle cannot have that name.
        VoiceError: the base cannot be used.
        CorpusError: `output` exists, or the recordings cannot be used.
        TrainingError: training failed.
    """
    if fault := speaker_fault(speaker):
        raise OptionError(fault)
    if not re.fullmatch(VOICE_NAME_PATTERN, output.name):
        raise OptionError(f"a bundle's folder is named in Latin letters, digits and ._-, not {output.name!r}: --output")
    if output.exists():
        raise CorpusError(f"{output} exists already: remove it first, or choose another --output")
    voice, moments, notice = base_voice(base, work / "base", work / _BASE_OF)
    if notice:
        told(notice)
    synthesizer = Synthesizer.open(voice, cache_bytes=0)
    corpus, rejected = _recordings(synthesizer, data, speaker, work / "recordings", workers, progress, told)
    seconds = _seconds(corpus)
    _begin_anew_with_others(work, voice, corpus, told)
    spoken = _own_speech(synthesizer, corpus, work / "own", progress)
    for line in align(corpus.folder, lambda _: SpeechAligner(spoken)).misfits():
        told(line)
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
    back = _back(plan, corpus, speaker, work / "back", lambda share, to: _bundle(voice, work, share, speaker, to))
    made = _bundle(voice, work, back, speaker, output)
    return Finetuned(made, seconds, len(corpus.train) + len(corpus.valid), rejected, borrowed, back)


def _recordings(
    synthesizer: Synthesizer,
    data: Path,
    speaker: str,
    folder: Path,
    workers: int | None,
    progress: Progress,
    told: Told,
) -> tuple[Corpus, int]:
    """The speaker's corpus, as loud as the voice speaks, and how many clips were rejected."""
    said = synthesizer.say(SENTENCES[0])
    level = round(speech_level(said.samples, said.sample_rate), 1)
    base = settings_like(synthesizer.voice.manifest)
    settings = base.model_copy(update={"level_dbfs": level, "everyone": speaker, "valid_share": 0.0})
    prepared = prepare(
        data,
        folder,
        settings,
        workers=workers,
        progress=lambda done, total: progress("measuring", done, total),
        told=lambda rejection: told(str(rejection)),
    )
    write_report(prepared)
    found = prepared.corpus.train
    if len(found) < _LEAST_RECORDINGS:
        raise CorpusError(f"{data} has one usable recording: some {_FEW_RECORDINGS} make a voice")
    if len(found) < _FEW_RECORDINGS:
        told(f"only {len(found)} usable recordings: the voice will be better with {_FEW_RECORDINGS} or more")
    held = {u.id for u in found[:: max(2, round(1 / plan_for(_seconds(prepared.corpus)).held_out))]}
    write_utterances(folder / "train.jsonl", [u for u in found if u.id not in held])
    write_utterances(folder / "valid.jsonl", [u for u in found if u.id in held])
    return Corpus.open(folder), len(prepared.rejected)


def _seconds(corpus: Corpus) -> float:
    return sum(u.frames for u in (*corpus.train, *corpus.valid)) / corpus.description.audio.frame_rate


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


def _begin_anew_with_others(work: Path, voice: Voice, corpus: Corpus, told: Told) -> None:
    """Leave what was made of other recordings, or with another base."""
    digest = hashlib.sha256(voice.manifest.model_dump_json().encode())
    for utterance in (*corpus.train, *corpus.valid):
        digest.update(utterance.model_dump_json().encode())
        digest.update(corpus.features_path(utterance.id).read_bytes())
    note = work / _MADE_OF
    if note_says(note, digest.hexdigest()):
        return
    stale = [folder for name in ("own", "corpus", "start", "run") if (folder := work / name).is_dir()]
    if stale:
        told(f"{work} was made of other recordings or another base: training begins anew")
    for folder in stale:
        shutil.rmtree(folder)
    note.write_text(digest.hexdigest(), encoding="utf-8")


def _back(plan: Plan, corpus: Corpus, speaker: str, folder: Path, bundled: Callable[[float, Path], Voice]) -> float:
    """How far the new voice goes back to the base."""
    frontend = Frontend(corpus.description.conventions)
    texts = [text for text in texts_of(_spread(corpus.train, _LISTENED)) if _reads(frontend, text)]
    if not plan.back or not texts:
        return plan.back
    try:
        encoder = SpeakerEncoder()
    except (MissingExtra, OptionError):
        return plan.back
    target = encoder.embed_speaker(sounds_of(corpus, _spread(corpus.train, 2 * _LISTENED)))
    shutil.rmtree(folder, ignore_errors=True)
    try:
        return furthest_share(bundled, Listener(encoder, target, texts, speaker), folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _reads(frontend: Frontend, text: str) -> bool:
    try:
        return bool(frontend.utterance(text).units)
    except TextError:
        return False


def _bundle(base: Voice, work: Path, back: float, speaker: str, output: Path) -> Voice:
    """The base with the acoustic model that was trained in `work`, that far back, and the new speaker as default."""
    identity = read_identity(work / "run")
    acoustic, before = run_acoustic(work / "run", identity), run_acoustic(work / "start", identity)
    blend(acoustic, before, back)
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
