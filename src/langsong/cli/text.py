"""langsong text"""

from __future__ import annotations

import json
import sys
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from langsong.errors import TextError

from .arguments import EmotionOption, SpeakerOption, VoiceOption

if TYPE_CHECKING:
    from langsong.engine.options import ResolvedOptions
    from langsong.text.frontend import Frontend


class Stage(str, Enum):
    """How far to read."""

    normalize = "normalize"
    pinyin = "pinyin"
    units = "units"


def text(
    stage: Annotated[Stage, typer.Option(help="What to print.")] = Stage.pinyin,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
    voice: VoiceOption = None,
    speaker: SpeakerOption = None,
    emotion: EmotionOption = None,
) -> None:
    """Show how lines from standard input are read, one line for each. 显示文字的读法。

    The voice, speaker and emotion matter for units alone.
    """
    from langsong.text.frontend import Frontend

    frontend = Frontend()
    options, in_bytes = None, False
    if stage is Stage.units:
        from langsong.bundle.store import find_voice
        from langsong.engine.options import SynthesisOptions, resolve

        manifest = find_voice(voice).manifest
        frontend = Frontend(manifest.conventions)
        in_bytes = manifest.units.kind == "bytes"
        options = resolve(SynthesisOptions.parse({"speaker": speaker, "emotion": emotion}), manifest)
    for number, raw in enumerate(sys.stdin.buffer, 1):
        try:
            line = raw.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise TextError(f"line {number} is not UTF-8 (byte {error.start})", error.start) from None
        try:
            result = _read(frontend, stage, line, options, in_bytes)
        except TextError as error:
            raise TextError(f"line {number}: {error}", error.position) from None
        if as_json:
            value = result if stage is Stage.normalize else result.split()
            print(json.dumps({"text": line, stage.value: value}, ensure_ascii=False), flush=True)
        else:
            print(result, flush=True)


def _read(frontend: Frontend, stage: Stage, line: str, options: ResolvedOptions | None, in_bytes: bool) -> str:
    from langsong.text.units import format_units

    if not line.strip():
        return ""
    if stage is Stage.normalize:
        return " ".join(frontend.normalize(line).splitlines())
    if stage is Stage.pinyin or options is None:
        return frontend.pinyin(line)
    read = frontend.bytes_utterance if in_bytes else frontend.utterance
    utterance = read(line, emotion=f"emotion_{options.emotion}", speaker=options.speaker)
    return format_units(utterance.units)
