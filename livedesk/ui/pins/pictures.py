"""How do products get their small pictures without holding up the window?

The desk fetches the files, a pool of threads decodes them, and only finished images come to the
window's thread. All of it is bounded.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QRunnable, QSize, QThreadPool

from PySide6.QtCore import Qt, Signal  # isort: skip
from PySide6.QtGui import QImage, QImageReader, QPixmap

Key = tuple[str, str, str]
"""Store, product and what the product says of its picture."""

KEPT = 200
WAITED_FOR = 60
"""So many of those drawn last are asked for again until they come."""

LARGEST_SIDE_PX = 8_000
"""A picture that says it is larger is not decoded: a small file can ask for gigabytes."""

THREADS = 1


class _Done(QObject):
    image = Signal(object, QImage)


class _Decode(QRunnable):
    """One picture, decoded into a square of at most `side_px`."""

    def __init__(self, key: Key, content: bytes, side_px: int, done: _Done) -> None:
        super().__init__()
        self._key, self._content, self._side_px, self._done = key, content, side_px, done

    def run(self) -> None:
        self._done.image.emit(self._key, decoded(self._content, self._side_px))


def decoded(content: bytes, side_px: int) -> QImage:
    """A picture that fills a square of `side_px`, cut at its longer side; null if it is none."""
    data = QByteArray(content)
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)
    size = reader.size()
    if not size.isValid() or max(size.width(), size.height()) > LARGEST_SIDE_PX:
        return QImage()
    square = QSize(side_px, side_px)
    reader.setScaledSize(size.scaled(square, Qt.AspectRatioMode.KeepAspectRatioByExpanding))
    image = reader.read()
    if image.isNull():
        return image
    left, top = (image.width() - side_px) // 2, (image.height() - side_px) // 2
    return image.copy(left, top, side_px, side_px)


class Pictures(QObject):
    """Pixmaps of products; `changed` says that one more is there."""

    changed = Signal()

    def __init__(self, fetch: Callable[[str, str, str], bytes | None], side_px: int) -> None:
        super().__init__()
        self._fetch = fetch
        self._side_px = side_px
        self._ready: OrderedDict[Key, QPixmap | None] = OrderedDict()
        self._waited_for: OrderedDict[Key, None] = OrderedDict()
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(THREADS)
        self._done = _Done()
        # Queued: the signal comes from a thread, and pixmaps belong to the window's.
        self._done.image.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def pixmap(self, store: str, product_id: str, picture: str) -> QPixmap | None:
        """None while there is none; it is on its way then, if there is one at all."""
        key = (store, product_id, picture)
        if key in self._ready:
            self._ready.move_to_end(key)
            return self._ready[key]
        if picture and not self._decode(key):
            self._waited_for[key] = None
            self._waited_for.move_to_end(key)
            while len(self._waited_for) > WAITED_FOR:
                self._waited_for.popitem(last=False)
        return None

    def look(self) -> None:
        """Decode what has come since it was drawn: nothing else would have it drawn again."""
        for key in tuple(self._waited_for):
            if self._decode(key):
                del self._waited_for[key]

    def _decode(self, key: Key) -> bool:
        content = self._fetch(*key)
        if content is None:
            return False
        self._keep(key, None)
        self._pool.start(_Decode(key, content, self._side_px, self._done))
        return True

    def _take(self, key: Key, image: QImage) -> None:
        if not image.isNull():
            self._keep(key, QPixmap.fromImage(image))
            self.changed.emit()

    def _keep(self, key: Key, pixmap: QPixmap | None) -> None:
        self._ready[key] = pixmap
        self._ready.move_to_end(key)
        while len(self._ready) > KEPT:
            self._ready.popitem(last=False)

    def close(self) -> None:
        """Wait for the picture that is being decoded; no more are begun."""
        self._pool.clear()
        self._pool.waitForDone()
