"""How are the ways to people listed, tried, set up and removed?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from livedesk.engine.alarming.channels import ChannelError
from livedesk.engine.api.actors import BY, ByBody, actor_alone, actor_in, actor_of
from livedesk.engine.api.answers import ApiError, json_answer, typed_body
from livedesk.engine.api.channels_view import ChannelsView
from livedesk.engine.api.roles import ADMIN, Role

_STATUS: Final = {"unknown_channel": 404, "wrong_value": 422, "not_kept": 503}


class TestBody(ByBody):
    """`channel`: as it is to be, which is tried and not kept. Without it: as it is."""

    channel: dict[str, object] | None = None


@contextmanager
def _as_answers() -> Iterator[None]:
    try:
        yield
    except ChannelError as error:
        status = _STATUS.get(error.code, 409)
        raise ApiError(status, error.code, str(error), error.action) from None


async def list_channels(request: Request) -> Response:
    channels = _channels(request)
    return json_answer({"channels": channels.list(), "problem": channels.problem})


async def put_channel(request: Request) -> Response:
    """A `[[channel]]` table without its name, and `by`. Its secrets are not told again."""
    told = await typed_body(request, dict[str, object])
    actor_in(request, told)
    told.pop(BY, None)
    with _as_answers():
        return json_answer(await _channels(request).put(request.path_params["channel"], told))


async def remove_channel(request: Request) -> Response:
    await actor_alone(request)
    with _as_answers():
        await _channels(request).remove(request.path_params["channel"])
    return Response(status_code=204)


async def test_channel(request: Request) -> Response:
    """Answers when the message arrived, or with the reason why it did not, as `ok` and `text`."""
    body = await typed_body(request, TestBody)
    name, by = request.path_params["channel"], actor_of(request, body.by)
    with _as_answers():
        delivery = await _channels(request).test(name, by, body.channel)
    text = "The message arrived." if delivery.ok else f"It did not arrive: {delivery.reason}."
    return json_answer({"ok": delivery.ok, "text": text})


def _channels(request: Request) -> ChannelsView:
    channels: ChannelsView = request.app.state.engine.channels
    return channels


_Endpoint = Callable[[Request], Awaitable[Response]]

CALLS: Final[tuple[tuple[str, str, frozenset[Role], _Endpoint], ...]] = (
    ("GET", "/v1/channels", ADMIN, list_channels),
    ("PUT", "/v1/channels/{channel}", ADMIN, put_channel),
    ("DELETE", "/v1/channels/{channel}", ADMIN, remove_channel),
    ("POST", "/v1/channels/{channel}/test", ADMIN, test_channel),
)
