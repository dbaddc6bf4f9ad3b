"""Which files make up the pad on a phone or tablet, and under which rules does a browser run them?

The page is the same for all and holds nothing secret, so it needs no token. What it shows, it
fetches with the token that stands in the fragment of its address, which no browser sends.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from livedesk.engine.api.answers import ApiError
from livedesk.engine.api.pad_calls import has_web_pad
from livedesk.engine.api.roles import ANYONE
from livedesk.engine.api.view import EngineView

_FOLDER = Path(__file__).with_name("pad")
_KINDS = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}

HEADERS = {
    # Nothing but our own files; pictures are fetched with the token and shown as blobs.
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob:; script-src 'self'; style-src 'self'; "
        "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), screen-wake-lock=(self)",
    "Cache-Control": "no-store",
}

_OFF = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>livedesk pad</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/pad/-/pad.css"></head>
<body class="off"><main><h1>No pad here</h1><p>{text}</p></main></body></html>
"""


async def pad_page(request: Request) -> Response:
    """The page of a store; where there is none, a page that says why."""
    engine: EngineView = request.app.state.engine
    store = engine.store(request.path_params["store"])
    if store is None or not has_web_pad(store):
        # Both the same: who has no token learns nothing about the stores.
        text = (
            "This engine has no web pad for this store. The desk switches it on with "
            "web_pad = true under [store.pins] in the settings."
        )
        return HTMLResponse(_OFF.format(text=text), 404, HEADERS)
    return await _file("index.html")


async def pad_file(request: Request) -> Response:
    """Its style, scripts and icon."""
    return await _file(request.path_params["file"])


async def _file(name: str) -> Response:
    known = await asyncio.to_thread(lambda: {path.name: path for path in _FOLDER.iterdir()})
    path = known.get(name)
    if path is None or path.suffix not in _KINDS:
        raise ApiError(404, "not_found", "The pad has no such file.", "Open /pad/STORE.")
    content = await asyncio.to_thread(path.read_bytes)
    return Response(content, media_type=_KINDS[path.suffix], headers=HEADERS)


CALLS = (
    ("GET", "/pad/{store}", ANYONE, pad_page),
    ("GET", "/pad/-/{file}", ANYONE, pad_file),
)
"""Open to all: the gate lets them through without a token."""
