"""Does a queue of 100,000 items scroll without a dropped frame?

Ours is the console's own list: `QueueView`, `QueueModel` and `RowDelegate` as they stand on the
page, on the real mirror. Beside it the same texts in a `QStandardItemModel` with Qt's own delegate,
which is how a list is first written. Both are drawn offscreen, into a picture of the same size, so
no compositor waits. A frame is one step of a page (all rows in sight are new); at 60 a second
there are 16.7 ms for it. A change is one new comment while the list is on screen.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from random import Random

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QApplication, QListView

from benchmarks.rows import Row, percentile
from livedesk.app import dress
from livedesk.core.clock import NS_PER_MS, NS_PER_S, ManualClock
from livedesk.core.moderation import Comment, Item, QueueChange, Span, Verdict
from livedesk.core.status import StoreStatus
from livedesk.desk.model import Moment
from livedesk.desk.queue_model import QueueBook
from livedesk.desk.queue_orders import QueueOrders
from livedesk.desk.queue_view import QueueView
from livedesk.ui.moderation.listmodel import QueueModel
from livedesk.ui.moderation.listview import QueueListView

WIDTH, HEIGHT = 900, 780
FRAME_MS = 1000 / 60
STORES = 20
_WORDS = ("how", "much", "is", "the", "serum", "送料", "はいくら", "кто", "пробовал", "مقلد",
          "fake", "copy", "😍", "does", "it", "ship", "to", "Jakarta", "or", "not")  # fmt: skip
_START_NS = 1_790_000_000 * NS_PER_S


def measure(items: int, frames: int) -> Iterator[Row]:
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme = dress(app, offscreen=True)
    queue = [_item(Random(n), n) for n in range(items)]
    clock = ManualClock(utc_ns=_START_NS)

    def now() -> Moment:
        return Moment(clock.mono_ns(), clock.utc_ns())

    book = QueueBook()
    for n in range(STORES):
        book.status(StoreStatus(f"s{n}", f"Store {n}", _START_NS), now())
        book.fetch_begins(f"s{n}")
        book.fetched(f"s{n}", 0)
    for item in queue:
        book.take(item)
    shown = QueueView(book, QueueOrders(book.touch), lambda: "bench")
    ours = QueueListView(theme, QueueModel(shown, now))
    ours.delegate.stores = True
    ours.refresh()
    plain, model = _naive(queue)
    our_frames, their_frames = _scrolled(ours, frames), _scrolled(plain, frames)
    fresh = [_item(Random(items + n), items + n) for n in range(frames)]
    news = iter(fresh)
    revisions = dict.fromkeys((f"s{n}" for n in range(STORES)), 0)

    def our_change() -> None:
        item = next(news)
        since = revisions[item.store]
        revisions[item.store] = since + 1
        book.change(QueueChange(item.store, since, since + 1, (item,)))
        ours.refresh()
        ours.grab()

    again = iter(fresh)

    def their_change() -> None:
        model.appendRow(_cell(next(again)))
        plain.grab()

    our_changes = _timed(our_change, frames // 4)
    # It measures every row again for each new one: seconds.
    their_changes = _timed(their_change, 3)
    for view in (ours, plain):
        view.close()
    yield from _rows(f"{items:,} items: a page further", our_frames, their_frames)
    yield from _rows(f"{items:,} items: one new", our_changes, their_changes)


def _rows(what: str, ours_ms: list[float], theirs_ms: list[float]) -> Iterator[Row]:
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        ours, theirs = percentile(ours_ms, share), percentile(theirs_ms, share)
        yield Row(
            f"{what}, {name} of {len(ours_ms)}",
            f"{ours:.2f} ms",
            f"{theirs:.2f} ms (QStandardItemModel)",
            f"{ours / theirs:.2f}",
            f"≤ {FRAME_MS:.1f} ms" if share > 0.9 else "–",
        )
    dropped = sum(each > FRAME_MS for each in ours_ms)
    theirs_dropped = sum(each > FRAME_MS for each in theirs_ms)
    yield Row(f"{what}, frames dropped", f"{dropped} of {len(ours_ms)}",
              f"{theirs_dropped} of {len(theirs_ms)}", "–", "0")  # fmt: skip


def _scrolled(view: QAbstractItemView, frames: int) -> list[float]:
    """Each frame stands elsewhere in the list, so that no row was drawn before."""
    view.resize(WIDTH, HEIGHT)
    view.show()
    view.grab()
    bar = view.verticalScrollBar()
    places = Random(11)

    def frame() -> None:
        bar.setValue(places.randrange(bar.maximum() + 1))
        view.grab()

    return _timed(frame, frames)


def _timed(work: Callable[[], None], times: int) -> list[float]:
    taken = []
    for _ in range(times):
        begun_ns = time.perf_counter_ns()
        work()
        taken.append((time.perf_counter_ns() - begun_ns) / NS_PER_MS)
    return taken


def _naive(items: list[Item]) -> tuple[QListView, QStandardItemModel]:
    model = QStandardItemModel()
    model.invisibleRootItem().appendRows([_cell(item) for item in items])
    view = QListView()
    view.setModel(model)
    view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
    return view, model


def _cell(item: Item) -> QStandardItem:
    cell = QStandardItem(f"{item.comment.author}: {item.comment.text}\n{item.store}")
    cell.setData(item.id, Qt.ItemDataRole.UserRole)
    return cell


def _item(rng: Random, n: int) -> Item:
    text = " ".join(rng.choice(_WORDS) for _ in range(rng.randrange(4, 24)))
    comment = Comment(
        f"c{n}", f"a{n % 5000}", f"viewer {n % 5000}", text, _START_NS + n * NS_PER_MS
    )
    end = len(text.split(" ", 1)[0])
    verdict = Verdict("review", "brands-2", "counterfeit", "Speaks of a counterfeit",
                      (Span(0, end),), "copy", "42")  # fmt: skip
    return Item(f"i{n}", f"s{n % STORES}", comment, verdict, "waiting", same=f"same{n}")
