"""What a recording feels, by a voice's reference encoder."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from langsong.audio.mel import mel_features
from langsong.audio.spec import AudioSpec
from langsong.bundle.manifest import ReferenceSection
from langsong.bundle.stages import EMOTION
from langsong.bundle.voice import Voice
from langsong.errors import OptionError
from langsong.types import Float32, Notice

from .cache import LruCache
from .emotion_recording import Recording, prepared
from .runtime.base import Runtime

KEPT = 256
"""Recordings whose emotions are remembered; one takes about 1 kB."""


@dataclass(frozen=True)
class Heard:
    """The emotion of a recording.

    Attributes:
        posterior: probabilities of the encoder's categories, which add up to 1.
        vector: (128,) of length 1.
        row: (emotion_width,) for the acoustic model that the encoder was trained with; None: there is none.
        notices: what is not as it should be with the recording.
    """

    posterior: Mapping[str, float]
    vector: Float32
    row: Float32 | None = None
    notices: tuple[Notice, ...] = ()


def reference_mel(speech: Float32, audio: AudioSpec) -> Float32:
    """(L, n_mels): what the encoder reads of (N,) samples at `audio.sample_rate`.

    The logarithm of the mel spectrogram without its mean over time, which is the speaker's and the microphone's
    (cepstral mean subtraction, in the spectrum).
    """
    mel = mel_features(speech, audio, "hifigan").mel
    centred: Float32 = mel - mel.mean(axis=0)
    return centred


class EmotionListener:
    """Hears the emotions of recordings; what it heard once costs nothing again. Thread-safe.

    Args:
        voice: one with a reference encoder.
        runtime: runs its graphs.
        folder: keeps what was heard from one process to the next; None = not.

    Raises:
        OptionError: the voice has no encoder.
    """

    def __init__(self, voice: Voice, runtime: Runtime, folder: str | os.PathLike[str] | None = None) -> None:
        if voice.manifest.reference is None:
            raise OptionError(f"the voice {voice.name} cannot hear emotions in recordings: name the emotion instead")
        self.voice = voice
        self._section: ReferenceSection = voice.manifest.reference
        self._fingerprint = voice.fingerprint
        self._runtime = runtime
        self._folder = None if folder is None else Path(folder) / self._fingerprint
        self._kept: LruCache[Heard] = LruCache(KEPT)
        self._lock = threading.Lock()

    def hear(self, recording: Recording) -> Heard:
        """The emotion of a recording.

        Raises:
            AudioError: it has no speech, or too little.
        """
        key = (self._fingerprint, recording.digest)
        with self._lock:  # the same recording comes with many requests at once, and is encoded for one
            heard = self._kept.get(key) or self._read(recording.digest)
            if heard is None:
                heard = self._encode(recording)
                self._write(recording.digest, heard)
            self._kept.put(key, heard)
        return heard

    def _encode(self, recording: Recording) -> Heard:
        audio = self._section.audio
        speech, notices = prepared(recording, audio.sample_rate)
        mel = reference_mel(speech, audio)
        vector, posterior, *rows = self._runtime.run(EMOTION, mel[None], np.array([len(mel)], np.int64))
        shares = zip(self._section.emotions, posterior[0].tolist(), strict=True)
        return Heard(dict(shares), vector[0].copy(), rows[0][0].copy() if rows else None, tuple(notices))

    def _read(self, digest: str) -> Heard | None:
        if self._folder is None:
            return None
        try:
            kept = json.loads((self._folder / f"{digest}.json").read_text(encoding="utf-8"))
            notices = tuple(Notice(code, message) for code, message in kept["notices"])
            row = None if kept["row"] is None else np.array(kept["row"], np.float32)
            return Heard(kept["posterior"], np.array(kept["vector"], np.float32), row, notices)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _write(self, digest: str, heard: Heard) -> None:
        if self._folder is None:
            return
        record = {
            "posterior": dict(heard.posterior),
            "vector": heard.vector.tolist(),
            "row": None if heard.row is None else heard.row.tolist(),
            "notices": [(notice.code, notice.message) for notice in heard.notices],
        }
        with suppress(OSError):  # a folder that cannot be written is done without
            self._folder.mkdir(parents=True, exist_ok=True)
            beside = self._folder / f".{digest}.{os.getpid()}"
            beside.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
            beside.replace(self._folder / f"{digest}.json")
