"""``langsong voices``, ``demo`` and ``--version``."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

from commands import Run, spawn

import langsong
from langsong.audio.files import read_audio
from langsong.bundle.install import InstallReport

Imported = Callable[[str], InstallReport]


def test_the_version(run: Run) -> None:
    assert run("--version").done().lines == [langsong.__version__]
    assert spawn(["--version"]).done().lines == [langsong.__version__]


def test_help_names_every_command(run: Run) -> None:
    shown = run("--help").done().out.decode()
    assert run("-h").done().out.decode() == shown
    commands = [
        "say", "demo", "book", "batch", "text", "serve", "analyse", "bench", "load", "capacity", "doctor", "accuracy",
        "evaluate", "expressiveness", "label", "voices", "train",
    ]  # fmt: skip
    assert sorted(re.findall(r"^│ (\w+) ", shown, re.MULTILINE)) == sorted(commands)
    assert re.findall(r"^│ (\w+) ", run("voices", "--help").done().out.decode(), re.MULTILINE) == [
        "list", "show", "import", "pull", "verify", "remove",
    ]  # fmt: skip
    for command in (["say"], ["demo"], ["text"], ["bench"], ["evaluate"], ["voices", "import"]):
        assert f"langsong {' '.join(command)} [OPTIONS]" in run(*command, "--help").done().out.decode()


def test_list(run: Run, home: Path, tiny: Path) -> None:
    (only,) = json.loads(run("voices", "list", "--json").done().out)
    assert only["name"] == "langsong"
    assert only["embedded"] is True
    assert only["sample_rate"] == 22050
    assert only["speakers"] == [*("qinglan", "wanqing", "lingxi", "songbai", "yunfan", "xinghe", "ruolan", "changfeng")]
    assert only["emotions"][0] == "neutral"
    run("voices", "import", tiny, "--name", "mine").done()
    rows = json.loads(run("voices", "list", "--json").done().out)
    assert [(row["name"], row["embedded"]) for row in rows] == [("langsong", True), ("mine", False)]
    table = run("voices", "list").done().out.decode()
    assert all(word in table for word in ("langsong", "mine", "22050", "16000"))


def test_show(run: Run, tiny: Path) -> None:
    shown = json.loads(run("voices", "show").done().out)
    assert (shown["name"], shown["format_version"], shown["audio"]["sample_rate"]) == ("langsong", 1, 22050)
    assert "units" not in shown
    other = json.loads(run("voices", "show", tiny).done().out)
    assert (other["name"], other["folder"]) == ("base", str(tiny))


def test_verify(run: Run, tiny: Path) -> None:
    lines = run("voices", "verify", tiny).done().lines
    assert lines[0] == "base: 8 files are intact"
    stages = ["encoder", "prosody", "duration", "memory", "decoder", "postnet", "vocoder"]
    assert [line.split(":")[0].strip() for line in lines[1:]] == stages
    assert all("graph and torch agree within" in line for line in lines[1:])


def test_import_speak_remove(
    run: Run, home: Path, kantts_voice: Callable[[str], Path], tmp_path: Path, one_torch_thread: None
) -> None:
    lines = run("voices", "import", kantts_voice("nsf"), "--name", "mine").done().lines
    assert lines[0] == f"installed mine in {home / 'voices' / 'mine'}"
    text = "\n".join(lines)
    assert "acoustic: 147 tensors read, every one used or dropped by name" in text
    assert "vocoder: 108 tensors read" in text
    assert "dropped: variance_adaptor.dur_position_encoder.inv_timescales" in text
    assert text.count("graph and torch agree within") == 7
    path = tmp_path / "out.wav"
    run("say", "你好。", "-v", "mine", "--pitch", "2", "-o", path).done()
    assert read_audio(path)[1] == 16000
    assert run("voices", "remove", "mine").done().lines == [f"removed {home / 'voices' / 'mine'}"]
    assert list((home / "voices").iterdir()) == []
    assert "no voice 'mine'" in run("say", "你好。", "-v", "mine", "-o", path).refused()


def test_a_bundle_may_be_packed_and_sent(run: Run, home: Path, tiny: Path, tmp_path: Path) -> None:
    archive = tmp_path / "voice.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for path in tiny.iterdir():
            packed.write(path, f"base/{path.name}")
    assert run("voices", "import", archive).done().lines == [f"installed base in {home / 'voices' / 'base'}"]
    assert "exists already" in run("voices", "import", archive).refused()


def test_the_demo_speaks_in_every_speaker_and_emotion(run: Run, tiny: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    shutil.copytree(tiny, bundle)
    manifest = json.loads((bundle / "voice.json").read_text(encoding="utf-8"))
    manifest |= {"emotions": ["neutral", "sad"], "sample_texts": ["你好。"]}
    (bundle / "voice.json").write_text(json.dumps(manifest), encoding="utf-8")
    lines = run("demo", "-v", bundle, "-o", tmp_path / "out").done().lines
    names = ["base-F7.wav", "base-M7.wav", "base-F7-neutral.wav", "base-F7-sad.wav"]
    assert lines == [str(tmp_path / "out" / name) for name in names]
    for line in lines:
        samples, rate = read_audio(line)
        assert rate == 16000
        assert len(samples) > 2000
