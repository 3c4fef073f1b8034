"""Home Assistant's protocol, spoken by the protocol's own client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from running import Running, free_port, running
from wyoming.audio import AudioChunk, AudioStart
from wyoming.client import AsyncTcpClient
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Describe, Info
from wyoming.ping import Ping, Pong
from wyoming.tts import (
    Synthesize,
    SynthesizeChunk,
    SynthesizeStart,
    SynthesizeStop,
    SynthesizeStopped,
    SynthesizeTextFormat,
    SynthesizeVoice,
)

from langsong.audio.encode import to_pcm16
from langsong.bundle.install import InstallReport
from langsong.engine.synthesizer import Synthesizer
from langsong.errors import OptionError
from langsong.server.auth import digest
from langsong.server.run import serve
from langsong.server.settings import ApiKey, ServerSettings

TEXT = "今天天气怎么样？我们去公园散步吧。"
Speaker = Callable[..., Synthesizer]
Talk = Callable[[AsyncTcpClient], Awaitable[list[Event]]]


@pytest.fixture(scope="module")
def server(imported: Callable[[str], InstallReport]) -> Iterator[Running]:
    folder = str(imported("base").voice.folder)
    with running(voice=folder, precision="f32", threads=1, cache_bytes=0, wyoming_port=free_port()) as served:
        yield served


@asynccontextmanager
async def client(server: Running) -> AsyncIterator[AsyncTcpClient]:
    port = server.service.settings.wyoming_port
    assert port is not None
    async with AsyncTcpClient("127.0.0.1", port, connect_timeout=10, read_timeout=30) as connected:
        yield connected


async def until(connected: AsyncTcpClient, *ends: str) -> list[Event]:
    """What comes, up to an event of these types, or the end of the connection."""
    events: list[Event] = []
    while (event := await connected.read_event()) is not None:
        events.append(event)
        if event.type in ends:
            break
    return events


def said(server: Running, *events: Event, end: str = "audio-stop") -> list[Event]:
    """The answer to these events, up to `end`."""

    async def talk() -> list[Event]:
        async with client(server) as connected:
            for event in events:
                await connected.write_event(event)
            return await until(connected, end)

    return asyncio.run(talk())


def sound(events: list[Event], rate: int = 16000) -> np.ndarray:
    """The samples between audio-start and audio-stop, checked on the way."""
    types = [event.type for event in events]
    assert types == ["audio-start", *["audio-chunk"] * (len(types) - 2), "audio-stop"]
    start = AudioStart.from_event(events[0])
    assert (start.rate, start.width, start.channels) == (rate, 2, 1)
    chunks = [AudioChunk.from_event(event) for event in events[1:-1]]
    assert {(chunk.rate, chunk.width, chunk.channels) for chunk in chunks} == {(rate, 2, 1)}
    return np.frombuffer(b"".join(chunk.audio for chunk in chunks), "<i2")


def spoken(voice: Speaker, text: str = TEXT, **options: object) -> np.ndarray:
    return to_pcm16(np.concatenate([chunk.samples for chunk in voice("base").stream(text, **options)]))


def test_describe(server: Running) -> None:
    (event,) = said(server, Describe().event(), end="info")
    (program,) = Info.from_event(event).tts
    assert (program.name, program.installed, program.supports_synthesize_streaming) == ("langsong", True, True)
    voices = {voice.name: voice for voice in program.voices}
    assert set(voices) == {"base", "langsong", "langsong:fast"}
    assert voices["langsong"].languages == ["zh-CN"]
    assert [speaker.name for speaker in voices["base"].speakers or []] == ["F7", "M7"]
    assert "qinglan" in [speaker.name for speaker in voices["langsong"].speakers or []]


def test_ping(server: Running) -> None:
    (event,) = said(server, Ping("hello").event(), end="pong")
    assert Pong.from_event(event).text == "hello"


def test_synthesize(server: Running, speaker: Speaker) -> None:
    np.testing.assert_allclose(sound(said(server, Synthesize(TEXT).event())), spoken(speaker), atol=1)


@pytest.mark.parametrize(
    ("voice", "options"),
    [
        (SynthesizeVoice(language="zh-CN"), {}),
        (SynthesizeVoice(name="base", speaker="M7"), {"speaker": "M7"}),
        (SynthesizeVoice(name="base"), {}),
    ],
)
def test_voices(server: Running, speaker: Speaker, voice: SynthesizeVoice, options: dict[str, object]) -> None:
    events = said(server, Synthesize("你好。", voice).event())
    np.testing.assert_allclose(sound(events), spoken(speaker, "你好。", **options), atol=1)


def test_ssml(server: Running, speaker: Speaker) -> None:
    text = '<speak>你好。<break time="300ms"/>再见。</speak>'
    events = said(server, Synthesize(text, text_format=SynthesizeTextFormat.SSML).event())
    np.testing.assert_allclose(sound(events), spoken(speaker, text), atol=1)


def test_text_in_pieces(server: Running, speaker: Speaker) -> None:
    """As Home Assistant sends it: with the whole text once more at the end, for servers that know no pieces."""
    events = said(
        server,
        SynthesizeStart().event(),
        *(SynthesizeChunk(piece).event() for piece in ("今天天气", "怎么样？我们", "去公园散步吧。")),
        Synthesize(TEXT).event(),
        SynthesizeStop().event(),
        end="synthesize-stopped",
    )
    assert SynthesizeStopped.is_type(events[-1].type)
    heard = sound(events[:-1])
    sentences = [spoken(speaker, text) for text in ("今天天气怎么样？", "我们去公园散步吧。")]
    assert len(heard) in (sum(map(len, sentences)), len(spoken(speaker)))
    np.testing.assert_allclose(heard[: len(sentences[0])], sentences[0], atol=1)
    np.testing.assert_allclose(heard[-len(sentences[1]) :], sentences[1], atol=1)


def test_speech_begins_before_the_text_ends(server: Running) -> None:
    async def talk() -> list[Event]:
        async with client(server) as connected:
            await connected.write_event(SynthesizeStart().event())
            await connected.write_event(SynthesizeChunk("今天天气怎么样？我").event())
            early = await until(connected, "audio-chunk")
            await connected.write_event(SynthesizeStop().event())
            await until(connected, "synthesize-stopped")
            return early

    assert [event.type for event in asyncio.run(talk())] == ["audio-start", "audio-chunk"]


def test_one_connection_many_requests(server: Running, speaker: Speaker) -> None:
    async def talk() -> list[list[Event]]:
        answers = []
        async with client(server) as connected:
            for text in ("你好。", "再见。"):
                await connected.write_event(Synthesize(text).event())
                answers.append(await until(connected, "audio-stop"))
            for _ in range(2):
                await connected.write_event(SynthesizeStart().event())
                await connected.write_event(SynthesizeChunk("你好。").event())
                await connected.write_event(SynthesizeStop().event())
                answers.append((await until(connected, "synthesize-stopped"))[:-1])
        return answers

    for events, text in zip(asyncio.run(talk()), ("你好。", "再见。", "你好。", "你好。"), strict=True):
        np.testing.assert_allclose(sound(events), spoken(speaker, text), atol=1)


def test_no_text_in_pieces_is_no_sound(server: Running) -> None:
    events = said(server, SynthesizeStart().event(), SynthesizeStop().event(), end="synthesize-stopped")
    assert [event.type for event in events] == ["synthesize-stopped"]


@pytest.mark.parametrize(
    ("events", "code", "message"),
    [
        ([Synthesize("").event()], "text_error", "nothing to read"),
        ([Synthesize("好", SynthesizeVoice(name="nobody")).event()], "voice_not_found", "no voice 'nobody'"),
        ([Synthesize("好", SynthesizeVoice(name="base", speaker="X")).event()], "option_error", "no speaker 'X'"),
        ([Synthesize("<speak>好").event()], "text_error", "line 1"),
        ([Event("synthesize", {})], "option_error", "a synthesize event lacks something"),
        ([Event("synthesize", {"text": 5})], "option_error", "text is 5"),
        ([Event("synthesize", {"text": "好", "voice": 5})], "option_error", "a synthesize event"),
        ([SynthesizeChunk("好").event()], "option_error", "begin with synthesize-start"),
        ([SynthesizeStart().event()] * 2, "option_error", "synthesize-start before"),
        (
            [SynthesizeStart().event(), SynthesizeChunk("<speak>").event(), SynthesizeStop().event()],
            "text_error",
            "line 1",
        ),
    ],
)
def test_errors_are_told_and_end_the_connection(server: Running, events: list[Event], code: str, message: str) -> None:
    (event,) = said(server, *events, end="nothing")
    error = Error.from_event(event)
    assert error.code == code
    assert message in error.text


def test_keys_are_not_got_round(imported: Callable[[str], InstallReport]) -> None:
    """The protocol has none to send."""
    keys = (ApiKey(name="guest", sha256=digest("sk")),)
    folder = str(imported("base").voice.folder)
    with running(voice=folder, precision="f32", threads=1, keys=keys, wyoming_port=free_port()) as guarded:
        (event,) = said(guarded, Synthesize("好。").event(), end="nothing")
        assert Error.from_event(event).code == "unauthorized"


@pytest.mark.parametrize("in_pieces", [False, True])
def test_who_hangs_up_is_not_spoken_for(server: Running, in_pieces: bool) -> None:
    async def talk() -> None:
        async with client(server) as connected:
            if in_pieces:
                await connected.write_event(SynthesizeStart().event())
                await connected.write_event(SynthesizeChunk(TEXT * 200).event())
            else:
                await connected.write_event(Synthesize(TEXT * 200).event())
            await until(connected, "audio-chunk")

    asyncio.run(talk())
    server.drained()


def test_a_port_in_use(server: Running) -> None:
    port = server.service.settings.wyoming_port
    with pytest.raises(OptionError, match=rf"cannot listen on 127\.0\.0\.1:{port}: Address already in use"):
        serve(ServerSettings(port=0, wyoming_port=port), print)


lines = st.binary(max_size=60) | st.builds(
    lambda kind, data, more: json.dumps({"type": kind, "data": data, **more}).encode(),
    st.sampled_from(["describe", "synthesize", "synthesize-start", "synthesize-chunk", "synthesize-stop", "ping", ""]),
    st.dictionaries(st.sampled_from(["text", "voice", "name"]), st.none() | st.integers() | st.text(max_size=5)),
    st.dictionaries(st.sampled_from(["data_length", "payload_length"]), st.none() | st.integers(-2, 5) | st.text()),
)


@given(st.lists(lines, max_size=4))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_the_server_answers_the_next(server: Running, written: list[bytes]) -> None:
    async def talk() -> list[Event]:
        port = server.service.settings.wyoming_port
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"\n".join([*written, b""]))
        writer.write_eof()
        answer = await asyncio.wait_for(reader.read(), 20)
        writer.close()
        assert b"internal_error" not in answer
        async with client(server) as connected:
            await connected.write_event(Describe().event())
            return await until(connected, "info")

    assert [event.type for event in asyncio.run(talk())] == ["info"]
    server.drained()
