"""How do pictures get on the pad without holding it up? A thread of their own decodes them."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QIODevice,
    QObject,
    QRunnable,
    QSize,
    Qt,
    QThreadPool,
    Signal,
)
from PySide6.QtGui import QImage, QImageReader

KEPT = 48
"""Decoded pictures: more than five pages."""

LARGEST_PX = 8_000
"""A picture that is wider or higher is not decoded: it could take gigabytes."""

SIDE_PX = 360
"""Decoded to this size at most; a tile on a 4K screen shows about as many."""

Key = tuple[str, str]
"""Product and where its picture comes from."""


class _Told(QObject):
    decoded = Signal(object, QImage)


class _Decode(QRunnable):
    def __init__(self, key: Key, data: bytes, told: _Told) -> None:
        super().__init__()
        self._key, self._data, self._told = key, data, told

    def run(self) -> None:
        self._told.decoded.emit(self._key, decode(self._data))


def decode(data: bytes) -> QImage:
    """The picture, small; a null image where it cannot be read or is too large."""
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)
    size = reader.size()
    if not size.isValid() or max(size.width(), size.height()) > LARGEST_PX:
        return QImage()
    if max(size.width(), size.height()) > SIDE_PX:
        reader.setScaledSize(
            size.scaled(QSize(SIDE_PX, SIDE_PX), Qt.AspectRatioMode.KeepAspectRatio)
        )
    return reader.read()


class Pictures:
    """Decoded pictures, the last used ones. Give it bytes once; `close` waits for the thread."""

    def __init__(self) -> None:
        self._pool = QThreadPool()
        self._pool.setMaxThreadCount(1)
        self._told = _Told()
        self._told.decoded.connect(self._take)
        self._images: OrderedDict[Key, QImage | None] = OrderedDict()

    def image(self, key: Key) -> QImage | None:
        """None while it is being decoded, and when it cannot be."""
        found = self._images.get(key)
        if key in self._images:
            self._images.move_to_end(key)
        return found if found is not None and not found.isNull() else None

    def knows(self, key: Key) -> bool:
        """Whether its bytes were given."""
        return key in self._images

    def give(self, key: Key, data: bytes) -> None:
        self._images[key] = None
        while len(self._images) > KEPT:
            self._images.popitem(last=False)
        self._pool.start(_Decode(key, data, self._told))

    def _take(self, key: Key, image: QImage) -> None:
        if key in self._images:
            self._images[key] = image

    def close(self) -> None:
        """May be called twice, as a window may be closed twice."""
        self._pool.clear()
        self._pool.waitForDone()
        self._images.clear()
