"""The commands, in processes of their own: train, be killed, go on, export, speak."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from generated import SPEC, write_corpus
from test_loop_runs import HIFIGAN, SAMBERT, metrics

from langsong.bundle.voice import Voice
from langsong.engine.synthesizer import Synthesizer

LOOP = {"steps": 60, "batch": 6, "log_every": 1, "validate_every": 20, "checkpoint_every": 10, "picture_every": 0}


def write_recipe(path: Path, recipe: dict[str, Any], **changes: Any) -> Path:
    path.write_text(yaml.safe_dump({**recipe, "output": path.stem, **changes}), encoding="utf-8")
    return path


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "langsong", "train", *map(str, arguments)]


def run(*arguments: object) -> str:
    done = subprocess.run(command(*arguments), capture_output=True, text=True, timeout=170, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_train_kill_resume_export_speak(tmp_path: Path) -> None:
    write_corpus(tmp_path / "corpus")
    acoustic = {"loop": LOOP, "learning": {"rate": 0.005, "warmup": 5}, "adversary": None}
    whole = write_recipe(tmp_path / "whole.yaml", SAMBERT, **acoustic)
    killed = write_recipe(tmp_path / "killed.yaml", SAMBERT, **acoustic)
    run("run", whole)

    process = subprocess.Popen(command("run", killed), stderr=subprocess.PIPE, text=True)
    assert process.stderr
    for line in process.stderr:
        if line.startswith("25/60"):
            break
    process.kill()
    assert process.wait() == -signal.SIGKILL
    process.stderr.close()
    assert len(metrics(tmp_path / "killed")) < len(metrics(tmp_path / "whole"))
    run("run", killed, "--resume", "auto")
    assert metrics(tmp_path / "killed") == metrics(tmp_path / "whole")
    losses = [line["loss"] for line in metrics(tmp_path / "killed") if "loss" in line]
    assert np.mean(losses[-5:]) < 0.6 * np.mean(losses[:3])

    vocoder = write_recipe(tmp_path / "vocoder.yaml", HIFIGAN, loop=LOOP | {"steps": 10})
    run("run", vocoder)
    said = run("export", tmp_path / "killed", tmp_path / "voice", "--with", tmp_path / "vocoder")
    assert "graphs agree with torch within" in said
    synthesizer = Synthesizer.open(Voice.open(tmp_path / "voice"), precision="f32")
    audio = synthesizer.say("你好。")
    assert audio.sample_rate == SPEC.sample_rate
    assert 0.2 < audio.duration_s < 3
    assert np.abs(audio.samples).max() > 0

    run("export", tmp_path / "vocoder", tmp_path / "again", "--with", tmp_path / "voice", "--precision", "float16")
    assert Voice.open(tmp_path / "again").manifest.acoustic == Voice.open(tmp_path / "voice").manifest.acoustic


@pytest.mark.slow
def test_two_processes_learn_as_one(tmp_path: Path) -> None:
    write_corpus(tmp_path / "corpus")
    hardware = {"device": "cpu"}
    changes = {"loop": LOOP | {"steps": 12}, "adversary": None}
    run("run", write_recipe(tmp_path / "one.yaml", SAMBERT, **changes, hardware=hardware | {"processes": 1}))
    run("run", write_recipe(tmp_path / "two.yaml", SAMBERT, **changes, hardware=hardware | {"processes": 2}))
    one, two = ([line["loss"] for line in metrics(tmp_path / name) if "loss" in line] for name in ("one", "two"))
    assert len(one) == len(two) == 12
    # dropout differs, and means are taken over halves
    np.testing.assert_allclose(two, one, rtol=0.1)
    assert two[-1] < 0.9 * two[0]


@pytest.mark.slow
def test_a_killed_run_leaves_no_process_behind(tmp_path: Path) -> None:
    write_corpus(tmp_path / "corpus")
    recipe = write_recipe(tmp_path / "run.yaml", SAMBERT, loop=LOOP | {"steps": 5000}, hardware={"processes": 2})
    process = subprocess.Popen(command("run", recipe), stderr=subprocess.PIPE, text=True)
    assert process.stderr
    assert process.stderr.readline()
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if not children.exists():
        pytest.skip("this system does not list children")
    pids = children.read_text().split()
    assert len(pids) >= 2
    process.kill()
    process.wait()
    process.stderr.close()
    deadline = time.monotonic() + 60
    while any(Path(f"/proc/{pid}/cmdline").exists() for pid in pids):
        assert time.monotonic() < deadline, "a process of the killed run is still there"
        time.sleep(0.2)


def test_user_mistakes_exit_with_2(tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").write_text("kind: sambert\ncorpus: c\noutput: o\nloop: {steps: ten}\n", encoding="utf-8")
    done = subprocess.run(
        command("run", tmp_path / "recipe.yaml"), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "loop.steps: Input should be a valid integer" in done.stderr


def test_the_help_needs_no_torch() -> None:
    code = (
        "import sys\nsys.modules.update(torch=None, tensorboard=None)\n"
        "from typer.testing import CliRunner\nfrom langsong.cli.app import app\n"
        "r = CliRunner()\nassert r.invoke(app, ['train', 'run', '--help']).exit_code == 0\n"
        "e = r.invoke(app, ['train', 'run', 'x.yaml']).exception\nprint(type(e).__name__, e)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert "MissingExtra" in done.stdout, done.stdout + done.stderr
    assert "pip install 'langsong[train]'" in done.stdout
