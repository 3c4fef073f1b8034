"""Where settings come from, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from langsong.errors import OptionError
from langsong.server.limits import Limits
from langsong.server.settings import ServerSettings

KEY = f'[[keys]]\nname = "alice"\nsha256 = "{"0" * 64}"\ncharacters_per_day = 1000\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "server.toml"
    path.write_text(f'port = 1\nworkers = 3\nvoice = "of-the-file"\ncors_origins = ["https://a.b"]\n{KEY}')
    return path


def test_flags_before_environment_before_file_before_defaults(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGSONG_PORT", "2")
    monkeypatch.setenv("LANGSONG_WORKERS", "5")
    settings = ServerSettings.load(file, port=4, host=None)
    assert (settings.port, settings.workers, settings.voice, settings.host) == (4, 5, "of-the-file", "127.0.0.1")
    assert settings.cors_origins == ("https://a.b",)
    assert settings.keys[0].characters_per_day == 1000


def test_made_directly_nothing_else_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGSONG_PORT", "2")
    assert ServerSettings(threads=1).port == 7860


def test_nothing_is_open_by_default() -> None:
    settings = ServerSettings()
    assert (settings.host, settings.cors_origins, settings.log_text) == ("127.0.0.1", (), False)
    assert settings.label is True


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prot = 1", "unknown setting 'prot'"),
        ("port = 'x'", "setting port = 'x'"),
        ("port = 70000", "setting port = 70000"),
        ("port =", "cannot be read"),
        ("workers = 0", "workers"),
        ("deadline_s = -1", "deadline_s"),
        ("content_producer = '朗 诵'", "content_producer"),
        ("[[keys]]\nname = 'a b'\nsha256 = ''", "keys.0.name"),
        ("[[keys]]\nname = 'a'\nsha256 = 'secret'", "keys.0.sha256"),
        ("[[keys]]\nname = 'a'\nkey = 'secret'", "keys.0"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "server.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(OptionError, match=message) as refused:
        ServerSettings.load(path)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("name", "value"), [("LANGSONG_KEYS", "secret"), ("LANGSONG_PORT", "x")])
def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(OptionError, match=r"keys|port"):
        ServerSettings.load()


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="no settings file"):
        ServerSettings.load(tmp_path / "none.toml")


@pytest.mark.parametrize("storage", ["nowhere://", "x"])
def test_an_unknown_quota_storage(storage: Any) -> None:
    with pytest.raises(OptionError, match="quota_storage"):
        Limits(ServerSettings(quota_storage=storage))
