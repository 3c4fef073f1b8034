"""A text, with what it says about speaker, style and pauses, as parts to be spoken one after another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from langsong.bundle.manifest import VoiceManifest
from langsong.text.document import Passage, Style
from langsong.text.frontend import Frontend
from langsong.text.prosody import punctuation_level
from langsong.types import Utterance

from .options import ResolvedOptions, SynthesisOptions, resolve
from .stream import Part

CLAUSE_PAUSE_S = 0.25
"""At most, after a part that ends within a sentence at a comma or its like; without any mark there is none."""


def text_parts(text: str, frontend: Frontend, options: ResolvedOptions, voice: VoiceManifest) -> Iterator[Part]:
    """The sentences of a text, each in the style that its marks or its SSML ask for.

    Raises:
        TextError: the text cannot be read.
        OptionError: the voice lacks a speaker or emotion that it names, or a setting adds up to more than can be;
            both are raised at the call.
    """
    if voice.units.kind == "bytes":
        emotion = f"emotion_{options.emotion}"
        return (Part(u, options) for u in frontend.bytes_utterances(text, emotion=emotion, speaker=options.speaker))
    passages = frontend.passages(text)
    styled: dict[Style, ResolvedOptions] = {}
    for passage in passages:
        if passage.style not in styled:
            styled[passage.style] = merge_style(options, passage.style, voice)
    return _parts(passages, frontend, styled)


def merge_style(options: ResolvedOptions, style: Style, voice: VoiceManifest) -> ResolvedOptions:
    """What the request wants, changed as a passage's style says; errors as of `resolve`."""
    changes: dict[str, Any] = {
        "speed": options.speed * style.speed,
        "pitch": options.pitch + style.pitch,
        "volume": options.volume + style.volume,
    }
    for name in ("speaker", "emotion", "intensity"):
        if (value := getattr(style, name)) is not None:
            changes[name] = value
    return resolve(SynthesisOptions.parse({**options.model_dump(), **changes}), voice)


def _parts(passages: tuple[Passage, ...], frontend: Frontend, styled: dict[Style, ResolvedOptions]) -> Iterator[Part]:
    for index, passage in enumerate(passages):
        options = styled[passage.style]
        utterances = frontend.utterances(passage, emotion=f"emotion_{options.emotion}", speaker=options.speaker)
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
