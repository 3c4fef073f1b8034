"""The OpenVINO runtime: the exported graphs on a CPU, without torch."""

from __future__ import annotations

import queue
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from langsong.errors import BundleError

from .base import Array

Shapes = tuple[tuple[int, ...], ...]

_KERNELS_KEPT = 32
"""Of each graph, for the shapes it met last. The default, 5000, lets every sentence of another length add to a
server's memory (50 MB after 200 sentences); making them anew costs no time that could be measured."""


_filling = threading.Lock()


def _fill_tables() -> None:
    """Let OpenVINO's binding fill its tables of data types.

    It does so when the first array is handed over, and two threads that are the first at once wait for ever: one for
    the table, the other, which fills it, for the interpreter's lock (OpenVINO 2026.4).
    """
    import openvino

    with _filling:
        tensor = openvino.Tensor(np.zeros(1, np.float32), shared_memory=True)
        tensor.get_element_type().to_dtype()


class OpenVinoRuntime:
    """Runs a bundle's graphs. Graphs are compiled when first used; the compiled form is kept on disk.

    Args:
        graphs: path of each stage's ONNX file.
        threads: of one graph at a time.
        vocoder_precision: "f32" or "bf16", of the vocoder alone; the other graphs are small and stay f32.
        stepwise: stages that are called again and again with the same shapes: they are compiled for these, which
            saves a third of each call.
        cache: folder for compiled graphs, or None. It must be of these graphs alone.
    """

    name = "openvino"
    most_frames: int | None = None

    def __init__(
        self,
        graphs: Mapping[str, Path],
        threads: int,
        vocoder_precision: str,
        stepwise: frozenset[str],
        cache: Path | None,
    ) -> None:
        import openvino

        _fill_tables()
        self._core = openvino.Core()
        # A mapped file that somebody cuts short ends the process (SIGBUS); memory and loading time are the same.
        self._core.set_property({"ENABLE_MMAP": False})
        self._graphs = dict(graphs)
        self._threads = threads
        self._vocoder_precision = vocoder_precision
        self._stepwise = stepwise
        self._cache = cache
        self._compiled: dict[tuple[str, Shapes], tuple[Any, queue.SimpleQueue[Any]]] = {}
        self._compiling = {name: threading.Lock() for name in graphs}
        self.description = (
            f"OpenVINO {openvino.get_version().split('-')[0]}, {threads} thread{'s' if threads > 1 else ''}, "
            f"vocoder in {vocoder_precision}"
        )

    def _compile(self, stage: str, shapes: Shapes) -> tuple[Any, queue.SimpleQueue[Any]]:
        """The compiled graph and its idle requests."""
        with self._compiling[stage]:
            if (stage, shapes) in self._compiled:
                return self._compiled[stage, shapes]
            heavy = stage in ("vocoder", "pitch")
            options = {
                "INFERENCE_PRECISION_HINT": self._vocoder_precision if heavy else "f32",
                # The other stages are small or step by step: a second thread costs more than it brings.
                "INFERENCE_NUM_THREADS": self._threads if heavy else 1,
                "NUM_STREAMS": 1,
                # Pinning would put every process's threads on the same first cores.
                "ENABLE_CPU_PINNING": False,
                "CPU_RUNTIME_CACHE_CAPACITY": _KERNELS_KEPT,
            }
            if self._cache is not None:
                options["CACHE_DIR"] = str(self._cache)
            path = str(self._graphs[stage])
            try:
                if shapes:
                    model = self._core.read_model(path)
                    model.reshape({port.any_name: shape for port, shape in zip(model.inputs, shapes, strict=True)})
                    compiled = self._core.compile_model(model, "CPU", options)
                else:
                    compiled = self._core.compile_model(path, "CPU", options)
            except RuntimeError as error:
                reason = str(error).strip().splitlines()[-1]
                raise BundleError(f"the graph {path} cannot be compiled: {reason}") from None
            entry = compiled, queue.SimpleQueue[Any]()
            self._compiled[stage, shapes] = entry
            return entry

    def run(self, stage: str, *inputs: Array) -> tuple[Array, ...]:
        shapes = tuple(x.shape for x in inputs) if stage in self._stepwise else ()
        compiled, idle = self._compiled.get((stage, shapes)) or self._compile(stage, shapes)
        try:
            request = idle.get_nowait()
        except queue.Empty:
            request = compiled.create_infer_request()
        outputs = request.infer([np.ascontiguousarray(x) for x in inputs], share_inputs=True).to_tuple()
        idle.put(request)
        return tuple(outputs)

    def preload(self) -> None:
        # The vocoder takes longest, and a request needs it last.
        for stage in sorted(self._graphs, key=lambda stage: stage != "vocoder"):
            if stage not in self._stepwise:
                self._compile(stage, ())
