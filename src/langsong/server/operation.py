"""Routes for those who run the service."""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from .problems import RESPONSES
from .service import Caller, ServiceHere

router = APIRouter(tags=["operation"])


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process is alive."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"description": "The voice is still loading, or the service is stopping."}})
def readyz(service: ServiceHere, response: Response) -> dict[str, str]:
    """The default voice is loaded and requests are taken."""
    if service.ready.is_set():
        return {"status": "ready"}
    response.status_code = 503
    return {"status": "not ready"}


@router.get("/metrics", response_class=Response, responses=RESPONSES)
def metrics(service: ServiceHere, _: Caller) -> Response:
    """For Prometheus."""
    return Response(service.metrics.text(), media_type=CONTENT_TYPE_LATEST)
