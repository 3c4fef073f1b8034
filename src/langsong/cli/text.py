"""langsong text"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from langsong.errors import OptionError, TextError

from .arguments import EmotionOption, LexiconOption, SpeakerOption, VoiceOption, read_text
from .explanation import explanation_record, explanation_table

if TYPE_CHECKING:
    from langsong.engine.resolve import ResolvedOptions
    from langsong.text.document import Passage
    from langsong.text.frontend import Frontend
    from langsong.text.omissions import Omission


class Stage(str, Enum):
    """How far to read."""

    normalize = "normalize"
    pinyin = "pinyin"
    units = "units"


class Omitted(str, Enum):
    """What may be left out of normalised text."""

    erhua = "erhua"
    fillers = "fillers"


def text(
    stage: Annotated[Stage, typer.Option(help="What to print.")] = Stage.pinyin,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Say what read each word, and why.")] = False,
    without: Annotated[
        list[Omitted] | None, typer.Option(help="What normalised text leaves out, as transcripts do.")
    ] = None,
    ssml: Annotated[bool, typer.Option("--ssml", help="The input is one SSML document.")] = False,
    lexicon: LexiconOption = None,
    voice: VoiceOption = None,
    speaker: SpeakerOption = None,
    emotion: EmotionOption = None,
) -> None:
    """Show how lines from standard input are read, one line for each. 显示文字的读法。

    With --ssml there is one line for each passage, that is between pauses and changes of style. The voice,
    speaker and emotion matter for units alone.
    """
    from langsong.text.frontend import Frontend
    from langsong.text.lexicon import UserLexicon

    if without and (explain or stage is not Stage.normalize):
        raise OptionError("--without leaves out of normalised text: add --stage normalize, without --explain")
    if explain and stage is not Stage.pinyin:
        raise OptionError("--explain shows every stage up to the pinyin: leave --stage out")
    own = UserLexicon.load(lexicon) if lexicon is not None else None
    reader = _Reader(Frontend(lexicon=own), stage, tuple(o.value for o in without or ()))
    if stage is Stage.units:
        from langsong.bundle.store import find_voice
        from langsong.engine.options import SynthesisOptions
        from langsong.engine.resolve import resolve

        manifest = find_voice(voice).manifest
        options = resolve(SynthesisOptions.parse({"speaker": speaker, "emotion": emotion}), manifest)
        in_bytes = manifest.units.kind == "bytes"
        reader = _Reader(Frontend(manifest.conventions, own), stage, (), options, in_bytes)
    for source in _passages() if ssml else _lines():
        try:
            if explain:
                _print_explanation(reader.frontend, source, as_json)
            else:
                _print_reading(source, stage, reader.read(source), as_json)
        except TextError as error:
            raise TextError(f"{source.place}{error}", error.position) from None


@dataclass(frozen=True)
class _Source:
    """A line of text, or a passage of an SSML document, and what its JSON says besides the reading."""

    content: str | Passage
    number: int
    place: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.content if isinstance(self.content, str) else self.content.text


@dataclass(frozen=True)
class _Reader:
    """What a stage makes of a source."""

    frontend: Frontend
    stage: Stage
    without: tuple[Omission, ...]
    options: ResolvedOptions | None = None
    in_bytes: bool = False

    def read(self, source: _Source) -> str:
        from langsong.text.units import format_units

        frontend, content = self.frontend, source.content
        if not source.text.strip():
            return ""
        if self.stage is Stage.normalize:
            return " ".join(frontend.normalize(content, self.without).splitlines())
        if self.stage is Stage.pinyin or self.options is None:
            return frontend.pinyin(content)
        style = {"emotion": self.options.category, "speaker": self.options.speaker.main}
        if self.in_bytes:
            return format_units(frontend.bytes_utterance(source.text, **style).units)
        if not isinstance(content, str) and not frontend.pinyin(content):
            return ""
        return format_units(frontend.utterance(content, **style).units)


def _lines() -> Iterator[_Source]:
    for number, raw in enumerate(sys.stdin.buffer, 1):
        try:
            line = raw.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise TextError(f"line {number} is not UTF-8 (byte {error.start})", error.start) from None
        yield _Source(line, number, f"line {number}: ")


def _passages() -> Iterator[_Source]:
    from langsong.text.document import Style
    from langsong.text.ssml import parse_ssml

    for number, passage in enumerate(parse_ssml(read_text(Path("-"))), 1):
        changed = {key: value for key, value in asdict(passage.style).items() if value != getattr(Style(), key)}
        yield _Source(passage, number, extra={"style": changed, "pause_s": passage.pause_s})


def _print_reading(source: _Source, stage: Stage, result: str, as_json: bool) -> None:
    if as_json:
        value = result if stage is Stage.normalize else result.split()
        record = {"text": source.text, stage.value: value, **source.extra}
        print(json.dumps(record, ensure_ascii=False), flush=True)
    else:
        print(result, flush=True)


def _print_explanation(frontend: Frontend, source: _Source, as_json: bool) -> None:
    rows = frontend.explain(source.content)
    if as_json:
        for row in rows:
            print(json.dumps({"line": source.number, **explanation_record(row)}, ensure_ascii=False))
    else:
        for line in explanation_table(rows):
            print(line)
        print()
    sys.stdout.flush()
