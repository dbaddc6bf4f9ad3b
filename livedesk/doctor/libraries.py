"""Are Python, its packages, the codecs and Qt here, and do they start?

PyAV and Qt are tried in child processes: a library that crashes must not take the doctor along.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version

from livedesk.core.display import has_display
from livedesk.core.system_packages import CONSOLE_LIBRARIES, PAPER, install_command, missing
from livedesk.doctor.finding import Finding

PATIENCE_S = 30.0

REQUIRED = (
    "ahocorasick-rs", "av", "confusable-homoglyphs", "google-re2", "h11", "httpx", "httpx-sse",
    "jinja2", "keyring", "msgspec", "numpy", "openpyxl", "platformdirs", "prometheus-client",
    "segno", "starlette", "uvicorn", "weasyprint", "websockets", "xlsxwriter",
)  # fmt: skip
_CONSOLE = ("pyside6-essentials", "pyqtgraph", "qasync")

_ASK_PYAV = """
import json
import av
from av.codec import Codec
def has(name, mode):
    try:
        Codec(name, mode)
    except ValueError:
        return False
    return True
asked = [("h264", "r"), ("aac", "r"), ("hevc", "r"), ("libx264", "w"), ("aac", "w")]
print(json.dumps([f"{name}/{mode}" for name, mode in asked if has(name, mode)]))
"""
_ASK_QT = """
import sys
from PySide6.QtGui import QGuiApplication
application = QGuiApplication(sys.argv[:1])
print(QGuiApplication.platformName())
"""


def check_libraries(environ: Mapping[str, str]) -> Iterator[Finding]:
    yield check_python(sys.version_info[:3])
    yield check_packages(_versions(REQUIRED))
    yield check_codecs()
    yield check_paper()
    console = _versions(_CONSOLE)
    absent = [name for name, found in console.items() if found is None]
    if absent:
        yield Finding(
            "warn",
            "windows",
            f"not installed: {', '.join(absent)}; engines and --headless work without",
            "pip install 'livedesk[console]'",
        )
        return
    yield check_pyside(console["pyside6-essentials"] or "", sys.version_info[:2])
    yield check_qt_start(environ)


def check_python(found: tuple[int, ...]) -> Finding:
    text = ".".join(map(str, found))
    if (3, 11) <= found[:2] <= (3, 13):
        return Finding("ok", "Python", text)
    return Finding("fail", "Python", text, "use Python 3.11, 3.12 or 3.13")


def check_packages(found: Mapping[str, str | None]) -> Finding:
    absent = [name for name, number in found.items() if number is None]
    if absent:
        text = f"not installed: {', '.join(absent)}"
        return Finding("fail", "packages", text, "pip install livedesk")
    return Finding("ok", "packages", ", ".join(f"{name} {found[name]}" for name in found))


def check_pyside(found: str, python: tuple[int, ...]) -> Finding:
    """6.12.0 aborts Python 3.11 after some hundred signals (docs/decisions/0001)."""
    numbers = tuple(int(part) for part in found.split(".")[:2] if part.isdigit())
    if numbers < (6, 12):
        return Finding("ok", "PySide6", found)
    text = f"{found} releases references that it does not own"
    if python < (3, 12):
        text += " and aborts this Python after some hundred signals"
        return Finding("fail", "PySide6", text, "pip install 'pyside6-essentials<6.12'")
    action = "not tried with livedesk; pip install 'pyside6-essentials<6.12'"
    return Finding("warn", "PySide6", text, action)


def check_codecs() -> Finding:
    """H.264 and AAC are what every feed holds; x264 is only for the sandbox's encoder."""
    answer, fault = _ask(_ASK_PYAV, None)
    if fault:
        text = f"PyAV does not start: {fault}"
        return Finding("fail", "codecs", text, "pip install --force-reinstall av")
    found = set(json.loads(answer))
    if absent := {"h264/r", "aac/r"} - found:
        names = ", ".join(sorted(name.removesuffix("/r") for name in absent))
        action = "use PyAV's own wheel: pip install --force-reinstall --only-binary av av"
        return Finding("fail", "codecs", f"this PyAV cannot decode {names}", action)
    if absent := {"libx264/w", "aac/w"} - found:
        names = ", ".join(sorted(name.removesuffix("/w") for name in absent))
        text = f"no {names} encoder: livedesk demo and the sandbox have no picture to send"
        return Finding("warn", "codecs", text, "pip install --force-reinstall --only-binary av av")
    hevc = ", HEVC" if "hevc/r" in found else ""
    return Finding("ok", "codecs", f"decodes H.264, AAC{hevc}; encodes H.264, AAC for the sandbox")


def check_paper() -> Finding:
    """Only PDFs need what WeasyPrint does not bring along; every other format works without."""
    if absent := missing(PAPER):
        names = ", ".join(need.name for need in absent)
        text = f"no PDF can be drawn without {names}"
        return Finding("warn", "paper", text, install_command(absent))
    return Finding("ok", "paper", "reports can be drawn as PDF")


def check_qt_start(environ: Mapping[str, str]) -> Finding:
    """With a display the real platform plugin is tried, without one the offscreen plugin."""
    if absent := missing(CONSOLE_LIBRARIES):
        names = ", ".join(need.name for need in absent)
        return Finding(
            "fail", "Qt", f"shared libraries are missing: {names}", install_command(absent)
        )
    platform = {} if has_display(environ) else {"QT_QPA_PLATFORM": "offscreen"}
    answer, fault = _ask(_ASK_QT, dict(environ) | platform)
    if fault:
        action = "check DISPLAY or WAYLAND_DISPLAY; QT_QPA_PLATFORM=offscreen works without"
        return Finding("fail", "Qt", f"does not start: {fault}", action)
    return Finding("ok", "Qt", f"starts on the platform {answer}")


def _versions(names: tuple[str, ...]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found


def _ask(code: str, environ: Mapping[str, str] | None) -> tuple[str, str]:
    """What a child Python prints, or the last line of what went wrong."""
    command = [sys.executable, "-c", code]
    try:
        child = subprocess.run(
            command,
            env=None if environ is None else dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "", f"no answer within {PATIENCE_S:.0f} s"
    if child.returncode == 0:
        return child.stdout.strip(), ""
    said = [line for line in child.stderr.splitlines() if line.strip()]
    return "", said[-1] if said else f"it ended with status {child.returncode}"
