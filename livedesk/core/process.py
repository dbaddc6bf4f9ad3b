"""Does the process that a runtime file speaks of still run? Process numbers are used again."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_PROC = Path("/proc")


def process_mark(pid: int) -> str | None:
    """A text that two processes never share, even with the same pid: boot and start time.

    Linux only (proc_pid_stat(5), field 22: start time in clock ticks since boot); None elsewhere.
    """
    stat = _stat_fields(pid)
    if stat is None:
        return None
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        boot = ""
    return f"{boot}/{stat[19]}"


def is_alive(pid: int, mark: str | None = None) -> bool:
    """Whether the process runs; with its mark, whether it is the same one. A zombie does not run.

    Without a mark (an older file, or no /proc) a process with livedesk in its command line counts,
    where command lines can be read, else any process with that number.
    """
    stat = _stat_fields(pid)
    if stat is None:
        return not _PROC.joinpath("self/stat").exists() and _exists(pid)
    if stat[0] in ("Z", "X"):
        return False
    if mark is not None:
        return process_mark(pid) == mark
    try:
        return b"livedesk" in (_PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return True


def _stat_fields(pid: int) -> list[str] | None:
    """Fields of /proc/<pid>/stat from the third (state) on; the name before may hold blanks."""
    try:
        return (_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None


if sys.platform == "win32":
    import ctypes

    def _exists(pid: int) -> bool:
        """os.kill(pid, 0) would send a console event here, so the process is opened and asked."""
        synchronize, still_running = 0x0010_0000, 0x102
        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(synchronize, False, pid)
        if not handle:
            return False
        try:
            return int(kernel.WaitForSingleObject(handle, 0)) == still_running
        finally:
            kernel.CloseHandle(handle)
else:

    def _exists(pid: int) -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True
