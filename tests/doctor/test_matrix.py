from __future__ import annotations

import pytest

from langsong.doctor import matrix
from langsong.doctor.facts import Gpu, Torch
from langsong.doctor.rules_gpu import runs_on


@pytest.mark.parametrize(
    ("text", "version"),
    [("2.0.1+cu118", (2, 0, 1)), ("3.14.0rc2", (3, 14, 0)), ("535.183.01", (535, 183, 1)), ("2.13.0a0", (2, 13, 0)),
     ("unknown", ())],
)  # fmt: skip
def test_parse(text: str, version: tuple[int, ...]) -> None:
    assert matrix.parse(text) == version


@pytest.mark.parametrize(
    ("driver", "capability", "system", "index"),
    [
        ("580.95.05", "12.0", "Linux", "cu130"),
        ("575.64.03", "12.0", "Linux", "cu128"),
        ("580.95.05", "6.1", "Linux", "cu126"),
        ("470.82.01", "8.6", "Linux", "cu118"),
        ("470.82.01", None, "Linux", "cu118"),
        ("450.51.06", "8.6", "Linux", None),  # below 450.80.02
        ("451.48", "8.6", "Windows", None),
        ("452.39", "8.6", "Windows", "cu118"),
        ("580.95.05", "3.5", "Linux", None),
        ("470.82.01", "12.0", "Linux", None),
    ],
)
def test_build_for_a_driver_and_a_gpu(driver: str, capability: str | None, system: str, index: str | None) -> None:
    build = matrix.build_for(driver, capability, system)
    assert (build.channel if build else None) == index


@pytest.mark.parametrize(
    ("architectures", "capability", "runs"),
    [
        (["sm_80", "sm_86"], "8.9", True),  # same major, smaller minor
        (["sm_86"], "8.0", False),
        (["sm_75", "sm_80"], "9.0", False),
        (["sm_75", "compute_80"], "9.0", True),  # PTX is compiled when loaded
        (["sm_90a"], "9.0", True),
    ],
)
def test_kernels_that_torch_names(architectures: list[str], capability: str, runs: bool) -> None:
    torch = Torch("2.6.0", cuda="12.6", architectures=architectures)
    assert runs_on(torch, Gpu("a GPU", 1, capability), "x86_64") is runs


@pytest.mark.parametrize(
    ("version", "cuda", "capability", "machine", "runs"),
    [
        ("2.12.1", "13.0", "7.0", "x86_64", False),
        ("2.12.1", "12.6", "7.0", "x86_64", True),
        ("2.8.0", "12.8", "7.0", "x86_64", True),
        ("2.11.0", "12.8", "7.0", "x86_64", False),
        ("2.1.0", "12.1", "12.0", "x86_64", False),  # no toolkit before 12.8 knows it
        ("2.1.0", "12.1", "8.6", "x86_64", None),  # no row: not judged
        ("2.12.1", "13.0", "7.0", "aarch64", None),
    ],
)
def test_kernels_by_the_matrix(version: str, cuda: str, capability: str, machine: str, runs: bool | None) -> None:
    torch = Torch(version, answered=False, cuda=cuda)
    assert runs_on(torch, Gpu("a GPU", 1, capability), machine) is runs


def test_every_row_has_source_and_date() -> None:
    tables = (matrix.TORCH, matrix.DRIVERS, matrix.KERNELS, matrix.TOOLKITS, matrix.CUDNN, matrix.SCIPY,
              matrix.NUMPY_TWO, matrix.BUILDS, [matrix.PYTHON])  # fmt: skip
    for table in tables:
        for row in table:
            assert row.source
            assert row.date
