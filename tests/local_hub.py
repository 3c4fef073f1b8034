"""A hub on this machine that answers like ModelScope's, well or badly."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit


@dataclass
class Misbehaviour:
    """What the hub does wrong, by path of a file; each entry counts down to 0.

    Attributes:
        cuts: times that only half of a file's rest is sent.
        corrupt: times that other bytes of the same length are sent.
        missing: listed, but not there.
        busy: times that the whole hub answers 429.
        retry_after: header of a 429, in seconds.
        no_sha256, extra: of the listing.
    """

    cuts: dict[str, int] = field(default_factory=dict)
    corrupt: dict[str, int] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    busy: int = 0
    retry_after: str = "0"
    no_sha256: bool = False
    extra: list[str] = field(default_factory=list)


class LocalHub:
    """Serves one model's folder.

    Attributes:
        requests: (path of the file, value of Range) of every download, in order.
    """

    def __init__(self, model: str, folder: Path) -> None:
        self.model = model
        self.folder = folder
        self.wrong = Misbehaviour()
        self.requests: list[tuple[str, str | None]] = []
        self.listings = 0
        self.lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def listing(self) -> list[dict[str, object]]:
        files: list[dict[str, object]] = [
            {
                "Path": file.relative_to(self.folder).as_posix(),
                "Type": "blob",
                "Size": file.stat().st_size,
                "Sha256": "" if self.wrong.no_sha256 else hashlib.sha256(file.read_bytes()).hexdigest(),
            }
            for file in sorted(self.folder.rglob("*"))
            if file.is_file()
        ]
        return files + [{"Path": path, "Type": "blob", "Size": 1, "Sha256": "0" * 64} for path in self.wrong.extra]

    def take(self, counts: dict[str, int], path: str) -> bool:
        """Count down; whether there was something left."""
        with self.lock:
            left = counts.get(path, 0)
            counts[path] = max(0, left - 1)
        return left > 0


def _handler(hub: LocalHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(address.query).items()}
            with hub.lock:
                busy = hub.wrong.busy > 0
                hub.wrong.busy -= busy
            if busy:
                self.answer(429, b'{"Message": "too many requests"}', {"Retry-After": hub.wrong.retry_after})
            elif address.path == f"/api/v1/models/{hub.model}/repo/files":
                hub.listings += 1
                body = {"Code": 200, "Success": True, "Data": {"Files": hub.listing()}}
                self.answer(200, json.dumps(body).encode())
            elif address.path == f"/api/v1/models/{hub.model}/repo":
                self.send_file(query["FilePath"])
            else:
                self.answer(404, b'{"Code": 10010205001, "Message": "not found", "Success": false}')

        def send_file(self, path: str) -> None:
            wanted = self.headers.get("Range")
            with hub.lock:
                hub.requests.append((path, wanted))
            if path in hub.wrong.missing:
                self.answer(404, b'{"Message": "not found"}')
                return
            whole = (hub.folder / path).read_bytes()
            if hub.take(hub.wrong.corrupt, path):
                whole = bytes(byte ^ 0xFF for byte in whole)
            start = int(wanted.removeprefix("bytes=").split("-")[0]) if wanted else 0
            headers = {"Content-Range": f"bytes {start}-{len(whole) - 1}/{len(whole)}"} if wanted else {}
            body = whole[start:]
            sent = body[: len(body) // 2] if hub.take(hub.wrong.cuts, path) else body
            self.answer(206 if wanted else 200, sent, headers, announced=len(body))

        def answer(
            self, status: int, body: bytes, headers: dict[str, str] | None = None, announced: int | None = None
        ) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body) if announced is None else announced))
            for key, value in (headers or {}).items():
                self.send_header(key, value)
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

    return Handler
