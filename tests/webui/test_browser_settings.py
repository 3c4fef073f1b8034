"""Every control of the page reaches the voice, in a real Chromium: what is kept of a take says what was asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from studio_server import PATIENCE_MS

from langsong.audio.files import write_audio
from langsong.webui.form import Form

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from studio_server import Served

pytestmark = pytest.mark.slow

OpenPage = Callable[..., "Page"]


def choose(page: Page, label: str, option: str) -> None:
    """One of a list."""
    page.get_by_label(label, exact=True).first.click()
    page.get_by_role("option", name=option).first.click()


def slide(page: Page, label: str, value: str) -> None:
    """The number beside a slider."""
    box = page.locator(f"#langsong-settings input[type=number][aria-label*='{label}']")
    box.fill(value)
    box.press("Enter")


def feel(page: Page, way: str) -> None:
    page.locator("#langsong-feeling label").filter(has_text=way).click()


def asked(page: Page, served: Served, text: str) -> Form:
    """Speak; the settings that were kept."""
    page.locator("#langsong-text textarea").fill(text)
    page.locator("#langsong-speak").click()
    page.locator("langsong-player .files").wait_for(timeout=PATIENCE_MS)
    return next(take.form for take in served.studio.history.of("127.0.0.1") if take.text == text)


def test_speakers_are_blended_and_manners_are_set(open_page: OpenPage, served: Served) -> None:
    page = open_page()
    choose(page, "说话人", "松柏")
    choose(page, "混合另一位", "晴岚")
    slide(page, "另一位的比例", "0.4")
    page.get_by_role("button", name="语气").click()
    for label, value in (("语速", "1.3"), ("音高", "-2"), ("抑扬", "1.5"), ("音量", "-3"), ("句间停顿", "0.8")):
        slide(page, label, value)
    form = asked(page, served, "说话的方式都变了。")
    assert (form.speaker, form.second, form.share) == ("songbai", "qinglan", 0.4)
    assert (form.speed, form.pitch, form.pitch_range, form.volume, form.pause) == (1.3, -2.0, 1.5, -3.0, 0.8)


def test_emotions_are_chosen_mixed_and_described(open_page: OpenPage, served: Served) -> None:
    page = open_page()
    feel(page, "选择")
    page.locator("#langsong-emotion label").filter(has_text="悲伤").click()
    slide(page, "情感强度", "1.5")
    form = asked(page, served, "选了一种情感。")
    assert (form.feeling, form.emotion, form.intensity) == ("name", "sad", 1.5)
    feel(page, "调配")
    slide(page, "愤怒", "0.5")
    form = asked(page, served, "调了一种情感。")
    assert (form.feeling, form.angry) == ("sliders", 0.5)
    feel(page, "描述")
    page.get_by_label("怎么说").fill("压低声音，有点害怕地说")
    form = asked(page, served, "描述一种情感。")
    assert (form.feeling, form.description) == ("description", "压低声音，有点害怕地说")


def test_the_ssml_example_is_spoken(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_role("button", name="SSML").click()
    page.wait_for_function("document.querySelector('#langsong-text textarea').value.startsWith('<speak>')")
    page.locator("#langsong-speak").click()
    page.locator("langsong-player .files").wait_for(timeout=PATIENCE_MS)


def test_a_take_brings_its_recording_back(open_page: OpenPage, served: Served, tmp_path: Path) -> None:
    seconds = np.arange(4 * 16000) / 16000
    tone = 0.2 * np.sin(2 * np.pi * 180 * seconds) * (1 + np.sin(2 * np.pi * 4 * seconds))
    write_audio(tmp_path / "reference.wav", tone.astype(np.float32), 16000)
    page = open_page()
    feel(page, "录音")
    page.locator("#langsong-recording input[type=file]").set_input_files(tmp_path / "reference.wav")
    page.locator("#langsong-recording .waveform-container").first.wait_for(state="attached")
    first = asked(page, served, "带着录音说。")
    page.reload()
    page.locator("[role=tab][data-tab-id=history]").click()
    card = page.locator("#langsong-history article").filter(has_text="带着录音说").first
    card.locator("[data-act=apply]").click()
    page.locator("#langsong-recording .waveform-container").first.wait_for(state="attached")
    again = asked(page, served, "再带着录音说。")
    assert again.feeling == first.feeling == "recording"
    assert first.recording is not None
    assert again.recording is not None
    assert Path(again.recording).read_bytes() == Path(first.recording).read_bytes()
