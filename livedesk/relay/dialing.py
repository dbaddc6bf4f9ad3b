"""How is a TCP connection to the platform made: by which way, to which address, through what?"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import os
import socket
from collections import deque
from collections.abc import Sequence
from typing import Final

from livedesk.core.proxy_address import ProxyAddress, parse_proxy
from livedesk.core.rtmp_address import RtmpAddress
from livedesk.core.secrets import Secret
from livedesk.relay.lookup import Address, AddressCache, NotFoundError, interleaved
from livedesk.relay.proxy import ProxyError, Steps, proxy_steps
from livedesk.relay.tcp import bind_local, tune_uplink

_STAGGER_S: Final = 0.25
"""Between two attempts (RFC 8305, section 5): what a black hole for IPv6 costs."""
_MOST_ADDRESSES: Final = 8
_Made = tuple[socket.socket, Address]
"""A connection, and to where."""
_FAMILIES: Final = {4: socket.AF_INET, 6: socket.AF_INET6}


class DialError(Exception):
    """There is no connection; `reason` is for people and holds no key and no password."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Dialer:
    """Connects one uplink: names, both address families, the local way out, and a proxy.

    `cache` is shared by the uplinks of a relay. A name is asked for anew at each connection, as
    platforms move; `notice` tells when that failed and an earlier address was used.
    """

    def __init__(
        self, target: RtmpAddress, bind: str | None, proxy: Secret | None, cache: AddressCache
    ) -> None:
        self._target = target
        self._bind = bind
        self._proxy = _checked(proxy)
        self._cache = cache
        self.notice: str | None = None
        """About the last connection, for people: once is enough to tell it."""

    async def connect(self, limit_s: float) -> socket.socket:
        """A connected, tuned, non-blocking socket within `limit_s`. Raises DialError."""
        if (problem := bind_problem(self._bind)) is not None:
            raise DialError(problem)
        host, port = (
            (self._target.host, self._target.port)
            if self._proxy is None
            else (self._proxy.host, self._proxy.port)
        )
        end_s = asyncio.get_running_loop().time() + limit_s
        try:
            addresses = await self._addresses(host, port, limit_s)
            sock, winner = await self._first_of(addresses, end_s)
        except DialError as error:
            raise self._placed(error.reason) from None
        self._cache.was_good(host, port, winner, addresses)
        if self._proxy is not None:
            try:
                await self._pass_proxy(sock, self._proxy, end_s)
            except BaseException:
                sock.close()
                raise
        return sock

    def _placed(self, reason: str) -> DialError:
        """Without a proxy the reason can only mean the platform."""
        if self._proxy is None:
            return DialError(reason)
        return DialError(f"no connection to the proxy {self._proxy.authority}: {reason}")

    async def _addresses(self, host: str, port: int, limit_s: float) -> tuple[Address, ...]:
        try:
            found = await self._cache.find(host, port, limit_s)
        except NotFoundError as error:
            raise DialError(str(error)) from None
        self.notice = None
        if found.is_remembered:
            self.notice = f"{host} cannot be resolved; its last known address is used"
        family = _family_of(self._bind)
        fitting = [each for each in found.addresses if family in (None, each.family)]
        if not fitting:
            version = "IPv4" if family == socket.AF_INET else "IPv6"
            raise DialError(f"{host} has no {version} address, as the bind address {self._bind} is")
        return interleaved(fitting)[:_MOST_ADDRESSES]

    async def _first_of(self, addresses: Sequence[Address], end_s: float) -> _Made:
        """Happy Eyeballs (RFC 8305): attempts start one after the other, the first wins."""
        waiting = deque(addresses)
        running: set[asyncio.Task[_Made]] = set()
        won: list[_Made] = []
        faults: list[OSError] = []
        winner: _Made | None = None
        try:
            async with asyncio.timeout_at(end_s):
                while (waiting or running) and not won:
                    if waiting:
                        running.add(asyncio.create_task(self._attempt(waiting.popleft())))
                    done, running = await asyncio.wait(
                        running,
                        timeout=_STAGGER_S if waiting else None,
                        return_when=asyncio.FIRST_COMPLETED,
                    )
                    _sort(done, won, faults)
            winner = won[0] if won else None
        except TimeoutError:
            raise DialError("no answer in time") from None
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            _sort(running, won, faults)
            for made in won:
                if made is not winner:
                    made[0].close()
        if winner is None:
            raise DialError(_in_words(faults))
        return winner

    async def _attempt(self, address: Address) -> _Made:
        """Raises OSError."""
        sock = socket.socket(address.family, socket.SOCK_STREAM)  # fails without IPv6, for example
        try:
            sock.setblocking(False)
            tune_uplink(sock)
            bind_local(sock, self._bind)
            await asyncio.get_running_loop().sock_connect(sock, address.at)
        except BaseException:
            sock.close()
            raise
        return sock, address

    async def _pass_proxy(self, sock: socket.socket, proxy: ProxyAddress, end_s: float) -> None:
        """Until the proxy has connected us. Raises DialError."""
        try:
            async with asyncio.timeout_at(end_s):
                await _converse(sock, proxy_steps(proxy, self._target.host, self._target.port))
        except ProxyError as error:
            reason = str(error)
        except TimeoutError:
            reason = "no answer in time"
        except OSError as error:
            reason = _in_words([error])
        else:
            return
        raise DialError(f"the proxy {proxy.authority} does not connect us: {reason}")


async def _converse(sock: socket.socket, steps: Steps) -> None:
    step = next(steps, None)
    while step is not None:
        if step.data:
            await asyncio.get_running_loop().sock_sendall(sock, step.data)
        answer = await _exactly(sock, step.want)
        try:
            step = steps.send(answer)
        except StopIteration:
            return


async def _exactly(sock: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = await asyncio.get_running_loop().sock_recv(sock, count - len(data))
        if not piece:
            raise ProxyError("it closed the connection")
        data += piece
    return data


def _sort(done: set[asyncio.Task[_Made]], won: list[_Made], faults: list[OSError]) -> None:
    for task in done:
        if task.cancelled():
            continue
        match task.exception():
            case None:
                won.append(task.result())
            case OSError() as fault:
                faults.append(fault)
            case other:
                raise other


def _checked(proxy: Secret | None) -> ProxyAddress | None:
    if proxy is None:
        return None
    address, fault = parse_proxy(proxy.reveal())
    if address is None:
        raise ValueError(f"the proxy's address has {fault}")
    return address


def _in_words(faults: Sequence[OSError]) -> str:
    """The system's text for the fault that says most: "no route" for IPv6 is usual, and no news."""
    unreachable = (errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
    telling = [fault for fault in faults if fault.errno not in unreachable] or faults
    number = telling[0].errno
    return os.strerror(number) if number else str(telling[0])


def _family_of(bind: str | None) -> int | None:
    """The family that a bind address has; None if it is an interface's name, which has both."""
    try:
        return _FAMILIES[ipaddress.ip_address(bind or "").version]
    except ValueError:
        return None


def bind_problem(bind: str | None) -> str | None:
    """Why nothing can leave this machine by that address or interface, and what to do."""
    if bind is None:
        return None
    family = _family_of(bind)
    try:
        with socket.socket(family or socket.AF_INET, socket.SOCK_STREAM) as sock:
            bind_local(sock, bind)
    except OSError as error:
        return _bind_words(bind, family is not None, error)
    return None


def _bind_words(bind: str, is_address: bool, error: OSError) -> str:
    do = "check that this network is connected, or correct bind in the settings"
    if is_address and error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
        return f"this machine has no address {bind}; {do}"
    if error.errno == errno.ENODEV:
        return f"this machine has no network interface {bind}; {do}"
    if error.errno in (errno.EPERM, errno.EACCES):
        return (
            f"this system does not let livedesk use the interface {bind}; set bind to its address"
        )
    why = os.strerror(error.errno) if error.errno else str(error)
    return f"nothing can leave by {bind} ({why}); {do}"
