"""The teacher: float graphs of quantised ones, graphs in stages, and the spectrum between two of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from corpus.float_graph import to_float
from corpus.labels import HOP
from corpus.stages import cut
from corpus.teacher import Teacher, spectrum
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

FLOAT = TensorProto.FLOAT


def value(name: str, *shape: int | str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, FLOAT, list(shape))


def constant(name: str, array: object, kind: type) -> onnx.TensorProto:
    return numpy_helper.from_array(np.asarray(array, kind), name)


def quantised_product(operator: str, weight: np.ndarray, bias: float | None) -> onnx.ModelProto:
    """x through a quantised product as ONNX Runtime's quantiser writes it, with its own names."""
    node = helper.make_node
    nodes = [
        node("DynamicQuantizeLinear", ["x"], ["x_q", "x_scale", "x_zero"]),
        node(operator, ["x_q", "w_quantized", "x_zero", "w_zero_point"], ["y_output_quantized"]),
        node("Mul", ["x_scale", "w_scale"], ["scales"]),
    ]
    summed = "y_output_quantized"
    if bias is not None:
        nodes += [
            node("Div", ["bias", "scales"], ["bias_steps"]),
            node("Floor", ["bias_steps"], ["bias_rounded"]),
            node("Cast", ["bias_rounded"], ["bias_quantized"], to=TensorProto.INT32),
            node("Reshape", ["bias_quantized", "bias_shape"], ["bias_column"]),
            node("Add", ["y_output_quantized", "bias_column"], ["y_bias_add"]),
        ]
        summed = "y_bias_add"
    nodes += [node("Cast", [summed], ["y_float"], to=FLOAT), node("Mul", ["y_float", "scales"], ["y"])]
    constants = [
        constant("w_quantized", weight, np.uint8),
        constant("w_scale", 0.03, np.float32),
        constant("w_zero_point", 100, np.uint8),
        constant("bias", [0.0 if bias is None else bias], np.float32),
        constant("bias_shape", [1, -1, 1], np.int64),
    ]
    graph = helper.make_graph(nodes, "product", [value("x", *"abc")], [value("y", *"abc")], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@pytest.mark.parametrize(
    ("operator", "shape", "bias"), [("MatMulInteger", (4, 3), None), ("ConvInteger", (1, 4, 3), 0.7)]
)
def test_quantised_products_become_exact_ones(operator: str, shape: tuple[int, ...], bias: float | None) -> None:
    draw = np.random.default_rng(1)
    weight = draw.integers(0, 255, shape)
    x = draw.standard_normal((1, 4, 4)).astype(np.float32)
    model = quantised_product(operator, weight, bias)
    rounded = ReferenceEvaluator(model).run(None, {"x": x})[0]
    to_float(model)
    onnx.checker.check_model(model)
    exact = (weight.astype(np.float32) - 100) * np.float32(0.03)
    if operator == "MatMulInteger":
        expected = x @ exact
    else:
        windows = np.lib.stride_tricks.sliding_window_view(x[0], 3, axis=1)  # (4, 2, 3)
        expected = np.einsum("ctk,ock->ot", windows, exact)[None] + bias
    result = ReferenceEvaluator(model).run(None, {"x": x})[0]
    np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-4)
    assert np.abs(rounded - expected).max() > 1e-3  # the quantised graph did round
    assert {node.op_type for node in model.graph.node} <= {"MatMul", "Conv", "Add", "Reshape", "Identity"}


def test_quantised_weights_must_be_constants() -> None:
    model = quantised_product("MatMulInteger", np.zeros((4, 3)), None)
    del model.graph.initializer[0]
    with pytest.raises(ValueError, match="w_quantized"):
        to_float(model)


@st.composite
def graphs(draw: st.DrawFn) -> tuple[onnx.ModelProto, list[str]]:
    """Chains of additions, each of two earlier tensors, and one tensor or two to cut at, in order."""
    count = draw(st.integers(3, 12))
    names = ["a", "b"]
    nodes = []
    for index in range(count):
        left, right = draw(st.sampled_from(names)), names[-1]  # each needs the one before, so a cut parts the graph
        nodes.append(helper.make_node("Add", [left, right], [f"t{index}"]))
        names.append(f"t{index}")
    graph = helper.make_graph(nodes, "sums", [value("a", 2), value("b", 2)], [value(names[-1], 2)])
    graph.value_info.extend(value(name, 2) for name in names[2:-1])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    places = draw(st.lists(st.integers(0, count - 2), min_size=1, max_size=2, unique=True))
    return model, [f"t{place}" for place in sorted(places)]


def run_stages(parts: list[onnx.ModelProto], tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    for part in parts:
        names = [wanted.name for wanted in part.graph.input]
        results = ReferenceEvaluator(part).run(None, {name: tensors[name] for name in names})
        tensors |= dict(zip([made.name for made in part.graph.output], results, strict=True))
    return tensors


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_stages_compute_what_the_whole_does(case: tuple[onnx.ModelProto, list[str]]) -> None:
    model, cuts = case
    inputs = {"a": np.array([1, 2], np.float32), "b": np.array([3, -5], np.float32)}
    parts = cut(model, [[value(name, 2)] for name in cuts])
    assert sum(len(part.graph.node) for part in parts) == len(model.graph.node)
    output = model.graph.output[0].name
    np.testing.assert_array_equal(
        run_stages(parts, dict(inputs))[output], ReferenceEvaluator(model).run(None, inputs)[0]
    )
    for name, part in zip(cuts, parts[1:], strict=True):
        assert name in [wanted.name for wanted in part.graph.input]


def test_a_tensor_between_stages_can_be_replaced() -> None:
    nodes = [helper.make_node("Add", ["a", "a"], ["double"]), helper.make_node("Add", ["double", "a"], ["triple"])]
    graph = helper.make_graph(nodes, "sums", [value("a", 1)], [value("triple", 1)])
    first, second = cut(helper.make_model(graph), [[value("double", 1)]])
    tensors = run_stages([first], {"a": np.ones(1, np.float32)})
    tensors["double"] = np.full(1, 10, np.float32)
    assert run_stages([second], tensors)["triple"] == 11
    with pytest.raises(ValueError, match="quadruple"):
        cut(helper.make_model(graph), [[value("quadruple", 1)]])


def test_spectrum_has_the_phase_of_real_bins() -> None:
    signal = np.random.default_rng(0).standard_normal(400).astype(np.float32)
    bins = spectrum(signal)
    assert bins.shape == (1, 22, 81)
    padded = np.pad(signal.astype(np.float64), 10, mode="reflect")
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(20) / 20)
    matrix = np.exp(-2j * np.pi * np.outer(np.arange(11), np.arange(20)) / 20)
    expected = np.stack([matrix @ (window * padded[5 * k : 5 * k + 20]) for k in range(81)], axis=1)
    np.testing.assert_allclose(bins[0, :11], np.abs(expected), atol=1e-5)
    np.testing.assert_allclose(np.exp(1j * bins[0, 11:]), expected / np.abs(expected), atol=1e-4)
    for real in (11, 21):  # where torch has pi, never -pi
        assert set(np.round(bins[0, real], 5)) <= {0.0, np.float32(3.14159)}


def test_teacher_speaks_as_long_as_it_is_told(tiny_teacher: Path) -> None:
    teacher = Teacher(tiny_teacher)
    reading = teacher.read("ni xau.", np.zeros((510, 256), np.float32))
    np.testing.assert_array_equal(reading.predicted_frames, np.full(9, 3, np.float32))
    frames = np.arange(2, 11)
    f0 = teacher.intone(reading, frames)
    assert len(f0) == 2 * frames.sum()
    audio, louder = teacher.sound(reading, f0), teacher.sound(reading, f0 * 2)
    assert len(audio) == HOP * frames.sum()
    assert np.abs(louder).max() == pytest.approx(2 * np.abs(audio).max(), rel=1e-3)


@pytest.mark.parametrize("symbols", ["", "nǐ", "a" * 511])
def test_teacher_refuses_what_it_cannot_say(tiny_teacher: Path, symbols: str) -> None:
    with pytest.raises(ValueError, match="cannot be spelled"):
        Teacher(tiny_teacher).read(symbols, np.zeros((510, 256), np.float32))
