"""How does one speak with OBS? obs-websocket, protocol 5: requests, answers and events as JSON.

Protocol: obs-websocket, docs/generated/protocol.md (rpcVersion 1). Answers may come in
another order than their requests. The only file that imports websockets.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any, Final, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from livedesk.core.settings import ObsActuator
from livedesk.core.tasks import Tasks

HELLO, IDENTIFY, IDENTIFIED, EVENT, REQUEST, ANSWER = 0, 1, 2, 5, 6, 7
OUTPUT_EVENTS: Final = 1 << 6
RPC_VERSION: Final = 1

OUTPUT_RUNNING, OUTPUT_NOT_RUNNING = 500, 501
AUTHENTICATION_FAILED: Final = 4009

_WHERE: Final = "in OBS, Tools, WebSocket Server Settings"
_NO_PASSWORD: Final = (
    "OBS asks for a password and the settings have none; put the one that is shown "
    f"{_WHERE}, into [store.failover.obs]"
)
_CLOSED: Final = {
    AUTHENTICATION_FAILED: "OBS refuses the password; take the one that is shown "
    f"{_WHERE}, and put it into [store.failover.obs]",
    4010: "OBS speaks another version of obs-websocket; OBS 28 or newer is needed",
    4011: "OBS ended the session on purpose; somebody did so in its WebSocket Server Settings",
}

OnEvent = Callable[[str, Mapping[str, Any]], None]


class ObsError(Exception):
    """OBS cannot be told or refused. The text holds neither password nor key."""

    def __init__(self, words: str, code: int = 0) -> None:
        super().__init__(words)
        self.code = code
        """The status of the refused request, or the code the connection was closed with."""


class ObsLink:
    """One identified connection to OBS."""

    def __init__(self, socket: ClientConnection, patience_s: float, on_event: OnEvent) -> None:
        self._socket = socket
        self._patience_s = patience_s
        self._on_event = on_event
        self._waiting: dict[str, asyncio.Future[Mapping[str, Any]]] = {}
        self._asked = 0
        self._ended: ObsError | None = None
        self._tasks = Tasks()

    @classmethod
    async def open(cls, settings: ObsActuator, patience_s: float, on_event: OnEvent) -> Self:
        """Connect and identify, in `patience_s` at most. Raises ObsError."""
        # At DEBUG websockets writes out every message, and one of them holds the stream key.
        logging.getLogger("websockets.client").setLevel(logging.INFO)
        place = f"{settings.host}:{settings.port}"
        start = f"start OBS and enable its server there ({_WHERE}), or look at host and port"
        try:
            async with asyncio.timeout(patience_s):
                return await cls._identified(settings, patience_s, on_event)
        except TimeoutError:
            raise ObsError(f"OBS does not answer at {place} within {patience_s:g} s") from None
        except ConnectionClosed as closed:
            raise _closed(closed) from None
        except (WebSocketException, KeyError, TypeError, ValueError):
            raise ObsError(f"what answers at {place} is not OBS; {start}") from None
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise ObsError(f"OBS cannot be reached at {place} ({why.lower()}); {start}") from None

    @classmethod
    async def _identified(cls, settings: ObsActuator, patience_s: float, on_event: OnEvent) -> Self:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        socket = await connect(
            f"ws://{host}:{settings.port}", proxy=None, compression=None, close_timeout=0.5
        )
        try:
            hello = json.loads(await socket.recv())["d"]
            identify: dict[str, Any] = {
                "rpcVersion": RPC_VERSION,
                "eventSubscriptions": OUTPUT_EVENTS,
            }
            if (asked := hello.get("authentication")) is not None:
                if settings.password is None:
                    raise ObsError(_NO_PASSWORD, AUTHENTICATION_FAILED)
                password = settings.password.reveal()
                proof = authentication(password, asked["salt"], asked["challenge"])
                identify["authentication"] = proof
            await socket.send(json.dumps({"op": IDENTIFY, "d": identify}))
            if json.loads(await socket.recv())["op"] != IDENTIFIED:
                raise ValueError("OBS did not identify")
        except BaseException:
            await socket.close()
            raise
        link = cls(socket, patience_s, on_event)
        link._tasks.spawn("obs: hear", link._hear())
        return link

    @property
    def is_open(self) -> bool:
        return self._ended is None

    async def ask(self, request: str, data: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """What OBS answers. Raises ObsError when it refuses, is silent or goes away."""
        if self._ended is not None:
            raise self._ended
        self._asked += 1
        number = str(self._asked)
        answered = asyncio.get_running_loop().create_future()
        self._waiting[number] = answered
        body = {"requestType": request, "requestId": number, "requestData": dict(data or {})}
        try:
            async with asyncio.timeout(self._patience_s):
                await self._socket.send(json.dumps({"op": REQUEST, "d": body}))
                answer = await answered
        except TimeoutError:
            words = f"OBS did not answer {request} within {self._patience_s:g} s"
            raise ObsError(words) from None
        except ConnectionClosed as closed:
            raise _closed(closed) from None
        finally:
            self._waiting.pop(number, None)
        return _checked(request, answer)

    async def _hear(self) -> None:
        ended = ObsError("OBS closed the connection")
        try:
            while True:
                self._take(json.loads(await self._socket.recv()))
        except ConnectionClosed as closed:
            ended = _closed(closed)
        except (ValueError, KeyError, TypeError, AttributeError):
            ended = ObsError("OBS sent what is no message of obs-websocket")
        finally:
            self._ended = self._ended or ended
            for answered in self._waiting.values():
                if not answered.done():
                    answered.set_exception(self._ended)
        self._on_event("ConnectionEnded", {})

    def _take(self, message: Mapping[str, Any]) -> None:
        kind, data = message["op"], message["d"]
        if kind == EVENT:
            self._on_event(data["eventType"], data.get("eventData") or {})
        elif kind == ANSWER:
            answered = self._waiting.get(data["requestId"])
            if answered is not None and not answered.done():
                answered.set_result(data)

    async def close(self) -> None:
        self._ended = self._ended or ObsError("the connection to OBS was closed here")
        await self._tasks.close()
        await self._socket.close()


def authentication(password: str, salt: str, challenge: str) -> str:
    """The proof of the password: base64(SHA-256(base64(SHA-256(password + salt)) + challenge))."""
    return _digest(_digest(password + salt) + challenge)


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _checked(request: str, answer: Mapping[str, Any]) -> Mapping[str, Any]:
    status = answer.get("requestStatus") or {}
    if status.get("result"):
        data: Mapping[str, Any] = answer.get("responseData") or {}
        return data
    code = int(status.get("code") or 0)
    comment = str(status.get("comment") or "").rstrip(".")
    raise ObsError(f"OBS refuses {request} ({code}{f': {comment}' if comment else ''})", code)


def _closed(closed: ConnectionClosed) -> ObsError:
    code = 0 if closed.rcvd is None else closed.rcvd.code
    if words := _CLOSED.get(code):
        return ObsError(words, code)
    said = closed.rcvd.reason if closed.rcvd is not None else ""
    detail = f"{code}: {said.rstrip('.')}" if said else str(code or "without a word")
    return ObsError(f"OBS closed the connection ({detail})", code)
