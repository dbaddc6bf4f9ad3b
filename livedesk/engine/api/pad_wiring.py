"""How do the tokens of pads come to an engine, and its events into the stores' records?"""

from __future__ import annotations

from livedesk.core.events import Json
from livedesk.engine.api.pad_calls import PadDoor
from livedesk.engine.api.pads import Pad, PadTokens
from livedesk.engine.engine import Engine
from livedesk.paths import Paths

_TEXTS = {
    "pad.admitted": "{name} was let in as a pad.",
    "pad.revoked": "{name} is no longer a pad.",
}


async def open_pads(engine: Engine, paths: Paths, address: tuple[str, int]) -> PadDoor:
    """Pads of an earlier engine go on, but not those of a store whose web pad is off now."""

    async def tell(kind: str, pad: Pad, actor: str) -> None:
        store = engine.store(pad.store)
        if store is not None:
            text = _TEXTS[kind].format(name=pad.name)
            data: dict[str, Json] = {
                "pad": pad.id, "name": pad.name, "expires_utc_ns": pad.expires_utc_ns,
            }  # fmt: skip
            store.services.pin_event(kind, "notice", text, data, actor)

    tokens = PadTokens(paths.data / "pads.json", engine.clock, tell)
    await tokens.load()
    for store in engine.stores():
        pins = store.settings.pins
        if pins is None or not pins.web_pad:
            for pad in tokens.of(store.settings.id):
                await tokens.revoke(pad.store, pad.id, "")
    return PadDoor(tokens, engine.clock, *address)
