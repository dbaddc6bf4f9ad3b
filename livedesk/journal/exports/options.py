"""What may be asked of an export beside its formats?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from livedesk.core.records import Edition


@dataclass(frozen=True, slots=True)
class OrdersFile:
    """An order or settlement export, and how its columns are called there: our field → column."""

    path: Path
    mapping: dict[str, str]


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """`edition` as in `core.records`; `orders` add what was sold to report and tables.

    `start_timecode`: where the recording begins on the editor's timeline, which many begin at
    01:00:00:00 (only for `edl`)."""

    edition: Edition = "full"
    orders: OrdersFile | None = None
    start_timecode: str = "00:00:00:00"


PLAIN = ExportOptions()
