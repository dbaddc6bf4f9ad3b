"""TLS without I/O, so that the ciphertext bytes of each message are known to the ledger."""

from __future__ import annotations

import ssl
from typing import Final

_READ_BYTES: Final = 65_536


class TlsPipe:
    """The client's end of a TLS connection: verified certificate and host name, always."""

    def __init__(self, host: str, context: ssl.SSLContext | None = None) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        context = context or ssl.create_default_context()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self.ready = False

    def open(self) -> bytes:
        """The first bytes to write."""
        self._shake_hands()
        return self._outgoing.read()

    def receive(self, data: bytes) -> tuple[bytes, bytes]:
        """Plain bytes that came out, and bytes to be written (handshake). Raises ssl.SSLError."""
        self._incoming.write(data)
        if not self.ready:
            self._shake_hands()
        plain = []
        while self.ready:
            try:
                part = self._tls.read(_READ_BYTES)
            except ssl.SSLWantReadError:
                break
            except ssl.SSLZeroReturnError:
                break
            if not part:
                break
            plain.append(part)
        return b"".join(plain), self._outgoing.read()

    def send(self, plain: bytes) -> bytes:
        """The ciphertext to be written. Only once `ready`."""
        self._tls.write(plain)
        return self._outgoing.read()

    def _shake_hands(self) -> None:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return
        self.ready = True
