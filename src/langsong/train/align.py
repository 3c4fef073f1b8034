"""Durations for a corpus that has none."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from langsong.bundle.store import find_voice
from langsong.engine.synthesizer import Synthesizer
from langsong.errors import CorpusError
from langsong.measure.quality.intelligibility import SENTENCES

from .aligner import BATCH, STEPS, Aligner, RunAligner, VoiceAligner, aligned_data
from .corpus_format import Corpus, CorpusDescription, Utterance, write_utterances
from .identity import VoiceIdentity
from .own_speech import own_speech
from .prepare.settings import PrepareSettings

OWN_SENTENCES = 120
"""That a voice says for its aligner to learn from: some six minutes."""

_OWN_TEXTS = 40
"""Texts of the corpus among them; the rest are of the evaluation."""

Progress = Callable[[str, int, int], None]
"""Is told what is being done, how much of it is done, and of how much."""


@dataclass(frozen=True)
class AlignmentReport:
    """What was found.

    Attributes:
        aligned: utterances that got durations.
        confidence: of each by its id, up to 1; low ones are worth a look at text and recording.
    """

    aligned: int
    confidence: dict[str, float]


def voice_aligner(
    base: str | None, corpus: Corpus, *, steps: int = STEPS, progress: Progress = lambda *state: None
) -> VoiceAligner:
    """An aligner that learns from what the voice `base` itself says (None = the embedded one).

    Raises:
        VoiceNotFound, BundleError: there is no such voice.
        RecipeError: the corpus is of another sound, language or text convention.
        TrainingError: the voice can read none of the texts.
    """
    voice = find_voice(base)
    identity = VoiceIdentity.of_voice(voice.manifest, corpus.description)
    aligner = VoiceAligner(voice, identity)
    texts = [u.text for u in (*corpus.train, *corpus.valid) if u.text][:_OWN_TEXTS]
    with tempfile.TemporaryDirectory(prefix="langsong-") as folder:
        spoken = own_speech(
            Synthesizer.open(voice, cache_bytes=0),
            [*texts, *SENTENCES],
            OWN_SENTENCES,
            Path(folder),
            settings_of(corpus.description),
            progress=lambda done, total: progress("speaking", done, total),
        )
        aligner.learn(spoken, steps=steps, progress=lambda done, total: progress("learning", done, total))
    return aligner


def settings_of(corpus: CorpusDescription) -> PrepareSettings:
    """Settings under which other recordings fit a corpus."""
    return PrepareSettings(
        audio=corpus.audio,
        recipe=corpus.mel_recipe,
        language=corpus.language,
        unit_kind=corpus.unit_kind,
        conventions=corpus.conventions,
    )


def run_aligner(run: Path) -> RunAligner:
    """The aligner of a run that was told ``durations: learn``."""
    return RunAligner(run)


def align(
    folder: Path, aligner: Callable[[Corpus], Aligner], *, again: bool = False, progress: Progress = lambda *state: None
) -> AlignmentReport:
    """Write durations into a prepared corpus.

    Args:
        folder: of the corpus.
        aligner: gets the corpus; is not called if there is nothing to do.
        again: replace durations that are there.

    Raises:
        CorpusError: the corpus is unusable, or an utterance has more units than frames.
    """
    corpus = Corpus.open(folder)
    wanted = {u.id for u in (*corpus.train, *corpus.valid) if again or u.durations is None}
    if not wanted:
        return AlignmentReport(0, {})
    found: dict[str, tuple[int, ...]] = {}
    confidence: dict[str, float] = {}
    chosen = aligner(corpus)
    data = aligned_data(corpus, chosen.identity)
    indices = sorted((i for i, u in enumerate(data.utterances) if u.id in wanted), key=lambda i: data.lengths[i])
    for start in range(0, len(indices), BATCH):
        part = indices[start : start + BATCH]
        durations, certain = chosen.find(data.batch(part))
        for row, index in enumerate(part):
            utterance = data.utterances[index]
            found[utterance.id] = tuple(durations[row, : utterance.unit_count].tolist())
            confidence[utterance.id] = float(certain[row])
        progress("aligning", start + len(part), len(indices))
    try:
        for name, utterances in (("train.jsonl", corpus.train), ("valid.jsonl", corpus.valid)):
            write_utterances(folder / name, [_timed(u, found) for u in utterances])
    except OSError as error:
        raise CorpusError(f"cannot write {folder}: {error.strerror}") from None
    return AlignmentReport(len(found), confidence)


def _timed(utterance: Utterance, found: dict[str, tuple[int, ...]]) -> Utterance:
    if utterance.id not in found:
        return utterance
    return Utterance.model_validate({**dict(utterance), "durations": found[utterance.id]})
