"""What does a store ask of the parts that serve it? Tests put their own in their place."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from livedesk.core.events import Json
from livedesk.core.moderation import ModerationStatus
from livedesk.core.pins import PinsStatus
from livedesk.core.secrets import Secret
from livedesk.core.status import PartStatus, ReturnStatus, StoreStatus
from livedesk.engine.api.check_view import CheckingView
from livedesk.engine.api.moderation_view import ModeratingView
from livedesk.engine.api.pins_view import PinningView
from livedesk.engine.entries import Reply
from livedesk.engine.moderation_facts import ModerationFacts
from livedesk.engine.pin_conditions import PinFacts
from livedesk.pins.screening import ProductJudge


class RelayHandle(Protocol):
    """The store's relay, as the store sees it."""

    @property
    def replaying(self) -> bool: ...

    def part(self) -> PartStatus: ...

    async def run(self) -> None: ...

    async def end_relay(self) -> bool: ...

    async def command(self, name: str, fields: dict[str, Json]) -> Reply:
        """Raises RelaySilentError (`orders`)."""
        ...


class ProbeHandle(Protocol):
    """The store's probe: plays the tap while there is a feed."""

    def part(self) -> PartStatus: ...

    def play(self, tap_url: Secret | None) -> None:
        """Which tap to play from now on; None to rest."""
        ...

    async def close(self) -> None: ...


class ReturnHandle(Protocol):
    """The store's return check: sees what the platform gives out."""

    def watch(self, is_carried: bool) -> None:
        """Whether the platform is being given anything now; it looks only then."""
        ...

    def status(self) -> ReturnStatus: ...

    async def close(self) -> None: ...


class Products(Protocol):
    """The products of a store, as far as its moderation has to do with them."""

    def use_rules(self, judge: ProductJudge) -> None:
        """Hold them against these rules from now on."""
        ...

    def title(self, product_id: str) -> str:
        """For people; the id of one that is not known."""
        ...


class PinningHandle(PinningView, Products, Protocol):
    """The store's pins: what can be shown, what is next, and what goes to the platform."""

    async def start(self, record: Path | None) -> None:
        """Take up what an earlier engine left in the record of the session that goes on."""
        ...

    def tick(self) -> None:
        """Notice what has changed since; four times a second."""
        ...

    def session_ends(self) -> None:
        """Bring what is open to an end while the session's record still takes events."""
        ...

    def status(self) -> PinsStatus: ...

    def facts(self) -> PinFacts: ...

    async def close(self) -> None: ...


class ModeratingHandle(ModeratingView, Protocol):
    """The store's queue: comments, what the rules and people want done, and what became of it."""

    async def start(self, record: Path | None, *, is_over: bool = False) -> None:
        """Take up what an earlier engine left in the record of the session that goes on, or of the
        last one when that `is_over`."""
        ...

    def tick(self) -> None:
        """Notice what has changed since; four times a second."""
        ...

    def session_begins(self) -> None:
        """What comes from now on is of the session that is open now."""
        ...

    def session_ends(self) -> None:
        """Leave nothing on its way while the session's record still takes events."""
        ...

    def status(self) -> ModerationStatus: ...

    def facts(self) -> ModerationFacts: ...

    def beside(self, products: Products) -> None:
        """Products that the rules are for as well, and that warnings speak of."""
        ...

    async def close(self) -> None: ...


class CheckHandle(CheckingView, Protocol):
    """The store's check before the show: what was rehearsed, what stands against it, who signed."""

    async def start(self) -> None:
        """Take up what an earlier engine left."""
        ...

    def tick(self, status: StoreStatus) -> None:
        """Notice what has changed since; four times a second."""
        ...

    def session_begins(self) -> None:
        """As soon as the session's record takes events."""
        ...

    def session_ends(self) -> None:
        """While the session's record still takes events."""
        ...

    async def close(self) -> None: ...
