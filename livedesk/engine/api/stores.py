"""What does the API say about stores: status, history, picture, sign-off?"""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.engine.api.actors import actor_alone
from livedesk.engine.api.answers import ApiError, json_answer, number
from livedesk.engine.api.host_view import status_for
from livedesk.engine.api.spans import UNIX_LIMIT_S, asked_points, asked_span
from livedesk.engine.api.view import EngineView, StoreView
from livedesk.engine.preview import Preview, PreviewBox

S = "/v1/stores/{store}"
"""Where the calls of one store are."""

_BOUNDARY = b"livedesk-picture"
_HISTORY_DEFAULT_S = 300.0


def store_of(request: Request) -> StoreView:
    """Raises ApiError when there is no such store."""
    engine: EngineView = request.app.state.engine
    store = engine.store(request.path_params["store"])
    if store is None:
        raise ApiError(
            404, "unknown_store", "This engine has no such store.", "See GET /v1/stores."
        )
    return store


async def list_stores(request: Request) -> Response:
    engine: EngineView = request.app.state.engine
    role = request.scope["role"]
    return json_answer({"stores": [status_for(role, store.status()) for store in engine.stores()]})


async def store_status(request: Request) -> Response:
    return json_answer(status_for(request.scope["role"], store_of(request).status()))


async def store_history(request: Request) -> Response:
    """Series between two instants (Unix seconds), at most `points` buckets each."""
    store = store_of(request)
    engine: EngineView = request.app.state.engine
    now_s = engine.clock.utc_ns() / NS_PER_S
    to_s = number(request, "to", now_s, 0, UNIX_LIMIT_S)
    from_s, to_s = asked_span(request, to_s - _HISTORY_DEFAULT_S, to_s)
    points = asked_points(request)
    history = await store.history(from_s, to_s, points)
    return json_answer({"from": from_s, "to": to_s, "series": history.series})


async def end_session(request: Request) -> Response:
    store = store_of(request)
    session = await store.sign_off(await actor_alone(request))
    if session is None:
        raise ApiError(
            409, "no_session", "No session is running in this store.", "Nothing is to be done."
        )
    return json_answer({"session": session, "state": "ended"})


async def preview(request: Request) -> Response:
    store = store_of(request)
    if request.query_params.get("single") in ("1", "true"):
        return _single(store, request.app.state.engine)
    media_type = f"multipart/x-mixed-replace; boundary={_BOUNDARY.decode()}"
    if request.method == "HEAD":
        return Response(media_type=media_type)
    return StreamingResponse(
        _pictures(store.preview),
        media_type=media_type,
        headers={"Cache-Control": "no-store"},
    )


def _single(store: StoreView, engine: EngineView) -> Response:
    picture = store.preview.newest
    if picture is None:
        raise ApiError(
            404, "no_picture", "There is no picture of this feed yet.", "Wait for the feed."
        )
    age_ms = (engine.clock.mono_ns() - picture.mono_ns) / NS_PER_MS
    return Response(
        picture.jpeg,
        media_type="image/jpeg",
        headers={"Cache-Control": "no-store", "X-Age-Ms": f"{max(0.0, age_ms):.0f}"},
    )


async def _pictures(box: PreviewBox) -> AsyncIterator[bytes]:
    """New pictures as they come; a slow reader gets the newest one and misses those between."""
    number = 0
    while (picture := await box.after(number)) is not None:
        yield _part(picture)
        number = picture.number


def _part(picture: Preview) -> bytes:
    head = b"--%b\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"
    return head % (_BOUNDARY, len(picture.jpeg)) + picture.jpeg + b"\r\n"
