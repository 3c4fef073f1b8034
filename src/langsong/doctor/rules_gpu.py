"""Rules for GPU, driver, CUDA, cuDNN and torch. Speaking needs none of them: a CPU is always enough."""

from __future__ import annotations

from collections.abc import Iterator

from . import matrix
from .facts import Facts, Gpu, Torch
from .findings import ERROR, NOTE, WARNING, Finding
from .matrix import parse
from .rules_system import pip

JETSON_PAGE = "https://docs.nvidia.com/deeplearning/frameworks/install-pytorch-jetson-platform/"
_UPGRADE_DRIVER = {
    "Linux": "sudo ubuntu-drivers install",
    "Windows": "start https://www.nvidia.com/drivers",
}


def torch_loads(facts: Facts) -> Iterator[Finding]:
    torch = facts.torch
    if torch is None:
        return
    if torch.error:
        command = pip(facts, f"install --force-reinstall torch=={torch.version.split('+')[0]}")
        yield Finding("torch-broken", ERROR, command, {"torch": torch.version, "error": torch.error})
    elif not torch.answered:
        yield Finding("torch-slow", NOTE, "langsong doctor --wait 60", {"torch": torch.version})
    for row in matrix.TORCH:
        version = parse(facts.python)[:2]
        if row.torch == parse(torch.version)[:2] and not row.python_first <= version <= row.python_last:
            details = {"torch": torch.version, "python": facts.python}
            yield Finding("torch-python", ERROR, pip(facts, "install --upgrade torch"), details)


def driver(facts: Facts) -> Iterator[Finding]:
    """A GPU that no driver answers for."""
    torch, nvidia = facts.torch, facts.nvidia
    wants_gpu = torch is not None and torch.cuda is not None
    if nvidia is not None and nvidia.error:
        command = "sudo reboot" if facts.system == "Linux" and not facts.container else "nvidia-smi"
        yield Finding("driver-silent", WARNING, command, {"error": nvidia.error})
    elif nvidia is None and "nvidia" in facts.pci_display_vendors and not facts.jetson:
        if facts.container:
            yield Finding("container-without-gpu", WARNING, "docker run --gpus all …")
        else:
            yield Finding("no-driver", WARNING, _UPGRADE_DRIVER.get(facts.system, ""))
    elif nvidia is None and facts.container and wants_gpu:
        yield Finding("container-without-gpu", WARNING, "docker run --gpus all …")


def jetson(facts: Facts) -> Iterator[Finding]:
    torch = facts.torch
    if facts.jetson and torch is not None and torch.cuda is None:
        yield Finding("jetson-torch", WARNING, JETSON_PAGE, {"torch": torch.version})


def rocm(facts: Facts) -> Iterator[Finding]:
    if facts.torch is not None and facts.torch.hip:
        yield Finding("rocm-untested", NOTE, details={"hip": facts.torch.hip})


def torch_fits_gpu(facts: Facts) -> Iterator[Finding]:
    """Driver, kernels and cuDNN against the CUDA that torch was built with."""
    torch, nvidia = facts.torch, facts.nvidia
    if torch is None or torch.error or facts.jetson or nvidia is None or nvidia.driver is None or torch.hip:
        return
    capability = nvidia.gpus[0].capability
    install = _install(facts, nvidia.driver, capability)
    details = {"gpu": nvidia.gpus[0].name, "torch": torch.version, "driver": nvidia.driver, "cuda": torch.cuda or ""}
    if torch.cuda is None:
        yield Finding("torch-cpu-only", WARNING, install, details)
        return
    oldest = matrix.oldest_driver(parse(torch.cuda)[0], facts.system)
    if oldest is not None and parse(nvidia.driver) < oldest:
        details["oldest"] = ".".join(str(part) for part in oldest)
        yield Finding("driver-too-old", ERROR, install or _UPGRADE_DRIVER.get(facts.system, ""), details)
        return
    lacking = [gpu for gpu in nvidia.gpus if runs_on(torch, gpu, facts.machine) is False]
    for gpu in lacking:
        named = {**details, "gpu": gpu.name, "capability": gpu.capability or ""}
        yield Finding("no-kernels", ERROR, _install(facts, nvidia.driver, gpu.capability), named)
    for row in matrix.CUDNN:
        if row.cuda == torch.cuda and torch.cudnn is not None and torch.cudnn < row.cudnn:
            command = pip(facts, f"install --force-reinstall torch=={torch.version} --index-url {_index(torch.cuda)}")
            yield Finding("cudnn-too-old", ERROR, command, {**details, "cudnn": str(torch.cudnn)})
    if torch.answered and torch.cuda_available is False and not lacking:
        command = "set CUDA_VISIBLE_DEVICES=0" if facts.system == "Windows" else "unset CUDA_VISIBLE_DEVICES"
        yield Finding("cuda-unavailable", ERROR, command, details)


def runs_on(torch: Torch, gpu: Gpu, machine: str) -> bool | None:
    """Whether torch has kernels for a GPU; None where nothing tells.

    Machine code runs on GPUs of the same major compute capability and a minor one that is no smaller; PTX on all
    newer ones.
    """
    if gpu.capability is None or torch.cuda is None:
        return None
    major, minor = parse(gpu.capability)[:2]
    for toolkit in matrix.TOOLKITS:
        if toolkit.capability_major == major and parse(torch.cuda) < toolkit.cuda:
            return any(name.startswith("compute_") for name in torch.architectures)
    if torch.architectures:
        built = [(name.split("_")[0], int(name.split("_")[1].rstrip("af"))) for name in torch.architectures]
        wanted = 10 * major + minor
        return any(
            (kind == "sm" and number // 10 == major and number <= wanted) or (kind == "compute" and number <= wanted)
            for kind, number in built
        )
    if machine.lower() not in ("x86_64", "amd64"):
        return None
    for row in matrix.KERNELS:
        if row.cuda == torch.cuda and row.first <= parse(torch.version)[:2] <= row.last:
            return any(parse(c)[0] == major and parse(c)[1] <= minor for c in row.capabilities)
    return None


def _install(facts: Facts, driver_version: str, capability: str | None) -> str:
    build = matrix.build_for(driver_version, capability, facts.system)
    if build is None:
        return ""
    index = f"https://download.pytorch.org/whl/{build.channel}"
    return pip(facts, f'install --force-reinstall "{build.requirement}" --index-url {index}')


def _index(cuda: str) -> str:
    return f"https://download.pytorch.org/whl/cu{cuda.replace('.', '')}"
