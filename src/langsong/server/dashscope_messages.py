"""DashScope's messages for speech synthesis over a WebSocket: what clients send, and what they are sent."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from langsong import errors
from langsong.audio.encode import AudioFormat, format_named
from langsong.audio.label import ContentLabel
from langsong.engine.subtitles import Transcript
from langsong.types import AudioChunk, PhoneTiming, WordTiming

from .bodies import Options

_CODES: dict[type[errors.LangsongError], str] = {
    errors.Unauthorized: "InvalidApiKey",
    errors.VoiceNotFound: "ModelNotFound",
    errors.TryLater: "Throttling.RateQuota",
    errors.DeadlineExceeded: "RequestTimeOut",
    errors.ServiceStopping: "ServiceUnavailable",
    errors.VoiceError: "InternalError",
    errors.MissingExtra: "InternalError",
    errors.LangsongError: "InvalidParameter",
}
_LEAST_VOLUME_DB = -60.0
_PHONES_PER_HANZI = 2
_COSYVOICE_RATE, _COSYVOICE_FORMAT = 22050, "mp3"  # what its SDK takes 0 and "Default" for


class Parameters(BaseModel):
    """How to speak.

    Beside DashScope's own, any of `Options` may be given whose name is not one of these, such as ``emotion``.
    Others do nothing and are named in the answer.

    Attributes:
        format: "wav", "mp3", "pcm" or "opus".
        sample_rate: Hz; None or 0 = the voice's.
        volume: 0-100; 50 = as the voice speaks.
        rate: 1.0 = as the voice speaks.
        pitch: factor of F0.
        word_timestamp_enabled: send when each character is spoken,
        phoneme_timestamp_enabled: and each of its phones.
        voice: CosyVoice's way to name the voice; Sambert's is the model.
        instruction: how to speak, such as "轻声安慰的语气".
        text_type, enable_ssml, enable_aigc_tag: SSML is known by its look, and labels are the server's, so these do
            nothing.
        aigc_propagator, aigc_propagate_id: who spreads the content, for its label, which it has in any case.
    """

    model_config = ConfigDict(extra="allow")

    format: str = "wav"
    sample_rate: int | None = None
    volume: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] = 50
    rate: Annotated[float, Field(ge=0.5, le=2, allow_inf_nan=False)] = 1.0
    pitch: Annotated[float, Field(ge=0.5, le=2, allow_inf_nan=False)] = 1.0
    word_timestamp_enabled: bool = False
    phoneme_timestamp_enabled: bool = False
    voice: str | None = None
    instruction: str = ""
    text_type: str = "PlainText"
    enable_ssml: bool = False
    enable_aigc_tag: bool = False
    aigc_propagator: str = ""
    aigc_propagate_id: str = ""

    def options(self, speaker: str | None) -> Options:
        """Ours.

        Raises:
            OptionError: one is out of range.
        """
        values: dict[str, Any] = {
            "speaker": speaker,
            "emotion_text": self.instruction or None,
            **{name: value for name, value in self._others.items() if name in Options.model_fields},
            "speed": self.rate,
            "pitch": round(12 * math.log2(self.pitch), 6),
            "volume": max(20 * math.log10(self.volume / 50), _LEAST_VOLUME_DB) if self.volume else _LEAST_VOLUME_DB,
        }
        if self.sample_rate or self.voice:
            values["sample_rate"] = self.sample_rate or _COSYVOICE_RATE
        return cast(Options, Options.parse(values))

    @property
    def audio_format(self) -> AudioFormat:
        """Raises AudioError if there is no such format."""
        return format_named(_COSYVOICE_FORMAT if self.format == "Default" else self.format)

    @property
    def ignored(self) -> list[str]:
        """Names of parameters that do nothing here."""
        return [name for name in self._others if name not in Options.model_fields]

    @property
    def _others(self) -> dict[str, Any]:
        return self.model_extra or {}

    def on(self, label: ContentLabel | None) -> ContentLabel | None:
        """A file's label with who spreads it.

        Raises:
            OptionError: what is given may not stand in a label.
        """
        if label is None:
            return None
        named = replace(label, content_propagator=self.aigc_propagator, propagate_id=self.aigc_propagate_id)
        if faults := named.faults():
            raise errors.OptionError(f"aigc_propagator or aigc_propagate_id: {faults[0]}")
        return named


class Header(BaseModel):
    """Who speaks to whom, and of what."""

    action: Literal["run-task", "continue-task", "finish-task"]
    task_id: Annotated[str, Field(min_length=1, max_length=128)]
    streaming: Literal["out", "duplex"] = "out"


class Input(BaseModel):
    """The text or, of a task with streaming "duplex", the next piece of it; `flush` speaks what is there."""

    text: str = ""
    flush: bool = False
    directive: str | None = None


class Payload(BaseModel):
    """What is wanted; a finish-task has only its input."""

    model: str = ""
    parameters: Parameters = Parameters()
    input: Input = Input()


class Command(BaseModel):
    """A message from a client."""

    header: Header
    payload: Payload = Payload()

    @classmethod
    def parse(cls, text: str) -> Command:
        """Raises OptionError if it is no such message, and says why in one line."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise errors.OptionError(f"{place or 'message'}: {' '.join(first['msg'].split())}") from None


def started(task_id: str, label: ContentLabel | None, ignored: list[str]) -> str:
    """The message that begins a task, with the label for sound that cannot carry it, and what will be ignored."""
    return _event("task-started", task_id, {}, {"aigc": label and label.as_dict(), "ignored": ignored})


def _event(name: str, task_id: str, payload: dict[str, Any], attributes: dict[str, Any]) -> str:
    header = {"task_id": task_id, "event": name, "attributes": attributes}
    return json.dumps({"header": header, "payload": payload}, ensure_ascii=False)


def failure(error: errors.LangsongError | None, task_id: str) -> str:
    """The message that ends a task which failed; None stands for a fault of ours."""
    code, message = "InternalError", "the service failed; its log says why"
    if error is not None:
        code = next(_CODES[kind] for kind in type(error).__mro__ if kind in _CODES)
        message = str(error)
    header = {
        "task_id": task_id,
        "event": "task-failed",
        "error_code": code,
        "error_message": message,
        "attributes": {},
    }
    return json.dumps({"header": header, "payload": {}}, ensure_ascii=False)


@dataclass(slots=True)
class Progress:
    """What has been spoken of a task, as results to send: each sentence when it is over."""

    task_id: str
    wanted: Parameters
    transcript: Transcript
    reported: int = 0

    def note(self, chunk: AudioChunk) -> Iterator[str]:
        """The results that are due with a chunk."""
        self.transcript.add(chunk)
        return self._results(len(self.transcript.sentences) - 1)

    def finish(self) -> Iterator[str]:
        """The last results, and the end."""
        yield from self._results(len(self.transcript.sentences))
        yield _event("task-finished", self.task_id, {"output": None, "usage": self._usage}, {})

    def _results(self, complete: int) -> Iterator[str]:
        if not self.wanted.word_timestamp_enabled:
            return
        for sentence in self.transcript.sentences[self.reported : complete]:
            timed = {
                **_span(sentence.start_s, sentence.end_s),
                "words": [self._word(part) for word in sentence.words for part in characters_of(word)],
            }
            payload = {"output": {"sentence": timed}, "usage": self._usage}
            yield _event("result-generated", self.task_id, payload, {})
        self.reported = max(self.reported, complete)

    @property
    def _usage(self) -> dict[str, int]:
        return {"characters": sum(len(sentence.text) for sentence in self.transcript.sentences)}

    def _word(self, word: WordTiming) -> dict[str, Any]:
        timed: dict[str, Any] = {"text": word.text, **_span(word.start_s, word.end_s)}
        if self.wanted.phoneme_timestamp_enabled:
            timed["phonemes"] = [_phoneme(phone) for phone in word.phones]
        return timed


def characters_of(word: WordTiming) -> Iterator[WordTiming]:
    """A word of hanzi, character by character; a word with a merged 儿 or in Latin letters stays one."""
    count = len(word.text)
    if count < 2 or word.text.isascii() or len(word.phones) != _PHONES_PER_HANZI * count:
        yield word
        return
    for index, char in enumerate(word.text):
        phones = word.phones[_PHONES_PER_HANZI * index : _PHONES_PER_HANZI * (index + 1)]
        yield WordTiming(char, phones[0].start_s, phones[-1].end_s, phones)


def _span(start_s: float, end_s: float) -> dict[str, int]:
    return {"begin_time": round(1000 * start_s), "end_time": round(1000 * end_s)}


def _phoneme(phone: PhoneTiming) -> dict[str, Any]:
    digits = phone.tone.removeprefix("tone")
    return {**_span(phone.start_s, phone.end_s), "text": phone.phone, "tone": int(digits) if digits.isdigit() else 0}
