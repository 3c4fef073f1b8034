"""What the page fetches, from a running server."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest
import soundfile
from studio_server import Served, serving

from langsong.audio.label import read_label
from langsong.errors import AudioError, LangsongError, OptionError, RequestCancelled, TextError
from langsong.server.auth import Client, digest
from langsong.webui.form import FIELDS, Form
from langsong.webui.languages import TEXTS
from langsong.webui.problems import headline

CLIENT = Client("127.0.0.1")


@pytest.fixture
def web(served: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.url, timeout=60) as client:
        yield client


def speak(served: Served, text: str, *, script: bool = False, **changes: Any) -> str:
    """Speak through the studio, on its event loop; the id of the take."""
    take_id = uuid.uuid4().hex
    form = Form.of_voice(served.studio.manifest()).model_copy(update=changes)

    async def run() -> None:
        await (await served.studio.begin(take_id, CLIENT, text, form, script=script)).finished()

    asyncio.run_coroutine_threadsafe(run(), served.loop).result(60)
    return take_id


def wanted(served: Served, text: str, **changes: Any) -> dict[str, Any]:
    """What the page sends."""
    form = Form.of_voice(served.studio.manifest()).model_copy(update=changes)
    return {"text": text, "script": False, "settings": [getattr(form, name) for name in FIELDS]}


@pytest.fixture(scope="module")
def take_id(served: Served) -> str:
    return speak(served, "今天天气真好，我们去公园散步吧。")


def test_the_page_is_in_the_browsers_language(web: httpx.Client) -> None:
    for wanted, page in (("zh-CN,en;q=0.5", "zh"), ("en-GB", "en"), ("fr", "zh")):
        answer = web.get("/", headers={"Accept-Language": wanted})
        assert answer.headers["location"] == f"studio/{page}/"
    chosen = web.get("/", headers={"Accept-Language": "zh", "Cookie": "langsong-language=en"})
    assert chosen.headers["location"] == "studio/en/"
    assert web.get("/studio/en/").status_code == 200


@pytest.mark.parametrize("format", ["wav", "mp3", "opus", "flac"])
def test_takes_come_in_every_format_with_their_label(
    web: httpx.Client, served: Served, take_id: str, format: str
) -> None:
    answer = web.get(f"/studio/takes/{take_id}/audio.{format}?save=true")
    assert format in answer.headers["content-disposition"]
    samples, rate = soundfile.read(io.BytesIO(answer.content))
    kept, kept_rate = soundfile.read(served.studio.history.path(take_id))
    assert len(samples) / rate == pytest.approx(len(kept) / kept_rate, abs=0.1)
    assert np.sqrt((samples**2).mean()) == pytest.approx(np.sqrt((kept**2).mean()), rel=0.1)
    label = read_label(io.BytesIO(answer.content))
    assert label is not None
    assert label == read_label(served.studio.history.path(take_id))


def test_browsers_may_fetch_a_part(web: httpx.Client, take_id: str) -> None:
    whole = web.get(f"/studio/takes/{take_id}/audio.flac").content
    part = web.get(f"/studio/takes/{take_id}/audio.flac", headers={"Range": "bytes=100-199"})
    assert part.status_code == 206
    assert part.content == whole[100:200]


def test_subtitles_and_pictures(web: httpx.Client, take_id: str) -> None:
    assert "今天天气真好，" in web.get(f"/studio/takes/{take_id}/subtitles.srt").text
    sentence = web.get(f"/studio/takes/{take_id}/transcript").json()["sentences"][0]
    assert "".join(word["text"] for word in sentence["words"]) == "今天天气真好我们去公园散步吧"
    picture = web.get(f"/studio/takes/{take_id}/picture").json()
    mel = np.frombuffer(base64.b64decode(picture["mel"]), np.uint8).reshape(picture["columns"], picture["bands"])
    f0 = np.array(picture["f0"])
    assert len(f0) == len(mel)
    assert mel.max() == 255
    assert max(picture["peaks"]) > 0.05
    assert 80 < np.median(f0[f0 > 0]) < 400


def test_speech_comes_while_it_is_spoken(web: httpx.Client, served: Served) -> None:
    take_id = uuid.uuid4().hex
    answer = web.post(f"/studio/takes/{take_id}", json=wanted(served, "今天天气真好，我们去公园散步吧。"))
    events = [block.split("\n") for block in answer.text.strip().split("\n\n")]
    chunks = [json.loads(lines[1].removeprefix("data: ")) for lines in events if lines[0] == "event: audio"]
    samples = np.concatenate([np.frombuffer(base64.b64decode(chunk["audio"]), "<i2") for chunk in chunks])
    kept, _ = soundfile.read(served.studio.history.path(take_id), dtype="int16")
    np.testing.assert_array_equal(samples, kept)
    assert len(chunks) > 1
    assert events[-1][0] == "event: done"
    assert chunks[-1]["progress"] == 1.0
    assert web.post(f"/studio/takes/{take_id}", json=wanted(served, "一个号码只能用一次。")).status_code == 204


@pytest.mark.parametrize(("text", "complaint"), [(" \n", "nothing to say"), ("银行{hang9}", "hang9")])
def test_what_cannot_be_spoken_is_told_to_whoever_waits_for_it(
    web: httpx.Client, served: Served, text: str, complaint: str
) -> None:
    take_id = uuid.uuid4().hex
    waiting = asyncio.run_coroutine_threadsafe(served.studio.finished(take_id, CLIENT), served.loop)
    assert web.post(f"/studio/takes/{take_id}", json=wanted(served, text)).text == ""
    with pytest.raises(TextError, match=complaint):
        waiting.result(30)


@pytest.mark.parametrize("recording", ["/etc/passwd", "../../../etc/passwd"])
def test_no_file_of_the_computer_is_a_recording(web: httpx.Client, served: Served, recording: str) -> None:
    take_id = uuid.uuid4().hex
    body = wanted(served, "你好。", feeling="recording", recording=recording)
    assert web.post(f"/studio/takes/{take_id}", json=body).status_code == 204
    with pytest.raises(AudioError, match="uploaded"):
        asyncio.run_coroutine_threadsafe(served.studio.finished(take_id, CLIENT), served.loop).result(30)


@pytest.mark.parametrize("settings", [[], [1, 2], [None] * (len(FIELDS) + 1), ["fast"] * len(FIELDS)])
def test_settings_of_another_page_are_refused(web: httpx.Client, served: Served, settings: list[object]) -> None:
    take_id = uuid.uuid4().hex
    body = {"text": "你好。", "script": False, "settings": settings}
    assert web.post(f"/studio/takes/{take_id}", json=body).status_code == 204
    with pytest.raises(OptionError, match="load it anew"):
        asyncio.run_coroutine_threadsafe(served.studio.finished(take_id, CLIENT), served.loop).result(30)


def test_the_status_line_has_figures_before_anything_is_spoken(web: httpx.Client, served: Served) -> None:
    figures = web.get("/studio/status").json()
    assert figures["device"] == served.studio.service.synthesizer().runtime.description
    assert figures["rtf"] > 0
    assert figures["first_chunk_s"] > 0


def test_a_script_changes_speakers(web: httpx.Client, served: Served) -> None:
    first, *_, last = (speaker.id for speaker in served.studio.manifest().speakers)
    take_id = speak(served, f"@甲 speaker={first}\n@乙 speaker={last}\n甲：你好吗？\n乙：我很好。", script=True)
    transcript = web.get(f"/studio/takes/{take_id}/transcript").json()
    assert [sentence["text"] for sentence in transcript["sentences"]] == ["你好吗？", "我很好。"]


def test_cancelled_speech_leaves_nothing(web: httpx.Client, served: Served) -> None:
    take_id = uuid.uuid4().hex
    form = Form.of_voice(served.studio.manifest())

    async def begin() -> None:
        await served.studio.begin(take_id, CLIENT, "这是一段很长的话。" * 500, form)

    asyncio.run_coroutine_threadsafe(begin(), served.loop).result(10)
    assert web.post(f"/studio/takes/{take_id}/cancel").status_code == 204
    with pytest.raises(RequestCancelled):
        asyncio.run_coroutine_threadsafe(served.studio.finished(take_id, CLIENT), served.loop).result(30)
    assert served.studio.history.find(CLIENT.name, take_id) is None
    assert not served.studio.history.path(take_id).exists()


@pytest.mark.parametrize("text", ["", "。", "字" * 1_000_001])
def test_what_cannot_be_spoken_is_a_typed_error_in_both_languages(served: Served, text: str) -> None:
    with pytest.raises(LangsongError) as raised:
        speak(served, text)
    assert headline(raised.value, TEXTS["zh"]) != headline(raised.value, TEXTS["en"])


@pytest.mark.parametrize("name", ["audio.flac", "transcript", "picture", "subtitles.srt"])
def test_nobody_has_what_is_not_theirs(web: httpx.Client, served: Served, name: str) -> None:
    other = uuid.uuid4().hex
    assert web.get(f"/studio/takes/{other}/{name}").status_code == 404
    assert web.get("/studio/assets/..%2fapp.py").status_code == 404


@pytest.mark.slow
def test_where_there_are_keys_the_page_asks_for_one(served: Served) -> None:
    keys = ({"name": "ann", "sha256": digest("right")},)
    with serving(keys=keys) as locked, httpx.Client(base_url=locked.url, timeout=30) as web:
        assert web.get("/").headers["location"] == "studio/login"
        assert web.get("/studio/zh/config").status_code == 401
        assert web.post(f"/studio/takes/{uuid.uuid4().hex}", json=wanted(served, "你好。")).status_code == 401
        assert web.post("/studio/login", data={"key": "wrong"}).status_code == 401
        answer = web.post("/studio/login", data={"key": "right"})
        assert answer.status_code == 303
        assert "HttpOnly" in answer.headers["set-cookie"]
        assert web.get("/").headers["location"].startswith("studio/")
        assert web.get("/studio/zh/config").status_code == 200
