"""Feed-forward sequential memory network (specification 1.4)."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from .config import FsmnConfig
from .depthwise import DepthwiseConv


class FsmnLayer(nn.Module):
    """One block: a two-layer perceptron and a depth-wise convolution over time as its memory."""

    def __init__(self, width: int, config: FsmnConfig) -> None:
        super().__init__()
        self.expand = nn.Conv1d(width, config.inner, 1)
        self.project = nn.Conv1d(config.inner, config.memory, 1, bias=False)
        self.memory = DepthwiseConv(config.memory, config.kernel)
        self.padding = config.padding
        self.residual = width == config.memory

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x (B, C, T), mask (B, 1, T) to (B, memory, T)."""
        content = self.project(F.relu(self.expand(x))) * mask
        out = (self.memory(F.pad(content, self.padding)) + content) * mask
        return out + x if self.residual else out


class Fsmn(nn.ModuleList):
    """A stack of blocks."""

    def __init__(self, width: int, config: FsmnConfig) -> None:
        widths = [width, *[config.memory] * (config.layers - 1)]
        super().__init__(FsmnLayer(w, config) for w in widths)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x (B, T, C), mask (B, T, 1), 1 where valid, to (B, T, memory)."""
        x, mask = x.transpose(1, 2), mask.transpose(1, 2)
        for layer in self:
            x = layer(x, mask)
        return x.transpose(1, 2)
