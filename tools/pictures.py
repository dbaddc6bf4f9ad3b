"""What do the pictures of README and docs/user-guide.md show? The program itself, in one evening.

Six stores of the sandbox, an engine and the console run here without a display; what happens to
them is written down below, so the pictures tell the same story each time. Ends with status 1 and
says why when one of them could not be taken. Run: python -m tools.pictures
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QWidget

from livedesk.app import WINDOW, dress, make_loop
from livedesk.core.clock import NS_PER_S, SystemClock
from livedesk.core.events import Json
from livedesk.core.pins import UNSETTLED
from livedesk.core.records import RecordedSession
from livedesk.core.roles import Role
from livedesk.core.secrets import Secret
from livedesk.core.status import StoreStatus
from livedesk.core.tasks import Tasks
from livedesk.demo.moderator import SCRIPT as COMMENTS
from livedesk.demo.processes import StageError
from livedesk.demo.script import has_moved
from livedesk.desk.alarm_list import AlarmKey
from livedesk.desk.check_client import SignOrder
from livedesk.desk.client import EngineClient
from livedesk.desk.desk import Desk
from livedesk.desk.errors import DeskError
from livedesk.desk.link import EngineAccess
from livedesk.desk.pin_client import CueCall
from livedesk.desk.preferences import PreferenceBook
from livedesk.desk.sandbox_client import SandboxClient
from livedesk.ui.front import Fittings, Front
from livedesk.ui.layouts import Layouts
from livedesk.ui.pad.tile import TileWidget
from livedesk.ui.pad.window import PadWindow
from livedesk.ui.pages import Page
from livedesk.ui.sessions.replay import ReplayPage
from livedesk.ui.settings.dialog import SettingsDialog
from livedesk.ui.theme import Theme
from livedesk.ui.welcome.page import WelcomePage
from tools.evening import GLOW, KIRA, LUMEN, NORD, SHOPS, TAVOLA, VERDE, Evening, Shop, open_evening
from tools.report_picture import ReportPictureError, take_report

_WAIT_S: Final = 60.0
_LOOK_EVERY_S: Final = 0.1
_SETTLE_S: Final = 1.5
_LOOKED_AT_S: Final = 30.0
"""Of the session that is opened: after its switch, among its pins."""
_OPERATOR: Final = "mei"
_PRODUCER: Final = "noor"
_PEOPLE: Final[Mapping[str, Role]] = {
    "ana": "admin", "mei": "live_operations", "noor": "producer", "hana": "host",
    "ravi": "analyst",
}  # fmt: skip


class PictureError(Exception):
    """A picture could not be taken; the text says what was missing."""


@dataclass(frozen=True, slots=True)
class Camera:
    """Saves widgets as they are on screen. `unseen`: what must be on no picture."""

    folder: Path
    unseen: tuple[str, ...]

    def take(self, name: str, widget: QWidget) -> None:
        for text in _texts(widget):
            if any(part in text for part in self.unseen):
                raise PictureError(f"{name}: a key, a token or a path of this machine is on it")
        file = self.folder / f"{name}.png"
        if not widget.grab().save(str(file), "PNG"):
            raise PictureError(f"{file} cannot be written; check the folder")
        print(file, flush=True)


def _texts(widget: QWidget) -> Iterator[str]:
    """All that its widgets say, as a screen reader would be told it."""
    for each in (widget, *widget.findChildren(QWidget)):
        told = QAccessible.queryAccessibleInterface(each)
        if told is not None:
            yield from (told.text(kind) for kind in (QAccessible.Text.Name, QAccessible.Text.Value))


class Story:
    """What happens in the evening, and when a picture is taken."""

    def __init__(self, evening: Evening, desk: Desk, front: Front, camera: Camera) -> None:
        self._evening = evening
        self._desk = desk
        self._front = front
        self._camera = camera
        self._engine = EngineClient(evening.engine.url, evening.engine.token)

    async def close(self) -> None:
        await self._engine.close()

    async def play(self, book: PreferenceBook) -> None:
        """Raises PictureError and DeskError."""
        await self._begin()
        await self._check()
        await self._wall()
        await self._switch()
        await self._alarms()
        await self._pins()
        await self._queue()
        await self._settings()
        await self._sessions()
        await self._light(book)

    async def _begin(self) -> None:
        """Five stores go on air, each with a product and viewers; the sixth waits."""
        await self._until("a window with six stores", lambda: len(self._stores()) == len(SHOPS))
        for shop in SHOPS:
            if shop is not VERDE:
                await self._until(f"a relay of {shop.name}", partial(self._is_ready, shop))
                self._evening.push(shop)
        for shop in (GLOW, LUMEN, KIRA, NORD, TAVOLA):
            await self._until(f"{shop.name} on air", partial(self._flows, shop))
            await self._order(shop, "/chat", rate_per_s=0.4, bad_pct=4)
        for shop, product in ((LUMEN, "10002"), (KIRA, "10006"), (TAVOLA, "10003")):
            await self._cue(shop, product)
        for product in ("10001", "10002", "10003"):
            await self._cue(GLOW, product)

    async def _check(self) -> None:
        """Before the show of the sixth store, while the first has its GO."""
        report = await self._engine.checks.report(GLOW.id)
        against = tuple(item.id for item in report.items if item.state in ("no_go", "unknown"))
        await self._engine.checks.sign(SignOrder(GLOW.id, "go", "", against), _PRODUCER)
        self._show(VERDE, "check")
        known = self._desk.checks.known
        await self._until("the check of the sixth store", lambda: known(VERDE.id) is not None)
        await self._take("check", self._front.window)

    async def _wall(self) -> None:
        """A path that carries too little and has no standby; a feed without sound, and somebody who
        sees to it."""
        await self._order(NORD, "/path", rate_kbps=1500)
        self._front.window.open_page("wall")
        await self._until("an alarm of the throttled store", lambda: self._has_alarm(NORD))
        await self._until("an alarm of the silent sound", lambda: self._has_alarm(TAVOLA))
        for alarm in self._of(TAVOLA).alarms:
            self._desk.alarms.acknowledge(AlarmKey(TAVOLA.id, alarm.id, alarm.since_utc_ns))
        await self._until(
            "somebody at the silent sound",
            lambda: all(alarm.acknowledged_by for alarm in self._of(TAVOLA).alarms),
        )
        await self._take("wall", self._front.window)

    async def _switch(self) -> None:
        self._show(GLOW, "feed")
        await self._until("twenty seconds of the first store", lambda: self._on_air_s(GLOW) > 20)
        if self._of(GLOW).failover.active != "primary":
            # On a busy machine the path may have been too slow for a moment.
            await self._engine.switch(GLOW.id, "primary", "before the picture")
        await self._until("a standby", lambda: self._stands_by(GLOW, "bonded"))
        await self._order(GLOW, "/path", rate_kbps=1500)
        await self._until("the switch", lambda: has_moved(self._of(GLOW), "bonded"))
        await asyncio.sleep(4)
        await self._take("console", self._front.window)

    async def _alarms(self) -> None:
        self._front.window.open_alarm(None)
        await self._take("alarms", self._front.window)
        await self._order(GLOW, "/path", clear=True)

    async def _pins(self) -> None:
        """The shop is slow for one of the cues."""
        for product in ("10007", "10005"):
            await self._cue(GLOW, product)
        await self._order(GLOW, "/shop", median_ms=1100, sigma=0, calls=["pin"])
        await self._cue(GLOW, "10008")
        await self._order(GLOW, "/shop", clear=True)
        await self._cue(GLOW, "10004")
        self._show(GLOW, "pins")
        await self._take("pins", self._front.window)
        self._front.window.open_pad()
        pad = next(w for w in QApplication.topLevelWidgets() if isinstance(w, PadWindow))
        tiles = partial(pad.findChildren, TileWidget)
        await self._until("the products of the pad", lambda: any(t.isVisible() for t in tiles()))
        await self._take("pad", pad)
        pad.close()

    async def _queue(self) -> None:
        """A burst of spam, and what of it only a person can judge."""
        unclear: list[Json] = [
            {"text": text, "author": f"guest{number}"}
            for number, (part, text) in enumerate(COMMENTS)
            if part.startswith("person")
        ]
        await self._order(GLOW, "/chat", burst={"count": 60, "seconds": 6, "bad_pct": 60})
        await self._order(GLOW, "/chat", say=unclear)
        self._show(GLOW, "queue")
        await self._until("comments that wait for a person", lambda: self._waiting(GLOW) >= 4)
        self._front.window.queue.step(1)
        await self._take("queue", self._front.window)

    async def _settings(self) -> None:
        for name, role in _PEOPLE.items():
            await self._engine.people.add(name, role)
        self._show(GLOW, "feed")
        self._front.open_settings()
        dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, SettingsDialog))
        dialog.show_page("people")
        await self._until(
            "the people in the settings",
            lambda: (
                (known := self._desk.people.known().people) is not None
                and len(known.users) == len(_PEOPLE)
            ),
        )
        await self._take("settings", dialog)
        dialog.reject()

    async def _sessions(self) -> None:
        """After two of the shows: what is on record, and one of them as it was."""
        for shop in (LUMEN, GLOW):
            await self._engine.end_session(shop.id)
        self._front.window.open_page("sessions")
        records, page = self._desk.records, self._front.window.pages.sessions
        records.look()
        await self._until("two sessions that are over", lambda: len(self._over()) == 2)
        session = next(each for each in self._over() if each.store == GLOW.id)
        page.list.choose(session.id)
        await self._until(
            "the figures of a session", lambda: records.figures(session.id).figures is not None
        )
        await self._take("sessions", self._front.window)
        page.open_session()
        await self._until("the record of a session", lambda: page.replay is not None)
        if isinstance(page.replay, ReplayPage):
            begin_s = (session.started_utc_ns or 0) / NS_PER_S
            page.replay.controls.scrubber.moved.emit(begin_s + _LOOKED_AT_S)
        await self._take("replay", self._front.window)
        page.close_replay()

    async def _light(self, book: PreferenceBook) -> None:
        self._show(KIRA, "feed")
        before = self._front.window
        book.change(replace(book.now, look="light"))
        await self._until("the light look", lambda: self._front.window is not before)
        await self._take("light", self._front.window)

    # Means

    async def _take(self, name: str, widget: QWidget) -> None:
        """As it is once it has settled."""
        await asyncio.sleep(_SETTLE_S)
        self._camera.take(name, widget)

    async def _order(self, shop: Shop, path: str, **order: Json) -> None:
        # A new connection each time: one that was idle for a while may just be closed.
        sandbox = SandboxClient(self._evening.sandboxes[shop.id])
        try:
            await sandbox.order(path, order)
        finally:
            await sandbox.close()

    async def _cue(self, shop: Shop, product: str) -> None:
        """As the host's pad does; returns when what became of it is known."""
        before = len((await self._engine.pins.ledger(shop.id, 50)).pins)
        await self._until_known(shop, product)
        call = CueCall(f"{shop.id}-{before}", "pad", product)
        await self._engine.pins.cue(shop.id, call)

        async def is_settled() -> bool:
            pins = (await self._engine.pins.ledger(shop.id, 50)).pins
            return len(pins) > before and all(pin.state not in UNSETTLED for pin in pins)

        await _until(f"the pin of {product} at {shop.name}", is_settled)

    async def _until_known(self, shop: Shop, product: str) -> None:
        async def is_known() -> bool:
            found = await self._engine.pins.products(shop.id)
            return any(each.id == product for each in found.products)

        await _until(f"the products of {shop.name}", is_known)

    async def _until(self, what: str, holds: Callable[[], bool]) -> None:
        async def look() -> bool:
            return holds()

        await _until(what, look)

    def _show(self, shop: Shop, page: Page) -> None:
        self._front.window.choose(shop.id)
        self._front.window.open_page(page)

    def _stores(self) -> tuple[StoreStatus, ...]:
        return tuple(view.status for view in self._desk.snapshot().stores)

    def _of(self, shop: Shop) -> StoreStatus:
        return next(status for status in self._stores() if status.store == shop.id)

    def _is_ready(self, shop: Shop) -> bool:
        return self._of(shop).relay.state == "up"

    def _flows(self, shop: Shop) -> bool:
        status = self._of(shop)
        return status.feed.kbps is not None and status.sync.skew_ms is not None

    def _stands_by(self, shop: Shop, name: str) -> bool:
        status = self._of(shop)
        ready = {uplink.name: uplink.ready for uplink in status.uplinks}
        return ready[name] and status.failover.active != name

    def _over(self) -> tuple[RecordedSession, ...]:
        return tuple(each for each in self._desk.records.known().sessions or () if not each.open)

    def _has_alarm(self, shop: Shop) -> bool:
        return bool(self._of(shop).alarms)

    def _on_air_s(self, shop: Shop) -> float:
        view = self._desk.snapshot().store(shop.id)
        return (view.on_air_s if view is not None else None) or 0.0

    def _waiting(self, shop: Shop) -> int:
        moderation = self._of(shop).moderation
        return 0 if moderation is None else moderation.waiting


async def _until(what: str, holds: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + _WAIT_S
    while not await holds():
        if time.monotonic() > deadline:
            raise PictureError(f"waited for {what} for {_WAIT_S:.0f} s")
        await asyncio.sleep(_LOOK_EVERY_S)


class _NobodyTyped:
    """A first run before its first word."""

    begun = None

    def connect(self, store: object) -> None: ...

    is_starting = False

    def start_again(self) -> None: ...


def _welcome(theme: Theme, camera: Camera) -> None:
    page = WelcomePage(theme, _NobodyTyped(), lambda: Secret("glow-encoder"))
    page.resize(*WINDOW)
    page.show()
    QApplication.processEvents()
    camera.take("welcome", page)
    page.close()


async def _evening(evening: Evening, theme: Theme, app: QApplication, camera: Camera) -> None:
    clock, book = SystemClock(), PreferenceBook()
    async with AsyncExitStack() as closing:
        tasks, calls = Tasks(), Tasks()

        async def locate() -> EngineAccess:
            return evening.engine

        desk = Desk(locate, clock, tasks, Random(1), calls=calls, me=_OPERATOR)
        closing.push_async_callback(desk.close)
        closing.push_async_callback(tasks.close)
        front = Front(desk, theme, Fittings(clock, book, Layouts(None), quiet=True), app)
        closing.callback(front.close)
        front.window.resize(QSize(*WINDOW))
        front.window.show()
        desk.start()
        story = Story(evening, desk, front, camera)
        closing.push_async_callback(story.close)
        await story.play(book)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("docs"))
    out: Path = parser.parse_args(arguments).out
    out.mkdir(parents=True, exist_ok=True)
    app = QApplication(["livedesk", "-platform", "offscreen"])
    theme = dress(app, offscreen=True)
    try:
        with tempfile.TemporaryDirectory(prefix="livedesk-pictures-") as name:
            _welcome(theme, Camera(out, (name,)))
            with (
                open_evening(Path(name)) as evening,
                asyncio.Runner(loop_factory=lambda: make_loop(app)) as runner,
            ):
                runner.run(_evening(evening, theme, app, Camera(out, evening.unseen)))
            take_report(Path(name), GLOW.id, out / "report.png")
    except (PictureError, ReportPictureError, StageError, DeskError) as error:
        print(f"pictures: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
