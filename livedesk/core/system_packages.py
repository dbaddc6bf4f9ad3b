"""Which things from outside Python does livedesk need, are they here, and which package has them?

Used before anything is installed (tools/bootstrap.py) and by `livedesk doctor`. Package names are
Debian's and Ubuntu's; what is looked for is the library, program or file itself.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Need:
    """A thing from outside Python. Without an `optional` one, everything works but looks worse."""

    kind: Literal["library", "program", "file", "module"]
    name: str
    package: str
    optional: bool = False

    def is_met(self) -> bool:
        match self.kind:
            case "library":
                return _loads(self.name)
            case "program":
                return shutil.which(self.name, path=_program_folders()) is not None
            case "file":
                return any(Path("/").glob(self.name))
            case "module":
                return importlib.util.find_spec(self.name) is not None


# What the Qt libraries, the offscreen and xcb platform plugins and the image formats of
# PySide6-Essentials 6.11 link to and do not bring along (readelf -d, NEEDED).
_QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}

CONSOLE_LIBRARIES = tuple(Need("library", name, pack) for name, pack in _QT_LIBRARIES.items())

FONTS = (
    Need("file", "usr/share/fonts/*/inter/*", "fonts-inter", optional=True),
    Need("file", "usr/share/fonts/*/dejavu/*", "fonts-dejavu-core", optional=True),
    # Titles of products are full of them.
    Need("file", "usr/share/fonts/*/noto/NotoColorEmoji*", "fonts-noto-color-emoji", optional=True),
)

PAPER = (
    Need("library", "libpango-1.0.so.0", "libpango-1.0-0"),
    Need("library", "libpangoft2-1.0.so.0", "libpangoft2-1.0-0"),
    Need("library", "libharfbuzz-subset.so.0", "libharfbuzz-subset0"),
)
"""What WeasyPrint, which writes the PDF, loads and does not bring along."""

PAPER_READERS = (Need("program", "pdftotext", "poppler-utils"),)
"""For the tests that read a PDF as others do."""

TEST_PEERS = (
    Need("program", "ffmpeg", "ffmpeg"),
    Need("program", "nginx", "nginx-light"),
    Need("file", "usr/lib/nginx/modules/ngx_rtmp_module.so", "libnginx-mod-rtmp"),
)

HANDS = (
    Need("program", "Xvfb", "xvfb"),
    Need("program", "xdotool", "xdotool"),
)
"""For the tests that work the console as a person does, on a display of their own."""

BROWSER = (Need("program", "chromium", "chromium"),)
"""For the tests of the pad's web page."""

OBS = (
    Need("program", "obs", "obs-studio"),
    Need("program", "Xvfb", "xvfb"),
    Need("file", "usr/lib/*/dri/swrast_dri.so", "libgl1-mesa-dri"),
)


def missing(needs: Iterable[Need]) -> list[Need]:
    """Those that are not met. Only Linux is asked: elsewhere wheels bring what they need."""
    if sys.platform != "linux":
        return []
    return [need for need in needs if not need.is_met()]


def install_command(needs: Iterable[Need]) -> str:
    """What a person types to get them."""
    return "sudo apt-get install " + " ".join(sorted({need.package for need in needs}))


def _program_folders() -> str:
    """Debian keeps servers such as nginx where only root's PATH looks."""
    return os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
