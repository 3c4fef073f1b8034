"""What goes wrong is said in Chinese on the Chinese page: the errors as they are really raised."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from langsong.audio.files import read_audio
from langsong.bundle.install import install
from langsong.bundle.pull_catalogue import resolve
from langsong.engine.emotion_description import describe
from langsong.engine.emotion_recording import Recording
from langsong.engine.options import SynthesisOptions
from langsong.engine.synthesizer import Synthesizer
from langsong.errors import LangsongError, MissingExtra, OptionError
from langsong.server.service import Service
from langsong.server.settings import ServerSettings
from langsong.webui.form import form_of
from langsong.webui.languages import TEXTS
from langsong.webui.messages import in_chinese
from langsong.webui.problems import headline, in_words
from langsong.webui.scripts import passages_of, with_role

ENGLISH = re.compile(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}")
"""Words in a row; names, file names and examples may stay."""

TEXTS_WITH_MISTAKES = [
    *("", "。", "银行{hang9}", "银行{hang2 hang2 hang2}", "{hang2}", "。{hao3}", "银{yin2}{yin2}", "[停顿 99999999s]"),
    *("\u0e01", "\ud800", "a\0b", "<speak>", "<speak></speak>", "<speak>a<b></speak>", "<speak>&nope;</speak>"),
    *("<speak>你 & 我</speak>", "<speak><audio>好</audio></speak>", "<speak><break>好</break></speak>"),
    *('<speak><break time="x"/></speak>', '<speak><prosody rate="x">好</prosody></speak>', '<speak x="1">好</speak>'),
    *("<speak><sub>好</sub></speak>", "<speak><speak>好</speak></speak>", "<speak><!DOCTYPE a></speak>"),
    '<speak><phoneme ph="ni3">你好</phoneme></speak>',
    '<speak><say-as interpret-as="x">1</say-as></speak>',
    '<speak><emphasis level="x">好</emphasis></speak>',
]


def said(act: Callable[[], object]) -> tuple[str, str]:
    """The error's message in English and in Chinese."""
    with pytest.raises(LangsongError) as raised:
        act()
    return str(raised.value), in_chinese(str(raised.value))


def check(act: Callable[[], object]) -> None:
    english, chinese = said(act)
    assert chinese != english
    assert not ENGLISH.search(chinese), f"{english} → {chinese}"


@pytest.mark.parametrize("text", TEXTS_WITH_MISTAKES, ids=ascii)
def test_of_texts(embedded: Synthesizer, text: str) -> None:
    check(lambda: embedded.stream(text))


@pytest.mark.parametrize("line", ["@甲 speaker", "@甲 colour=red", "甲：银行{hang9}。", "。"], ids=ascii)
def test_of_scripts(line: str) -> None:
    check(lambda: passages_of(line))


def test_of_settings(embedded: Synthesizer) -> None:
    silence = Recording(np.zeros(16000, np.float32), 16000)
    for options in ({"speaker": "nobody"}, {"emotion": "sleepy"}, {"reference_audio": silence}):
        wanted = SynthesisOptions.parse(options)
        check(lambda wanted=wanted: embedded.stream("你好。", wanted))
    check(lambda: form_of([1]))
    check(lambda: with_role("", "a b", "songbai"))


def test_of_files(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("no sound")
    check(lambda: read_audio(tmp_path / "note.txt"))
    check(lambda: install(tmp_path / "none"))
    check(lambda: install(tmp_path / "none.zip"))
    check(lambda: install(tmp_path))
    check(lambda: install(tmp_path, name="a b"))
    check(lambda: resolve("nobody"))


def test_of_the_service() -> None:
    service = Service(ServerSettings(max_text_characters=5, max_queue=1, voices_kept=1))
    try:
        check(lambda: service.speak("这一句太长了。"))
        check(lambda: service.speak("你好。", voice="nobody"))
        service.pool.close()
        check(lambda: service.speak("你好。"))
    finally:
        service.pool.close()


def test_of_notices(embedded: Synthesizer) -> None:
    (notice,) = describe("xyzzy").notices
    assert not ENGLISH.search(in_chinese(notice.message))
    chunks = list(embedded.stream("你好。", emotion="pity"))
    (notice,) = [notice for chunk in chunks for notice in chunk.notices]
    assert not ENGLISH.search(in_chinese(notice.message))


def test_the_english_page_has_them_as_they_are() -> None:
    error = OptionError("every share is 0: give one of them more")
    assert in_words(str(error), TEXTS["en"]) == str(error)
    assert in_words(str(error), TEXTS["zh"]) == "比例都是 0，请至少调大一个"
    assert headline(error, TEXTS["zh"]) == "设置有误"


def test_what_is_not_known_stays() -> None:
    assert in_chinese("something that nobody foresaw") == "something that nobody foresaw"
    assert "langsong[modelscope]" in in_chinese(str(MissingExtra("modelscope", "pulling a voice")))
