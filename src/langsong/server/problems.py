"""Errors as a client sees them: a status and one JSON form, OpenAI's, on every route."""

from __future__ import annotations

import math
import re
from typing import Any

from pydantic import BaseModel

from langsong import errors

_STATUS: dict[type[errors.LangsongError], tuple[int, str]] = {
    errors.Unauthorized: (401, "authentication_error"),
    errors.VoiceNotFound: (404, "not_found_error"),
    errors.JobNotFound: (404, "not_found_error"),
    errors.NotReady: (409, "conflict_error"),
    errors.RequestCancelled: (409, "conflict_error"),
    errors.RequestTooLarge: (413, "invalid_request_error"),
    errors.TryLater: (429, "rate_limit_error"),
    errors.VoiceError: (500, "server_error"),
    errors.MissingExtra: (501, "server_error"),
    errors.ServiceStopping: (503, "server_error"),
    errors.DeadlineExceeded: (504, "timeout_error"),
    errors.LangsongError: (400, "invalid_request_error"),
}


class Problem(BaseModel):
    """What went wrong.

    Attributes:
        message: one line that says what to do.
        type: its kind, in OpenAI's words.
        code: the error's name, such as ``text_error`` or ``queue_full``.
        param: the field that is at fault, if one is.
        position: index of the character that is at fault, if one is.
    """

    message: str
    type: str
    code: str
    param: str | None = None
    position: int | None = None


INTERNAL = Problem(message="the service failed; its log says why", type="server_error", code="internal_error")
"""Of a failure that is nobody's but ours."""


class ErrorBody(BaseModel):
    """The body of every response that is an error."""

    error: Problem


def status_of(error: errors.LangsongError) -> int:
    """The HTTP status that an error becomes."""
    return _lookup(error)[0]


def problem_of(error: errors.LangsongError) -> Problem:
    """An error as clients see it."""
    code = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(error).__name__).lower()
    position = error.position if isinstance(error, errors.TextError) else None
    return Problem(message=str(error), type=_lookup(error)[1], code=code, position=position)


def headers_of(error: errors.LangsongError) -> dict[str, str]:
    """Headers that belong to an error."""
    if isinstance(error, errors.TryLater):
        return {"Retry-After": str(math.ceil(error.retry_after_s))}
    if isinstance(error, errors.Unauthorized):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, errors.ServiceStopping):
        return {"Retry-After": "60"}
    return {}


def _lookup(error: errors.LangsongError) -> tuple[int, str]:
    return next(_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)


RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": ErrorBody, "description": "The request is at fault, or comes too early."},
    "5XX": {"model": ErrorBody, "description": "The service is at fault, or out of time."},
}
"""For the OpenAPI description of a route."""
