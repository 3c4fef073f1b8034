"""The report of ``langsong doctor``, for people or programs."""

from __future__ import annotations

import json
from collections.abc import Iterator

from .advice import words
from .facts import Facts, to_json
from .findings import ERROR, NOTE, WARNING, Finding

MARKS = {
    "en": {ERROR: "ERROR", WARNING: "warning", NOTE: "note"},
    "zh": {ERROR: "错误", WARNING: "警告", NOTE: "提示"},
}
ALL_WELL = {"en": "Nothing stands in the way.", "zh": "一切正常。"}


def as_json(facts: Facts, findings: list[Finding], language: str) -> str:
    """Facts and findings as one JSON object."""
    found = [
        {"code": f.code, "severity": f.severity, "text": words(f, language), "command": f.command, "details": f.details}
        for f in findings
    ]
    return json.dumps({"facts": to_json(facts), "findings": found}, ensure_ascii=False, indent=1)


def as_text(facts: Facts, findings: list[Finding], language: str) -> str:
    """A line for each fact that matters, then the findings, each with what to type."""
    lines = list(_summary(facts))
    lines.append("")
    for finding in findings:
        lines.append(f"{MARKS[language][finding.severity]}: {words(finding, language)}")
        if finding.command:
            lines.append(f"    {finding.command}")
    if not findings:
        lines.append(ALL_WELL[language])
    return "\n".join(lines)


def exit_code(findings: list[Finding]) -> int:
    """1 where there is an error, else 0."""
    return int(any(finding.severity == ERROR for finding in findings))


def _summary(facts: Facts) -> Iterator[str]:
    places = [name for name in ("container", "wsl", "jetson") if getattr(facts, name)]
    yield " ".join(filter(None, [facts.system, facts.release, facts.libc, *places]))
    features = " ".join(facts.cpu_features) if facts.cpu_features is not None else "?"
    ram = f"{facts.ram_bytes / (1 << 30):.1f} GiB RAM" if facts.ram_bytes else "? RAM"
    disk = f"{facts.disk_free_bytes / (1 << 30):.1f} GiB free" if facts.disk_free_bytes is not None else "? free"
    yield f"{facts.machine} ({features}), {ram}, {disk}"
    names = ("langsong", "numpy", "scipy", "openvino", "onnx")
    installed = (f"{name} {facts.wheels[name]}" for name in names if name in facts.wheels)
    yield ", ".join([f"Python {facts.python}", *installed])
    torch = facts.torch
    if torch is not None:
        platform = f"CUDA {torch.cuda}" if torch.cuda else f"ROCm {torch.hip}" if torch.hip else "CPU"
        yield f"torch {torch.version}, {platform}" + (f", cuDNN {torch.cudnn}" if torch.cudnn else "")
    if facts.nvidia is not None and facts.nvidia.driver:
        for gpu in facts.nvidia.gpus:
            capability = gpu.capability or "?"
            yield f"{gpu.name}, {gpu.memory_mib} MiB, compute capability {capability}, driver {facts.nvidia.driver}"
