"""How is a phone or tablet let in as a pad, and shown the door again?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from livedesk.core.clock import Clock
from livedesk.engine.api.actors import BY, actor_alone, actor_in
from livedesk.engine.api.answers import ApiError, json_answer, json_object, wrong_value
from livedesk.engine.api.pads import (
    HOURS_DEFAULT,
    HOURS_LONGEST,
    PADS_PER_STORE,
    Pad,
    PadTokens,
    TooManyPadsError,
)
from livedesk.engine.api.reach import addresses
from livedesk.engine.api.roles import Role
from livedesk.engine.api.stores import S, store_of
from livedesk.engine.api.view import StoreView

PRODUCERS: frozenset[Role] = frozenset(("admin", "producer"))


@dataclass(frozen=True, slots=True)
class PadDoor:
    """What these calls need (`app.state.pad_door`); `host` and `port`: where the API listens."""

    tokens: PadTokens
    clock: Clock
    host: str
    port: int


async def admit_pad(request: Request) -> Response:
    """The token is told this once. `addresses`: where a device on the network finds the page."""
    store = _store_with_pads(request)
    door: PadDoor = request.app.state.pad_door
    content = await json_object(request, {"name", "hours", BY})
    name, hours = content.get("name", ""), content.get("hours", HOURS_DEFAULT)
    if not isinstance(name, str):
        raise wrong_value("name", "a text")
    if type(hours) not in (int, float) or not 0 < hours <= HOURS_LONGEST:
        raise wrong_value("hours", f"a number above 0, at most {HOURS_LONGEST:g}")
    actor = actor_in(request, content)
    try:
        pad, token = await door.tokens.admit(store, name, actor, hours)
    except TooManyPadsError as error:
        raise ApiError(
            409,
            "too_many_pads",
            f"This store has {PADS_PER_STORE} pads already.",
            "Revoke one that is no longer used.",
        ) from error
    path = f"/pad/{store}#t={token.reveal()}"
    reached = await asyncio.to_thread(addresses, door.host, door.port)
    answer = {
        "pad": _described(pad, door),
        "token": token.reveal(),
        "path": path,
        "addresses": reached,
        "urls": [address + path for address in reached],
        "problem": door.tokens.problem,
    }
    return json_answer(answer, 201)


async def list_pads(request: Request) -> Response:
    store = request.path_params["store"]
    store_of(request)
    door: PadDoor = request.app.state.pad_door
    pads = [_described(pad, door) for pad in door.tokens.of(store)]
    reached = await asyncio.to_thread(addresses, door.host, door.port)
    return json_answer({"pads": pads, "addresses": reached, "problem": door.tokens.problem})


async def revoke_pad(request: Request) -> Response:
    """Holds from the moment of the call, also for streams that are open."""
    store_of(request)
    door: PadDoor = request.app.state.pad_door
    params = request.path_params
    actor = await actor_alone(request)
    pad = await door.tokens.revoke(params["store"], params["pad"], actor)
    if pad is None:
        raise ApiError(404, "unknown_pad", "This store has no such pad.", f"See GET {S}/pads.")
    return json_answer({"pad": _described(pad, door), "problem": door.tokens.problem})


CALLS = (
    ("POST", f"{S}/pads", PRODUCERS, admit_pad),
    ("GET", f"{S}/pads", PRODUCERS, list_pads),
    ("DELETE", f"{S}/pads/{{pad}}", PRODUCERS, revoke_pad),
)


def has_web_pad(store: StoreView) -> bool:
    pins = store.status().pins
    return pins is not None and pins.web_pad


def _store_with_pads(request: Request) -> str:
    if not has_web_pad(store_of(request)):
        raise ApiError(
            409,
            "web_pad_off",
            "The web pad of this store is off.",
            "Set web_pad = true under [store.pins] in the settings and restart the engine.",
        )
    return str(request.path_params["store"])


def _described(pad: Pad, door: PadDoor) -> dict[str, Any]:
    left_s = (pad.expires_utc_ns - door.clock.utc_ns()) / 1e9
    return {
        "id": pad.id,
        "store": pad.store,
        "name": pad.name,
        "created_utc_ns": pad.created_utc_ns,
        "expires_utc_ns": pad.expires_utc_ns,
        "left_s": round(max(0.0, left_s)),
    }
