"""Under which addresses do other devices of the network reach this engine?"""

from __future__ import annotations

from livedesk.core.loopback import is_loopback
from livedesk.core.own_addresses import own_addresses

_ANY = ("0.0.0.0", "::", "")


def addresses(host: str, port: int) -> tuple[str, ...]:
    """`http://192.168.1.20:8780` and the like; none when it listens on loopback only.

    Asks the system for its interfaces: call it in a thread.
    """
    found = own_addresses() if host in _ANY else [host]
    return tuple(f"http://{_bracketed(each)}:{port}" for each in found if not is_loopback(each))


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
