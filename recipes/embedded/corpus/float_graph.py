"""A dynamically quantised ONNX graph as a float graph: on CPUs the teacher is faster so, and free of rounding noise."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper

Array = npt.NDArray[np.generic]
_FLOAT = onnx.TensorProto.FLOAT


def to_float(model: onnx.ModelProto) -> None:
    """Replace the quantised operators of `model`; its weights keep their 8-bit values, activations are float.

    Known are the operators of ONNX Runtime's dynamic quantiser: ``DynamicQuantizeLinear``, ``MatMulInteger``,
    ``ConvInteger``, ``DynamicQuantizeLSTM``. Weights take their scales with them, so that the multiplications by
    scales that the quantiser had put behind each product become those by one, and are left out.

    Raises:
        ValueError: a quantised weight is not a constant of the graph.
    """
    graph = model.graph
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    _follow_identities(graph, constants)
    weights: dict[str, Array] = {}
    ones: set[str] = set()
    nodes: list[onnx.NodeProto] = []
    same: dict[str, str] = {}
    for node in graph.node:
        if node.op_type == "DynamicQuantizeLinear":
            same[node.output[0]] = node.input[0]
            ones.add(node.output[1])
        elif node.op_type in ("MatMulInteger", "ConvInteger"):
            name = node.input[1]
            scale = name.removesuffix("_quantized") + "_scale"
            weights[f"{name}_float"] = _dequantised(constants, name, scale, node.input[3])
            ones.add(scale)
            operator = node.op_type.removesuffix("Integer")
            product = helper.make_node(operator, [node.input[0], f"{name}_float"], list(node.output), node.name)
            product.attribute.extend(node.attribute)
            nodes.append(product)
        elif node.op_type == "DynamicQuantizeLSTM":
            nodes.append(_lstm(node, constants, weights))
        else:
            nodes.append(node)
    graph.initializer.extend(
        numpy_helper.from_array(np.ascontiguousarray(array, np.float32), name) for name, array in weights.items()
    )
    del graph.node[:]
    graph.node.extend(_without_scales(nodes, ones, same))
    for output in graph.output:
        if output.name in same:
            graph.node.append(helper.make_node("Identity", [_source(output.name, same)], [output.name]))
    keep_outputs(graph, {output.name for output in graph.output})


def _follow_identities(graph: onnx.GraphProto, constants: dict[str, Array]) -> None:
    for node in graph.node:
        if node.op_type == "Identity" and node.input[0] in constants:
            constants[node.output[0]] = constants[node.input[0]]


def _dequantised(constants: dict[str, Array], weight: str, scale: str, zero_point: str) -> Array:
    try:
        quantised, step, zero = (constants[name].astype(np.float32) for name in (weight, scale, zero_point))
    except KeyError as error:
        raise ValueError(f"{error} is not a constant of the graph") from None
    result: Array = (quantised - zero) * step
    return result


def _lstm(node: onnx.NodeProto, constants: dict[str, Array], weights: dict[str, Array]) -> onnx.NodeProto:
    """The float LSTM: weights transposed, with scales per direction, or per direction and column."""
    x, input_weight, recurrence, *rest = node.input
    states, quantisation = rest[:4], rest[5:]  # between them the peepholes, which nobody uses
    for name, (scale, zero_point) in zip(
        (input_weight, recurrence), (quantisation[:2], quantisation[2:4]), strict=True
    ):
        directions = constants[name].shape[0]
        for parameter in (scale, zero_point):
            constants[f"{name}:{parameter}"] = constants[parameter].reshape(directions, 1, -1)
        weights[f"{name}_float"] = _dequantised(constants, name, f"{name}:{scale}", f"{name}:{zero_point}").transpose(
            0, 2, 1
        )
    inputs = [x, f"{input_weight}_float", f"{recurrence}_float", *states]
    lstm = helper.make_node("LSTM", inputs, list(node.output), node.name)
    lstm.attribute.extend(node.attribute)
    return lstm


def _without_scales(nodes: list[onnx.NodeProto], ones: set[str], same: dict[str, str]) -> Iterator[onnx.NodeProto]:
    """`nodes` in order, without those that only multiply or divide by one or convert float to float.

    The biases that the quantiser rounded to whole steps of their scale are no longer rounded.

    Args:
        ones: tensors that are one; grows by the products of such.
        same: what an omitted node's output is; grows by the nodes left out here.
    """
    biases: set[str] = set()
    for node in nodes:
        inputs = [_source(name, same) for name in node.input]
        if node.op_type == "Mul" and set(inputs) <= ones:
            ones.update(node.output)
        elif node.op_type in ("Mul", "Div") and inputs[1] in ones:
            same[node.output[0]] = inputs[0]
            if node.op_type == "Div":
                biases.update(node.output)
        elif node.op_type == "Mul" and inputs[0] in ones:
            same[node.output[0]] = inputs[1]
        elif (node.op_type in ("Floor", "Round") and node.input[0] in biases) or (
            node.op_type == "Cast" and (node.input[0] in biases or _is_product(node))
        ):
            same[node.output[0]] = inputs[0]
            if node.input[0] in biases:
                biases.update(node.output)
        else:
            del node.input[:]
            node.input.extend(inputs)
            yield node


def _is_product(cast: onnx.NodeProto) -> bool:
    """Whether a cast converts the integer result of a quantised product, as the quantiser names them."""
    return str(cast.input[0]).endswith(("_output_quantized", "_bias_add"))


def _source(name: str, same: dict[str, str]) -> str:
    while name in same:
        name = same[name]
    return name


def keep_outputs(graph: onnx.GraphProto, names: Collection[str]) -> None:
    """Leave out all other outputs, and the nodes and constants that nothing needs any more."""
    outputs = [output for output in graph.output if output.name in names]
    del graph.output[:]
    graph.output.extend(outputs)
    needed = {output.name for output in graph.output}
    kept: list[onnx.NodeProto] = []
    for node in reversed(graph.node):
        if needed.intersection(node.output):
            needed.update(node.input)
            kept.append(node)
    constants = [tensor for tensor in graph.initializer if tensor.name in needed]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(reversed(kept))
    graph.initializer.extend(constants)
