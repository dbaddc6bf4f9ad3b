"""What is said about an uplink's connections, and why does it not carry? Each thing once."""

from __future__ import annotations

from typing import Final

from livedesk.core.events import Level
from livedesk.relay.entries import EntryLog
from livedesk.relay.handover import Handover

_UNNOTICED: Final = "the platform has not noticed yet that the old connection ended"


class UplinkNews:
    """Of one uplink; `reason` is what samples show."""

    def __init__(self, name: str, address: str, log: EntryLog) -> None:
        """`address`: host and port, fit to be shown."""
        self._name = name
        self._address = address
        self._log = log
        self._told_reason: str | None = None
        self._told_notice: str | None = None
        self._is_busy = False
        self.reason: str | None = None

    def carries(self, reconnects: int, handover: Handover) -> None:
        self.reason, self._told_reason, self._is_busy = None, None, False
        self._log.event(
            "uplink.up",
            "info",
            f"Uplink {self._name} is carrying the feed to {self._address}.",
            uplink=self._name,
            reconnects=reconnects,
            frames_lost=handover.frames_lost,
            frames_repeated=handover.frames_repeated,
        )

    def notice(self, text: str | None) -> None:
        """What people should know of the newest connection, though it stands."""
        if text is not None and text != self._told_notice:
            self._log.event(
                "uplink.notice", "notice", f"Uplink {self._name}: {text}.", uplink=self._name
            )
        self._told_notice = text

    def stands(self, reason: str | None) -> None:
        """A session waits, and nothing is wrong."""
        self.reason, self._told_reason = reason, None

    def busy(self, words: str) -> None:
        """Somebody publishes with this key: most likely what is left of our last connection."""
        self._waits(f"the platform refused: {words} ({_UNNOTICED})", words, _UNNOTICED)

    def cut_short(self, words: str) -> None:
        """The connection ended without an answer, as some platforms say the same."""
        told = f"its connection ended when it asked to publish ({words}); perhaps {_UNNOTICED}"
        self._waits(told, words, told)

    def _waits(self, reason: str, words: str, told: str) -> None:
        self.reason = reason
        if not self._is_busy:
            self._is_busy = True
            text = f"Uplink {self._name} has to wait: {told}."
            self._log.event("uplink.busy", "warning", text, uplink=self._name, reason=words)

    def down(self, reason: str, level: Level = "warning") -> None:
        """Told once, however often it is tried again."""
        self.reason = reason
        if reason != self._told_reason:
            self._told_reason = reason
            text = f"Uplink {self._name} is down: {reason}."
            self._log.event("uplink.down", level, text, uplink=self._name, reason=reason)
