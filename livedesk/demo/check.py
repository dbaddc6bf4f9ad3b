"""What is a promise of the script, and was it kept?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """`found` is what was seen, in words."""

    name: str
    ok: bool
    found: str
