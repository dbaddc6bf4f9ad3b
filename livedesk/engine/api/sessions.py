"""Which sessions are on record, and how does one get a copy?"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from livedesk.engine.api.actors import BY, actor_in
from livedesk.engine.api.answers import ApiError, json_answer, json_object, wrong_value
from livedesk.engine.api.view import EngineView

FORMATS = {"csv": "csv.zip", "jsonl": "jsonl", "html": "html"}
"""By the name in the API, the journal's format that is one file."""


async def list_sessions(request: Request) -> Response:
    engine: EngineView = request.app.state.engine
    return json_answer({"sessions": await asyncio.to_thread(engine.sessions)})


async def export_session(request: Request) -> Response:
    """The session as one file; CSV tables come in a zip archive."""
    engine: EngineView = request.app.state.engine
    fmt = request.query_params.get("format", "")
    if fmt not in FORMATS:
        raise wrong_value("format", f"one of {', '.join(FORMATS)}")
    sessions = await asyncio.to_thread(engine.sessions)
    session = next((s for s in sessions if s.id == request.path_params["session"]), None)
    if session is None:
        raise ApiError(404, "unknown_session", "There is no such session.", "See GET /v1/sessions.")
    if session.problem is not None:
        raise ApiError(
            409, "unreadable", session.problem, "Copy the file before trying to mend it."
        )
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="livedesk-export-"))
    remove = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
    try:
        path = await asyncio.to_thread(engine.export, session, FORMATS[fmt], folder)
    except BaseException:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        raise
    return FileResponse(path, filename=path.name, background=remove)


async def stop_engine(request: Request) -> Response:
    """Answers first and stops then; `relays` ends the media paths as well."""
    engine: EngineView = request.app.state.engine
    content = await json_object(request, {"relays", BY})
    relays = content.get("relays", False)
    if not isinstance(relays, bool):
        raise wrong_value("relays", "true or false")
    engine.ask_to_stop(relays=relays, actor=actor_in(request, content))
    return json_answer({"stopping": True, "relays": relays}, 202)
