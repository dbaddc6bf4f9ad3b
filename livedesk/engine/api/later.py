"""Which calls of the design belong to later releases? They answer 501, not 404."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from livedesk.engine.api.answers import ApiError
from livedesk.engine.api.roles import OPERATIONS, Role

S = "/v1/stores/{store}"

LATER: tuple[tuple[str, str, frozenset[Role]], ...] = (
    ("POST", f"{S}/alarms/{{alarm}}/{{action}}", OPERATIONS),
)


async def not_yet(_request: Request) -> Response:
    raise ApiError(
        501,
        "later_release",
        "This call is not part of this release of livedesk.",
        "Do this step by hand for now.",
    )
