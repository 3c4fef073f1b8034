"""Takes and presets on disk."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from langsong.errors import OptionError
from langsong.webui.figures import Figures
from langsong.webui.form import Form
from langsong.webui.history import History, Take


def take(number: int, text: str = "你好。") -> Take:
    return Take(
        f"{number:032x}",
        float(number),
        text,
        False,
        Form(speaker="a", speed=1.5),
        2.5,
        Figures("a machine", 0.1, 0.2),
        {"duration": 2.5, "sentences": []},
    )


def test_takes_come_back_newest_first(tmp_path: Path) -> None:
    history = History(tmp_path / "studio")
    for number in (1, 3, 2):
        history.add("me", take(number, f"第{number}句"))
    again = History(tmp_path / "studio")
    assert [found.text for found in again.of("me")] == ["第3句", "第2句", "第1句"]
    assert again.find("me", take(2).id) == take(2, "第2句")


def test_everybody_has_their_own(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.add("me", take(1))
    history.path(take(1).id).write_bytes(b"sound")
    assert history.of("you") == []
    assert history.find("you", take(1).id) is None
    history.remove("you", take(1).id)
    assert history.path(take(1).id).exists()
    assert history.find("me", take(1).id) == take(1)


def test_the_oldest_go_with_their_files(tmp_path: Path) -> None:
    history = History(tmp_path, kept=2)
    for number in range(4):
        history.path(take(number).id).write_bytes(b"sound")
        history.recording_path(take(number).id).write_bytes(b"reference")
        history.add("me", take(number))
    assert [found.created for found in history.of("me")] == [3.0, 2.0]
    assert sorted(path.stem for path in tmp_path.glob("**/*.flac")) == sorted([take(2).id, take(3).id] * 2)


def test_presets(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.save_preset("me", "快", Form(speed=2.0, feeling="recording", recording="/tmp/x.wav"))
    history.save_preset("me", "慢", Form(speed=0.5))
    history.save_preset("me", "快", Form(speed=1.8, feeling="recording", recording="/tmp/x.wav"))
    assert history.presets("me") == {"快": Form(speed=1.8), "慢": Form(speed=0.5)}
    assert history.presets("you") == {}
    history.remove_preset("me", "快")
    assert list(history.presets("me")) == ["慢"]


def test_threads_share_it(tmp_path: Path) -> None:
    history = History(tmp_path)
    threads = [threading.Thread(target=history.add, args=("me", take(number))) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(history.of("me")) == 8


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OptionError, match="choose another --output"):
        History(tmp_path / "file" / "studio")
