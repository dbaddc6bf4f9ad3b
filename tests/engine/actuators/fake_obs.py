"""An OBS for tests: obs-websocket 5 as the real one speaks it, with the habits that matter here."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.server import ServerConnection, serve

from livedesk.core.secrets import Secret
from livedesk.core.settings import ObsActuator
from livedesk.engine.actuators.obs_link import authentication

PASSWORD = "kiosk-plum-42"
SALT, CHALLENGE = "c2FsdA==", "Y2hhbGxlbmdl"
_STATE = "OBS_WEBSOCKET_OUTPUT_"


@dataclass
class FakeObs:
    """Answers as OBS 29.0.2 was seen to; its fields say how it behaves."""

    port: int = 0
    active: bool = True
    reconnecting: bool = False
    congestion: float = 0.0
    sent_bytes: int = 5_000_000
    stop_s: float | None = 0.02
    """None: the socket is half open and the stop never ends."""
    refusals: int = 0
    """So many times its server says that it is busy; OBS only tells that it stopped."""
    sends: bool = True
    dies_at: str = ""
    speaks: bool = True
    service: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    _peers: set[ServerConnection] = field(default_factory=set)
    _later: set[asyncio.Task[None]] = field(default_factory=set)

    def settings(self, password: str | None = PASSWORD, timeout_s: float = 5.0) -> ObsActuator:
        secret = None if password is None else Secret(password)
        return ObsActuator("127.0.0.1", self.port, secret, timeout_s)

    def changes(self) -> list[str]:
        """What was asked for that changes something."""
        return [name for name in self.asked if not name.startswith("Get")]

    async def serve(self, peer: ServerConnection) -> None:
        if not self.speaks:
            await peer.wait_closed()
            return
        proof = {"challenge": CHALLENGE, "salt": SALT}
        await self._send(peer, 0, {"rpcVersion": 1, "authentication": proof})
        identify = json.loads(await peer.recv())["d"]
        if identify.get("authentication") != authentication(PASSWORD, SALT, CHALLENGE):
            await peer.close(4009, "Authentication failed.")
            return
        await self._send(peer, 2, {"negotiatedRpcVersion": 1})
        self._peers.add(peer)
        async for text in peer:
            await self._answer(peer, json.loads(text)["d"])

    async def _answer(self, peer: ServerConnection, request: dict[str, Any]) -> None:
        name = request["requestType"]
        self.asked.append(name)
        if name == self.dies_at:
            await peer.close(1001, "going away")
            return
        code, data = getattr(self, f"_do_{name}")(request["requestData"])
        answer = {
            "requestType": name,
            "requestId": request["requestId"],
            "requestStatus": {"result": code == 100, "code": code},
            "responseData": data,
        }
        await self._send(peer, 7, answer)

    def _do_GetVersion(self, _: Any) -> tuple[int, Any]:  # noqa: N802 - a request's name
        known = ["GetStreamStatus", "StopStream", "SetStreamServiceSettings", "StartStream"]
        return 100, {"availableRequests": known}

    def _do_GetStreamStatus(self, _: Any) -> tuple[int, Any]:  # noqa: N802
        if self.active and self.sends and not self.reconnecting:
            self.sent_bytes += 10_000
        return 100, {
            "outputActive": self.active,
            "outputReconnecting": self.reconnecting,
            "outputCongestion": self.congestion,
            "outputBytes": self.sent_bytes,
            "outputSkippedFrames": 3,
            "outputTotalFrames": 900,
            "outputDuration": 30_000,
            "outputTimecode": "00:00:30.000",
        }

    def _do_StopStream(self, _: Any) -> tuple[int, Any]:  # noqa: N802
        if not self.active:
            return 501, None
        if self.stop_s is not None:
            self._after(self.stop_s, active=False, state="STOPPED")
        return 100, None

    def _do_SetStreamServiceSettings(self, data: Any) -> tuple[int, Any]:  # noqa: N802
        if self.active:
            return 500, None
        self.service = data
        return 100, None

    def _do_GetStreamServiceSettings(self, _: Any) -> tuple[int, Any]:  # noqa: N802
        return 100, self.service

    def _do_StartStream(self, _: Any) -> tuple[int, Any]:  # noqa: N802
        if self.active:
            return 500, None
        self._after(0.0, active=False, state="STARTING")
        self.refusals -= 1
        if self.refusals < 0:
            self._after(0.02, active=True, state="STARTED")
        else:
            self._after(0.02, active=False, state="STOPPED")
        return 100, None

    def _after(self, delay_s: float, *, active: bool, state: str) -> None:
        task = asyncio.create_task(self.become(delay_s, active=active, state=state))
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def become(self, delay_s: float, *, active: bool, state: str) -> None:
        await asyncio.sleep(delay_s)
        self.active, self.reconnecting = active, False
        event = {"outputActive": active, "outputState": f"{_STATE}{state}"}
        for peer in self._peers:
            data = {"eventType": "StreamStateChanged", "eventIntent": 64, "eventData": event}
            await self._send(peer, 5, data)

    async def _send(self, peer: ServerConnection, kind: int, data: dict[str, Any]) -> None:
        await peer.send(json.dumps({"op": kind, "d": data}))


@asynccontextmanager
async def running(obs: FakeObs) -> AsyncIterator[FakeObs]:
    async with serve(obs.serve, "127.0.0.1", 0, close_timeout=0.2) as server:
        obs.port = next(iter(server.sockets)).getsockname()[1]
        yield obs
