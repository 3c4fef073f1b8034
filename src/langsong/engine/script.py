"""A text, with what it says about speaker, style and pauses, as parts to be spoken one after another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from langsong.bundle.manifest import VoiceManifest
from langsong.text.document import Passage, Style
from langsong.text.frontend import Frontend
from langsong.text.prosody import punctuation_level
from langsong.types import Utterance

from .emotion_description import Describer, describe
from .options import SynthesisOptions
from .resolve import ResolvedOptions, resolve
from .stream import Part

CLAUSE_PAUSE_S = 0.25
"""At most, after a part that ends within a sentence at a comma or its like; without any mark there is none."""


def text_parts(
    text: str | Sequence[Passage],
    frontend: Frontend,
    options: ResolvedOptions,
    voice: VoiceManifest,
    describer: Describer = describe,
) -> Iterator[Part]:
    """The sentences of a text, each in the style that its marks or its SSML ask for.

    Args:
        text: plain, with marks, or SSML; or the passages of a script.
        frontend: reads it.
        options: what the request wants.
        voice: whose speakers and emotions it may name.
        describer: understands descriptions in SSML.

    Raises:
        TextError: the text cannot be read.
        OptionError: the voice lacks a speaker or emotion that it names, or a setting adds up to more than can be;
            both are raised at the call.
    """
    if voice.units.kind == "bytes":
        written = text if isinstance(text, str) else "\n".join(passage.text for passage in text)
        utterances = frontend.bytes_utterances(written, emotion=options.category, speaker=options.speaker.main)
        return (Part(utterance, options) for utterance in utterances)
    passages = frontend.passages(text) if isinstance(text, str) else tuple(text)
    styled: dict[Style, ResolvedOptions] = {}
    for passage in passages:
        if passage.style not in styled:
            styled[passage.style] = merge_style(options, passage.style, voice, describer)
    return _parts(passages, frontend, styled)


def merge_style(
    options: ResolvedOptions, style: Style, voice: VoiceManifest, describer: Describer = describe
) -> ResolvedOptions:
    """What the request wants, changed as a passage's style says; errors as of `resolve`.

    An emotion or a description of the passage takes the place of the request's.
    """
    if style == Style():
        return options
    wanted = SynthesisOptions.parse(
        {
            "speaker": style.speaker,
            "emotion": style.emotion,
            "emotion_text": style.emotion_text,
            "intensity": options.intensity if style.intensity is None else style.intensity,
            "speed": options.speed * style.speed,
            "pitch": options.pitch + style.pitch,
            "pitch_range": options.pitch_range * style.pitch_range,
            "energy": options.energy + style.energy,
            "volume": options.volume + style.volume,
            "sentence_pause": options.sentence_pause,
            "sample_rate": options.sample_rate,
        }
    )
    own = resolve(wanted, voice, describer=describer)
    kept: dict[str, Any] = {
        "sentence_pause": options.sentence_pause,
        "notices": tuple(dict.fromkeys((*options.notices, *own.notices))),
    }
    if style.speaker is None:
        kept["speaker"] = options.speaker
    if style.emotion is None and style.emotion_text is None:
        kept["emotion"] = options.emotion
    return own.model_copy(update=kept)


def _parts(passages: Sequence[Passage], frontend: Frontend, styled: dict[Style, ResolvedOptions]) -> Iterator[Part]:
    for index, passage in enumerate(passages):
        options = styled[passage.style]
        utterances = frontend.utterances(passage, emotion=options.category, speaker=options.speaker.main)
        closed = passage.closed or index == len(passages) - 1
        held: Utterance | None = None
        for utterance in utterances:
            if held is not None:
                yield Part(held, _with_pause(held, options, closed=False))
            held = utterance
        yield Part(held, _with_pause(held, options, closed=closed), passage.pause_s)


def _with_pause(utterance: Utterance | None, options: ResolvedOptions, *, closed: bool) -> ResolvedOptions:
    """The options with the sentence's pause made as long as what the utterance ends with."""
    if closed or utterance is None or (level := punctuation_level(utterance.words[-1].punctuation)) == 4:
        return options
    longest = CLAUSE_PAUSE_S if level > 1 else 0.0
    pause = longest if options.sentence_pause is None else min(options.sentence_pause, longest)
    return options.model_copy(update={"sentence_pause": pause})
