"""How is the sandbox steered while it runs? A small HTTP API on the loopback, behind a token.

* `GET /state`: figures of encoder, paths, platform, shop, chat and, if it runs, of the rule service
  (`rules`); `path` is the primary one of `paths`.
  `frames` compares what the encoder sent with what the platform has, over all publications.
* `POST /path`: `path` ("primary" without it, or the name of another one) and any of
  `rate_kbps` (null is no limit; with `ramp_s` evenly from the rate before, or `from_kbps`),
  `trace` (a recorded uplink: the file, or null), `recording` (true: the one of the job),
  `delay_ms`, `jitter_ms`, `loss_pct` (packets sent again: waits), `flap` ([on, off] in
  milliseconds, or null), `blackhole` (true or false: connections stay, nothing comes out), `cut`
  (true or false: the cable is out, nothing is acknowledged), `down` (true or false: connections
  are reset and refused), `reset` (the same for so many seconds), `clear` (true: good again).
* `POST /platform`: any of `second` ("refuse", "refuse_close" or "take_over": what a second
  publisher of the key gets), `idle_drop_s` (a publisher that sends nothing is dropped after this,
  or null), `session_drop_s` (one that does not publish, or null), `forget` (true: the record begins
  anew), `clear` (true: the rules of the start).
* `POST /encoder`: any of `audio_delay_ms`, `kbps` (video), `audio_ppm` (the sound's clock runs off
  by so much), `jump_ms` (both tracks' timestamps, once), `freeze`, `black`, `mute`, `clip` (true or
  false), `stop_track` ("audio", "video" or "none"), `drop` and `restart` (milliseconds until it
  connects again, or true; `restart` begins its timestamps at 0), `clear` (true: as it was started),
  `stop` (true), `start` (true, or the RTMP address to push to).
* `POST /shop`: how badly it serves, and what it sells (`shop/orders.py`).
* `GET /shop/executions?after=N`: what the shop carried out, at most 1,000 after that number:
  `number`, `key`, `product` (null is an unpin), `utc_ns`, `mono_ns`, `repeated`.
* `POST /chat`: how much the viewers write, and how badly the chat serves (`chat/orders.py`).
* `GET /chat/executions?after=N`, `GET /chat/comments?after=N`: what was really done there, and what
  was written, with what the script knows of it.
* `POST /rules-faults`: how badly the rule service serves (`rules/faults.py`).

Orders answer with the same figures as `GET /state`. One that is not understood changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Final

from starlette.applications import Starlette
from starlette.routing import Route

from livedesk.core.clock import Clock
from livedesk.core.events import Json
from livedesk.core.rtmp_address import parse_address
from livedesk.core.secrets import Secret
from livedesk.sandbox.arrivals import compared
from livedesk.sandbox.chat.chat import Chat
from livedesk.sandbox.chat.run import chat_routes
from livedesk.sandbox.child import EncoderChild
from livedesk.sandbox.counter import Counter
from livedesk.sandbox.orders import (
    ENCODER_ORDERS,
    MAX_TIME_S,
    PATH_ORDERS,
    PLATFORM_ORDERS,
    OrderError,
    encoder_commands,
    flag,
    number,
    only,
    rules_ordered,
    shape_ordered,
)
from livedesk.sandbox.path import Path
from livedesk.sandbox.platform import Platform
from livedesk.sandbox.recorded import RecordingError, read_recording
from livedesk.sandbox.shop.run import shop_routes
from livedesk.sandbox.shop.shop import Shop
from livedesk.sandbox.supply import Supply

if TYPE_CHECKING:
    from livedesk.sandbox.rules.server import RulesServer

PRIMARY: Final = "primary"


class Bench:
    """Everything that can be steered, with the one place that reads orders."""

    def __init__(
        self,
        clock: Clock,
        encoder: EncoderChild,
        paths: Mapping[str, Path],
        platform: Platform,
        recording: Supply | None,
        shop: Shop,
        chat: Chat,
        rules: RulesServer | None = None,
    ) -> None:
        self.shop = shop
        self.chat = chat
        self.rules = rules
        self._clock = clock
        self._encoder = encoder
        self._paths = paths
        self._platform = platform
        self._recording = recording

    def figures(self) -> dict[str, Json]:
        encoder, platform = self._encoder.figures(), self._platform.figures()
        return {
            "mono_ns": self._clock.mono_ns(),
            "utc_ns": self._clock.utc_ns(),
            "encoder": encoder,
            "path": self._paths[PRIMARY].figures(),
            "paths": {name: path.figures() for name, path in self._paths.items()},
            "platform": platform,
            "frames": compared(encoder["report"], platform["arrivals"]),
            "shop": self.shop.figures(),
            "chat": self.chat.figures(),
            "rules": self.rules.figures() if self.rules is not None else None,
        }

    async def order_path(self, order: dict[str, Any]) -> None:
        """Raises OrderError before anything is changed."""
        path = self._path(order.get("path", PRIMARY))
        shape = shape_ordered(order, path.shape)
        if "recording" in order:
            shape = replace(shape, supply=self._recorded(flag(order, "recording")))
        down = flag(order, "down") if "down" in order else None
        refuse_s = number(order, "reset", 0, MAX_TIME_S) if "reset" in order else None
        only(order, PATH_ORDERS)
        if "trace" in order:
            shape = replace(shape, supply=await _trace(order["trace"]))
        path.apply(shape)
        if down is False or flag(order, "clear"):
            path.restore()
        if down:
            await path.refuse()
        elif refuse_s is not None:
            await path.reset(refuse_s)

    def _path(self, name: object) -> Path:
        if not isinstance(name, str) or name not in self._paths:
            raise OrderError(f"path: one of {', '.join(self._paths)} is needed")
        return self._paths[name]

    def _recorded(self, on: bool) -> Supply | None:
        if on and self._recording is None:
            raise OrderError("recording: the sandbox was started without one")
        return self._recording if on else None

    async def order_platform(self, order: dict[str, Any]) -> None:
        """Raises OrderError before anything is changed."""
        rules, forget = rules_ordered(order, self._platform.rules), flag(order, "forget")
        only(order, PLATFORM_ORDERS)
        self._platform.rules = rules
        if forget:
            self._platform.forget()

    async def order_encoder(self, order: dict[str, Any]) -> None:
        """Raises OrderError before anything is changed."""
        commands = encoder_commands(order)
        target, start = self._target(order.get("start", False))
        stop = flag(order, "stop")
        only(order, ENCODER_ORDERS)
        if stop:
            await self._encoder.stop()
        if start:
            await self._encoder.start(target)
        if not all(self._encoder.order(command) for command in commands):
            raise OrderError("no encoder runs: start it first")

    def _target(self, start: object) -> tuple[Secret | None, bool]:
        if isinstance(start, bool):
            if start and not self._encoder.has_target:
                raise OrderError("start: the RTMP address to push to is needed the first time")
            return None, start
        address, fault = parse_address(start) if isinstance(start, str) else (None, "no text")
        if address is None:
            raise OrderError(f"start: true or an RTMP address is needed, not {fault}")
        return Secret(address.url), True


async def _trace(name: object) -> Supply | None:
    if name is None:
        return None
    if not isinstance(name, str) or not name:
        raise OrderError("trace: the path of a file is needed, or null")
    try:
        return await asyncio.to_thread(read_recording, FilePath(name))
    except RecordingError as fault:
        raise OrderError(f"trace: {fault}") from None


def control_app(bench: Bench, token: Secret) -> Starlette:
    """The API. Every request needs `Authorization: Bearer <token>`."""
    counter = Counter(token, bench.figures)
    return Starlette(
        routes=[
            Route("/state", counter.told(lambda _: bench.figures()), methods=["GET"]),
            Route("/path", counter.done(bench.order_path), methods=["POST"]),
            Route("/platform", counter.done(bench.order_platform), methods=["POST"]),
            Route("/encoder", counter.done(bench.order_encoder), methods=["POST"]),
            *shop_routes(bench.shop, counter),
            *chat_routes(bench.chat, counter),
            *(bench.rules.routes(counter) if bench.rules is not None else ()),
        ]
    )
