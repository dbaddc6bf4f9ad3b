"""What does a product of the shop look like? A small PNG, painted from its id."""

from __future__ import annotations

import struct
import zlib
from typing import Final

import numpy as np

from livedesk.sandbox.encoder.paint import colour, lay, mix, ramp, rounded_box, write
from livedesk.sandbox.shop.goods import Good

SIDE_PX: Final = 160
_TINTS: Final = ("#d9543f", "#b0446a", "#9c4a26", "#dcae72", "#6d7f6a", "#5a6d8c")
_CAPITALS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"


def picture_of(good: Good) -> bytes:
    """A jar in the product's tint with the middle of its SKU on the label."""
    tint = _TINTS[int(good.id) % len(_TINTS)]
    rows = (np.arange(SIDE_PX, dtype=np.float32)[:, None] + np.zeros((1, SIDE_PX), np.float32)) / (
        SIDE_PX
    )
    picture = ramp([(0.0, "#fffaf5"), (1.0, "#ecd8cb")], rows)
    lay(picture, rounded_box(86, 96, 16), mix(colour(tint), colour("#ffffff"), 0.1), 32, 56)
    lay(picture, rounded_box(22, 104, 6), mix(colour(tint), colour("#000000"), 0.35), 28, 38)
    lay(picture, rounded_box(34, 96, 0), colour("#fffaf5"), 32, 84)
    label = "".join(letter for letter in good.sku.split("-")[1] if letter in _CAPITALS)
    write(picture, label, (80, 92), 18, "#5b2c22", anchor=0.5)
    return png(np.clip(np.rint(picture * 255), 0, 255).astype(np.uint8).transpose(1, 2, 0))


def png(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    """Rows of RGB pixels as a PNG file (W3C PNG specification, sections 5 and 11.2)."""
    height, width = pixels.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    lines = b"".join(b"\0" + row.tobytes() for row in pixels)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
