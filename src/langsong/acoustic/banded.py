"""Attention of long sequences within a band, block by block: exact, and several times cheaper than masks over all
pairs where the band is short."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from .layers import MASKED, attend

BLOCK = 24
"""Queries that are computed together, unless the band is wider."""


class Band:
    """Who attends to whom: place s to s - behind … s + ahead, as far as they are valid.

    Args:
        behind, ahead: reach, at least 0.
        reachable: (B, S) bool, the valid places.
    """

    def __init__(self, behind: int, ahead: int, reachable: Tensor) -> None:
        self.behind, self.ahead = behind, ahead
        self.size = reachable.shape[1]
        self.block = max(BLOCK, behind, ahead)
        window = torch.arange(self.block + behind + ahead, device=reachable.device)[None]
        query = torch.arange(self.block, device=reachable.device)[:, None]
        near = (window >= query) & (window <= query + behind + ahead)
        valid = self._windows(reachable[:, :, None], False)[:, :, 0]  # (B, blocks, window)
        allowed = near & valid[:, :, None, :]
        self.bias = (allowed.logical_not() * MASKED)[:, :, None].flatten(0, 1)  # (B * blocks, 1, block, window)

    def _windows(self, x: Tensor, fill: float) -> Tensor:
        """(B, S, …, d) to (B, blocks, …, d, window), overlapping."""
        missing = -self.size % self.block
        padding = [0, 0] * (x.dim() - 2) + [self.behind, missing + self.ahead]
        return F.pad(x, padding, value=fill).unfold(1, self.block + self.behind + self.ahead, self.block)

    def attend(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """query, key, value (B, H, S, d) to (B, S, H*d)."""
        batch = query.shape[0]
        query, key, value = (x.transpose(1, 2) for x in (query, key, value))  # (B, S, H, d)
        blocks = F.pad(query, (0, 0, 0, 0, 0, -self.size % self.block)).unflatten(1, (-1, self.block))
        keys, values = (self._windows(x, 0.0).flatten(0, 1).transpose(2, 3) for x in (key, value))
        out = attend(blocks.flatten(0, 1).transpose(1, 2), keys, values, self.bias)  # (B * blocks, block, H*d)
        return out.reshape(batch, -1, out.shape[2])[:, : self.size]
