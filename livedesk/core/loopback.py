"""Is this host the machine itself?"""

from __future__ import annotations

import ipaddress


def is_loopback(host: str) -> bool:
    """A name is not looked up; of names only `localhost` is (RFC 6761, section 6.3)."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
