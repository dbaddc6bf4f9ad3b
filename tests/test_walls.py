"""The walls of docs/architecture.md that import contracts cannot say completely."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "livedesk"
WINDOWS = ("ui", "app.py")
QT = ("PySide6", "shiboken6", "pyqtgraph", "qasync")


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


@pytest.mark.parametrize("room", ["core", "failover", "gauges", "rtmp", "relay"])
def test_the_media_path_uses_the_standard_library_only(room: str) -> None:
    allowed = {*sys.stdlib_module_names, "livedesk"}
    foreign = {
        f"{path.relative_to(PACKAGE)}: {name}"
        for path in (PACKAGE / room).rglob("*.py")
        for name in imported(path)
        if name not in allowed
    }
    assert not foreign


def test_everything_but_the_windows_can_be_imported_where_qt_is_not() -> None:
    files = sorted(path.relative_to(PACKAGE.parent) for path in PACKAGE.rglob("*.py"))
    modules = [
        ".".join(path.with_suffix("").parts).removesuffix(".__init__")
        for path in files
        if path.parts[1] not in WINDOWS
    ]
    code = (
        "import importlib, sys\n"
        f"sys.modules.update(dict.fromkeys({QT!r}))\n"  # None makes an import fail
        f"for name in {modules!r}: importlib.import_module(name)\n"
    )
    command = [sys.executable, "-W", "error", "-c", code]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert not result.stdout, "work at import"
