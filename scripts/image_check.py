"""Builds docker/cpu.Dockerfile without Docker, and lives in it: each stage in a Debian of its own (debootstrap), each
instruction carried out with chroot; then the server under the image's user, in a network of its own, its health check,
a request, and the size. For root on Debian or Ubuntu, with debootstrap and iproute2.

    python scripts/image_check.py --work /var/tmp/langsong-image
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dockerfile import Stage, assignments, stages, words

ROOT = Path(__file__).resolve().parent.parent
LIMIT_MB = 700
MIRROR = "http://deb.debian.org/debian"
TRUST = Path("/etc/ssl/certs/ca-certificates.crt")
SLIM = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info", "var/cache/apt", "var/lib/apt/lists")
"""What Debian's slim images leave out, as folders of the root."""
SAY = """
import json, urllib.request
body = json.dumps({"text": "今天天气真好。", "format": "wav"}).encode()
request = urllib.request.Request("http://127.0.0.1:7860/v1/tts", body, {"Content-Type": "application/json"})
sound = urllib.request.urlopen(request, timeout=60).read()
assert sound[:4] == b"RIFF" and len(sound) > 30000, len(sound)
print(f"{len(sound)} bytes of wav over HTTP")
"""


def run(command: list[str | Path], **options: object) -> None:
    done = subprocess.run([str(part) for part in command], **options)  # type: ignore[call-overload]
    if done.returncode:
        sys.exit(f"failed: {shlex.join(map(str, command))}")


@contextmanager
def mounted(root: Path) -> Iterator[None]:
    """/proc and /dev in the root, as containers have them."""
    run(["mount", "-t", "proc", "proc", root / "proc"])
    run(["mount", "--bind", "/dev", root / "dev"])
    try:
        yield
    finally:
        run(["umount", root / "dev"])
        run(["umount", root / "proc"])


def base(image: str, work: Path) -> Path:
    """A folder with what the image has; only Debian's slim ones can be had without a registry."""
    if not image.startswith("debian:") or not image.endswith("-slim"):
        sys.exit(f"{image} cannot be made here")
    suite = image.removeprefix("debian:").removesuffix("-slim")
    root = work / f"debian-{suite}"
    if not root.exists():
        unfinished = work / f".debian-{suite}"
        shutil.rmtree(unfinished, ignore_errors=True)
        run(["debootstrap", "--variant=minbase", suite, unfinished, MIRROR], stdout=subprocess.DEVNULL)
        for folder in SLIM:
            shutil.rmtree(unfinished / folder, ignore_errors=True)
            (unfinished / folder).mkdir()
        unfinished.rename(root)
    return root


def build(stage: Stage, built: dict[str, Path], work: Path) -> tuple[Path, dict[str, str]]:
    """Carry out a stage; returns its root and the environment it ends with."""
    root = work / f"stage-{stage.name}"
    if root.exists():
        shutil.rmtree(root)
    run(["cp", "--archive", base(stage.base, work), root])
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    env = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}
    # This machine's way to packages, which a build host has in its daemon's settings.
    outside = {key: value for key, value in os.environ.items() if key.startswith("PIP_") and not value.startswith("/")}
    shell, folder = ["/bin/sh", "-c"], "/"
    with mounted(root):
        for kind, text in stage.steps:
            if kind == "SHELL":
                shell = words(text)
            elif kind == "RUN":
                if (root / TRUST.relative_to("/")).exists():
                    shutil.copy(TRUST, root / TRUST.relative_to("/"))
                variables = {**env, **outside, **stage.arguments, "DEBIAN_FRONTEND": "noninteractive"}
                command = [*shell, f"cd {folder}; {text}"]
                run(["chroot", root, *command], env=variables, stdout=subprocess.DEVNULL)
            elif kind == "WORKDIR":
                folder = text
                (root / folder.lstrip("/")).mkdir(parents=True, exist_ok=True)
            elif kind == "COPY":
                copy(text, root, folder, built)
            elif kind == "ENV":
                env |= assignments(text, env)
    return root, env


def copy(text: str, root: Path, folder: str, built: dict[str, Path]) -> None:
    """COPY: from another stage, or from what git tracks of the checkout."""
    *sources, target = words(text)
    into = root / str(Path(folder, target)).lstrip("/")
    if sources[0].startswith("--from="):
        into.parent.mkdir(parents=True, exist_ok=True)
        run(["cp", "--archive", built[sources[0].removeprefix("--from=")] / sources[1].lstrip("/"), into])
        return
    listed = subprocess.run(["git", "ls-files", "-z", *sources], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        to = into / (Path(name).relative_to(sources[0]) if (ROOT / sources[0]).is_dir() else name)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, to)


def size_mb(root: Path) -> int:
    """Millions of bytes in all files, those with several names once."""
    seen = {found.st_ino: found.st_size for path in root.rglob("*") if not path.is_dir() and (found := path.lstat())}
    return round(sum(seen.values()) / 1e6)


def live(stage: Stage, root: Path, env: dict[str, str]) -> None:
    """Start the image's command as its user where there is no network, and use it."""
    (user,) = stage.texts("USER")
    inside = ["chroot", f"--userspec={user}:{user}", root, "/usr/bin/env", "--chdir", stage.texts("WORKDIR")[-1]]
    (command,), (health,) = stage.texts("CMD"), stage.texts("HEALTHCHECK")
    healthy = words(health.partition("CMD ")[2])
    with mounted(root):
        begin = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
        started = time.monotonic()
        server = subprocess.Popen([str(part) for part in (*begin, *inside, *words(command))], env=env)
        try:
            within: list[str | Path] = ["nsenter", f"--net=/proc/{server.pid}/ns/net", *inside]
            while subprocess.run([*within, *healthy], env=env, capture_output=True).returncode:
                if server.poll() is not None or time.monotonic() - started > 180:
                    sys.exit("the server does not become healthy")
                time.sleep(0.5)
            print(f"healthy after {time.monotonic() - started:.1f} s, as user {user}", flush=True)
            run([*within, "python3", "-c", SAY], env=env)
            run([*within, "langsong", "say", "你好，世界。", "-o", "output/hello.wav"], env=env)
            print(f"output/hello.wav: {(root / 'app/output/hello.wav').stat().st_size} bytes")
        finally:
            server.terminate()
            server.wait(60)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for the roots; Debian's is kept in it")
    work: Path = parser.parse_args().work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    built: dict[str, Path] = {}
    for stage in stages(ROOT / "docker" / "cpu.Dockerfile"):
        root, env = build(stage, built, work)
        built[stage.name] = root
    size = size_mb(root)
    print(f"{size} of {LIMIT_MB} MB, of which Debian {size_mb(base(stage.base, work))} MB", flush=True)
    live(stage, root, env)
    if size > LIMIT_MB:
        sys.exit("too large")


if __name__ == "__main__":
    main()
