"""Machines as recorded in machines/*.json: every fault is found with its remedy, and nothing else is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from langsong.doctor.advice import LANGUAGES, WORDS, words
from langsong.doctor.examine import examine
from langsong.doctor.facts import Facts, from_json, to_json
from langsong.doctor.report import as_json, as_text, exit_code

MACHINES = Path(__file__).parent / "machines"

HEALTHY = {
    "laptop-cpu", "server-amx", "rtx3080-cu118", "rtx5090-cu130", "gtx1080-cu126", "macbook-m2", "windows-rtx2060",
    "scipy-1.17", "wsl-gpu", "raspberry-pi-5",
}  # fmt: skip

# machine: {finding: (severity, part of the command)}
FAULTS = {
    "rtx3080-old-driver": {"driver-too-old": ("error", "/whl/cu118")},
    "rtx4090-cu130-driver-550": {"driver-too-old": ("error", '"torch==2.11.*" --index-url')},
    "rtx3060-cpu-torch": {"torch-cpu-only": ("warning", "/whl/cu130")},
    "rtx5090-cu126": {"no-kernels": ("error", "/whl/cu130")},
    "rtx5070-cu118-files-only": {"no-kernels": ("error", "/whl/cu128"), "torch-slow": ("note", "--wait")},
    "h100-torch-2.0-cu117": {"no-kernels": ("error", "/whl/cu128")},
    "gtx1080-cu130": {"no-kernels": ("error", "/whl/cu126")},
    "cudnn-8.5": {"cudnn-too-old": ("error", "torch==2.0.1+cu118 --index-url https://download.pytorch.org/whl/cu118")},
    "cuda-hidden": {"cuda-unavailable": ("error", "unset CUDA_VISIBLE_DEVICES")},
    "nouveau-no-driver": {"no-driver": ("warning", "ubuntu-drivers")},
    "driver-mismatch": {"driver-silent": ("warning", "reboot")},
    "openmp-mkl-windows": {"openmp-twice": ("warning", 'python.exe" -m pip uninstall -y intel-openmp mkl')},
    "openmp-macos": {"openmp-twice": ("warning", "--runtime openvino")},
    "alpine": {"musl": ("error", "python:3.12-slim"), "package-missing": ("error", "openvino")},
    "centos6": {"glibc-too-old": ("error", "python:3.12-slim")},
    "numpy2-scipy-1.8": {"scipy-numpy": ("error", "pip install --upgrade scipy numpy")},
    "scipy-1.16-numpy-1.24": {"scipy-numpy": ("error", "pip install --upgrade scipy numpy")},
    "numpy2-torch-2.0": {"built-for-numpy-1": ("error", '"numpy<2"')},
    "celeron-no-avx2": {"no-avx2": ("warning", "langsong bench")},
    "core2-no-sse4": {"no-sse4": ("error", "")},
    "vps-2gb": {"ram-small": ("warning", "")},
    "vps-512mb": {"ram-too-small": ("error", "")},
    "python-3.9": {"python-too-old": ("error", "--python 3.12"), "not-installed": ("error", "pip install langsong")},
    "python-3.14": {"python-untested": ("warning", "--python 3.12")},
    "python-3.12-torch-2.0": {"torch-python": ("error", "--upgrade torch")},
    "disk-full": {"disk-full": ("error", "LANGSONG_HOME=")},
    "disk-low": {"disk-low": ("warning", "LANGSONG_HOME=")},
    "port-taken": {"port-taken": ("warning", "--port 7861")},
    "rocm": {"rocm-untested": ("note", "")},
    "wsl-no-gpu": {"wsl-no-driver": ("note", "wsl --update")},
    "jetson-orin": {"jetson-torch": ("warning", "jetson")},
    "container-no-gpu": {"container-without-gpu": ("warning", "--gpus all")},
    "package-missing": {"package-missing": ("error", "soundfile")},
    "openvino-2023": {"package-too-old": ("error", '"openvino>=')},
    "torch-broken": {"torch-broken": ("error", "--force-reinstall torch==2.13.0")},
}


def machine(name: str) -> Facts:
    return from_json((MACHINES / f"{name}.json").read_text(encoding="utf-8"))


def test_every_recorded_machine_is_judged() -> None:
    assert {file.stem for file in MACHINES.glob("*.json")} == HEALTHY | FAULTS.keys()


@pytest.mark.parametrize("name", sorted(HEALTHY))
def test_no_false_alarm(name: str) -> None:
    assert examine(machine(name)) == []


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_fault_is_found_with_its_remedy(name: str) -> None:
    findings = examine(machine(name))
    assert {f.code: f.severity for f in findings} == {code: severity for code, (severity, _) in FAULTS[name].items()}
    for finding in findings:
        remedy = FAULTS[name][finding.code][1]
        assert remedy in finding.command
        assert bool(remedy) == bool(finding.command)
    assert exit_code(findings) == int("error" in {f.severity for f in findings})


@pytest.mark.parametrize("name", sorted(FAULTS))
@pytest.mark.parametrize("language", LANGUAGES)
def test_reports_name_what_was_found(name: str, language: str) -> None:
    facts = machine(name)
    findings = examine(facts)
    text = as_text(facts, findings, language)
    for finding in findings:
        assert words(finding, language) in text
        assert finding.command in text
    report = json.loads(as_json(facts, findings, language))
    assert [f["code"] for f in report["findings"]] == [f.code for f in findings]
    assert from_json(json.dumps(report["facts"])) == facts


def test_every_word_is_used_and_in_both_languages() -> None:
    assert {code for faults in FAULTS.values() for code in faults} == WORDS.keys()
    assert all(len(set(pair)) == len(LANGUAGES) for pair in WORDS.values())


def test_the_record_goes_through_json() -> None:
    facts = machine("rtx3080-cu118")
    assert from_json(json.dumps(to_json(facts))) == facts
