"""Around every request: its id, a limit on its body, a line in the log, and counting."""

from __future__ import annotations

import logging
import re
import time
import uuid

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from langsong.errors import RequestTooLarge

from .log import request_id
from .service import Service

ID_HEADER = b"x-request-id"
_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")

access_log = logging.getLogger("langsong.access")


class RequestMiddleware:
    """See the module."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._metrics = service.metrics
        self._most_bytes = service.settings.max_upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        given = headers.get(ID_HEADER, b"")
        token = request_id.set(given.decode() if _ID.fullmatch(given) else uuid.uuid4().hex)
        begun = time.monotonic()
        received = sent = 0
        status = 0

        async def counted_receive() -> Message:
            nonlocal received
            message = await receive()
            if message["type"] == "http.request":
                received += len(message.get("body", b""))
                if received > self._most_bytes:
                    raise self._too_large()
            return message

        async def counted_send(message: Message) -> None:
            nonlocal sent, status
            if message["type"] in ("http.response.start", "websocket.accept", "websocket.http.response.start"):
                status = message.get("status", 101)
                message.setdefault("headers", [])
                message["headers"] = [*message["headers"], (ID_HEADER, request_id.get().encode())]
            sent += len(message.get("body") or message.get("bytes") or b"")
            await send(message)

        try:
            await self._app(scope, counted_receive, counted_send)
        finally:
            self._done(scope, status, received, sent, time.monotonic() - begun)
            request_id.reset(token)

    def _too_large(self) -> RequestTooLarge:
        return RequestTooLarge(f"the request has more than {self._most_bytes} bytes, which is all it may have")

    def _done(self, scope: Scope, status: int, received: int, sent: int, seconds: float) -> None:
        # a template such as /v1/jobs/{job_id}; a path that nothing answers to must not become a label
        route: str = getattr(scope.get("route"), "path", "") or "other"
        method = scope.get("method", "WEBSOCKET")
        self._metrics.responses.labels(method, route, str(status)).inc()
        self._metrics.response_bytes.inc(sent)
        access_log.info(
            "%s %s %s",
            method,
            scope["path"],
            status or "gone",
            extra={
                "client": scope.get("state", {}).get("client_name") or (scope.get("client") or ("",))[0],
                "status": status,
                "bytes_in": received,
                "bytes_out": sent,
                "ms": round(1000 * seconds, 1),
            },
        )
