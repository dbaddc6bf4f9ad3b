"""What can be pinned, what does it look like, and what does the shop tell of it?"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from livedesk.engine.api.answers import ApiError
from livedesk.engine.api.hook_answers import hook_error
from livedesk.engine.api.pins import pinning_of
from livedesk.engine.api.view import EngineView
from livedesk.engine.hook_news import refuse
from livedesk.platforms.webhook import HookRefused


async def list_products(request: Request) -> Response:
    content = await pinning_of(request).products_json()
    headers = {"Cache-Control": "no-store"}
    return Response(content, headers=headers, media_type="application/json")


async def picture(request: Request) -> Response:
    found = await pinning_of(request).picture(request.path_params["product"])
    if found is None:
        raise ApiError(
            404, "no_picture", "There is no picture of this product.", "Show its title instead."
        )
    headers = {
        "Cache-Control": "private, max-age=300",
        "ETag": f'"{found.digest}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(found.content, headers=headers, media_type=found.media_type)


async def hook(request: Request) -> Response:
    """Signed after Standard Webhooks; whoever signs needs no token, and learns of no store."""
    engine: EngineView = request.app.state.engine
    store = engine.store(request.path_params["store"])
    body = await request.body()
    try:
        if store is None or store.pinning is None:
            refuse(request.headers, body, engine.clock.utc_ns())
        store.pinning.hook(request.headers, body)
    except HookRefused as refusal:
        raise hook_error(refusal) from refusal
    return Response(status_code=204)
