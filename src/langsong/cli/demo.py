"""langsong demo"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .arguments import VoiceOption

PARAGRAPH = (
    "你好，这里是朗诵。春天来了，公园里的花开了，孩子们在草地上奔跑，老人们坐在长椅上聊天。"
    "微风吹过，柳枝轻轻摆动，湖面泛起层层波纹。让我们出去走走，看看这个美丽的世界吧。"
)


def demo(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the files.")] = Path("output"),
    voice: VoiceOption = None,
) -> None:
    """Speak a paragraph with every speaker of the voice, and a sentence in every emotion. 试听。"""
    from langsong.audio.files import write_audio
    from langsong.engine.synthesizer import Synthesizer
    from langsong.errors import AudioError

    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AudioError(f"cannot make the folder {output}: {error.strerror}") from None
    synthesizer = Synthesizer.open(voice)
    manifest = synthesizer.voice.manifest
    for speaker in manifest.speakers:
        path = output / f"{manifest.name}-{speaker.id}.wav"
        chunks = synthesizer.stream(PARAGRAPH, early=False, speaker=speaker.id)
        write_audio(path, (chunk.samples for chunk in chunks), synthesizer.sample_rate)
        print(path)
    sentence = manifest.sample_texts[0] if manifest.sample_texts else PARAGRAPH[:9]
    for emotion in manifest.emotions:
        path = output / f"{manifest.name}-{manifest.defaults.speaker}-{emotion}.wav"
        chunks = synthesizer.stream(sentence, early=False, emotion=emotion)
        write_audio(path, (chunk.samples for chunk in chunks), synthesizer.sample_rate)
        print(path)
