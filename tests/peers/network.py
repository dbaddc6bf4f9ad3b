"""A network of this machine's kernel: two ways to one far place, which really fail.

A namespace with a pair of virtual cables to it. Needs root; what a kernel cannot do is asked, not
assumed. Addresses are of 198.18.0.0/15, which RFC 2544 keeps for tests; names and addresses
follow the process, so that several runs have room on one machine.
"""

from __future__ import annotations

import ipaddress
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

_TEST_NETWORK = ipaddress.ip_network("198.18.0.0/15")
_ROOM = 16
"""Addresses of one run: two cables with four each, and the far place's own."""


class KernelError(Exception):
    """It does not do what it was told, by its own words."""


@dataclass(frozen=True)
class Way:
    """A cable from here to the namespace `far`; `device` is its end here."""

    far: str
    device: str
    here: str
    there: str
    place: str
    metric: int

    def lay(self) -> None:
        run("ip", "link", "add", self.device, "type", "veth", "peer", "name", self._end)
        run("ip", "link", "set", self._end, "netns", self.far)
        run("ip", "address", "add", f"{self.here}/30", "dev", self.device)
        run("ip", "-n", self.far, "address", "add", f"{self.there}/30", "dev", self._end)
        run("ip", "-n", self.far, "link", "set", self._end, "up")
        self.plug_in()

    def plug_in(self) -> None:
        run("ip", "link", "set", self.device, "up")
        run(
            *("ip", "route", "replace", self.place, "via", self.there, "dev", self.device),
            *("metric", str(self.metric)),
        )

    def pull_out(self) -> None:
        """The kernel drops the routes with it."""
        run("ip", "link", "set", self.device, "down")

    def swallow(self) -> None:
        """Nothing is said, nothing gets through: also what comes, because nothing could go back
        to where it came from (the far place checks that, RFC 3704)."""
        run("ip", "-n", self.far, "route", "add", "blackhole", f"{self.here}/32")

    def pass_again(self) -> None:
        run("ip", "-n", self.far, "route", "del", "blackhole", f"{self.here}/32")

    def needs(self, *discipline: str) -> None:
        """Skips where this kernel cannot shape a way like that; leaves it as it was."""
        problem = attempt(*self._shaping(*discipline))
        if problem is not None:
            pytest.skip(f"this kernel has no {discipline[0]} for tc: {problem}")
        self.unshape()

    def shape(self, *discipline: str) -> None:
        run(*self._shaping(*discipline))

    def unshape(self) -> None:
        run("tc", "qdisc", "del", "dev", self.device, "root")

    def _shaping(self, *discipline: str) -> tuple[str, ...]:
        return ("tc", "qdisc", "add", "dev", self.device, "root", *discipline)

    @property
    def _end(self) -> str:
        return f"{self.device}f"


@dataclass(frozen=True)
class FarPlace:
    """A namespace with one address, to which both ways lead."""

    name: str
    address: str
    ways: dict[str, Way]

    @property
    def prefix(self) -> tuple[str, ...]:
        """Runs a command there."""
        return ("ip", "netns", "exec", self.name)


@contextmanager
def far_place(*names: str) -> Iterator[FarPlace]:
    """The first name is the way that this machine prefers for what is bound to none.

    Skips where namespaces cannot be made: they need Linux, iproute2 and the rights of root.
    """
    far = f"ld{os.getpid()}"
    attempt("ip", "netns", "del", far)  # of a run that was killed and had this number
    if (problem := attempt("ip", "netns", "add", far)) is not None:
        pytest.skip(f"network namespaces cannot be made here: {problem}")
    first = _TEST_NETWORK[os.getpid() * _ROOM % _TEST_NETWORK.num_addresses]
    place = str(first + 4 * len(names) + 1)
    ways = {
        name: Way(far, f"{far}{name[0]}", str(first + 4 * n + 1), str(first + 4 * n + 2), place, n)
        for n, name in enumerate(names)
    }
    try:
        try:
            _lay_out(far, place, ways.values())
        except KernelError as problem:
            pytest.skip(f"network namespaces cannot be used here: {problem}")
        yield FarPlace(far, place, ways)
    finally:
        for way in ways.values():
            attempt("ip", "link", "del", way.device)
        run("ip", "netns", "del", far)


def _lay_out(far: str, place: str, ways: Iterable[Way]) -> None:
    run("ip", "-n", far, "link", "set", "lo", "up")
    run("ip", "-n", far, "address", "add", f"{place}/32", "dev", "lo")
    strict = "echo 1 > /proc/sys/net/ipv4/conf/all/rp_filter"
    run("ip", "netns", "exec", far, "sh", "-c", strict)
    for way in ways:
        way.lay()


def run(*command: str) -> None:
    problem = attempt(*command)
    if problem is not None:
        raise KernelError(f"{' '.join(command)}: {problem}")


def attempt(*command: str) -> str | None:
    """What the program complains about."""
    if shutil.which(command[0]) is None:
        return f"there is no {command[0]}"
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    return None if done.returncode == 0 else done.stderr.strip() or f"exit {done.returncode}"
