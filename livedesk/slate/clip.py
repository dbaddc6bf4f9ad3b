"""Writes the flash-and-beep clip."""

from __future__ import annotations

import av  # noqa: F401
