"""A bidirectional LSTM in numpy."""

from __future__ import annotations

import numpy as np

from langsong.types import Float32


class BiLstm:
    """Both directions side by side as one LSTM of 2H units, which halves the number of steps.

    Args:
        weight: (2, D, 4H) forward and backward, gates in torch's order i, f, g, o.
        recurrent: (2, H, 4H)
        bias: (2, 1, 4H), the sum of torch's two.
    """

    def __init__(self, weight: Float32, recurrent: Float32, bias: Float32) -> None:
        size = recurrent.shape[1]
        order = np.concatenate([np.arange(2 * size), np.arange(3 * size, 4 * size), np.arange(2 * size, 3 * size)])
        # One tanh for all gates, since sigmoid(z) is (1 + tanh(z / 2)) / 2; g comes last.
        half = np.repeat(np.array([0.5, 0.5, 0.5, 1.0], np.float32), size)
        self._size = size
        self._weight = weight[..., order] * half
        self._bias = bias[..., order] * half
        blocks = np.zeros((2, size, 4, 2, size), np.float32)
        for side in range(2):
            blocks[side, :, :, side] = (recurrent[side][:, order] * half).reshape(size, 4, size)
        self._recurrent = blocks.reshape(2 * size, 8 * size)

    def __call__(self, inputs: Float32) -> Float32:
        """(T, D) to (T, 2H), forward outputs first."""
        size, units = self._size, 2 * self._size
        gates = np.stack([inputs, inputs[::-1]]) @ self._weight + self._bias  # (2, T, 4H)
        steps = np.ascontiguousarray(gates.reshape(2, -1, 4, size).transpose(1, 2, 0, 3)).reshape(-1, 4 * units)
        outputs = np.empty((len(inputs), units), np.float32)
        hidden, cell = np.zeros(units, np.float32), np.zeros(units, np.float32)
        for index, step in enumerate(steps):
            step += hidden @ self._recurrent
            np.tanh(step, out=step)
            sigmoid, candidate = step[: 3 * units], step[3 * units :]
            sigmoid *= 0.5
            sigmoid += 0.5
            cell *= sigmoid[units : 2 * units]
            cell += sigmoid[:units] * candidate
            hidden = outputs[index]
            np.multiply(sigmoid[2 * units :], np.tanh(cell), out=hidden)
        return np.concatenate([outputs[:, :size], outputs[::-1, size:]], 1)
