"""What does a make target need, and how is it set up on a machine that has only Python and make?

Run by the Makefile as `python3 -m tools.bootstrap TARGET`, with the standard library only. It
speaks on standard error, because the output of `make demo ARGS=--json` belongs to the demo. When
nothing is to be done this takes a few tenths of a second.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from livedesk.core.system_packages import (
    BROWSER,
    CONSOLE_LIBRARIES,
    FONTS,
    HANDS,
    OBS,
    PAPER,
    PAPER_READERS,
    TEST_PEERS,
    Need,
    install_command,
    missing,
)

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
UV = "uv==0.13.9"
VENV_PACKAGE = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"


class SetupError(Exception):
    """Setting up cannot go on. The text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment: its folder, and which optional parts of the lock file go into it."""

    folder: Path
    extras: tuple[str, ...]
    groups: tuple[str, ...]


FULL = Environment(ROOT / ".venv", ("console", "parquet"), ("dev",))
WITHOUT_QT = Environment(ROOT / ".venv-without-qt", ("parquet",), ("test",))

SYSTEM: dict[str, tuple[Need, ...]] = {
    "demo": (*CONSOLE_LIBRARIES, *FONTS, *PAPER),
    "bench": (*CONSOLE_LIBRARIES, *TEST_PEERS, *PAPER),
    "pictures": (*CONSOLE_LIBRARIES, *FONTS, *TEST_PEERS, *PAPER, *PAPER_READERS),
    "test": (*CONSOLE_LIBRARIES, *FONTS, *TEST_PEERS, *BROWSER, *HANDS, *PAPER, *PAPER_READERS),
    "test-obs": (*OBS, *TEST_PEERS),
    "lint": (),
}
ENVIRONMENTS = {
    "demo": (FULL,),
    "bench": (FULL,),
    "pictures": (FULL,),
    "test": (FULL, WITHOUT_QT),
    "test-obs": (FULL,),
    "lint": (FULL,),
}


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in SYSTEM:
        say(f"usage: python3 -m tools.bootstrap {'|'.join(SYSTEM)}")
        return 2
    try:
        with one_at_a_time():
            provide_system(missing(SYSTEM[arguments[0]]))
            for environment in ENVIRONMENTS[arguments[0]]:
                provide_environment(environment)
    except SetupError as error:
        say(str(error))
        return 1
    return 0


def say(text: str) -> None:
    print(f"livedesk set-up: {text}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """`make -j lint test` runs this twice at once."""
    if os.name != "posix":
        yield
        return
    import fcntl

    with Path(__file__).open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def provide_system(needs: list[Need]) -> None:
    """Install packages as root, else say how; only optional ones may stay missing."""
    if not needs:
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        apt_install(needs)
        return
    names = ", ".join(need.name for need in needs)
    if shutil.which("apt-get"):
        text = f"please run: {install_command(needs)}"
    else:
        text = f"please install what provides {names} (Debian: {install_command(needs)})"
    if not all(need.optional for need in needs):
        raise SetupError(text)
    say(f"for a better look, {text}")


def apt_install(needs: list[Need]) -> None:
    packages = sorted({need.package for need in needs})
    say(f"installing {' '.join(packages)} with apt")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120", "-o", "Dpkg::Use-Pty=0"]
    # Old lists may still do when the network has gone; the installation then says what is wrong.
    run([*apt, "update"], environment)
    if not run([*apt, "install", "-y", "--no-install-recommends", *packages], environment):
        raise SetupError(f"apt failed, see above; please run: {install_command(needs)}")
    if "nginx-light" in packages and Path("/run/systemd/system").exists():
        # Debian starts a new nginx as a service; the tests run their own.
        run(["systemctl", "disable", "--quiet", "--now", "nginx"], environment)


def provide_environment(environment: Environment) -> None:
    """Install exactly what uv.lock says, unless that was done already."""
    stamp = environment.folder / "livedesk-stamp"
    wanted = fingerprint(environment)
    python = environment.folder / "bin" / "python"
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    say(f"installing the locked Python packages into {environment.folder.name}")
    uv = find_uv()
    if uv is None or not sync_with_uv(uv, environment):
        say("uv cannot be had or failed; trying pip")
        sync_with_pip(environment)
    stamp.write_text(wanted)


def fingerprint(environment: Environment) -> str:
    digest = hashlib.sha256()
    for name in ("uv.lock", "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    return f"{digest.hexdigest()} {sys.version} {environment.extras} {environment.groups}\n"


def find_uv() -> str | None:
    """uv from our tool environment, from the PATH, or newly installed."""
    ours = TOOLS / "bin" / "uv"
    if ours.exists():
        return str(ours)
    if on_path := shutil.which("uv"):
        return on_path
    make_environment(TOOLS)
    return str(ours) if run([*pip(TOOLS), "install", "--quiet", UV]) else None


def sync_with_uv(uv: str, environment: Environment) -> bool:
    settings = {
        "UV_PROJECT_ENVIRONMENT": str(environment.folder),
        "UV_PYTHON": sys.executable,
        "UV_PYTHON_DOWNLOADS": "never",
    }
    extras = [f"--extra={name}" for name in environment.extras]
    groups = ["--no-default-groups", *(f"--group={name}" for name in environment.groups)]
    inherited = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    return run([uv, "sync", "--quiet", "--frozen", *extras, *groups], inherited | settings)


def sync_with_pip(environment: Environment) -> None:
    """The versions of uv.lock through pip, which follows the mirrors that pip is configured for."""
    make_environment(environment.folder)
    constraints = environment.folder / "constraints.txt"
    constraints.write_text("\n".join(locked_versions()) + "\n")
    extras = f"[{','.join(environment.extras)}]" if environment.extras else ""
    targets = ["--editable", f"{ROOT}{extras}", *group_requirements(environment.groups)]
    command = [*pip(environment.folder), "install", "--quiet", "--constraint", str(constraints)]
    if not run([*command, *targets]):
        raise SetupError(
            "the Python packages could not be installed, see above; check the network, or set "
            "PIP_INDEX_URL to a mirror that you can reach, and run make again"
        )


def locked_versions() -> Iterator[str]:
    """`name==version`, with a marker where the lock has another version for another Python."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    for package in lock["package"]:
        if "registry" in package["source"]:
            markers = " or ".join(package.get("resolution-markers", []))
            suffix = f" ; {markers}" if markers else ""
            yield f"{package['name']}=={package['version']}{suffix}"


def group_requirements(groups: Sequence[str]) -> list[str]:
    declared: dict[str, list[Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text())[
        "dependency-groups"
    ]
    wanted: list[str] = []
    for group in groups:
        for entry in declared[group]:
            is_text = isinstance(entry, str)
            wanted += [entry] if is_text else group_requirements([entry["include-group"]])
    return wanted


def make_environment(folder: Path) -> None:
    """An empty virtual environment with pip; Debian keeps what that takes in a package."""
    provide_system(missing([Need("module", "ensurepip", VENV_PACKAGE)]))
    if not run([sys.executable, "-m", "venv", "--clear", str(folder)]):
        raise SetupError(f"no virtual environment could be made in {folder}, see above")


def pip(folder: Path) -> list[str]:
    return [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]


def run(command: Sequence[str], environment: dict[str, str] | None = None) -> bool:
    """Run with our standard output kept free; whether it succeeded."""
    result = subprocess.run(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False
    )
    return result.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
