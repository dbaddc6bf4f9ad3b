"""What does a window need from the desk? The desk has it; tests put a stage in its place."""

from __future__ import annotations

from typing import Protocol

from livedesk.core.pins import CueSource
from livedesk.desk.alarming import Alarming
from livedesk.desk.asked import Asked, Order
from livedesk.desk.model import DeskSnapshot, Moment, StoreView
from livedesk.desk.pad import PadSource
from livedesk.desk.people import PeopleSource
from livedesk.desk.pin_client import ShowOp
from livedesk.desk.pinning import Shop
from livedesk.desk.pins import PinsView
from livedesk.desk.plots import StorePlots
from livedesk.desk.previews import Preview
from livedesk.desk.queue_view import QueueDesk, QueueFilter, QueueView
from livedesk.desk.records import RecordSource
from livedesk.desk.web_pads import KnownPads
from livedesk.ui.check.page import CheckSource


class OrderDesk(Protocol):
    """Who sends orders and knows what became of them."""

    def now(self) -> Moment: ...

    def order(self, store: str, order: Order) -> None: ...

    def asked(self, store: str) -> tuple[Asked, ...]: ...


class PictureSource(Protocol):
    """Who fetches the files of product pictures."""

    def picture(self, store: str, product_id: str, picture: str) -> bytes | None: ...


class WebPadSource(Protocol):
    """Who lets phones and tablets in as pads."""

    def known(self, store: str) -> KnownPads: ...

    def ask(self, store: str) -> None: ...

    def let_in(self, store: str, name: str) -> None: ...

    def revoke(self, store: str, pad_id: str) -> None: ...

    def forget_new(self, store: str) -> None: ...


class PinSource(Protocol):
    """Who knows the pins of the stores, and takes cues for them."""

    def now(self) -> Moment: ...

    def view(self, view: StoreView) -> PinsView | None: ...

    def shop(self, store: str) -> Shop: ...

    @property
    def pictures(self) -> PictureSource: ...

    def fire(
        self, store: str, product_id: str, title: str, source: CueSource = "console"
    ) -> None: ...

    def unpin(self, store: str, source: CueSource = "console") -> None: ...

    def by_hand(self, store: str, pin_id: str, *, done: bool, text: str = "") -> None: ...

    def warning_done(self, store: str, warning_id: str) -> None: ...

    def change_show(self, store: str, op: ShowOp) -> None: ...

    @property
    def web_pads(self) -> WebPadSource: ...


class QueueSource(QueueDesk, Protocol):
    """Who knows the queues of all stores, and takes orders about them."""

    def new_view(self, wanted: QueueFilter | None = None) -> QueueView: ...


class Source(OrderDesk, Protocol):
    """What the window needs from the desk."""

    @property
    def pins(self) -> PinSource: ...

    @property
    def moderation(self) -> QueueSource: ...

    @property
    def alarms(self) -> Alarming: ...

    @property
    def checks(self) -> CheckSource: ...

    @property
    def records(self) -> RecordSource: ...

    @property
    def people(self) -> PeopleSource: ...

    @property
    def pads(self) -> PadSource: ...

    def snapshot(self) -> DeskSnapshot: ...

    def plots(self, store: str) -> StorePlots: ...

    def preview(self, store: str) -> Preview | None: ...

    def watch(self, store: str | None) -> None: ...

    def end_session(self, store: str) -> None: ...

    def note(self, text: str) -> None: ...
