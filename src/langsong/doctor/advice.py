"""The words for every finding, in English and Chinese; ``{…}`` are details of the finding."""

from __future__ import annotations

import locale
import os

from .findings import Finding

WORDS = {
    "python-too-old": (
        "Python {python} is too old: langsong runs on {first} to {last}.",
        "Python {python} 太旧：需要 {first} 至 {last}。",
    ),
    "python-untested": (
        "Python {python} is newer than what langsong is tested on ({first} to {last}); wheels may be missing.",
        "Python {python} 尚未测试（已测 {first} 至 {last}），可能缺少预编译包。",
    ),
    "musl": (
        "This system uses musl (Alpine); OpenVINO has wheels for glibc only. Use a glibc image.",
        "本系统使用 musl（Alpine），OpenVINO 只有 glibc 版预编译包，请换用 glibc 镜像。",
    ),
    "glibc-too-old": (
        "{libc} is older than the 2.17 that wheels are built for. Use a newer system or image.",
        "{libc} 低于预编译包要求的 2.17，请换用较新的系统或镜像。",
    ),
    "no-sse4": (
        "The processor has no SSE4.2, which OpenVINO's CPU plugin needs; use another machine.",
        "处理器不支持 SSE4.2，OpenVINO 无法运行，请换一台机器。",
    ),
    "no-avx2": (
        "The processor has no AVX2: speech works, several times slower. The command measures it.",
        "处理器不支持 AVX2：可以合成，但会慢数倍。下面的命令可测速度。",
    ),
    "ram-too-small": (
        "{gib} GiB of memory; speaking needs up to 0.6 GB beside the system. Give the machine or container 2 GiB.",
        "内存仅 {gib} GiB，合成时本身最多需 0.6 GB；请给机器或容器至少 2 GiB。",
    ),
    "ram-small": (
        "{gib} GiB of memory: enough to speak on one thread, not to import voices or train (4 GiB).",
        "内存 {gib} GiB：够单线程合成，不够导入音色或训练（4 GiB）。",
    ),
    "disk-full": (
        "{mib} MiB free where voices are stored: too little even for compiled graphs. Free some, or store elsewhere.",
        "音色目录所在磁盘只剩 {mib} MiB，连编译缓存都放不下；请清理，或换个位置。",
    ),
    "disk-low": (
        "{mib} MiB free where voices are stored: enough to speak, not to pull voices (2 GiB).",
        "音色目录所在磁盘剩 {mib} MiB：够合成，不够下载音色（2 GiB）。",
    ),
    "port-taken": (
        "Port {port} is in use, perhaps by a langsong that runs already. The command uses the next one.",
        "端口 {port} 已被占用（也许 langsong 已在运行）。下面的命令改用下一个端口。",
    ),
    "not-installed": (
        "langsong is not installed for this Python.",
        "此 Python 未安装 langsong。",
    ),
    "package-missing": (
        "{package} is missing, and langsong needs it.",
        "缺少依赖 {package}。",
    ),
    "package-too-old": (
        "{package} {installed} is too old; langsong needs {floor} or newer.",
        "{package} {installed} 太旧，需要 {floor} 或更新。",
    ),
    "scipy-numpy": (
        "SciPy {scipy} needs NumPy from {first} and before {before}; installed is {numpy}.",
        "SciPy {scipy} 需要 NumPy ≥ {first} 且 < {before}，现为 {numpy}。",
    ),
    "built-for-numpy-1": (
        "{package} {installed} was compiled for NumPy 1 and fails with NumPy {numpy}.",
        "{package} {installed} 为 NumPy 1 编译，与 NumPy {numpy} 不兼容。",
    ),
    "openmp-twice": (
        'Two OpenMP runtimes can meet in one process and end it ("OMP: Error #15"): {files}',
        "有两份 OpenMP 运行库，同时加载会使进程退出（OMP: Error #15）：{files}",
    ),
    "wsl-no-driver": (
        "WSL without a GPU: the NVIDIA driver is installed in Windows, never inside WSL. Speaking uses the CPU.",
        "WSL 中没有 GPU：NVIDIA 驱动要装在 Windows 里，不要装在 WSL 里。目前用 CPU 合成。",
    ),
    "torch-broken": (
        "torch {torch} cannot be imported: {error}",
        "torch {torch} 无法导入：{error}",
    ),
    "torch-slow": (
        "torch {torch} did not answer in time, so what follows is from its files. The command waits longer.",
        "torch {torch} 未及时响应，以下结论来自其文件。下面的命令会多等一会儿。",
    ),
    "torch-python": (
        "torch {torch} has no release for Python {python}.",
        "torch {torch} 不支持 Python {python}。",
    ),
    "driver-silent": (
        "nvidia-smi reaches no driver ({error}); an update may need a restart. Speaking uses the CPU.",
        "nvidia-smi 无法连接驱动（{error}）；更新驱动后可能需要重启。目前用 CPU 合成。",
    ),
    "no-driver": (
        "There is an NVIDIA GPU but no driver. Speaking uses the CPU.",
        "有 NVIDIA 显卡但没有驱动。目前用 CPU 合成。",
    ),
    "container-without-gpu": (
        "This container has no access to a GPU (NVIDIA Container Toolkit on the host, then --gpus all). "
        "Speaking uses the CPU.",
        "容器无法访问 GPU（主机安装 NVIDIA Container Toolkit，并加 --gpus all）。目前用 CPU 合成。",
    ),
    "jetson-torch": (
        "torch {torch} is a general build without Jetson's GPU; NVIDIA publishes one for each JetPack.",
        "torch {torch} 不支持 Jetson 的 GPU，请安装与 JetPack 对应的 NVIDIA 版本。",
    ),
    "rocm-untested": (
        "torch is built for ROCm {hip}; langsong has not been tried on it. --device cpu always works.",
        "torch 为 ROCm {hip} 版，langsong 未在其上测试；--device cpu 总是可用。",
    ),
    "torch-cpu-only": (
        "{gpu} is there, but torch {torch} is built for CPUs only.",
        "检测到 {gpu}，但 torch {torch} 是纯 CPU 版。",
    ),
    "driver-too-old": (
        "Driver {driver} is too old for CUDA {cuda} of torch {torch}, which needs {oldest}. "
        "Update the driver; or the command installs what fits the one that is there.",
        "驱动 {driver} 太旧：torch {torch} 的 CUDA {cuda} 需要 {oldest}。请更新驱动，或用下面的命令装适配的版本。",
    ),
    "no-kernels": (
        "torch {torch} has no kernels for {gpu} (compute capability {capability}).",
        "torch {torch} 不含 {gpu}（计算能力 {capability}）的内核。",
    ),
    "cudnn-too-old": (
        "cuDNN {cudnn} is too old for torch {torch}: 8.6 is needed.",
        "cuDNN {cudnn} 对 torch {torch} 太旧，需要 8.6。",
    ),
    "cuda-unavailable": (
        "Driver {driver} and torch {torch} fit, but torch sees no GPU; CUDA_VISIBLE_DEVICES may hide it.",
        "驱动 {driver} 与 torch {torch} 匹配，但 torch 看不到 GPU；可能被 CUDA_VISIBLE_DEVICES 屏蔽。",
    ),
}

LANGUAGES = ("en", "zh")


def words(finding: Finding, language: str) -> str:
    """One line about a finding.

    Args:
        language: en or zh.
    """
    return WORDS[finding.code][LANGUAGES.index(language)].format(**finding.details)


def user_language() -> str:
    """zh where the user's locale is Chinese, else en."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(variable):
            return "zh" if os.environ[variable].lower().startswith("zh") else "en"
    name = locale.getlocale()[0] or ""
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"
