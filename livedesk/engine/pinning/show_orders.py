"""What may a person order of the run of show?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ShowOp = Literal["move", "skip", "unskip", "repeat", "add", "remove", "reset"]


@dataclass(frozen=True, slots=True)
class ShowOrder:
    """`to`: the place from 0; None is the end. `revision`: of the run of show that was looked at.

    `reset` begins anew with the products as the catalogue orders them.
    """

    op: ShowOp
    cue_id: str = ""
    product_id: str = ""
    to: int | None = None
    revision: int | None = None
