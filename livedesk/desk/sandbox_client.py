"""How does the console spoil the sandbox's path and encoder, and heal them again?"""

from __future__ import annotations

from dataclasses import dataclass, field

from livedesk.core.events import Json
from livedesk.core.secrets import Secret
from livedesk.desk.client import HttpDoor
from livedesk.desk.words import tr


@dataclass(frozen=True, slots=True)
class SandboxAccess:
    """Where the sandbox's control answers, and with which token."""

    url: str
    token: Secret


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to try: a button, and the calls behind it."""

    name: str
    label: str
    hint: str
    calls: tuple[tuple[str, dict[str, Json]], ...] = field(default=())


def faults() -> tuple[Fault, ...]:
    """What the panel offers, in its order; the last one undoes all others."""
    return (
        Fault(
            "throttle",
            tr("Throttle to 1,500 kbps"),
            tr("The path carries less than the feed: goodput falls, the feed rate stays"),
            (("/path", {"rate_kbps": 1500}),),
        ),
        Fault(
            "black-hole",
            tr("Black-hole"),
            tr("The path swallows everything and says nothing"),
            (("/path", {"black_hole": True}),),
        ),
        Fault(
            "reset",
            tr("Reset connection"),
            tr("The path cuts its connections; the relay reconnects"),
            (("/path", {"reset": True}),),
        ),
        Fault(
            "delay-audio",
            tr("Delay audio 300 ms"),
            tr("The encoder sends the sound late: skew leaves its bands"),
            (("/encoder", {"audio_delay_ms": 300}),),
        ),
        Fault(
            "stop-encoder",
            tr("Stop encoder"),
            tr("The encoder goes away; the uplink stays open for it"),
            (("/encoder", {"running": False}),),
        ),
        Fault(
            "start-encoder",
            tr("Start encoder"),
            tr("The encoder comes back"),
            (("/encoder", {"running": True}),),
        ),
        Fault(
            "heal",
            tr("Heal everything"),
            tr("A good path and a good encoder again"),
            (
                ("/path", {"rate_kbps": None, "black_hole": False}),
                ("/encoder", {"running": True, "audio_delay_ms": 0}),
            ),
        ),
    )


class SandboxClient:
    """The calls of the sandbox's control."""

    def __init__(self, access: SandboxAccess) -> None:
        self._door = HttpDoor(access.url, access.token)

    async def apply(self, fault: Fault) -> None:
        """Raises DeskError."""
        for path, body in fault.calls:
            await self._door.post(path, body)

    async def close(self) -> None:
        await self._door.close()
