"""Which instants do plots mark with a line, and which of them with a word?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """An instant (Unix seconds) and what happened in a word or two; `quiet` ones are only seen."""

    t: float
    label: str
    quiet: bool = False
