"""What users may rely on, and what importing it costs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import langsong

ROOT = Path(__file__).parent.parent

PUBLIC = {
    "AudioChunk",
    "LangsongError",
    "SynthesisOptions",
    "Synthesizer",
    "Voice",
    "WordTiming",
    "write_audio",
}


def loaded_by(code: str) -> set[str]:
    """Top-level modules and langsong's own that are loaded after `code` ran in a new process."""
    script = f"import json, sys\n{code}\nprint(json.dumps(list(sys.modules)))"
    ran = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    names = json.loads(ran.stdout.splitlines()[-1])
    return {name for name in names if "." not in name or name.startswith("langsong.")}


def test_the_public_names() -> None:
    assert set(langsong.__all__) == PUBLIC
    assert len(langsong.__all__) == len(PUBLIC)
    for name in PUBLIC:
        assert getattr(langsong, name).__name__ == name
    assert set(dir(langsong)) >= PUBLIC
    with pytest.raises(AttributeError, match="has no attribute 'Synthesiser'"):
        langsong.Synthesiser  # noqa: B018


def test_a_star_import_brings_them(tmp_path: Path) -> None:
    names: dict[str, object] = {}
    exec("from langsong import *", names)
    assert set(names) - {"__builtins__"} == PUBLIC


def test_importing_langsong_loads_nothing_else() -> None:
    loaded = loaded_by("import langsong")
    assert {name for name in loaded if name.startswith("langsong")} == {"langsong"}
    assert not loaded & {"torch", "openvino", "numpy", "pydantic", "soundfile", "typer"}


def test_the_command_line_loads_no_engine_before_it_needs_one() -> None:
    loaded = loaded_by("import langsong.cli.app")
    assert not loaded & {"torch", "openvino", "numpy", "pydantic", "soundfile"}


def test_speaking_over_openvino_loads_no_torch() -> None:
    loaded = loaded_by(
        "import langsong\n"
        "audio = langsong.Synthesizer.open(runtime='openvino').say('你好。')\n"
        "assert audio.duration_s > 0.2"
    )
    assert "openvino" in loaded
    assert not loaded & {"torch", "onnx", "yaml", "typer", "rich"}
    rooms = {name.split(".")[1] for name in loaded if name.startswith("langsong.")}
    assert rooms == {"acoustic", "audio", "bundle", "engine", "errors", "text", "types", "vocoder"}


def test_every_error_is_a_langsong_error() -> None:
    from langsong import errors

    kinds = {name: kind for name, kind in vars(errors).items() if isinstance(kind, type)}
    assert "OptionError" in kinds
    assert all(issubclass(kind, langsong.LangsongError) for kind in kinds.values())


def test_the_changelog_tells_of_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[(\d[^\]]*)\]", text, re.MULTILINE)
    assert versions[0] == langsong.__version__
    assert f"\n[{versions[0]}]: " in text
