"""What the images promise, read from their files; scripts/image_check.py carries them out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from dockerfile import Stage, assignments, lines_of, stages, words
from langsong.doctor import matrix
from langsong.server.settings import ServerSettings

ROOT = Path(__file__).parents[2]

FILES = sorted((ROOT / "docker").glob("*.Dockerfile"))


@pytest.fixture(params=FILES, ids=lambda path: path.name)
def image(request: pytest.FixtureRequest) -> Stage:
    """The last stage of each Dockerfile: what is run."""
    return stages(request.param)[-1]


def environment(stage: Stage) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in stage.texts("ENV"):
        found |= assignments(text, found)
    return found


def test_it_runs_as_nobody_in_particular(image: Stage) -> None:
    (user,) = image.texts("USER")
    assert int(user) > 1000
    assert image.steps.index(("USER", user)) < next(i for i, (kind, _) in enumerate(image.steps) if kind == "CMD")


def test_it_serves_where_its_users_look(image: Stage) -> None:
    assert image.texts("EXPOSE") == ["7860"]
    assert [words(text) for text in image.texts("VOLUME")] == [["/app/data", "/app/output"]]
    assert image.texts("WORKDIR")[-1] == "/app"  # the studio's takes go to ./output
    (command,) = image.texts("CMD")
    assert words(command)[:2] == ["langsong", "serve"]
    assert environment(image)["LANGSONG_HOME"] == "/app/data"


def test_it_says_whether_it_is_well(image: Stage) -> None:
    (health,) = image.texts("HEALTHCHECK")
    assert "http://127.0.0.1:7860/readyz" in health


def test_only_containers_listen_to_everybody(image: Stage) -> None:
    assert environment(image)["LANGSONG_HOST"] == "0.0.0.0"
    assert ServerSettings().host == "127.0.0.1"


def test_the_cuda_image_is_a_stack_that_fits_together() -> None:
    build = stages(ROOT / "docker" / "cuda.Dockerfile")[0]
    cuda, torch = re.search(r":(\d+\.\d+)", build.base), re.search(r"(\d+)\.(\d+)", build.arguments["TORCH"])
    assert cuda
    assert torch
    version = int(torch[1]), int(torch[2])
    row = next(row for row in matrix.TORCH if row.torch == version)
    assert cuda[1] in row.cuda
    assert build.arguments["CHANNEL"] == "cu" + cuda[1].replace(".", "")
    assert row.python_first <= (3, 10) <= row.python_last  # Ubuntu 22.04's
    needs_two = next(row.first for row in matrix.NUMPY_TWO if row.package == "torch")
    assert (version < needs_two) == (build.arguments["NUMPY"] == "numpy<2")


def test_what_images_copy_is_in_their_context() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for path in FILES:
        for stage in stages(path):
            for text in stage.texts("COPY"):
                *sources, _ = words(text)
                if not sources[0].startswith("--from="):
                    assert [name for name in sources if not (ROOT / name).exists() or f"!{name}" not in ignored] == []


def test_compose_builds_both_and_keeps_output_and_voices() -> None:
    compose = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text(encoding="utf-8"))
    for service in compose["services"].values():
        folder = ROOT / "docker" / service["build"]["context"]
        assert (folder / service["build"]["dockerfile"]).is_file()
        assert service["ports"] == ["7860:7860"]
        assert service["volumes"] == ["../output:/app/output", "voices:/app/data"]
    assert "voices" in compose["volumes"]


def test_reading_a_dockerfile(tmp_path: Path) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text(
        "# a comment\nARG TAG=1\nFROM base:${TAG} AS one\nARG TAG\nRUN a \\\n # between\n && b $TAG\n"
        'FROM one\nENV A=1 B="$A 2"\nCMD ["x", "y z"]\n'
    )
    assert lines_of(file)[3] == "RUN a   && b $TAG"
    first, last = stages(file)
    assert (first.base, first.name, first.arguments) == ("base:1", "one", {"TAG": "1"})
    assert (last.base, last.name) == ("one", "1")
    assert assignments(last.texts("ENV")[0], {"A": "0"}) == {"A": "1", "B": "0 2"}  # as Docker: what was set before
    assert words(last.texts("CMD")[0]) == ["x", "y z"]
    file.write_text("FROM base\nADD x y\n")
    with pytest.raises(ValueError, match="ADD is not followed"):
        stages(file)
