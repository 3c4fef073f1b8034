"""A graph cut into stages, so that what passes between them can be read, and replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import onnx
from onnx import helper


def cut(model: onnx.ModelProto, cuts: Sequence[Sequence[onnx.ValueInfoProto]]) -> list[onnx.ModelProto]:
    """`model` in ``len(cuts) + 1`` stages that run one after another.

    The tensors of a cut are outputs of a stage and inputs of the one after it, so that a caller may hand on others
    in their place. What else passes a border keeps its name too; every node stands as late as it can, so that this
    is little. Any stage may ask for the model's own inputs.

    Args:
        model: nodes in topological order, without subgraphs; types and ranks of its tensors inferred.
        cuts: for each border its tensors.

    Raises:
        ValueError: no node makes a cut's tensor, or nodes that a later stage needs depend on it too early.
    """
    graph = model.graph
    level = {value.name: stage for stage, border in enumerate(cuts, 1) for value in border}
    makers = {name: index for index, node in enumerate(graph.node) for name in node.output}
    for name in level:
        if name not in makers:
            raise ValueError(f"no node makes {name}")
    stages = _latest_stages(graph, level, makers, len(cuts))

    constants = {tensor.name: tensor for tensor in graph.initializer}
    values = {value.name: value for value in (*graph.value_info, *graph.input, *graph.output)}
    values.update((value.name, value) for border in cuts for value in border)
    members = [
        [node for node, at in zip(graph.node, stages, strict=True) if at == stage] for stage in range(len(cuts) + 1)
    ]
    reads = [dict.fromkeys(name for node in nodes for name in node.input if name) for nodes in members]
    makes = [dict.fromkeys(name for node in nodes for name in node.output if name) for nodes in members]
    inputs = [
        [name for name in read if name not in constants and name not in made]
        for read, made in zip(reads, makes, strict=True)
    ]
    wanted = {name for names in inputs for name in names} | {value.name for value in graph.output}
    return [
        helper.make_model(
            helper.make_graph(
                nodes,
                f"{graph.name}_{stage}",
                [values[name] for name in inputs[stage]],
                [values[name] for name in makes[stage] if name in wanted],
                [constants[name] for name in reads[stage] if name in constants],
            ),
            opset_imports=model.opset_import,
            ir_version=model.ir_version,
        )
        for stage, nodes in enumerate(members)
    ]


def _latest_stages(graph: onnx.GraphProto, level: Mapping[str, int], makers: Mapping[str, int], last: int) -> list[int]:
    """For each node the last stage at which it may stand: that of its first reader, or before the cut it feeds."""
    stages = [last] * len(graph.node)
    for index in reversed(range(len(graph.node))):
        for name in graph.node[index].input:
            if name in makers:
                before = level.get(name, stages[index] + 1) - 1
                if before > stages[index]:
                    raise ValueError(f"{name} is read before its cut")
                stages[makers[name]] = min(stages[makers[name]], before)
    return stages
