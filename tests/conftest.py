"""Voices to test with: tiny random ones, installed once per session, and the embedded one."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from langsong.bundle.install import InstallReport
    from langsong.engine.synthesizer import Synthesizer


def pytest_configure() -> None:
    """A shell ignores Ctrl-C in what it starts in the background, and so would the programs that tests interrupt."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared folder: ``../shared`` beside the repository, or ``LANGSONG_SHARED``."""
    folder = Path(os.environ.get("LANGSONG_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    if not folder.is_dir():
        pytest.skip(f"{folder} is absent; LANGSONG_SHARED names the folder with reference/ and voices/")
    return folder


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No test sees the voices of whoever runs it, or writes among them, or speaks another language than English."""
    home = tmp_path_factory.mktemp("langsong-home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LANGSONG_HOME", str(home))
        patch.setenv("LC_ALL", "C.UTF-8")
        yield home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A LANGSONG_HOME of this test's own, not yet made."""
    folder = tmp_path / "home"
    monkeypatch.setenv("LANGSONG_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def one_torch_thread() -> Iterator[None]:
    """Models as small as these are slower on two threads, and far slower when the cores are busy."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def kantts_voice(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """ModelScope folders of tiny random voices, by the names in `kantts_voices.VARIANTS`; not to be changed."""
    from kantts_voices import VARIANTS, write_voice

    written: dict[str, Path] = {}

    def write(variant: str) -> Path:
        if variant not in written:
            written[variant] = write_voice(tmp_path_factory.mktemp("kantts") / variant, VARIANTS[variant])
        return written[variant]

    return write


@pytest.fixture(scope="session")
def imported(
    kantts_voice: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory, one_torch_thread: None
) -> Callable[[str], InstallReport]:
    """The report on importing such a voice; its bundle stays for the session and is not to be changed."""
    from langsong.bundle.install import install

    reports: dict[str, InstallReport] = {}

    def report(variant: str) -> InstallReport:
        if variant not in reports:
            folder = tmp_path_factory.mktemp("bundles") / variant
            reports[variant] = install(kantts_voice(variant), name=variant.replace("_", "-"), output=folder)
        return reports[variant]

    return report


@pytest.fixture(scope="session")
def speaker(imported: Callable[[str], InstallReport]) -> Callable[..., Synthesizer]:
    """Synthesizers of the tiny voices in f32: ``speaker("nsf", runtime="torch")``; the same for the same arguments."""
    from langsong.engine.synthesizer import Synthesizer

    opened: dict[tuple[str, str], Synthesizer] = {}

    def open_voice(variant: str = "base", runtime: str = "openvino") -> Synthesizer:
        if (variant, runtime) not in opened:
            opened[variant, runtime] = Synthesizer.open(
                imported(variant).voice, runtime=runtime, precision="f32", threads=1, cache_bytes=0
            )
        return opened[variant, runtime]

    return open_voice


@pytest.fixture(scope="session")
def embedded() -> Synthesizer:
    """The voice in the package, in f32 and without a cache of speech."""
    from langsong.engine.synthesizer import Synthesizer

    return Synthesizer.open(precision="f32", cache_bytes=0)


@pytest.fixture(scope="session")
def embedded_fast() -> Synthesizer:
    """The same in the precision that is fastest here."""
    from langsong.engine.synthesizer import Synthesizer

    return Synthesizer.open(cache_bytes=0)
