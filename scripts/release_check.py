"""What a release must hold: the archives contain what is tracked and nothing else, and the wheel, freshly installed
on each Python, speaks a sentence within the limits of time and size. Standard library only.

    python scripts/release_check.py                       # on every Python that langsong supports
    python scripts/release_check.py --python python3.12   # on this one
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ("3.10", "3.11", "3.12", "3.13")
SENTENCE = "今天天气真好，我们去公园散步吧。"
LIMIT_S = 90
"""From `pip install` to the first wav, with every wheel downloaded before."""
LIMIT_MB = 450
"""Of site-packages, without torch."""

LISTEN = """
import importlib.util, sys
import numpy as np, soundfile
samples, rate = soundfile.read(sys.argv[1])
seconds, level = len(samples) / rate, float(np.sqrt(np.mean(samples**2)))
assert seconds > 2, f"too short: {seconds} s"
assert np.isfinite(samples).all(), "not finite"
assert level > 0.01, f"silent: {level}"
assert importlib.util.find_spec("torch") is None, "torch is installed"
print(f"{seconds:.2f} s of sound")
"""


class Spoken(NamedTuple):
    """How an installation went. `install_s` and `speak_s` are wall-clock seconds, `size_mb` is of site-packages."""

    python: str
    install_s: float
    speak_s: float
    size_mb: int
    sound: str


def run(*command: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    """The command's standard output; its errors end the check."""
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True, encoding="utf-8"
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def interpreter(version: str) -> str | None:
    """A Python of that minor version: on the path, of pyenv or of uv; None where there is none."""
    candidates = [shutil.which(f"python{version}")]
    if pyenv := shutil.which("pyenv"):
        found = subprocess.run([pyenv, "prefix", version], capture_output=True, text=True)
        candidates.append(f"{found.stdout.strip()}/bin/python" if found.returncode == 0 else None)
    if uv := shutil.which("uv"):
        found = subprocess.run([uv, "python", "find", "--no-project", version], capture_output=True, text=True)
        candidates.append(found.stdout.strip() if found.returncode == 0 else None)
    asked = "import sys; print('%d.%d' % sys.version_info[:2])"
    for candidate in filter(None, candidates):
        answer = subprocess.run([candidate, "-c", asked], capture_output=True, text=True)
        if answer.stdout.strip() == version:
            return candidate
    return None


def tracked() -> set[str]:
    """Paths that git knows."""
    return set(run("git", "-c", "core.quotePath=false", "ls-files", cwd=ROOT).splitlines())


def check_wheel(wheel: Path) -> None:
    """Every tracked file of the package, its metadata, and nothing else."""
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
    package = {name.removeprefix("src/") for name in tracked() if name.startswith("src/langsong/")}
    about = re.compile(
        r"langsong-[^/]+\.dist-info/(METADATA|WHEEL|RECORD|entry_points\.txt|licenses/(LICENSE|THIRD_PARTY\.md))"
    )
    metadata = {name for name in names if about.fullmatch(name)}
    if len(metadata) != 6:
        sys.exit(f"{wheel.name}: its metadata is {sorted(metadata)}")
    compare(wheel, names - metadata, package)


def check_sdist(sdist: Path) -> None:
    """Nothing but tracked files and the metadata, and the whole package, tests and documentation."""
    with tarfile.open(sdist) as archive:
        names = {member.name.partition("/")[2] for member in archive if member.isfile()}
    known = tracked()
    wanted = {name for name in known if name.startswith(("src/", "tests/", "docs/", "recipes/", "scripts/"))}
    compare(sdist, names - {"PKG-INFO"}, wanted | (names & known))


def compare(archive: Path, found: set[str], expected: set[str]) -> None:
    if stray := sorted(found - expected):
        sys.exit(f"{archive.name} holds what is not tracked: {', '.join(stray)}")
    if lost := sorted(expected - found):
        sys.exit(f"{archive.name} lacks {', '.join(lost)}")
    print(f"{archive.name}: {len(found)} files, {archive.stat().st_size / 1e6:.1f} MB")


def speak(wheel: Path, python: str) -> Spoken:
    """Install into a fresh environment, with a home of its own, and speak."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        home = folder / "home"
        home.mkdir()
        run(python, "-m", "venv", folder / "venv")
        commands = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
        run(commands / "pip", "download", "--quiet", "--dest", folder / "wheels", wheel)

        began = time.perf_counter()
        run(commands / "pip", "install", "--quiet", "--no-index", "--find-links", folder / "wheels", wheel)
        installed = time.perf_counter()
        lost = {"PYTHONPATH", "XDG_CACHE_HOME", "XDG_DATA_HOME"}
        own = {"HOME": str(home), "LANGSONG_HOME": str(home / "langsong"), "PYTHONIOENCODING": "utf-8"}
        env = {**{key: value for key, value in os.environ.items() if key not in lost}, **own}
        run(commands / "langsong", "say", SENTENCE, "-o", "hello.wav", cwd=folder, env=env)
        spoken = time.perf_counter()

        sound = run(commands / "python", "-c", LISTEN, "hello.wav", cwd=folder, env=env).strip()
        version = run(commands / "python", "-c", "import platform; print(platform.python_version())").strip()
        site = run(commands / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
        size = sum(path.stat().st_size for path in Path(site).rglob("*") if path.is_file())
        return Spoken(version, installed - began, spoken - installed, round(size / 2**20), sound)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dist", type=Path, default=ROOT / "dist", help="folder of the archives")
    parser.add_argument("--python", action="append", help=f"an interpreter; default: {', '.join(PYTHONS)}")
    arguments = parser.parse_args()

    pythons = arguments.python or [interpreter(version) or version for version in PYTHONS]
    if missing := [python for python in pythons if not shutil.which(python)]:
        sys.exit(f"no Python {', '.join(missing)} here: install it, with pyenv or uv for example")
    newest = max(arguments.dist.glob("langsong-*.whl"), key=lambda path: path.stat().st_mtime, default=None)
    if newest is None:
        sys.exit(f"no wheel in {arguments.dist}: make wheel")
    check_wheel(newest)
    for sdist in arguments.dist.glob("langsong-*.tar.gz"):
        check_sdist(sdist)

    within = True
    for python in pythons:
        spoken = speak(newest, python)
        seconds = spoken.install_s + spoken.speak_s
        print(
            f"Python {spoken.python}: installed in {spoken.install_s:.1f} s, first wav {spoken.speak_s:.1f} s later "
            f"({seconds:.1f} of {LIMIT_S} s), {spoken.size_mb} of {LIMIT_MB} MB, {spoken.sound}",
            flush=True,
        )
        within = within and seconds <= LIMIT_S and spoken.size_mb <= LIMIT_MB
    if not within:
        sys.exit("too slow or too large")


if __name__ == "__main__":
    main()
