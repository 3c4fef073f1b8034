"""Options that several commands share."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from langsong.errors import TextError

VoiceOption = Annotated[
    str | None, typer.Option("--voice", "-v", help="Installed voice or bundle folder. [default: embedded]")
]
SpeakerOption = Annotated[str | None, typer.Option("--speaker", "-s", help="A speaker, or a mixture a:0.7+b:0.3.")]
EmotionOption = Annotated[
    str | None, typer.Option("--emotion", "-e", help="happy, 高兴, … or a mixture: happy:0.6+sad:0.4.")
]
EmotionTextOption = Annotated[
    str | None, typer.Option("--emotion-text", help='A description: "压低声音、有点害怕地说".')
]
ReferenceOption = Annotated[
    Path | None, typer.Option("--reference", help="A recording to take the emotion from, 3-10 s.")
]
IntensityOption = Annotated[float | None, typer.Option(help="Of the emotion: 0 = neutral, 1 = as it is, up to 2.")]
SpeedOption = Annotated[float | None, typer.Option(help="1.0 = unchanged, 2.0 = twice as fast (0.25-4).")]
PitchOption = Annotated[float | None, typer.Option(help="Semitones (-12 to 12).")]
PitchRangeOption = Annotated[
    float | None, typer.Option("--pitch-range", help="How far the pitch moves: 0 = monotone, 1 = unchanged, up to 3.")
]
EnergyOption = Annotated[float | None, typer.Option(help="Vocal effort, dB (-20 to 20).")]
VolumeOption = Annotated[float | None, typer.Option(help="dB (-60 to 20).")]
PauseOption = Annotated[float | None, typer.Option("--sentence-pause", help="Seconds of silence after each sentence.")]
RateOption = Annotated[int | None, typer.Option("--sample-rate", help="Hz (8000-48000). [default: the voice's]")]
LexiconOption = Annotated[
    Path | None, typer.Option("--lexicon", help="Your own readings: TSV or YAML, word and pinyin.")
]
RuntimeOption = Annotated[str, typer.Option(help="auto, openvino or torch.")]
DeviceOption = Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:N or mps.")]
PrecisionOption = Annotated[str, typer.Option(help="auto, f32, bf16 or f16.")]
ThreadsOption = Annotated[int | None, typer.Option(help="Threads of one graph. [default: one per core]")]
MaxVramOption = Annotated[
    float | None, typer.Option("--max-vram", help="GB of a GPU's memory to use at most; windows and models make room.")
]


def read_text(source: Path) -> str:
    """A UTF-8 file's text; ``-`` is standard input.

    Raises:
        TextError: it cannot be read, or is not UTF-8.
    """
    piped = str(source) == "-"
    name = "standard input" if piped else str(source)
    try:
        data = sys.stdin.buffer.read() if piped else source.read_bytes()
    except OSError as error:
        raise TextError(f"cannot read {name}: {error.strerror}") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TextError(f"{name} is not UTF-8 (byte {error.start}): convert it first", error.start) from None
