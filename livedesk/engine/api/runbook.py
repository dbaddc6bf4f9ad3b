"""How are the standing steps for alarms read, and made the agency's own?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Final

from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from livedesk.alarms.runbook import LONGEST_STEP, MOST_STEPS, UnusableStepsError
from livedesk.core.one_line import one_line
from livedesk.engine.api.actors import ByBody, actor_of
from livedesk.engine.api.answers import ApiError, json_answer, typed_body, wrong_value
from livedesk.engine.api.roles import ADMIN, DESK, Role
from livedesk.engine.api.view import EngineView

_Step = Annotated[str, Meta(min_length=1, max_length=LONGEST_STEP)]


class StepsBody(ByBody, kw_only=True):
    """`steps`: null for the default."""

    steps: Annotated[list[_Step], Meta(min_length=1, max_length=MOST_STEPS)] | None


async def list_kinds(request: Request) -> Response:
    engine: EngineView = request.app.state.engine
    return json_answer({"kinds": engine.runbook.kinds()})


async def set_steps(request: Request) -> Response:
    engine: EngineView = request.app.state.engine
    body = await typed_body(request, StepsBody)
    actor_of(request, body.by)
    steps = None
    if body.steps is not None:
        steps = tuple(one_line(step, LONGEST_STEP) for step in body.steps)
    try:
        return json_answer(await engine.runbook.change(request.path_params["kind"], steps))
    except KeyError as error:
        raise ApiError(
            404, "unknown_kind", "There is no such kind of alarm.", "See GET /v1/runbook."
        ) from error
    except UnusableStepsError as error:
        raise wrong_value("steps", f"as described; {error}") from error
    except OSError as error:
        raise ApiError(
            500,
            "not_kept",
            f"The steps could not be written down: {error.strerror or type(error).__name__}.",
            "Free space in the data folder, and send them again.",
        ) from error


CALLS: Final[
    tuple[tuple[str, str, frozenset[Role], Callable[[Request], Awaitable[Response]]], ...]
] = (
    ("GET", "/v1/runbook", DESK, list_kinds),
    ("PUT", "/v1/runbook/{kind}", ADMIN, set_steps),
)
