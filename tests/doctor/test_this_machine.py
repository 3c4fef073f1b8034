"""The doctor on the machine of the test: what it gathers is true, and a broken environment does not stop it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from langsong.doctor import collect as collect_module
from langsong.doctor import torch_probe
from langsong.doctor.advice import user_language
from langsong.doctor.collect import collect, read_nvidia_smi
from langsong.doctor.facts import Gpu, Nvidia


def run_doctor(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "langsong.doctor", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **variables},
    )


def test_facts_are_those_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setattr(collect_module, "PORTS", (port,))
        facts = collect(wait_s=0.01)
    assert facts.ports_free == {port: False}
    assert facts.python == ".".join(str(part) for part in sys.version_info[:3])
    assert facts.wheels["numpy"]
    assert any(requirement.startswith("openvino") for requirement in facts.requirements)
    assert facts.ram_bytes is not None
    assert facts.ram_bytes > 1 << 28


@pytest.mark.parametrize(("language", "said"), [("zh_CN.UTF-8", "错误: 缺少依赖"), ("en_US.UTF-8", "is missing")])
def test_nothing_but_the_standard_library_is_needed(tmp_path: Path, language: str, said: str) -> None:
    """With site-packages cut off, the packages are reported as missing, in the user's language."""
    source = Path(torch_probe.__file__).parents[2]
    metadata = tmp_path / "langsong-0.1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Name: langsong\nVersion: 0.1.0\nRequires-Dist: numpy>=1.24\n")
    answer = subprocess.run(
        [sys.executable, "-S", "-m", "langsong.doctor", "--wait", "0.1"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PYTHONPATH": f"{source}{os.pathsep}{tmp_path}", "LC_ALL": language, "PYTHONIOENCODING": "utf-8"},
    )
    assert answer.returncode == 1, answer.stderr
    assert said in answer.stdout
    assert "numpy>=1.24" in answer.stdout
    assert not answer.stderr


def test_json_and_exit_code() -> None:
    answer = run_doctor("--json", "--wait", "0.1")
    report = json.loads(answer.stdout)
    assert report["facts"]["wheels"]["langsong"]
    assert answer.returncode == int(any(finding["severity"] == "error" for finding in report["findings"]))


@pytest.mark.parametrize(
    ("module", "error"),
    [
        ("raise ImportError('libcudart.so.13: cannot open shared object file')", "libcudart.so.13"),
        ("import os; os._exit(3)", "status 3"),
    ],
)
def test_a_torch_that_does_not_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, error: str) -> None:
    (tmp_path / "torch.py").write_text(module)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    torch = torch_probe.ask_torch("2.13.0", wait_s=30)
    assert torch.error is not None
    assert error in torch.error


def test_a_torch_that_takes_too_long_is_read_from_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "torch"
    package.mkdir()
    (package / "__init__.py").write_text("import time; time.sleep(60)")
    (package / "version.py").write_text(
        "from typing import Optional\n__version__ = '2.0.1+cu118'\ndebug = False\ncuda: Optional[str] = '11.8'\n"
        "git_version = 'abc'\nhip: Optional[str] = None\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    torch = torch_probe.ask_torch("2.0.1", wait_s=0.2)
    assert (torch.version, torch.answered, torch.cuda, torch.hip) == ("2.0.1+cu118", False, "11.8", None)


def test_nvidia_smi_tables() -> None:
    new = "535.183.01, NVIDIA GeForce RTX 3080, 10240, 8.6\n535.183.01, NVIDIA H100, 81559, 9.0\n"
    gpus = [Gpu("NVIDIA GeForce RTX 3080", 10240, "8.6"), Gpu("NVIDIA H100", 81559, "9.0")]
    assert read_nvidia_smi(new) == Nvidia("535.183.01", gpus)
    assert read_nvidia_smi("470.82.01, Tesla K80, 11441\n").gpus == [Gpu("Tesla K80", 11441, None)]
    assert read_nvidia_smi("") == Nvidia()


@pytest.mark.parametrize(
    ("variables", "language"),
    [({"LANG": "zh_CN.UTF-8"}, "zh"), ({"LANG": "zh_TW", "LC_ALL": "C"}, "en"), ({"LANG": "de_DE.UTF-8"}, "en")],
)
def test_the_users_language(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], language: str) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert user_language() == language
