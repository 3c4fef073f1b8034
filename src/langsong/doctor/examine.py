"""All rules over a machine."""

from __future__ import annotations

from . import rules_gpu, rules_system
from .facts import Facts
from .findings import ERROR, NOTE, WARNING, Finding

RULES = (
    rules_system.python,
    rules_system.libc,
    rules_system.processor,
    rules_system.memory,
    rules_system.disk,
    rules_system.ports,
    rules_system.packages,
    rules_system.numpy,
    rules_system.openmp,
    rules_system.wsl,
    rules_gpu.torch_loads,
    rules_gpu.driver,
    rules_gpu.jetson,
    rules_gpu.rocm,
    rules_gpu.torch_fits_gpu,
)


def examine(facts: Facts) -> list[Finding]:
    """What is wrong with a machine, the worst first."""
    found = [finding for rule in RULES for finding in rule(facts)]
    return sorted(found, key=lambda finding: (ERROR, WARNING, NOTE).index(finding.severity))
