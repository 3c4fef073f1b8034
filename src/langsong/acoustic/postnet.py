"""Post-net (specification 1.7), computed window by window."""

from __future__ import annotations

from torch import Tensor, nn

from .config import AcousticConfig
from .fsmn import Fsmn


class Postnet(nn.Module):
    """Refines mel frames. The FSMN's context comes with each window, the LSTM's state from call to call."""

    def __init__(self, config: AcousticConfig) -> None:
        super().__init__()
        self.fsmn = Fsmn(config.n_mels, config.postnet)
        self.rnn = nn.LSTM(config.postnet.memory, config.postnet_rnn, batch_first=True)
        self.out = nn.Linear(config.postnet_rnn, config.n_mels)
        self.context = config.postnet.context

    def forward(self, mel: Tensor, mask: Tensor, hidden: Tensor, cell: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Refine the inner frames of a window.

        Args:
            mel: (B, left+N+right, n_mels), left and right being the FSMN's context; zeros beyond the ends.
            mask: (B, left+N+right, 1), 1 on the frames that exist.
            hidden, cell: (1, B, rnn) after the frame before the first inner one.

        Returns:
            mel (B, N, n_mels), hidden, cell.
        """
        left, right = self.context
        last = mel.shape[1] - right
        inner = self.fsmn(mel, mask)[:, left:last]
        inner, (hidden, cell) = self.rnn(inner, (hidden, cell))
        return (mel[:, left:last] + self.out(inner)) * mask[:, left:last], hidden, cell
