"""Which inputs a stretch of a layer's outputs depends on.

A span is ``(first, last)``, both included; indices may be negative, as if the signal had no beginning.
"""

from __future__ import annotations

Span = tuple[int, int]


def union(*spans: Span) -> Span:
    """The shortest span that holds all of them."""
    return min(first for first, _ in spans), max(last for _, last in spans)


def behind_conv(span: Span, kernel: int, dilation: int, *, causal: bool) -> Span:
    """Inputs of a convolution that keeps the length."""
    first, last = span
    width = (kernel - 1) * dilation
    return (first - width, last) if causal else (first - width // 2, last + width // 2)


def behind_repeat(span: Span, scale: int) -> Span:
    """Inputs of nearest-neighbour upsampling."""
    return span[0] // scale, span[1] // scale


def behind_deconv(span: Span, scale: int, kernel: int, *, causal: bool) -> Span:
    """Inputs of a transposed convolution: output n sums taps 0 ≤ n + padding − scale·i < kernel."""
    padding = 0 if causal else (kernel - scale) // 2
    return -((kernel - 1 - padding - span[0]) // scale), (span[1] + padding) // scale


def behind_decimation(span: Span, rate: int, *, causal: bool) -> Span:
    """Inputs of a convolution with 2·rate taps and stride rate (at rate 1: one tap)."""
    if rate == 1:
        return span
    before = 2 * rate - 1 if causal else rate // 2
    return span[0] * rate - before, span[1] * rate - before + 2 * rate - 1
