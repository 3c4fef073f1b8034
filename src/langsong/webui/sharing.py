"""A service on this machine, reachable from everywhere by a link: through Gradio's tunnel."""

from __future__ import annotations

import contextlib
import io
import secrets

from langsong.errors import OptionError

from .loading import load_gradio

WARNING = (
    "warning: whoever has the link can use this service, and all that is sent passes through Gradio's servers; "
    "without API keys (--new-key) nobody is asked who they are. The link ends with this process."
)


def open_tunnel(host: str, port: int) -> str:
    """A link to what listens on an address of this machine; it works until the process ends. Blocks for seconds.

    Raises:
        OptionError: the tunnel cannot be made.
        MissingExtra: Gradio is not installed.
    """
    load_gradio()
    from gradio.networking import setup_tunnel

    try:
        with contextlib.redirect_stderr(io.StringIO()):  # the tunnel's log; the error has its first line
            return setup_tunnel(host, port, secrets.token_urlsafe(32), None, None)
    except Exception as error:  # noqa: BLE001 - Gradio's, httpx's and the system's errors all mean: no link
        reason = str(error).strip().partition("\n")[0].rstrip(".:") or type(error).__name__
        raise OptionError(
            f"the service cannot be shared: {reason}; "
            "leave out --share, or forward the port yourself, by ssh -R or a proxy with TLS"
        ) from None
