"""Does the settings file hold up on this machine: texts, secrets, ports and ways out?"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from livedesk.core.clock import Clock
from livedesk.core.config_file import ConfigError, load_settings
from livedesk.core.config_return import PLAY_PORTS
from livedesk.core.process import is_alive
from livedesk.core.runtime import RelayRuntime, read_runtime_file, relay_file
from livedesk.core.secrets import SecretResolver
from livedesk.core.settings import FeedSettings, ReturnSettings, StoreSettings
from livedesk.doctor.channels import check_channels
from livedesk.doctor.finding import Finding
from livedesk.doctor.moderation import check_moderation
from livedesk.doctor.pins import check_pins
from livedesk.doctor.ways import check_ways
from livedesk.paths import Paths

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def check_settings(
    config: Path, resolve: SecretResolver, paths: Paths, clock: Clock
) -> Iterator[Finding]:
    try:
        settings = load_settings(config, resolve)
    except ConfigError as error:
        for problem in error.problems:
            yield Finding("fail", "settings", str(problem))
        return
    stores = ", ".join(store.id for store in settings.stores)
    yield Finding("ok", "settings", f"{config}: {stores}")
    for notice in settings.notices:
        yield Finding("warn", "settings", notice)
    for store in settings.stores:
        if store.feed.pull is None:
            yield check_port(store, paths.runtime)
        if store.return_check is not None:
            yield check_return(store, store.return_check)
    yield from check_ways(settings)
    yield from check_pins(settings, paths, clock)
    yield from check_moderation(settings, paths, clock)
    yield from check_channels(settings)


def check_port(store: StoreSettings, runtime: Path) -> Finding:
    """The encoder's port is free, or this store's own relay has it."""
    feed = store.feed
    place = f"{feed.host}:{feed.port} for the encoder of {store.id}"
    fault = _listen_fault(feed)
    if fault == 0:
        return Finding("ok", "port", f"{place} is free")
    if fault == errno.EADDRINUSE:
        relay = read_runtime_file(relay_file(runtime, store.id))
        if isinstance(relay, RelayRuntime) and is_alive(relay.pid, relay.process):
            return Finding("ok", "port", f"{place} is held by the store's own relay")
        holder = _holder(feed.port) or "another program (root may see which: sudo ss -ltnp)"
        action = "stop that program, or choose another port in listen and in the encoder"
        return Finding("fail", "port", f"{place} is held by {holder}", action)
    if fault == errno.EADDRNOTAVAIL:
        action = 'use an address of this machine in listen, or "0.0.0.0" for all of them'
        return Finding("fail", "port", f"{place}: this machine has no such address", action)
    action = "choose a port above 1023 in listen" if feed.port < 1024 else "check listen"
    return Finding("fail", "port", f"{place}: {os.strerror(fault)}", action)


def check_return(store: StoreSettings, check: ReturnSettings) -> Finding:
    """The form was checked when the file was read; here, that it does not look at ourselves."""
    parts = urlsplit(check.url.reveal())
    host = parts.hostname or ""
    place = f"{check.kind} at {host}" + (f":{parts.port}" if parts.port is not None else "")
    is_ours = host == store.feed.host or host in _LOOPBACK
    port = parts.port or PLAY_PORTS.get(parts.scheme.lower())
    if is_ours and port == store.feed.port:
        text = f"{place} for {store.id} is where the encoder pushes to, not what the platform shows"
        action = "set play to the platform's playback address"
        return Finding("warn", "return", text, action)
    return Finding("ok", "return", f"{place} for {store.id}")


def _listen_fault(feed: FeedSettings) -> int:
    """errno of listening there for a moment, 0 when it works."""
    family = socket.AF_INET6 if ":" in feed.host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if os.name == "posix":  # as asyncio does; elsewhere it would take a port in use
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((feed.host, feed.port))
            probe.listen(1)
    except OSError as error:
        # A host name that is not known has a number of another kind.
        is_name = isinstance(error, socket.gaierror)
        return errno.EADDRNOTAVAIL if is_name else error.errno or errno.EINVAL
    return 0


def _holder(port: int) -> str | None:
    """Name and number of who listens there; never the arguments, which may hold a stream key."""
    inodes = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            if os.readlink(link) in inodes:  # noqa: PTH115 - not a path
                process = link.parent.parent
                return f"{(process / 'comm').read_text().strip()} (process {process.name})"
    return None


def _listening_inodes(port: int) -> Iterator[str]:
    """From /proc/net/tcp (proc_net_tcp): local address in hex, state 0A is LISTEN."""
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in Path("/proc/net", table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                    yield fields[9]
