"""Preparing a corpus: list, measure in parallel, split, normalise, describe."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path

from langsong.bundle.manifest import Normalization, SpeakerInfo
from langsong.engine.emotion_names import find_emotion
from langsong.errors import CorpusError
from langsong.text.units import inventory
from langsong.train.corpus_format import (
    FEATURES_FOLDER,
    Corpus,
    CorpusDescription,
    MelStatistics,
    Utterance,
    write_description,
    write_utterances,
)

from .clips import BadClip, Clip, Listing, Rejection, printable
from .journal import Entry, Journal, digest_of
from .layouts import read_corpus
from .measuring import ClipFacts, measure_clip
from .settings import PrepareSettings
from .statistics import statistics_of

_REASONS = 3
"""That an error gives, the commonest first."""

Progress = Callable[[int, int], None]
"""Is told how many clips are done, and of how many."""

Told = Callable[[Rejection], None]
"""Is told of every clip that is left out."""


@dataclass(frozen=True)
class Preparation:
    """What came of it.

    Attributes:
        layout: how the corpus was written.
        corpus: the prepared one.
        facts: of every utterance, by its id.
        rejected: every clip that was left out, and why.
    """

    layout: str
    corpus: Corpus
    facts: dict[str, ClipFacts]
    rejected: tuple[Rejection, ...]


def prepare(
    source: Path,
    folder: Path,
    settings: PrepareSettings,
    *,
    workers: int | None = None,
    progress: Progress = lambda done, total: None,
    told: Told = lambda rejection: None,
) -> Preparation:
    """Prepare the corpus at `source` in `folder`; a run that was ended before goes on.

    Args:
        source: see `layouts.read_corpus`.
        folder: of the prepared corpus, made if it is not there.
        workers: processes; None = one per core.
        progress: called as clips are finished.
        told: called for each clip that is left out, when all have been looked at.

    Raises:
        CorpusError: there is no corpus, no clip of it is usable, or one is bad and the settings say to stop.
    """
    if folder.resolve() == (source.parent if source.is_file() else source).resolve():
        raise CorpusError(f"{folder} has the recordings: name another folder for the prepared corpus")
    listing = read_corpus(source)
    _complete(listing, settings)
    try:
        (folder / FEATURES_FOLDER).mkdir(parents=True, exist_ok=True)
        return _prepare(source, listing, folder, settings, workers or os.cpu_count() or 1, progress, told)
    except OSError as error:
        raise CorpusError(f"cannot write {folder}: {error.strerror}") from None


def _prepare(
    source: Path,
    listing: Listing,
    folder: Path,
    settings: PrepareSettings,
    workers: int,
    progress: Progress,
    told: Told,
) -> Preparation:
    if listing.rejected and settings.on_bad == "stop":
        first = listing.rejected[0]
        raise CorpusError(f"{first.source}: {first.id or 'a clip'} is bad: {first.reason}")
    entries = _measure(listing.clips, folder, settings, workers, progress)
    for clip, entry in zip(listing.clips, entries, strict=True):
        if entry.rejected:
            listing.reject(clip.id, clip.audio.name, entry.rejected)
    rejected = listing.rejected
    for rejection in rejected:
        told(rejection)
    utterances = [entry.utterance for entry in entries if entry.utterance is not None]
    if not utterances:
        reasons = Counter(rejection.reason for rejection in rejected).most_common(_REASONS)
        why = "; ".join(f"{count} × {reason}" for reason, count in reasons)
        raise CorpusError(f"{source} has no usable clip, {len(rejected)} were rejected: {why}")
    corpus = _write(folder, utterances, settings)
    facts = {entry.id: entry.facts for entry in entries if entry.facts is not None}
    return Preparation(listing.layout, corpus, facts, tuple(rejected))


def _complete(listing: Listing, settings: PrepareSettings) -> None:
    """Give clips the speaker and emotion that their corpus leaves open, by the names that units know."""
    known = [
        name.removeprefix("emotion_") for name in inventory(settings.language, (), kind=settings.unit_kind).emotions
    ]
    complete = []
    for clip in listing.clips:
        speaker, named = settings.everyone or clip.speaker or settings.speaker, clip.emotion or settings.emotion
        emotion = find_emotion(named, known)
        if fault := speaker_fault(speaker):
            listing.reject(clip.id, clip.audio.name, fault)
        elif emotion is None or not emotion.exact:
            names = ", ".join(name for name in known if name != "none" and not name.startswith("placeholder"))
            reason = f"its emotion {named!r} is unknown: one of {names}"
            listing.reject(clip.id, clip.audio.name, reason)
        else:
            complete.append(replace(clip, speaker=speaker, emotion=emotion.name))
    listing.clips = complete


def speaker_fault(name: str) -> str | None:
    """What keeps a name from being a speaker's, if anything."""
    if not name or re.search(r"[\s{}$:+]", name):
        return f"the speaker's name {name!r} must be of one word without {{}}$:+"
    return None


def _measure(
    clips: list[Clip], folder: Path, settings: PrepareSettings, workers: int, progress: Progress
) -> list[Entry]:
    """The entry of each clip, in their order."""
    journal = Journal(folder)
    finished = journal.finished()
    digests = [digest_of(clip, settings) for clip in clips]
    waiting = [(clip, digest) for clip, digest in zip(clips, digests, strict=True) if digest not in finished]
    done = len(clips) - len(waiting)
    progress(done, len(clips))
    for clip, _ in waiting:
        journal.begin(clip)
    for entry in _entries(waiting, folder, settings, workers):
        journal.append(entry)
        finished[entry.digest] = entry
        done += 1
        progress(done, len(clips))
        if entry.rejected and settings.on_bad == "stop":
            raise CorpusError(f"{entry.id} is bad: {entry.rejected}")
    return [finished[digest] for digest in digests]


def _entries(waiting: list[tuple[Clip, str]], folder: Path, settings: PrepareSettings, workers: int) -> Iterator[Entry]:
    """Entries as they are finished."""
    jobs = ((clip, digest, settings, folder) for clip, digest in waiting)
    if workers == 1 or len(waiting) < 2:
        yield from itertools.starmap(_entry, jobs)
        return
    context = multiprocessing.get_context("spawn")  # forks of a process with threads may hang
    with ProcessPoolExecutor(min(workers, len(waiting)), mp_context=context) as pool:
        running: set[Future[Entry]] = set()
        try:
            while True:
                running |= {pool.submit(_entry, *job) for job in itertools.islice(jobs, 4 * workers - len(running))}
                if not running:
                    return
                ready, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in ready)
        finally:
            pool.shutdown(cancel_futures=True)


def _entry(clip: Clip, digest: str, settings: PrepareSettings, folder: Path) -> Entry:
    try:
        measured = measure_clip(clip, settings, folder)
    except BadClip as error:
        return Entry(id=clip.id, digest=digest, rejected=printable(str(error)))
    return Entry(id=clip.id, digest=digest, utterance=measured.utterance, facts=measured.facts)


def _write(folder: Path, utterances: list[Utterance], settings: PrepareSettings) -> Corpus:
    """Split, normalise, and write what makes the folder a corpus."""
    held = _held_out(utterances, settings)
    train = tuple(u for u in utterances if u.id not in held)
    valid = tuple(u for u in utterances if u.id in held)
    unknown = Normalization(scale="linear", mean=0.0, std=1.0)
    description = CorpusDescription(
        format_version=1,
        language=settings.language,
        unit_kind=settings.unit_kind,
        conventions=settings.conventions,
        audio=settings.audio,
        mel_recipe=settings.recipe,
        mel=MelStatistics(mean=(0.0,), std=(1.0,)),
        pitch=unknown,
        energy=unknown,
        speakers=tuple(SpeakerInfo(id=name) for name in dict.fromkeys(u.speaker for u in utterances)),
        emotions=tuple(dict.fromkeys(u.emotion for u in utterances)),
    )
    measured = Corpus(folder, description, train, valid)
    mel, pitch, energy = statistics_of(map(measured.features, train), settings.recipe)
    description = description.model_copy(update={"mel": mel, "pitch": pitch, "energy": energy})
    write_utterances(folder / "train.jsonl", train)
    write_utterances(folder / "valid.jsonl", valid)
    write_description(folder, description)
    return Corpus.open(folder)


def _held_out(utterances: list[Utterance], settings: PrepareSettings) -> set[str]:
    if settings.valid_share == 0 or len(utterances) < 2:
        return set()
    count = min(max(1, round(settings.valid_share * len(utterances))), len(utterances) - 1)
    return set(random.Random(settings.seed).sample(sorted(u.id for u in utterances), count))
