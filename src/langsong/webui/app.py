"""The studio on a server: the same page in two languages, and what it fetches."""

from __future__ import annotations

import os

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # before Gradio is loaded: it would tell its makers

import gradio as gr
from fastapi import FastAPI, Request

from langsong.errors import Unauthorized

from .access import visitor_of
from .languages import TEXTS
from .page import build_page, look
from .routes import router
from .studio import Studio


def mount(app: FastAPI) -> None:
    """Put the studio at ``/`` of a server made by `langsong.server.app.create_app`.

    Raises:
        OptionError: its history cannot be kept.
    """
    studio = Studio(app.state.service)
    app.state.studio = studio
    app.include_router(router)

    def visitor_name(request: Request) -> str | None:
        try:
            return visitor_of(studio.service, request).name
        except Unauthorized:
            return None

    for language, texts in TEXTS.items():
        page = build_page(studio, texts)
        gr.mount_gradio_app(app, page, f"/studio/{language}", auth_dependency=visitor_name, **look())
