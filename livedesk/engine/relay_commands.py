"""What was asked of the relay, and what does it answer? One connection at a time."""

from __future__ import annotations

import asyncio
import json
from itertools import count

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.events import Json
from livedesk.engine.entries import Reply
from livedesk.engine.orders import ANSWER_WITHIN_S, RelaySilentError


class RelayCommands:
    """Commands on their way, each with somebody who waits for its answer."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._writer: asyncio.StreamWriter | None = None
        self._numbers = count(1)
        self._awaited: dict[int, asyncio.Future[Reply]] = {}

    def connected(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    async def send(self, name: str, fields: dict[str, Json]) -> Reply:
        """Tell the relay to do something, soon or not at all. Raises RelaySilentError."""
        if self._writer is None:
            raise RelaySilentError("The relay is not connected: nothing was asked of it.")
        number = next(self._numbers)
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._awaited[number] = answer
        try:
            self._writer.write(json_line(self._order(name, number, fields)))
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await answer
        except TimeoutError:
            raise RelaySilentError(
                f"The relay did not answer within {ANSWER_WITHIN_S:g} s; "
                "if it has not begun by now, it will not."
            ) from None
        finally:
            self._awaited.pop(number, None)

    def _order(self, name: str, number: int, fields: dict[str, Json]) -> dict[str, Json]:
        """A relay that was stopped must not obey minutes later, when nobody wants it any more."""
        until_ns = self._clock.mono_ns() + round(ANSWER_WITHIN_S * NS_PER_S)
        return {"cmd": name, "id": number, "until_mono_ns": until_ns, **fields}

    def answered(self, reply: Reply) -> None:
        answer = self._awaited.get(reply.reply)
        if answer is not None and not answer.done():
            answer.set_result(reply)

    def disconnected(self) -> None:
        """Nobody answers on a closed connection."""
        self._writer = None
        text = "The relay's control channel closed; it is not known whether it does as told."
        for answer in self._awaited.values():
            if not answer.done():
                answer.set_exception(RelaySilentError(text))


def json_line(message: dict[str, Json]) -> bytes:
    return json.dumps(message).encode() + b"\n"
