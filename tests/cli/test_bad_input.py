"""Whatever a user gets wrong ends with exit code 2 and one line that says so; no file is left."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import Run

GOOD = "你好。"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, empty."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "nothing to read"),
        (" \t\n", "nothing to read"),
        ("。，！？…——《》", "nothing to read"),
        ("😀🎉👍🏽", "nothing to read"),
        ("\x01\x02\x1b", "nothing to read"),
        ("你好\ud800", "(U+D800) at character 2 is half of a surrogate pair"),
        ("\udcff你好", "(U+DCFF) at character 0 is half of a surrogate pair"),
        ("你好สวัสดี", "at character 2 cannot be read (thai"),
        ("привет", "at character 0 cannot be read (cyrillic"),
        ("سلام", "at character 0 cannot be read (arabic"),
        ("你好\ue000", "at character 2"),
    ],
)
def test_text_that_cannot_be_read(run: Run, folder: Path, tiny: Path, text: str, complaint: str) -> None:
    assert complaint in run("say", text, "-v", tiny, "-o", "out.wav").refused()
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "nothing to read"),
        ("你好".encode("gbk"), "is not UTF-8 (byte 0)"),
        (b"\xe4\xbd\xa0\xed\xa0\x80", "is not UTF-8 (byte 3)"),
        ("你好\0".encode(), "at character 2 is NUL"),
        ("你好".encode("utf-16"), "is not UTF-8"),
    ],
    ids=["empty", "gbk", "surrogate", "nul", "utf-16"],
)
def test_files_that_cannot_be_read(run: Run, folder: Path, tiny: Path, content: bytes, complaint: str) -> None:
    Path("in.txt").write_bytes(content)
    for source, stdin in (("in.txt", b""), ("-", content)):
        assert complaint in run("say", "-f", source, "-v", tiny, "-o", "out.wav", stdin=stdin).refused()
    assert [p.name for p in folder.iterdir()] == ["in.txt"]


@pytest.mark.parametrize("command", [("say", "-f", "-", "-o", "out.wav"), ("text", "--ssml")])
def test_standard_input_is_called_by_its_name(run: Run, command: tuple[str, ...]) -> None:
    refused = run(*command, stdin="你好".encode("gbk")).refused()
    assert refused.startswith("standard input is not UTF-8 (byte 0): convert it first")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--speaker", "nobody"], "no speaker 'nobody'; it has F7, M7"),
        (["--emotion", "bored"], "no emotion 'bored'; it has"),
        (["--intensity", "3"], "intensity = 3.0"),
        (["--speed", "0"], "speed = 0.0"),
        (["--speed", "nan"], "speed = nan"),
        (["--speed", "inf"], "speed = inf"),
        (["--speed", "-1"], "speed = -1.0"),
        (["--pitch", "100"], "pitch = 100.0"),
        (["--pitch", "2"], "leave pitch at 0"),
        (["--volume", "nan"], "volume = nan"),
        (["--sentence-pause", "-1"], "sentence_pause = -1.0"),
        (["--sample-rate", "100"], "sample_rate = 100"),
        (["--runtime", "onnx"], "unknown runtime 'onnx'"),
        (["--device", "tpu"], "unknown device 'tpu'"),
        (["--precision", "int8"], "unknown precision 'int8'"),
        (["--threads", "0"], "threads = 0"),
        (["--format", "aac"], "unknown audio format 'aac'"),
        (["-o", "out.xyz"], "no audio format is known by the suffix '.xyz'"),
        (["-o", "out"], "no audio format is known by the suffix ''"),
        (["-o", "missing/out.wav"], "create the folder first"),
        (["-o", "existing", "--format", "wav"], "is a folder"),
        (["-o", "existing.wav"], "is a folder"),
        (["-o", "file.txt/out.wav"], "cannot write file.txt/out.wav"),
        (["-o", "x" * 300 + ".wav"], "choose a shorter name"),
        (["-o", "-", "--format", "aac"], "unknown audio format 'aac'"),
        (["-f", "file.txt"], "say what? give exactly one of"),
        (["--units", "file.txt"], "say what? give exactly one of"),
    ],
)  # fmt: skip
def test_options_that_cannot_be(run: Run, folder: Path, tiny: Path, arguments: list[str], complaint: str) -> None:
    for name in ("existing", "existing.wav"):
        Path(name).mkdir()
    Path("file.txt").write_text(GOOD, encoding="utf-8")
    before = sorted(p.name for p in folder.rglob("*"))
    if not {"-o", "-f", "--units"} & set(arguments):
        arguments = [*arguments, "-o", "out.wav"]
    ran = run("say", GOOD, "-v", tiny, *arguments)
    assert complaint in ran.refused()
    assert ran.out == b""
    assert sorted(p.name for p in folder.rglob("*")) == before


def test_a_file_that_was_there_stays_as_it_was(run: Run, folder: Path, tiny: Path) -> None:
    """The mistake is in the last unit: by then there is sound to write."""
    Path("out.wav").write_bytes(b"precious")
    good = "{t_c$tone1$s_begin$word_begin$emotion_neutral$F7} {ian_c$tone1$s_end$word_end$emotion_neutral$F7}"
    Path("units.txt").write_text(f"{good}\n{good.replace('ian_c', 'zzz')}\n", encoding="utf-8")
    assert "unit 1 has the phone 'zzz'" in run("say", "--units", "units.txt", "-v", tiny, "-o", "out.wav").refused()
    assert Path("out.wav").read_bytes() == b"precious"
    assert sorted(p.name for p in folder.iterdir()) == ["out.wav", "units.txt"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "has no unit lines"),
        ("\n \n", "has no unit lines"),
        ("你好", "unit 0 is '你好'"),
        ("{t_c$tone1}", "unit 0 is '{t_c$tone1}'"),
        ("{300$emotion_neutral$F7}", "unit 0 is '{300$emotion_neutral$F7}'"),
    ],
)
@pytest.mark.parametrize("output", ["out.wav", "-"])
def test_units_that_cannot_be_read(
    run: Run, folder: Path, tiny: Path, content: str, complaint: str, output: str
) -> None:
    Path("units.txt").write_text(content, encoding="utf-8")
    assert complaint in run("say", "--units", "units.txt", "-v", tiny, "-o", output).refused()
    assert [p.name for p in folder.iterdir()] == ["units.txt"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["say"], "say what? give exactly one of"),
        (["say", "-f", "nowhere.txt"], "cannot read nowhere.txt"),
        (["say", "-f", "."], "cannot read ."),
        (["say", GOOD, "-v", "langsnog"], "did you mean 'langsong'?"),
        (["say", GOOD, "-v", "no/such/folder"], "no voice 'no/such/folder'"),
        (["say", GOOD, "-v", "v" * 300], "no voice"),
        (["say", GOOD, "-v", "empty"], "is not a voice bundle: cannot read voice.json"),
        (["say", GOOD, "-v", ""], ""),
        (["voices", "show", "nobody"], "no voice 'nobody'"),
        (["voices", "verify", "nobody"], "no voice 'nobody'"),
        (["voices", "remove", "nobody"], "no voice 'nobody' is installed"),
        (["voices", "remove", "langsong"], "cannot be removed"),
        (["voices", "import", "nowhere"], "does not exist"),
        (["voices", "import", "empty"], "is no KAN-TTS voice"),
        (["voices", "import", "file.zip"], "is not a readable zip file"),
        (["voices", "import", "empty", "--name", "../x"], "name"),
        (["voices", "import", "empty", "--card", "nowhere.yaml"], "cannot read nowhere.yaml"),
        (["voices", "import", "empty", "--precision", "int4"], "there are float32, float16"),
        (["text", "--stage", "units", "-s", "nobody"], "no speaker 'nobody'"),
        (["text", "--stage", "units", "-v", "nobody"], "no voice 'nobody'"),
        (["demo", "-o", "file.zip"], "file.zip"),
        (["demo", "-v", "nobody"], "no voice 'nobody'"),
        (["bench", "--runtime", "onnx"], "unknown runtime 'onnx'"),
        (["bench", "-v", "nobody"], "no voice 'nobody'"),
        (["evaluate", "--recognizer", "nowhere", "-v", "nobody"], ""),
    ],
)  # fmt: skip
def test_commands_that_cannot_be(run: Run, folder: Path, home: Path, arguments: list[str], complaint: str) -> None:
    Path("empty").mkdir()
    Path("file.zip").write_bytes(b"no zip file")
    assert complaint in run(*arguments).refused()
    assert not (home / "voices").exists() or list((home / "voices").iterdir()) == []
    assert {p.name for p in folder.iterdir()} <= {"empty", "file.zip", "output"}


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (lambda b: (b / "vocoder.onnx").unlink(), "lacks vocoder.onnx"),
        (lambda b: (b / "voice.json").write_text("{"), "voice.json is not valid"),
        (lambda b: (b / "voice.json").unlink(), "is not a voice bundle"),
        (lambda b: (b / "vocoder.onnx").write_bytes(b"no graph"), "vocoder.onnx"),
        (lambda b: (b / "encoder.onnx").write_bytes(b""), "encoder.onnx"),
        (lambda b: (b / "weights.safetensors").write_bytes(b"cut off"), "weights.safetensors"),
        (lambda b: (b / "weights.safetensors").write_bytes(b""), "weights.safetensors"),
    ],
    ids=["no graph", "manifest", "no manifest", "graph", "empty graph", "weights", "no weights"],
)
def test_a_broken_bundle(
    run: Run, folder: Path, home: Path, tiny: Path, damage: Callable[[Path], None], complaint: str
) -> None:
    shutil.copytree(tiny, "bundle")
    damage(Path("bundle"))
    message = run("say", GOOD, "-v", "./bundle", "-o", "out.wav").refused()
    assert complaint in message
    assert [p.name for p in folder.iterdir()] == ["bundle"]


def test_a_damaged_bundle_is_named_by_verify(run: Run, folder: Path, tiny: Path) -> None:
    shutil.copytree(tiny, "bundle")
    path = Path("bundle") / "weights.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert "weights.safetensors is damaged (sha256 differs)" in run("voices", "verify", "./bundle").refused()


def test_a_broken_voice_does_not_hide_the_others(run: Run, folder: Path, home: Path, tiny: Path) -> None:
    shutil.copytree(tiny, home / "voices" / "broken")
    (home / "voices" / "broken" / "voice.json").write_text("{")
    ran = run("voices", "list", "--json")
    assert ran.code == 0
    assert [voice["name"] for voice in json.loads(ran.out)] == ["langsong"]
    assert ran.err.startswith("langsong: ")
    assert ran.err.count("\n") == 1
    assert "broken" in ran.err


@pytest.mark.parametrize(
    "arguments",
    [["say", GOOD, "--speed", "fast"], ["say", GOOD, "--colour", "red"], ["sing"], ["text", "--stage", "song"]],
)
def test_a_command_line_that_does_not_parse(run: Run, folder: Path, arguments: list[str]) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.out) == (2, b"")
    assert "Error" in ran.err
    assert "Traceback" not in ran.err


def test_text_names_the_line_it_cannot_read(run: Run) -> None:
    ran = run("text", stdin="你好。\nสวัสดี\n".encode())
    assert "line 2: " in ran.refused()
    assert ran.lines == ["ni2 hao3"]
    assert "line 3 is not UTF-8 (byte 0)" in run("text", stdin=b"a\nb\n\xff\n").refused()
