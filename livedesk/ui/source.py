"""What does a window need from the desk? The desk has it; tests put a stage in its place."""

from __future__ import annotations

from typing import Protocol

from livedesk.desk.asked import Asked, Order
from livedesk.desk.desk import Preview
from livedesk.desk.model import DeskSnapshot, Moment
from livedesk.desk.plots import StorePlots


class OrderDesk(Protocol):
    """Who sends orders and knows what became of them."""

    def now(self) -> Moment: ...

    def order(self, store: str, order: Order) -> None: ...

    def asked(self, store: str) -> tuple[Asked, ...]: ...


class Source(OrderDesk, Protocol):
    """What the window needs from the desk."""

    def snapshot(self) -> DeskSnapshot: ...

    def plots(self, store: str) -> StorePlots: ...

    def preview(self, store: str) -> Preview | None: ...

    def watch(self, store: str | None) -> None: ...

    def end_session(self, store: str) -> None: ...
