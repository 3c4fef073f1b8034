"""The Wyoming protocol on a TCP port of its own, for Home Assistant."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress

from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Attribution, Describe, Info, TtsProgram, TtsVoice, TtsVoiceSpeaker
from wyoming.ping import Ping, Pong
from wyoming.server import AsyncEventHandler, AsyncTcpServer
from wyoming.tts import Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop, SynthesizeStopped, SynthesizeVoice

from langsong import __version__
from langsong.audio.encode import to_pcm16
from langsong.bundle.store import find_voice, voice_names
from langsong.engine.options import SynthesisOptions
from langsong.errors import LangsongError, OptionError

from .growing_speech import GrowingSpeech
from .problems import INTERNAL, problem_of
from .service import Service

log = logging.getLogger(__name__)

_PROJECT = Attribution("langsong", "https://github.com/langsong-tts/langsong")
_WIDTH, _CHANNELS = 2, 1  # bytes of a sample; mono


@asynccontextmanager
async def listening(service: Service) -> AsyncIterator[None]:
    """Answers on the settings' `wyoming_port` during the body."""
    settings = service.settings
    assert settings.wyoming_port is not None
    server = AsyncTcpServer(settings.host, settings.wyoming_port)
    await server.start(lambda reader, writer: _Conversation(reader, writer, service))
    try:
        yield
    finally:
        await server.stop()


class _Conversation(AsyncEventHandler):
    """What is said on one connection. An error ends it, for clients wait for either audio or the end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, service: Service) -> None:
        super().__init__(reader, writer)
        self._service = service
        self._speech: GrowingSpeech | None = None
        self._speaking: asyncio.Task[None] | None = None

    async def run(self) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await super().run()

    async def handle_event(self, event: Event) -> bool:
        return await self._done(self._answer(event), event.type)

    async def _done(self, work: Awaitable[None], event_type: str) -> bool:
        """Whether it succeeded; if not, the client has been told why."""
        try:
            await work
        except LangsongError as error:
            problem = problem_of(error)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            problem = problem_of(OptionError(f"a {event_type} event lacks something or has it wrong: {error!r}"))
        except ConnectionError:
            return False
        except Exception:
            log.exception("a Wyoming event failed")
            problem = INTERNAL
        else:
            return True
        with suppress(ConnectionError):
            await self.write_event(Error(problem.message, problem.code).event())
        return False

    async def disconnect(self) -> None:
        if self._speaking is not None:
            self._speaking.cancel()
            await asyncio.gather(self._speaking, return_exceptions=True)

    async def _answer(self, event: Event) -> None:
        """Events that are not known are passed over, as the protocol has it."""
        if Describe.is_type(event.type):
            await self.write_event(_info(self._service).event())
        elif Ping.is_type(event.type):
            await self.write_event(Pong(Ping.from_event(event).text).event())
        elif SynthesizeStart.is_type(event.type):
            await self._begin(SynthesizeStart.from_event(event).voice)
        elif Synthesize.is_type(event.type):
            wanted = Synthesize.from_event(event)
            if self._speech is None:  # else it repeats, for servers of old, what came in pieces
                speech = self._speech_of(wanted.voice)
                speech.say(_text(wanted.text))
                await self._speak(speech)
        elif SynthesizeChunk.is_type(event.type):
            self._begun().add(_text(SynthesizeChunk.from_event(event).text))
        elif SynthesizeStop.is_type(event.type):
            await self._end()

    async def _begin(self, voice: SynthesizeVoice | None) -> None:
        if self._speech is not None:
            raise OptionError("synthesize-start before the synthesize-stop of the one before: end that first")
        self._speech = self._speech_of(voice)
        self._speaking = asyncio.create_task(self._speak_pieces(self._speech))

    async def _speak_pieces(self, speech: GrowingSpeech) -> None:
        if not await self._done(self._speak(speech), "synthesize-chunk"):
            self.writer.close()

    def _begun(self) -> GrowingSpeech:
        if self._speech is None:
            raise OptionError("begin with synthesize-start")
        return self._speech

    async def _end(self) -> None:
        self._begun().end()
        if self._speaking is not None:
            await self._speaking
        self._speech = self._speaking = None
        if not self.writer.is_closing():
            await self.write_event(SynthesizeStopped().event())

    def _speech_of(self, voice: SynthesizeVoice | None) -> GrowingSpeech:
        address = (self.writer.get_extra_info("peername") or ["unknown"])[0]
        client = self._service.keyring.client(None, str(address))
        wanted = voice or SynthesizeVoice()
        name = None if wanted.name == self._service.find().name else wanted.name
        options = SynthesisOptions.parse({"speaker": wanted.speaker})
        return GrowingSpeech(self._service, client, options, name)

    async def _speak(self, speech: GrowingSpeech) -> None:
        begun = False
        with speech:
            async for chunk in speech.chunks():
                if not begun:
                    begun = True
                    await self.write_event(AudioStart(chunk.sample_rate, _WIDTH, _CHANNELS).event())
                samples = to_pcm16(chunk.samples).astype("<i2").tobytes()
                await self.write_event(AudioChunk(chunk.sample_rate, _WIDTH, _CHANNELS, samples).event())
            if begun:
                await self.write_event(AudioStop().event())


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise OptionError(f"text is {json.dumps(value)[:40]}, not a text")
    return value


def _info(service: Service) -> Info:
    default = service.find()
    others = (find_voice(name) for name in voice_names() if name != default.name)
    voices = [voice.manifest for voice in (default, *others)]
    program = TtsProgram(
        name="langsong",
        attribution=_PROJECT,
        installed=True,
        description="Mandarin text-to-speech that speaks with feeling",
        version=__version__,
        voices=[
            TtsVoice(
                name=voice.name,
                attribution=_PROJECT,
                installed=True,
                description=voice.title,
                version=None,
                languages=list(voice.languages),
                speakers=[TtsVoiceSpeaker(speaker.id) for speaker in voice.speakers],
            )
            for voice in voices
        ],
        supports_synthesize_streaming=True,
    )
    return Info(tts=[program])
