"""Display, fonts, player, keyring, folders and clock: what does this machine offer?"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from livedesk.core.clock import NS_PER_S, Clock, iso_utc
from livedesk.core.display import has_display
from livedesk.core.system_packages import FONTS, install_command, missing
from livedesk.core.true_time import read_true_time
from livedesk.doctor.finding import Finding
from livedesk.keys import keyring_name
from livedesk.paths import DATA_VARIABLE, FolderError, Paths
from livedesk.slate.show import ShowError, find_player

_ENOUGH_BYTES = 1_000_000_000
_TOO_FEW_BYTES = 50_000_000
_FIRST_RELEASE_UTC_NS = 1_793_000_000 * NS_PER_S


def check_looks(environ: Mapping[str, str]) -> Iterator[Finding]:
    if has_display(environ):
        yield Finding("ok", "display", "there is one")
    else:
        action = "start it in a desktop session, or use --headless"
        yield Finding("warn", "display", "none: windows cannot open here", action)
    if absent := missing(FONTS):
        names = ", ".join(need.package for need in absent)
        yield Finding(
            "warn", "fonts", f"windows look worse without {names}", install_command(absent)
        )
    else:
        yield Finding("ok", "fonts", "Inter and DejaVu are here")


def check_player(which: Callable[[str], str | None] = shutil.which) -> Finding:
    """Only `livedesk slate` needs one."""
    try:
        player = find_player(which)
    except ShowError:
        text = "none of mpv, ffplay and VLC: livedesk slate can write its clip but not show it"
        return Finding("warn", "player", text, "sudo apt-get install mpv")
    return Finding("ok", "player", f"{player.name} shows the slate")


def check_keyring() -> Finding:
    name = keyring_name()
    if name is None:
        text = "none: keyring: references in livedesk.toml cannot be used"
        action = "use env:NAME, or install a keyring such as gnome-keyring and unlock it"
        return Finding("warn", "keyring", text, action)
    return Finding("ok", "keyring", name)


def check_folders(paths: Paths) -> Iterator[Finding]:
    try:
        paths.prepare()
    except FolderError as error:
        text, _, action = str(error).partition("; ")
        yield Finding("fail", "folders", text, action or None)
        return
    yield _check_folder("runtime", paths.runtime)
    yield _check_folder("data", paths.data)


def _check_folder(topic: str, folder: Path) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(4096))
            file.flush()
        free_bytes = shutil.disk_usage(folder).free
    except OSError as error:
        text = f"{folder} cannot be written: {error.strerror or error}"
        return Finding("fail", topic, text, "free some space or change the permissions")
    text = f"{folder}, {free_bytes / 1e9:.1f} GB free"
    if topic == "runtime" or free_bytes >= _ENOUGH_BYTES:
        return Finding("ok", topic, text)
    action = f"free some space, or set {DATA_VARIABLE} to a folder on another disk"
    return Finding("fail" if free_bytes < _TOO_FEW_BYTES else "warn", topic, text, action)


def check_clock(clock: Clock) -> Iterator[Finding]:
    utc_ns = clock.utc_ns()
    text = f"{iso_utc(utc_ns)} by this machine"
    if utc_ns < _FIRST_RELEASE_UTC_NS:
        text += ", which is before livedesk was made: records would carry wrong times"
        yield Finding("fail", "clock", text, "set the clock: sudo timedatectl set-ntp true")
    elif read_true_time().synchronised is False:
        text += ", not synchronized: records may not fit the platform's times"
        yield Finding("warn", "clock", text, "sudo timedatectl set-ntp true")
    else:
        yield Finding("ok", "clock", text)
