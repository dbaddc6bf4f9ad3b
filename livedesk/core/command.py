"""What do commands of the command line share? Errors with an exit status, and common options."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from livedesk.core.config_file import load_settings
from livedesk.core.secrets import SecretResolver
from livedesk.core.settings import Settings

DEFAULT_CONFIG: Final = Path("livedesk.toml")
CONFIG_HELP: Final = f"settings file (default: {DEFAULT_CONFIG}, if there is one)"

AddParser = Callable[..., argparse.ArgumentParser]
"""`add_parser` of argparse's subcommands: the type that has it is private."""


class UsageError(Exception):
    """Asked for wrongly (exit status 2); the text says what is wrong and what to type instead."""


class FailureError(Exception):
    """It did not work (exit status 1); the text says why and what to do."""


def usual_config(given: Path | None) -> Path | None:
    """The settings file that was named, or the usual one if it is there."""
    if given is not None:
        return given
    return DEFAULT_CONFIG if DEFAULT_CONFIG.is_file() else None


def chosen_stores(config: Path, named: str | None, resolve: SecretResolver) -> Settings:
    """The settings, of all stores or of the one that is named. Raises ConfigError, UsageError."""
    settings = load_settings(config, resolve)
    if named is None:
        return settings
    stores = tuple(store for store in settings.stores if store.id == named)
    if not stores:
        known = ", ".join(store.id for store in settings.stores)
        raise UsageError(f'{config} has no store "{named}"; it has {known}')
    return replace(settings, stores=stores)


def seconds(text: str) -> float:
    """For argparse: some time above 0, of a day at most."""
    value = float(text)
    if not 0 < value <= 86_400:
        raise argparse.ArgumentTypeError("expected a number of seconds above 0")
    return value


def say(text: str) -> None:
    """One answer to who typed the command, at once even if the output is a pipe. What its
    encoding does not have, such as half a name of a file, is written as a number."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(f"{text.encode(encoding, 'backslashreplace').decode(encoding)}\n")
    sys.stdout.flush()


def warn(text: str) -> None:
    """What is to be read by people and not by what a pipe leads to."""
    for line in text.splitlines():
        sys.stderr.write(f"livedesk: {line}\n")
