"""python scripts/measure_page.py [--runs 5]: how soon the studio can be used, and how soon it sounds.

Starts `langsong serve` anew for each run, with a Chromium that is open already, and prints in milliseconds: from the
server's start until it takes connections, until a text is typed into the page, until the voice is ready; then from the
click until samples are heard. Both share this machine's cores. Needs Playwright (group dev) and Chromium.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from statistics import median

from httpx import HTTPError, get
from playwright.sync_api import Browser, sync_playwright

PATIENCE_S = 60.0
TEXT = "今天天气真好，我们去公园散步吧。"


def run(browser: Browser) -> dict[str, float]:
    """One start of the server, and one sentence."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    page = browser.new_page(locale="zh-CN")
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "langsong", "serve", "--port", str(port), "-o", folder]
        begin = time.perf_counter()
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            found = {"listening": _until(lambda: get(f"{url}/healthz"), begin)}
            page.goto(url)
            page.locator("#langsong-text textarea").fill(TEXT)
            page.wait_for_function("document.querySelector('langsong-player')?.player !== undefined")
            found["typed"] = _since(begin)
            found["ready"] = _until(lambda: get(f"{url}/readyz").raise_for_status(), begin)
            page.evaluate(
                "document.querySelector('#langsong-speak').addEventListener('click', () => {"
                "  const begin = performance.now();"
                "  const look = () => document.querySelector('langsong-player').player.time > 0"
                "    ? window.heard = performance.now() - begin : requestAnimationFrame(look);"
                "  look();"
                "})"
            )
            page.locator("#langsong-speak").click()
            found["sound"] = page.wait_for_function("window.heard").json_value()
        finally:
            page.close()
            server.terminate()
            server.wait()
    return found


def _until(answer: Callable[[], object], begin: float) -> float:
    while _since(begin) < PATIENCE_S * 1000:
        try:
            answer()
        except HTTPError:
            time.sleep(0.05)
        else:
            return _since(begin)
    raise SystemExit("measure_page: the server does not answer")


def _since(begin: float) -> float:
    return (time.perf_counter() - begin) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("measure_page: no chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--headless", "--no-sandbox"])
        found = [run(browser) for _ in range(runs)]
        browser.close()
    for name in found[0]:
        values = sorted(one[name] for one in found)
        print(f"{name:10} {median(values):6.0f}  ({', '.join(f'{value:.0f}' for value in values)})")


if __name__ == "__main__":
    main()
