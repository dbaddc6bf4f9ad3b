"""How does the console spoil the sandbox's path and encoder, and heal them again?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from livedesk.core.events import Json
from livedesk.core.secrets import Secret
from livedesk.desk import wire
from livedesk.desk.client import HttpDoor, Transport
from livedesk.desk.words import tr

FaultName = Literal[
    "throttle", "black-hole", "reset", "delay-audio", "stop-encoder", "start-encoder", "heal"
]
REFUSE_S = 2
"""How long new connections are refused after a reset."""

_ORDERS: dict[FaultName, tuple[str, dict[str, Json]]] = {
    "throttle": ("/path", {"rate_kbps": 1500}),
    "black-hole": ("/path", {"blackhole": True}),
    "reset": ("/path", {"reset": REFUSE_S}),
    "delay-audio": ("/encoder", {"audio_delay_ms": 300}),
    "stop-encoder": ("/encoder", {"stop": True}),
    "heal": ("/path", {"clear": True}),
}


@dataclass(frozen=True, slots=True)
class SandboxAccess:
    """Where the sandbox's control answers, and with which token."""

    url: str
    token: Secret


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to try: its name, the text of a button, and what to expect."""

    name: FaultName
    label: str
    hint: str


def faults() -> tuple[Fault, ...]:
    """What the panel offers, in its order; the last one undoes all others."""
    return (
        Fault(
            "throttle",
            tr("Throttle to 1,500 kbps"),
            tr("The path carries less than the feed: goodput falls, the feed rate stays"),
        ),
        Fault(
            "black-hole",
            tr("Black-hole the path"),
            tr("The path swallows everything and says nothing"),
        ),
        Fault(
            "reset",
            tr("Reset connections"),
            tr("The path cuts its connections; the relay connects anew"),
        ),
        Fault(
            "delay-audio",
            tr("Delay audio 300 ms"),
            tr("The encoder sends the sound late: skew leaves its bands"),
        ),
        Fault(
            "stop-encoder",
            tr("Stop encoder"),
            tr("The encoder goes away; the uplink stays open for it"),
        ),
        Fault("start-encoder", tr("Start encoder"), tr("The encoder comes back")),
        Fault("heal", tr("Heal everything"), tr("A good path and a good encoder again")),
    )


class SandboxClient:
    """The orders of the sandbox's control. All raise DeskError."""

    def __init__(self, access: SandboxAccess, transport: Transport | None = None) -> None:
        self._door = HttpDoor(access.url, access.token, transport)

    async def order(self, path: str, body: dict[str, Json]) -> None:
        """One call of the control (`/path` or `/encoder`)."""
        await self._door.post(path, body)

    async def state(self) -> dict[str, Any]:
        """Figures of encoder, path and platform."""
        body, _ = await self._door.get("/state")
        return wire.read_object(body, f"{self._door.where}/state")

    async def close(self) -> None:
        await self._door.close()

    async def apply(self, fault: Fault) -> None:
        if fault.name in _ORDERS:
            await self._door.post(*_ORDERS[fault.name])
        if fault.name in ("start-encoder", "heal"):
            await self._bring_encoder(heal=fault.name == "heal")

    async def _bring_encoder(self, *, heal: bool) -> None:
        """Start an encoder that does not run; one that runs would be broken off by a start."""
        body, _ = await self._door.get("/state")
        if not wire.read_encoder_runs(body, f"{self._door.where}/state"):
            await self._door.post("/encoder", {"start": True})
        elif heal:
            await self._door.post("/encoder", {"audio_delay_ms": 0})
