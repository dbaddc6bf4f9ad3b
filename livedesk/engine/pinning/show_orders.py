"""What may a person order of the run of show?"""

from __future__ import annotations

from dataclasses import dataclass

from livedesk.core.pins import ShowOp


@dataclass(frozen=True, slots=True)
class ShowOrder:
    """`to`: the place from 0; None is the end. `revision`: of the run of show that was looked at.

    `reset`: all lines wait again; one that has none is built as the catalogue orders its products.
    """

    op: ShowOp
    cue_id: str = ""
    product_id: str = ""
    to: int | None = None
    revision: int | None = None
