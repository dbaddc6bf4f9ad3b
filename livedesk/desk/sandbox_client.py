"""How does the console spoil the sandbox's parts, and heal them again?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from livedesk.core.events import Json
from livedesk.core.secrets import Secret
from livedesk.desk import wire
from livedesk.desk.client import HttpDoor, Transport
from livedesk.desk.words import tr

FaultName = Literal[
    "throttle", "black-hole", "reset", "cut-bonded",
    "lower-rate", "restart-at-zero", "stop-encoder", "start-encoder",
    "delay-audio", "clock-off", "freeze", "black", "mute", "stop-sound",
    "slow-shop", "shop-down", "lose-answers",
    "spam", "chat-down", "rules-down", "lose-hides",
    "heal",
]  # fmt: skip
FaultGroup = Literal["path", "encoder", "media", "shop", "chat", "all"]
REFUSE_S = 2
"""How long new connections are refused after a reset."""

AUDIO_PPM = 1_000
"""Far more than two real clocks differ by: a minute of it moves the sound by 60 ms."""

SHOP_DOWN_S = 20
CHAT_DOWN_S = 20
RULES_DOWN_S = 20
"""Long enough to see what is done meanwhile, and how it is made good."""

SPAM: dict[str, Json] = {"count": 200, "seconds": 10, "bad_pct": 60}

_ORDERS: dict[FaultName, tuple[str, dict[str, Json]]] = {
    "throttle": ("/path", {"rate_kbps": 1500}),
    "black-hole": ("/path", {"blackhole": True}),
    "reset": ("/path", {"reset": REFUSE_S}),
    "cut-bonded": ("/path", {"path": "bonded", "blackhole": True}),
    "lower-rate": ("/encoder", {"kbps": 1200}),
    "restart-at-zero": ("/encoder", {"restart": True}),
    "stop-encoder": ("/encoder", {"stop": True}),
    "delay-audio": ("/encoder", {"audio_delay_ms": 300}),
    "clock-off": ("/encoder", {"audio_ppm": AUDIO_PPM}),
    "freeze": ("/encoder", {"freeze": True}),
    "black": ("/encoder", {"black": True}),
    "mute": ("/encoder", {"mute": True}),
    "stop-sound": ("/encoder", {"stop_track": "audio"}),
    "slow-shop": ("/shop", {"median_ms": 80, "slow_pct": 30, "slow_ms": [1000, 2000]}),
    "shop-down": ("/shop", {"down_s": SHOP_DOWN_S}),
    "lose-answers": ("/shop", {"drop_after_pct": 50}),
    "spam": ("/chat", {"burst": SPAM}),
    "chat-down": ("/chat", {"down_s": CHAT_DOWN_S, "calls": ["comments", "act"]}),
    "rules-down": ("/rules-faults", {"down_s": RULES_DOWN_S}),
    "lose-hides": ("/chat", {"drop_after_pct": 50, "calls": ["act"]}),
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
    group: FaultGroup
    label: str
    hint: str


def faults() -> tuple[Fault, ...]:
    """What the panel offers, in its order; the last one undoes all others."""
    return (*_path_faults(), *_encoder_faults(), *_media_faults(), *_shop_faults(),
            *_chat_faults(),
            Fault("heal", "all", tr("Heal everything"),
                  tr("Path, encoder, shop, chat and rule service are good again")))  # fmt: skip


def _path_faults() -> tuple[Fault, ...]:
    return (
        Fault("throttle", "path", tr("Throttle to 1,500 kbps"),
              tr("The path carries less than the feed: goodput falls, the feed rate stays")),
        Fault("black-hole", "path", tr("Black-hole"),
              tr("The path swallows everything and says nothing")),
        Fault("reset", "path", tr("Reset"),
              tr("The path cuts its connections; the relay connects anew")),
        Fault("cut-bonded", "path", tr("Black-hole bonded"),
              tr("The other path swallows everything: there is no way out to move to")),
    )  # fmt: skip


def _encoder_faults() -> tuple[Fault, ...]:
    return (
        Fault("lower-rate", "encoder", tr("Lower to 1,200 kbps"),
              tr("The encoder sends fewer bits: the feed is low, and no other path would help")),
        Fault("restart-at-zero", "encoder", tr("Restart at 0:00"),
              tr("The encoder connects anew and its timestamps begin at 0: a new epoch")),
        Fault("stop-encoder", "encoder", tr("Stop"),
              tr("The encoder goes away; the uplink stays open for it")),
        Fault("start-encoder", "encoder", tr("Start"), tr("The encoder comes back")),
    )  # fmt: skip


def _media_faults() -> tuple[Fault, ...]:
    return (
        Fault("delay-audio", "media", tr("Delay sound 300 ms"),
              tr("The encoder sends the sound late: skew leaves its bands")),
        Fault("clock-off", "media", tr("Sound clock off"),
              tr("The sound's clock runs off by 1,000 ppm: skew drifts, its limit is forecast")),
        Fault("freeze", "media", tr("Freeze"), tr("The encoder sends one picture again and again")),
        Fault("black", "media", tr("Black"), tr("The encoder sends a black picture")),
        Fault("mute", "media", tr("Mute"), tr("The sound goes on, and is silent")),
        Fault("stop-sound", "media", tr("Stop sound"),
              tr("The encoder sends no more sound; the picture flows")),
    )  # fmt: skip


def _shop_faults() -> tuple[Fault, ...]:
    return (
        Fault("slow-shop", "shop", tr("Shop slow"),
              tr("Three of ten calls take 1 to 2 s: a second attempt goes out, few pins are late")),
        Fault("shop-down", "shop", tr("Shop down"),
              tr("The shop answers with an error for 20 s: pins are tried within their budget, and "
                 "say why they failed")),
        Fault("lose-answers", "shop", tr("Answers lost"),
              tr("Half of the pins are carried out and not answered: they are read back, and never "
                 "sent twice")),
    )  # fmt: skip


def _chat_faults() -> tuple[Fault, ...]:
    return (
        Fault("spam", "chat", tr("Spam burst"),
              tr("200 comments in 10 s, most of them spam, scams and insults, many disguised")),
        Fault("chat-down", "chat", tr("Chat down"),
              tr("The platform's chat fails for 20 s: no comments come in, and what is to be "
                 "hidden waits for it")),
        Fault("rules-down", "chat", tr("Rules away"),
              tr("The rule service is away for 20 s: livedesk judges with the rules it has, and "
                 "hands everything in afterwards")),
        Fault("lose-hides", "chat", tr("Hides lost"),
              tr("Half of what is hidden or answered is not confirmed: it is asked again by its "
                 "key, and done once")),
    )  # fmt: skip


class SandboxClient:
    """The orders of the sandbox's control. All raise DeskError."""

    def __init__(self, access: SandboxAccess, transport: Transport | None = None) -> None:
        self._door = HttpDoor(access.url, access.token, transport)

    async def order(self, path: str, body: dict[str, Json]) -> None:
        """One call of the control (`/path`, `/encoder`, `/shop`, `/chat` or `/rules-faults`)."""
        await self._door.post(path, body)

    async def state(self) -> dict[str, Any]:
        """Figures of all its parts."""
        body, _ = await self._door.get("/state")
        return wire.read_object(body, f"{self._door.where}/state")

    async def close(self) -> None:
        await self._door.close()

    async def apply(self, fault: Fault) -> None:
        if fault.name in _ORDERS:
            await self._door.post(*_ORDERS[fault.name])
        if fault.name in ("start-encoder", "heal"):
            body, _ = await self._door.get("/state")
            state = wire.read_sandbox(body, f"{self._door.where}/state")
            if fault.name == "heal":
                await self._heal(state)
            await self._bring_encoder(state.encoder_runs, heal=fault.name == "heal")

    async def _heal(self, state: wire.SandboxState) -> None:
        """All but the encoder."""
        for path in state.paths:
            await self._door.post("/path", {"path": path, "clear": True})
        if state.shop is not None:
            await self._door.post("/shop", {"clear": True})
        for room, rate_per_s in state.viewers.items():
            # A cleared room is silent, and its viewers should write on as they did.
            order: dict[str, Json] = {"room": room, "clear": True, "rate_per_s": rate_per_s}
            await self._door.post("/chat", order)
        if state.rules is not None:
            await self._door.post("/rules-faults", {"clear": True})

    async def _bring_encoder(self, runs: bool, *, heal: bool) -> None:
        """Start an encoder that does not run; one that runs would be broken off by a start."""
        if not runs:
            await self._door.post("/encoder", {"start": True})
        elif heal:
            await self._door.post("/encoder", {"clear": True})
