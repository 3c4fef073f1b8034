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
    EmotionTextOption,
    EnergyOption,
    IntensityOption,
    LexiconOption,
    MaxVramOption,
    PauseOption,
    PitchOption,
    PitchRangeOption,
    PrecisionOption,
    RateOption,
    ReferenceOption,
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
    from langsong.text.document import Passage
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
    script: Annotated[
        bool, typer.Option("--script", help="The text is a script: lines such as 角色: … and [高兴] …")
    ] = False,
    units: Annotated[
        Path | None,
        typer.Option(help="Speak unit lines from a file, exactly as the model gives them; - is stdin."),
    ] = None,
    format: Annotated[str | None, typer.Option(help="wav, flac, mp3, opus, ogg or pcm.")] = None,
    subtitles: Annotated[
        Path | None, typer.Option(help="Also write when each line is spoken: .srt, .vtt, .lrc, or .json with phones.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Also draw what was spoken: spectrum, F0, level, syllables (.png).")
    ] = None,
    audible_label: Annotated[
        AudibleLabel | None, typer.Option(help='Tell listeners first that it is generated: Morse "AI", or in words.')
    ] = None,
    voice: VoiceOption = None,
    speaker: SpeakerOption = None,
    emotion: EmotionOption = None,
    emotion_text: EmotionTextOption = None,
    reference: ReferenceOption = None,
    intensity: IntensityOption = None,
    speed: SpeedOption = None,
    pitch: PitchOption = None,
    pitch_range: PitchRangeOption = None,
    energy: EnergyOption = None,
    volume: VolumeOption = None,
    sentence_pause: PauseOption = None,
    sample_rate: RateOption = None,
    lexicon: LexiconOption = None,
    runtime: RuntimeOption = "auto",
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
    threads: ThreadsOption = None,
    max_vram: MaxVramOption = None,
) -> None:
    """Speak text, SSML or a script into a file. 把文字读成声音文件。

    Example:  langsong say "今天天气真好。" -o hello.wav

    Example:  langsong say -f story.txt -e happy -o story.mp3
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
            "emotion_text": emotion_text,
            "reference_audio": reference,
            "intensity": intensity,
            "speed": speed,
            "pitch": pitch,
            "pitch_range": pitch_range,
            "energy": energy,
            "volume": volume,
            "sentence_pause": sentence_pause,
            "sample_rate": sample_rate,
        }
    )
    synthesizer = Synthesizer.open(
        voice,
        runtime=runtime,
        device=device,
        precision=precision,
        threads=threads,
        max_vram=max_vram,
        lexicon=lexicon,
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
        passages = _script(written) if script else written
        chunks = synthesizer.stream(passages, options, early=str(output) == "-")
    chunks = _noted(chunks)
    sample_rate_hz = options.sample_rate or synthesizer.sample_rate
    if audible_label is not None:
        chunks = _announced(chunks, audible_label, synthesizer, options.speaker, sample_rate_hz)
    transcript = Transcript()
    spoken: list[AudioChunk] = []
    _write(transcript.of(chunks if plot is None else _kept(chunks, spoken)), output, sample_rate_hz, format)
    if subtitles is not None and subtitle_format is not None:
        write_file(subtitles, transcript.written(subtitle_format).encode())
        print(subtitles, file=sys.stderr if str(output) == "-" else sys.stdout)
    if plot is not None:
        write_file(plot, _plotted(spoken, synthesizer))
        print(plot, file=sys.stderr if str(output) == "-" else sys.stdout)


def _script(text: str) -> tuple[Passage, ...]:
    from langsong.engine.emotion_names import is_emotion
    from langsong.text.script import parse_script

    return parse_script(text, is_emotion)


def _noted(chunks: Iterator[AudioChunk]) -> Iterator[AudioChunk]:
    """The same chunks; their notices go to standard error."""
    for chunk in chunks:
        for notice in chunk.notices:
            print(f"langsong: note: {notice.message}", file=sys.stderr)
        yield chunk


def _kept(chunks: Iterator[AudioChunk], kept: list[AudioChunk]) -> Iterator[AudioChunk]:
    for chunk in chunks:
        kept.append(chunk)
        yield chunk


def _plotted(chunks: list[AudioChunk], synthesizer: Synthesizer) -> bytes:
    from langsong.measure.expressiveness.plot import plotted
    from langsong.types import join_chunks

    audio = join_chunks(chunks, synthesizer.sample_rate)
    return plotted(audio.text, audio.samples, audio.sample_rate, audio.words)


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
