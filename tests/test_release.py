"""What a release must be consistent in, without building one; `make release` does the rest."""

from __future__ import annotations

import re
import sys
import zipfile
from pathlib import Path

import pytest

import langsong
import release_check

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def names(requirements: list[object]) -> set[str]:
    """Packages, without versions, markers, our own extras and included groups."""
    found = {re.split(r"[^\w.-]", text, maxsplit=1)[0] for text in requirements if isinstance(text, str)}
    return found - {"langsong"}


def test_every_dependency_is_in_the_list_of_third_parties() -> None:
    text = (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8").lower()
    extras = PROJECT["project"]["optional-dependencies"].values()
    groups = PROJECT["dependency-groups"].values()
    wanted = set().union(names(PROJECT["project"]["dependencies"]), *map(names, extras), *map(names, groups))
    typing_stubs = {name for name in wanted if name.startswith("types-")}
    assert len(wanted) > 40
    assert sorted(name for name in wanted - typing_stubs if name.lower() not in text) == []


def test_the_newest_change_is_this_version() -> None:
    versions = re.findall(r"^## \[([\d.]+)\] – (\d{4}-\d\d-\d\d)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert versions[0][0] == langsong.__version__


def test_the_pythons_checked_are_those_promised() -> None:
    promised = [c.rpartition(" :: ")[2] for c in PROJECT["project"]["classifiers"] if ":: Python :: 3." in c]
    assert list(release_check.PYTHONS) == promised


@pytest.mark.parametrize(
    ("found", "complaint"),
    [({"a", "b", "notes.txt"}, "not tracked: notes.txt"), ({"a"}, "lacks b"), ({"a", "b"}, None)],
)
def test_archives_hold_what_is_tracked(tmp_path: Path, found: set[str], complaint: str | None) -> None:
    archive = tmp_path / "langsong.whl"
    with zipfile.ZipFile(archive, "w"):
        pass
    if complaint is None:
        release_check.compare(archive, found, {"a", "b"})
        return
    with pytest.raises(SystemExit, match=complaint):
        release_check.compare(archive, found, {"a", "b"})
