"""Waiting for a condition instead of for a time."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Any

import pytest

LIMIT_S = 20.0
"""Far more than anything needs here; a loaded machine is not a fault."""

_LOOK_EVERY_S = 0.01


async def until(
    condition: Callable[[], Any], what: str = "the condition", limit_s: float = LIMIT_S
) -> Any:
    """Wait for a plain or an async condition; its value, or a failure that names `what`."""
    deadline_s = time.monotonic() + limit_s
    while True:
        value = condition()
        if inspect.isawaitable(value):
            value = await value
        if value:
            return value
        if time.monotonic() > deadline_s:
            pytest.fail(f"not within {limit_s:.0f} s: {what}")
        await asyncio.sleep(_LOOK_EVERY_S)


def wait_until(
    condition: Callable[[], Any], what: str = "the condition", limit_s: float = LIMIT_S
) -> Any:
    """The same where no event loop runs."""
    deadline_s = time.monotonic() + limit_s
    while not (value := condition()):
        if time.monotonic() > deadline_s:
            pytest.fail(f"not within {limit_s:.0f} s: {what}")
        time.sleep(_LOOK_EVERY_S)
    return value
