"""Where do runtime files and session files live, and is the runtime folder ours alone?"""

from __future__ import annotations

import os
import stat
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

RUNTIME_VARIABLE = "LIVEDESK_RUNTIME_DIR"
DATA_VARIABLE = "LIVEDESK_DATA_DIR"


class FolderError(Exception):
    """A folder cannot be used. The text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Paths:
    """The two folders of a user. `runtime` holds tokens; `data` holds what is kept."""

    runtime: Path
    data: Path

    @property
    def sessions(self) -> Path:
        return self.data / "sessions"

    @property
    def sign_ins(self) -> Path:
        """Of the TokenShelf: what keeps stores signed in at their platforms. Tokens."""
        return self.data / "sign-ins"

    @property
    def pictures(self) -> Path:
        """Pictures of products; may be emptied at any time."""
        return self.data / "pictures"

    @property
    def console(self) -> Path:
        """What the console keeps of its own: how it looks, and where its windows stand."""
        return self.data / "console"

    def prepare(self) -> Paths:
        """Create both folders where missing. Raises FolderError."""
        prepare_runtime_dir(self.runtime)
        try:
            self.data.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unusable(self.data, "data", DATA_VARIABLE, error) from error
        return self


def find_paths(environ: Mapping[str, str]) -> Paths:
    """The folders from the environment, else the places the platform has for them."""
    runtime = environ.get(RUNTIME_VARIABLE) or _user_runtime_dir()
    data = environ.get(DATA_VARIABLE) or platformdirs.user_data_dir("livedesk", False)
    return Paths(Path(runtime).absolute(), Path(data).absolute())


def _user_runtime_dir() -> str:
    """Warns on Linux without a login session that it names a folder in /tmp: we check that one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return platformdirs.user_runtime_dir("livedesk", False)


def prepare_runtime_dir(folder: Path) -> Path:
    """Create the folder (0700) if missing; refuse one that somebody else could put files into.

    Who can write there can make an engine attach to a relay of his own. Raises FolderError.
    """
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        if os.name == "posix":
            _refuse_shared(folder, folder.lstat())
            _refuse_replaceable(folder, folder.parent.stat())
    except OSError as error:
        raise _unusable(folder, "runtime", RUNTIME_VARIABLE, error) from error
    return folder


def _refuse_shared(folder: Path, status: os.stat_result) -> None:
    if not stat.S_ISDIR(status.st_mode):
        problem = "is not a folder of its own (a link or a file)"
    elif status.st_uid != os.geteuid():
        problem = f"belongs to another user (number {status.st_uid})"
    elif status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise FolderError(
            f"the runtime folder {folder} can be written by other users; run: chmod 700 {folder}"
        )
    else:
        return
    raise FolderError(
        f"the runtime folder {folder} {problem}; set {RUNTIME_VARIABLE} to a folder of yours"
    )


def _refuse_replaceable(folder: Path, parent: os.stat_result) -> None:
    """The parent's owner, and who may write to it without the sticky bit, could swap our folder."""
    foreign = parent.st_uid not in (0, os.geteuid())
    open_to_others = parent.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if foreign or (open_to_others and not parent.st_mode & stat.S_ISVTX):
        raise FolderError(
            f"other users could replace the runtime folder {folder}, because they may write to "
            f"{folder.parent}; set {RUNTIME_VARIABLE} to a folder of yours"
        )


def _unusable(folder: Path, what: str, variable: str, error: OSError) -> FolderError:
    reason = error.strerror or str(error)
    return FolderError(
        f"the {what} folder {folder} cannot be used: {reason}; set {variable} to another folder"
    )
