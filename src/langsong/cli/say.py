"""langsong say"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from langsong.errors import OptionError, TextError

from .arguments import (
    DeviceOption,
    EmotionOption,
    IntensityOption,
    LexiconOption,
    PauseOption,
    PitchOption,
    PrecisionOption,
    RateOption,
    RuntimeOption,
    SpeakerOption,
    SpeedOption,
    ThreadsOption,
    VoiceOption,
    VolumeOption,
    read_text,
)

if TYPE_CHECKING:
    from langsong.engine.synthesizer import Synthesizer
    from langsong.types import AudioChunk


class AudibleLabel(str, Enum):
    """How listeners are told that the speech is generated."""

    morse = "morse"
    spoken = "spoken"


def say(
    text: Annotated[str | None, typer.Argument(help="What to say.", show_default=False)] = None,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="File to write; its suffix names the format. - is standard output."),
    ] = Path("speech.wav"),
    file: Annotated[Path | None, typer.Option("--file", "-f", help="Read the text from a file; - is stdin.")] = None,
    units: Annotated[
        Path | None,
        typer.Option(help="Speak unit lines from a file, exactly as the model gives them; - is stdin."),
    ] = None,
    format: Annotated[str | None, typer.Option(help="wav, flac, mp3, opus, ogg or pcm.")] = None,
    subtitles: Annotated[
        Path | None, typer.Option(help="Also write when each line is spoken: .srt, .vtt, .lrc, or .json with phones.")
    ] = None,
    audible_label: Annotated[
        AudibleLabel | None, typer.Option(help='Tell listeners first that it is generated: Morse "AI", or in words.')
    ] = None,
    voice: VoiceOption = None,
    speaker: SpeakerOption = None,
    emotion: EmotionOption = None,
    intensity: IntensityOption = None,
    speed: SpeedOption = None,
    pitch: PitchOption = None,
    volume: VolumeOption = None,
    sentence_pause: PauseOption = None,
    sample_rate: RateOption = None,
    lexicon: LexiconOption = None,
    runtime: RuntimeOption = "auto",
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
    threads: ThreadsOption = None,
) -> None:
    """Speak text, or SSML, into a file. 把文字读成声音文件。

    Examples:  langsong say "今天天气真好。" -o hello.wav      langsong say -f story.txt -e happy -o story.mp3
    """
    from langsong.audio.files import write_file
    from langsong.engine.options import SynthesisOptions
    from langsong.engine.subtitles import Transcript, format_of_subtitles
    from langsong.engine.synthesizer import Synthesizer
    from langsong.text.units import parse_units

    if sum(source is not None for source in (text, file, units)) != 1:
        raise OptionError("say what? give exactly one of: a text, --file FILE, --units FILE")
    if subtitles is not None and units is not None:
        raise OptionError("--subtitles needs a text, and --units has none: give a text or --file")
    subtitle_format = None if subtitles is None else format_of_subtitles(subtitles)
    options = SynthesisOptions.parse(
        {
            "speaker": speaker,
            "emotion": emotion,
            "intensity": intensity,
            "speed": speed,
            "pitch": pitch,
            "volume": volume,
            "sentence_pause": sentence_pause,
            "sample_rate": sample_rate,
        }
    )
    synthesizer = Synthesizer.open(
        voice, runtime=runtime, device=device, precision=precision, threads=threads, lexicon=lexicon
    )
    synthesizer.preload()
    chunks: Iterator[AudioChunk]
    if units is not None:
        lines = [parse_units(line) for line in read_text(units).splitlines() if line.strip()]
        if not lines:
            raise TextError(f"{units} has no unit lines")
        chunks = synthesizer.stream_units(lines, options)
    else:
        written = text if text is not None else read_text(file or Path("-"))
        chunks = synthesizer.stream(written, options, early=str(output) == "-")
    sample_rate_hz = options.sample_rate or synthesizer.sample_rate
    if audible_label is not None:
        chunks = _announced(chunks, audible_label, synthesizer, options.speaker, sample_rate_hz)
    transcript = Transcript()
    _write(transcript.of(chunks), output, sample_rate_hz, format)
    if subtitles is not None and subtitle_format is not None:
        write_file(subtitles, transcript.written(subtitle_format).encode())
        print(subtitles, file=sys.stderr if str(output) == "-" else sys.stdout)


def _announced(
    chunks: Iterator[AudioChunk], label: AudibleLabel, synthesizer: Synthesizer, speaker: str | None, sample_rate: int
) -> Iterator[AudioChunk]:
    from langsong.audio.audible_label import NOTICE, announced, rhythm

    if label is AudibleLabel.morse:
        cue = rhythm(sample_rate)
    else:
        cue = synthesizer.say(NOTICE, speaker=speaker, sample_rate=sample_rate).samples
    return announced(chunks, cue, sample_rate)


def _write(chunks: Iterator[AudioChunk], output: Path, sample_rate: int, format: str | None) -> None:
    from langsong.audio.encode import encode, format_named, to_pcm16
    from langsong.audio.files import write_audio

    if str(output) != "-":
        write_audio(output, (chunk.samples for chunk in chunks), sample_rate, format)
        print(output)
        return
    name = format_named(format or "wav").name
    if name == "pcm":
        for chunk in chunks:
            sys.stdout.buffer.write(to_pcm16(chunk.samples).astype("<i2").tobytes())
            sys.stdout.buffer.flush()
        return
    import numpy as np

    samples = np.concatenate([chunk.samples for chunk in chunks])
    sys.stdout.buffer.write(encode(samples, sample_rate, name))
