"""Which addresses has a host? The last good ones stand in while names cannot be resolved."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

LOOKUP_LIMIT_S: Final = 1.0
"""So long a lookup may take while an earlier address is known: resolvers try for half a minute."""

SocketAddress = tuple[Any, ...]
"""As `socket` has it: host, port and, for IPv6, flow and scope."""
Ask = Callable[[str, int], "tuple[Address, ...]"]


@dataclass(frozen=True, slots=True)
class Address:
    family: int
    at: SocketAddress


@dataclass(frozen=True, slots=True)
class Found:
    addresses: tuple[Address, ...]
    is_remembered: bool = False
    """The name could not be resolved now; these are where the last connection was made."""


class NotFoundError(Exception):
    """The host has no address that we know; the text says why."""


def ask_system(host: str, port: int) -> tuple[Address, ...]:
    """Blocks while the system asks its name servers. Raises OSError or UnicodeError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(Address(family, at) for family, _, _, _, at in found))


class AddressCache:
    """What one relay knows of its hosts' addresses; its uplinks share it."""

    def __init__(self, ask: Ask = ask_system) -> None:
        self._ask = ask
        self._good: dict[tuple[str, int], tuple[Address, ...]] = {}
        self._running: dict[tuple[str, int], asyncio.Future[_Answer]] = {}

    async def find(self, host: str, port: int, limit_s: float) -> Found:
        """Raises NotFoundError; after `limit_s` at the latest."""
        if _is_literal(host):
            return Found(ask_system(host, port))  # asks nobody
        remembered = self._good.get((host, port), ())
        running = self._lookup(host, port)
        await asyncio.wait(
            {running}, timeout=min(LOOKUP_LIMIT_S, limit_s) if remembered else limit_s
        )
        answer = running.result() if running.done() else _TOO_LATE
        if answer.addresses:
            return Found(answer.addresses)
        if remembered:
            return Found(remembered, is_remembered=True)
        raise NotFoundError(answer.fault)

    def was_good(self, host: str, port: int, winner: Address, others: Sequence[Address]) -> None:
        """A connection to `winner` was made: so these addresses are the host's indeed."""
        rest = (address for address in others if address != winner)
        self._good[host, port] = (winner, *rest)

    def _lookup(self, host: str, port: int) -> asyncio.Future[_Answer]:
        """One at a time for a host, however long the system takes.

        In a thread of its own and not in the loop's executor: a name server that does not answer
        would fill that up, and hold up the end of the process.
        """
        key = (host, port)
        if (running := self._running.get(key)) is not None:
            return running
        loop = asyncio.get_running_loop()
        future: asyncio.Future[_Answer] = loop.create_future()
        self._running[key] = future
        future.add_done_callback(lambda _: self._running.pop(key, None))

        def tell(answer: _Answer) -> None:
            if not future.done():
                future.set_result(answer)

        def work() -> None:
            answer = self._answer(host, port)
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(tell, answer)

        threading.Thread(target=work, name=f"lookup {host}", daemon=True).start()
        return future

    def _answer(self, host: str, port: int) -> _Answer:
        try:
            addresses = self._ask(host, port)
        except UnicodeError:
            return _Answer(fault="the host name is not a valid one")
        except OSError:
            return _Answer(fault="the host name cannot be resolved")
        return _Answer(addresses, "" if addresses else "the host has no address")


@dataclass(frozen=True, slots=True)
class _Answer:
    addresses: tuple[Address, ...] = ()
    fault: str = ""


_TOO_LATE: Final = _Answer(fault="the host name was not resolved in time")


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def interleaved(addresses: Sequence[Address]) -> tuple[Address, ...]:
    """By turns of each family, beginning with the system's first choice (RFC 8305, section 4)."""
    families = list(dict.fromkeys(address.family for address in addresses))
    queues = [[each for each in addresses if each.family == family] for family in families]
    longest = max(map(len, queues), default=0)
    return tuple(queue[at] for at in range(longest) for queue in queues if at < len(queue))
