"""Durations for a corpus that has none."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from langsong.engine.synthesizer import Synthesizer
from langsong.errors import CorpusError
from langsong.measure.quality.intelligibility import SENTENCES

from .aligner import Aligner, SpeechAligner
from .corpus_format import Corpus, CorpusDescription, Utterance, write_utterances
from .own_speech import own_speech
from .prepare.settings import PrepareSettings

OWN_SENTENCES = 60
"""That a voice says, for the models of phones to be learnt from: some three minutes."""

_OWN_TEXTS = 40
"""Texts of the corpus among them; the rest are those of the evaluation."""

_MISFIT = 2.5
"""Standard deviations (from the median absolute one) below the median."""

Progress = Callable[[str, int, int], None]
"""Is told what is being done, how much of it is done, and of how much."""


@dataclass(frozen=True)
class AlignmentReport:
    """What was found.

    Attributes:
        aligned: how many utterances got durations.
        fit: of each, by its id: mean log-likelihood of a frame.
    """

    aligned: int
    fit: dict[str, float]

    def misfits(self) -> list[str]:
        """A line for each utterance that fits far worse than most, the worst first: it may have the wrong text."""
        if not self.fit:
            return []
        median = np.median(list(self.fit.values()))
        spread = 1.4826 * np.median([abs(fit - median) for fit in self.fit.values()])
        worst = sorted((fit, name) for name, fit in self.fit.items() if fit < median - _MISFIT * spread)
        return [
            f"{name} fits its text badly ({fit:.1f}, most {median:.1f} log-likelihood a frame): listen to it"
            for fit, name in worst
        ]


def align(folder: Path, aligner: Callable[[Corpus], Aligner], *, again: bool = False) -> AlignmentReport:
    """Write durations into a prepared corpus.

    Args:
        folder: of the corpus.
        aligner: makes what finds them, for this corpus; is not called if there is nothing to do.
        again: replace durations that are there.

    Raises:
        CorpusError: the corpus is unusable, or an utterance has more units than frames.
    """
    corpus = Corpus.open(folder)
    wanted = [u for u in (*corpus.train, *corpus.valid) if again or u.durations is None]
    if not wanted:
        return AlignmentReport(0, {})
    found = dict(zip([u.id for u in wanted], aligner(corpus).find(corpus, wanted), strict=True))
    durations = {name: each.durations for name, each in found.items()}
    try:
        for name, utterances in (("train.jsonl", corpus.train), ("valid.jsonl", corpus.valid)):
            write_utterances(folder / name, [timed(u, durations.get(u.id)) for u in utterances])
    except OSError as error:
        raise CorpusError(f"cannot write {folder}: {error.strerror}") from None
    return AlignmentReport(len(found), {name: each.fit for name, each in found.items()})


def voice_aligner(
    synthesizer: Synthesizer, corpus: Corpus, *, progress: Progress = lambda *state: None
) -> SpeechAligner:
    """An aligner that learns from what a voice says, in passing.

    Raises:
        TrainingError: the voice can read none of the texts.
    """
    with tempfile.TemporaryDirectory(prefix="langsong-") as folder:
        return SpeechAligner(speech_like(synthesizer, corpus, Path(folder), progress=progress))


def speech_like(
    synthesizer: Synthesizer, corpus: Corpus, folder: Path, *, progress: Progress = lambda *state: None
) -> Corpus:
    """A voice's own speech, some of it a corpus's texts, prepared in `folder` as that corpus is."""
    return own_speech(
        synthesizer,
        [*texts_of((*corpus.train, *corpus.valid))[:_OWN_TEXTS], *SENTENCES],
        OWN_SENTENCES,
        folder,
        settings_of(corpus.description),
        progress=lambda done, total: progress("speaking", done, total),
    )


def texts_of(utterances: Sequence[Utterance]) -> list[str]:
    return [utterance.text for utterance in utterances if utterance.text.strip()]


def settings_of(corpus: CorpusDescription) -> PrepareSettings:
    """Settings under which other recordings fit a corpus."""
    return PrepareSettings(
        audio=corpus.audio,
        recipe=corpus.mel_recipe,
        language=corpus.language,
        unit_kind=corpus.unit_kind,
        conventions=corpus.conventions,
    )


def timed(utterance: Utterance, durations: tuple[int, ...] | None) -> Utterance:
    """The utterance with these durations; as it is without any."""
    if durations is None:
        return utterance
    return Utterance.model_validate({**dict(utterance), "durations": durations})
