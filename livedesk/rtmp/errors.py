"""The one exception that bytes from the network may cause."""


class ProtocolError(Exception):
    """The peer broke the protocol or a limit; the connection cannot be used any further.

    The text says what was found and what was expected, and never holds payload or key material.
    """
