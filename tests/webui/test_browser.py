"""The studio in a real Chromium, as people use it. Screenshots go to ``$LANGSONG_PICTURES``."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile
from studio_server import PATIENCE_MS

from langsong.audio.files import write_audio
from langsong.audio.label import read_label

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from studio_server import Served

OpenPage = Callable[..., "Page"]


def speak(page: Page, text: str) -> str:
    """Type, click, and wait until all is spoken; the address of the sound."""
    page.locator("#langsong-text textarea").fill(text)
    page.locator("#langsong-speak").click()
    return spoken(page)


def spoken(page: Page) -> str:
    page.locator("langsong-player .files").wait_for(timeout=PATIENCE_MS)
    page.wait_for_function("document.querySelector('langsong-player audio').duration > 0", timeout=PATIENCE_MS)
    source: str = page.evaluate("document.querySelector('langsong-player audio').src")
    return source


def sound_at(page: Page, address: str) -> tuple[np.ndarray, int]:
    return soundfile.read(io.BytesIO(page.request.get(address).body()))


def tab(page: Page, name: str) -> None:
    page.locator(f"[role=tab][data-tab-id={name}]").click()


def feel(page: Page, way: str) -> None:
    page.locator("#langsong-feeling label").filter(has_text=way).click()


def test_type_and_hear(open_page: OpenPage, pictures: Path) -> None:
    page = open_page()
    page.locator("#langsong-text textarea").fill("今天天气真好，我们去公园散步吧。银行行长说，二零二六年见！")
    page.locator("#langsong-speak").click()
    page.wait_for_function("document.querySelector('langsong-player').player.time > 0.2", timeout=PATIENCE_MS)
    assert page.locator("langsong-player .caption .word").inner_text() in "今天天气真好我们去公园散步吧"
    source = spoken(page)
    seconds = page.evaluate("document.querySelector('langsong-player audio').duration")
    samples, rate = sound_at(page, source)
    assert seconds == pytest.approx(len(samples) / rate, abs=0.05)
    assert seconds > 3
    assert np.sqrt((samples**2).mean()) > 0.01
    page.locator("langsong-player .picture").click()
    page.wait_for_function("document.querySelector('langsong-player').image !== null", timeout=PATIENCE_MS)
    page.screenshot(path=pictures / "studio.png")


@pytest.mark.slow
def test_play_pause_and_seek(open_page: OpenPage) -> None:
    page = open_page()
    speak(page, "今天天气真好，我们去公园散步吧。")
    page.locator("langsong-player .wave").click(position={"x": 400, "y": 20})
    page.wait_for_function("document.querySelector('langsong-player .toggle').classList.contains('playing')")
    assert page.evaluate("document.querySelector('langsong-player').player.time") > 0.5
    page.locator("langsong-player .toggle").click()
    page.wait_for_function("!document.querySelector('langsong-player .toggle').classList.contains('playing')")
    assert page.evaluate("document.querySelector('langsong-player audio').paused")


@pytest.mark.parametrize(
    "format", ["mp3", "srt", *(pytest.param(f, marks=pytest.mark.slow) for f in ("wav", "opus", "flac"))]
)
def test_download(open_page: OpenPage, tmp_path: Path, format: str) -> None:
    page = open_page()
    speak(page, "今天天气真好。")
    with page.expect_download() as started:
        page.locator(f"langsong-player a[data-file$='.{format}']").click()
    path = tmp_path / started.value.suggested_filename
    started.value.save_as(path)
    assert path.suffix == f".{format}"
    if format == "srt":
        assert "今天天气真好" in path.read_text(encoding="utf-8")
        return
    samples, rate = soundfile.read(path)
    assert len(samples) / rate > 1
    assert np.abs(samples).max() > 0.05
    assert read_label(path) is not None


@pytest.mark.slow
def test_examples_bring_their_settings(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_role("button", name="惊喜").click()
    page.locator("#langsong-feeling label.selected").filter(has_text="调配").wait_for()
    assert "你考上了" in page.locator("#langsong-text textarea").input_value()
    page.locator("#langsong-speak").click()
    spoken(page)


@pytest.mark.slow
def test_upload_a_reference(open_page: OpenPage, served: Served, tmp_path: Path) -> None:
    seconds = np.arange(4 * 16000) / 16000
    tone = 0.2 * np.sin(2 * np.pi * 180 * seconds) * (1 + np.sin(2 * np.pi * 4 * seconds))
    write_audio(tmp_path / "reference.wav", tone.astype(np.float32), 16000)
    page = open_page()
    feel(page, "录音")
    page.locator("#langsong-recording input[type=file]").set_input_files(tmp_path / "reference.wav")
    page.locator("#langsong-recording audio, #langsong-recording .waveform-container").first.wait_for(state="attached")
    _hear_with_recording(page, served)


@pytest.mark.slow
def test_record_with_the_microphone(open_page: OpenPage, served: Served, pictures: Path) -> None:
    page = open_page(permissions=["microphone"])
    feel(page, "录音")
    page.locator("#langsong-recording .source-selection button").nth(1).click()
    page.locator("#langsong-recording .record-button").click()
    page.wait_for_timeout(4000)
    page.locator("#langsong-recording .stop-button").click()
    page.locator("#langsong-recording audio, #langsong-recording .waveform-container").first.wait_for(state="attached")
    page.screenshot(path=pictures / "studio-microphone.png")
    _hear_with_recording(page, served)


def _hear_with_recording(page: Page, served: Served) -> None:
    """It is spoken with the recording, or, by a voice that cannot hear any, refused in words."""
    page.locator("#langsong-text textarea").fill("今天天气真好。")
    page.locator("#langsong-speak").click()
    outcome = page.locator("langsong-player .files:visible, .toast-body")
    outcome.first.wait_for(timeout=PATIENCE_MS)
    if page.locator("langsong-player .files").is_visible():
        kept = served.studio.history.of("127.0.0.1")[0]
        assert kept.form.feeling == "recording"
        assert kept.form.recording is not None
        assert Path(kept.form.recording).stat().st_size > 1000
    else:
        assert "Traceback" not in page.locator(".toast-body").first.inner_text()


def test_errors_are_toasts_in_the_pages_language(open_page: OpenPage, pictures: Path) -> None:
    for locale, headline in (("zh-CN", "文字无法朗读"), ("en-US", "The text cannot be read")):
        page = open_page(locale=locale)
        page.locator("#langsong-text textarea").fill("银行{hang9}")
        page.locator("#langsong-speak").click()
        toast = page.locator(".toast-body")
        toast.wait_for(timeout=PATIENCE_MS)
        assert headline in toast.inner_text()
        assert "hang9" in toast.inner_text()
        assert "Traceback" not in page.content()
        assert page.locator("langsong-player .working").is_hidden()


@pytest.mark.slow
def test_stop(open_page: OpenPage, served: Served) -> None:
    page = open_page()
    before = len(served.studio.history.of("127.0.0.1"))
    page.locator("#langsong-text textarea").fill("这是一段很长的文字，要读很久很久。" * 100)
    page.locator("#langsong-speak").click()
    page.wait_for_function("document.querySelector('langsong-player').progress > 0", timeout=PATIENCE_MS)
    assert page.locator("langsong-player progress").is_visible()
    page.locator("langsong-player .stop").click()
    page.locator(".toast-body").filter(has_text="已停止").wait_for(timeout=PATIENCE_MS)
    assert len(served.studio.history.of("127.0.0.1")) == before


def test_other_language_keeps_the_text(open_page: OpenPage) -> None:
    page = open_page()
    page.locator("#langsong-text textarea").fill("留下这句话。")
    page.locator("#langsong-header button[lang=en]").click()
    page.wait_for_url("**/studio/en/")
    page.get_by_role("button", name="Speak", exact=True).wait_for()
    page.wait_for_function("document.querySelector('#langsong-text textarea').value === '留下这句话。'")
    page.goto(page.url.replace("studio/en/", ""))
    page.wait_for_url("**/studio/en/")


@pytest.mark.slow
def test_dark_and_light(open_page: OpenPage, pictures: Path) -> None:
    page = open_page(color_scheme="dark", locale="en-US")
    page.wait_for_function("document.body.classList.contains('dark')")
    feel(page, "Mix")
    page.locator(".langsong-pairs").first.wait_for()
    page.screenshot(path=pictures / "studio-dark.png")
    page.locator("#langsong-theme").click()
    page.wait_for_function("!document.body.classList.contains('dark')")
    page.reload()
    page.locator("#langsong-speak").wait_for()
    page.wait_for_function("!document.body.classList.contains('dark')")


@pytest.mark.slow
def test_phone(open_page: OpenPage, pictures: Path) -> None:
    page = open_page(viewport={"width": 390, "height": 844}, device_scale_factor=2, is_mobile=True, has_touch=True)
    speak(page, "今天天气真好，我们去公园散步吧。")
    feel(page, "调配")
    for name in ("speak", "script", "history", "voices"):
        tab(page, name)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    tab(page, "speak")
    page.screenshot(path=pictures / "studio-phone.png")


def test_readings_are_shown_and_corrected(open_page: OpenPage, pictures: Path) -> None:
    page = open_page()
    page.locator("#langsong-text textarea").fill("他长大了，银行行长也长大了。")
    page.locator("#langsong-readings > button").click()
    page.locator("#langsong-words [data-word]").filter(has_text="zhang3").first.click()
    page.locator("#langsong-pinyin input").wait_for()
    page.screenshot(path=pictures / "studio-readings.png")
    page.locator("#langsong-pinyin input").fill("chang2 da4")
    page.locator("#langsong-pinyin input").press("Enter")
    page.locator("#langsong-reread").click()
    page.wait_for_function("document.querySelector('#langsong-text textarea').value.includes('{chang2 da4}')")


@pytest.mark.slow
def test_script(open_page: OpenPage, pictures: Path, served: Served) -> None:
    page = open_page()
    tab(page, "script")
    page.locator("#langsong-lines tr").first.wait_for()
    page.screenshot(path=pictures / "studio-script.png")
    page.locator("#langsong-perform").click()
    spoken(page)
    take = served.studio.history.of("127.0.0.1")[0]
    assert take.script
    assert len({sentence["text"] for sentence in take.transcript["sentences"]}) >= 4


@pytest.mark.slow
def test_history_is_played_restored_and_deleted(open_page: OpenPage, pictures: Path) -> None:
    page = open_page()
    page.get_by_role("button", name="诗词").click()
    page.wait_for_function("document.querySelector('#langsong-text textarea').value.includes('柳暗花明')")
    page.locator("#langsong-speak").click()
    spoken(page)
    page.reload()
    page.locator("#langsong-speak").wait_for()
    tab(page, "history")
    card = page.locator("#langsong-history article").filter(has_text="柳暗花明").first
    card.wait_for()
    assert "0.85" in card.inner_text()
    page.screenshot(path=pictures / "studio-history.png")
    card.locator("[data-act=play]").click()
    page.wait_for_function("document.querySelector('langsong-player audio').currentTime > 0.3", timeout=PATIENCE_MS)
    take_id = card.get_attribute("data-take")
    card.locator("[data-act=apply]").click()
    page.wait_for_function("document.querySelector('#langsong-text textarea').value.includes('柳暗花明')")
    tab(page, "history")
    page.locator(f"[data-take='{take_id}'] [data-act=delete]").click()
    page.locator(f"[data-take='{take_id}']").wait_for(state="detached")


@pytest.mark.slow
def test_presets(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_role("button", name="惊喜").click()
    page.locator("#langsong-feeling label.selected").filter(has_text="调配").wait_for()
    page.get_by_role("button", name="预设").click()
    page.locator("#langsong-presets input").fill("欢快")
    page.locator("#langsong-presets input").press("Enter")
    page.locator("#langsong-save").click()
    page.locator(".toast-body").filter(has_text="欢快").wait_for(timeout=PATIENCE_MS)
    page.get_by_role("button", name="问候").click()
    page.locator("#langsong-feeling label.selected").filter(has_text="默认").wait_for()
    page.get_by_role("button", name="使用").click()
    page.locator("#langsong-feeling label.selected").filter(has_text="调配").wait_for()
