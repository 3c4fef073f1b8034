"""Voices installed from the page, in a real Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from studio_server import PATIENCE_MS

from langsong.bundle.store import find_voice
from local_hub import LocalHub

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow

OpenPage = Callable[..., "Page"]
MODEL = "somebody/a-voice"


@pytest.fixture
def hub(
    kantts_voice: Callable[[str], Path], home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LocalHub]:
    monkeypatch.setenv("MODELSCOPE_HOME", str(tmp_path / "modelscope"))
    monkeypatch.setenv("MODELSCOPE_CACHE", str(tmp_path / "modelscope-cache"))
    monkeypatch.setenv("MODELSCOPE_DOWNLOAD_INTRA_CLOUD", "false")
    shutil.copytree(kantts_voice("base"), tmp_path / "served")
    serving = LocalHub(MODEL, tmp_path / "served")
    monkeypatch.setenv("MODELSCOPE_ENDPOINT", serving.url)
    yield serving
    serving.close()


def voices_of(page: Page) -> None:
    page.locator("[role=tab][data-tab-id=voices]").click()
    page.locator("#langsong-voices article").filter(has_text="22.05 kHz").first.wait_for()


def test_what_cannot_be_imported_is_told(open_page: OpenPage) -> None:
    page = open_page()
    voices_of(page)
    page.locator("#langsong-import > button").click()
    page.locator("#langsong-import textarea, #langsong-import input").first.fill("/nowhere")
    page.get_by_role("button", name="导入", exact=True).click()
    toast = page.locator(".toast-body")
    toast.wait_for(timeout=PATIENCE_MS)
    assert "声音无法使用：/nowhere 不存在" in toast.inner_text()


def test_a_voice_is_pulled(open_page: OpenPage, hub: LocalHub, pictures: Path) -> None:
    page = open_page()
    voices_of(page)
    page.locator("#langsong-pull > button").click()
    page.screenshot(path=pictures / "studio-voices.png")
    page.locator("#langsong-pull input").first.fill(MODEL)
    page.locator("#langsong-pull input").first.press("Enter")
    page.locator("#langsong-pull textarea, #langsong-pull input").last.fill("pulled")
    page.get_by_role("button", name="下载并安装").click()
    page.locator("#langsong-progress").filter(has_text="安装中").wait_for(timeout=PATIENCE_MS)
    page.locator("#langsong-voices article").filter(has_text="pulled").wait_for(timeout=PATIENCE_MS)
    assert find_voice("pulled").manifest.speakers
    assert page.locator("#langsong-progress").inner_text().strip() == ""


def test_a_hub_that_does_not_answer_is_told(
    open_page: OpenPage, hub: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modelscope_hub._legacy_api.REPO_TREE_PAGE_MAX_ATTEMPTS", 1)
    hub.close()
    page = open_page()
    voices_of(page)
    page.locator("#langsong-pull > button").click()
    page.get_by_role("button", name="下载并安装").click()
    page.locator(".toast-body").filter(has_text="连接中断").wait_for(timeout=PATIENCE_MS)
    page.locator("#langsong-progress").filter(has_not_text="安装中").wait_for(state="attached", timeout=PATIENCE_MS)
