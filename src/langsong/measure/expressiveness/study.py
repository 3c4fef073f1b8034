"""Neutral sentences spoken by every speaker in every emotion, measured and compared."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from langsong.engine.emotion_names import canonical
from langsong.engine.prosody_measure import measure_prosody
from langsong.engine.synthesizer import Synthesizer
from langsong.measure.quality.intelligibility import compare
from langsong.types import AudioChunk, Float32

from .targets import TARGETS, Measure

SENTENCES = (
    "会议安排在下周三的上午。", "这条路一直通到火车站。", "桌子上放着一本书和一支笔。", "他每天早上七点钟起床。",
    "图书馆的三楼有很多杂志。", "我们明天去超市买东西。", "她住在学校旁边的小区里。", "今年的冬天比去年冷一些。",
    "这个季节的苹果很便宜。", "办公室的门没有关上。", "他们坐公共汽车去上班。", "老师在黑板上写了几个字。",
    "那家商店晚上九点关门。", "院子里有一棵很高的树。", "列车将在十分钟之后到站。", "请把窗户打开一点儿。",
    "他的电话号码已经换了。", "这座桥是二十年以前建的。", "报纸放在门口的箱子里。", "我把衣服放进了柜子里。",
)  # fmt: skip
"""They say nothing that one would feel anything about."""

INTENSITIES = (0.5, 1.0, 1.5)
_OTHER_NAMES = {"disappointed": "melancholic", "hate": "disgusted"}
"""Of emotions that published inventories and `TARGETS` call differently."""

Embed = Callable[[Float32, int], Float32]
"""The voice in (N,) samples at so many Hz, as a unit vector."""
Transcribe = Callable[[Float32, int], str]


@dataclass(frozen=True)
class Take:
    """One utterance, as measured.

    Attributes:
        emotion: ``neutral`` with intensity 0, or one of the voice's, as `TARGETS` calls it.
        F0: mean, semitones above 1 Hz. range: semitones. rate: syllables of the text a second of speech. level: dBFS.
        peak: largest |sample|. finite: no sample is NaN or infinite.
        errors, syllables: tonal pinyin that a recogniser understood otherwise, of so many; 0 without one.
        voice: the speaker's embedding; empty without an encoder, and of other intensities than 0 and 1.
    """

    sentence: str
    speaker: str
    emotion: str
    intensity: float
    F0: float
    range: float
    rate: float
    level: float
    peak: float
    finite: bool
    errors: int
    syllables: int
    voice: tuple[float, ...]

    def value(self, measure: Measure) -> float:
        """One of the measures that have targets."""
        return float(getattr(self, measure))


def emotions_of(synthesizer: Synthesizer) -> dict[str, str]:
    """The voice's emotions that have targets: as `TARGETS` calls them, and as the voice does."""
    found: dict[str, str] = {}
    for own in synthesizer.voice.manifest.emotions:
        known = canonical(own) or own
        name = _OTHER_NAMES.get(known, known)
        if name in TARGETS:
            found.setdefault(name, own)
    return found


def takes(
    synthesizer: Synthesizer,
    sentences: Sequence[str] = SENTENCES,
    *,
    speakers: Sequence[str] | None = None,
    embed: Embed | None = None,
    transcribe: Transcribe | None = None,
) -> Iterator[Take]:
    """Speak and measure, one after the other.

    Args:
        synthesizer: of the voice.
        sentences: to be spoken.
        speakers: None = all.
        embed: for the likeness of voices. transcribe: for errors. Both of takes of intensity 0 and 1 only.
    """
    every = speakers or [speaker.id for speaker in synthesizer.voice.manifest.speakers]
    for speaker in every:
        for sentence in sentences:
            for name, own, intensity in _styles(synthesizer):
                audio = synthesizer.say(sentence, speaker=speaker, emotion=own, intensity=intensity, sentence_pause=0.0)
                yield _take(audio, sentence, speaker, name, intensity, embed, transcribe)


def _styles(synthesizer: Synthesizer) -> Iterator[tuple[str, str, float]]:
    yield "neutral", "neutral", 0.0
    for name, own in emotions_of(synthesizer).items():
        for intensity in INTENSITIES:
            yield name, own, intensity


def _take(
    audio: AudioChunk,
    sentence: str,
    speaker: str,
    emotion: str,
    intensity: float,
    embed: Embed | None,
    transcribe: Transcribe | None,
) -> Take:
    found = measure_prosody(audio.samples, audio.sample_rate)
    spoken = sum(1 for word in audio.words for char in word.text if "\u4e00" <= char <= "\u9fff")
    plain = intensity in (0.0, 1.0)
    errors = compare(sentence, transcribe(audio.samples, audio.sample_rate)) if transcribe and plain else None
    vector = embed(audio.samples, audio.sample_rate) if embed and plain else np.zeros(0, np.float32)
    return Take(
        sentence=sentence,
        speaker=speaker,
        emotion=emotion,
        intensity=intensity,
        F0=12 * float(np.log2(max(found.f0_mean_hz, 1.0))),
        range=found.f0_range_st,
        rate=spoken / found.seconds if found.seconds else 0.0,
        level=found.level_db,
        peak=float(np.abs(audio.samples).max(initial=0.0)),
        finite=bool(np.isfinite(audio.samples).all()),
        errors=errors.tonal if errors else 0,
        syllables=errors.length if errors else 0,
        voice=tuple(np.round(vector, 5).tolist()),
    )


def save_takes(found: Sequence[Take], path: Path) -> None:
    """Write takes as lines of JSON."""
    path.write_text("".join(json.dumps(asdict(take), ensure_ascii=False) + "\n" for take in found), encoding="utf-8")
