"""How does the run of show change? Pure: a run of show in, the changed one out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from livedesk.core.pins import CueState, Product, RunOfShow, ShowCue

LONGEST: Final = 2_000
"""Lines of a run of show."""

_STATES: Final[dict[str, CueState]] = {"waiting": "waiting", "done": "done", "skipped": "skipped"}


class ShowError(Exception):
    """Why the run of show stays as it was."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


def from_products(products: Iterable[Product]) -> RunOfShow:
    """Those that have a position, in its order; if none has one, all as they come."""
    known = list(products)
    placed = sorted(
        (product for product in known if product.position is not None),
        key=lambda product: product.position or 0,
    )
    lines = [ShowCue(f"c{n}", product.id) for n, product in enumerate(placed or known, 1)]
    return RunOfShow(cues=tuple(lines[:LONGEST]))


def move(show: RunOfShow, cue_id: str, to: int) -> RunOfShow:
    """`to`: the line's new place, from 0; beyond the end is the end."""
    place = _place(show, cue_id)
    cues = list(show.cues)
    cues.insert(max(0, to), cues.pop(place))
    return _changed(show, cues)


def skip(show: RunOfShow, cue_id: str) -> RunOfShow:
    return _with_state(show, cue_id, "skipped")


def unskip(show: RunOfShow, cue_id: str) -> RunOfShow:
    """A skipped line waits again, or is done if it was shown before."""
    cue = show.cues[_place(show, cue_id)]
    if cue.state != "skipped":
        return show
    return _with_state(show, cue_id, "done" if cue.pins else "waiting")


def repeat(show: RunOfShow, cue_id: str) -> RunOfShow:
    """The product once more, in a line of its own behind this one."""
    place = _place(show, cue_id)
    return add(show, show.cues[place].product_id, place + 1)


def add(show: RunOfShow, product_id: str, to: int | None = None) -> RunOfShow:
    """A new line, at the end if no place is given."""
    if len(show.cues) >= LONGEST:
        raise ShowError("show_full", f"A run of show has at most {LONGEST:,} lines.")
    cues = list(show.cues)
    place = len(cues) if to is None else max(0, to)
    cues.insert(place, ShowCue(_new_id(show.cues), product_id))
    return _changed(show, cues)


def remove(show: RunOfShow, cue_id: str) -> RunOfShow:
    place = _place(show, cue_id)
    return _changed(show, (*show.cues[:place], *show.cues[place + 1 :]))


def reset(show: RunOfShow) -> RunOfShow:
    """All lines wait again, as before the show."""
    return _changed(show, [replace(cue, state="waiting", pins=0) for cue in show.cues])


def shown(show: RunOfShow, product_id: str) -> RunOfShow:
    """The product was shown: its first line that waits is done, else it counts for the last line
    of it that was done. A product without a line leaves the run of show as it is."""
    lines = [place for place, cue in enumerate(show.cues) if cue.product_id == product_id]
    waiting = [place for place in lines if show.cues[place].state == "waiting"]
    done = [place for place in lines if show.cues[place].state == "done"]
    place = waiting[0] if waiting else done[-1] if done else None
    if place is None:
        return show
    cue = show.cues[place]
    changed = replace(cue, state="done", pins=cue.pins + 1)
    return _changed(show, (*show.cues[:place], changed, *show.cues[place + 1 :]))


def to_json(show: RunOfShow) -> str:
    cues = [
        {"id": cue.id, "product_id": cue.product_id, "state": cue.state, "pins": cue.pins}
        for cue in show.cues
    ]
    return json.dumps({"revision": show.revision, "cues": cues}, ensure_ascii=False)


def from_json(text: str) -> RunOfShow:
    """Raises ShowError for what no `to_json` wrote."""
    try:
        told = json.loads(text)
        cues = tuple(_read_cue(line) for line in told["cues"])
        revision = int(told["revision"])
    except (ArithmeticError, ValueError, TypeError, LookupError, RecursionError) as error:
        raise ShowError("bad_show", f"This is no run of show: {error!r}.") from error
    if len(cues) > LONGEST or len({cue.id for cue in cues}) < len(cues):
        raise ShowError("bad_show", "This is no run of show: too many lines, or one twice.")
    return RunOfShow(revision, cues)


def _read_cue(line: dict[str, Any]) -> ShowCue:
    return ShowCue(
        str(line["id"]), str(line["product_id"]), _STATES[line["state"]], max(0, int(line["pins"]))
    )


def _place(show: RunOfShow, cue_id: str) -> int:
    for place, cue in enumerate(show.cues):
        if cue.id == cue_id:
            return place
    raise ShowError("unknown_cue", f"The run of show has no line {cue_id[:80]!r}.")


def _with_state(show: RunOfShow, cue_id: str, state: CueState) -> RunOfShow:
    place = _place(show, cue_id)
    changed = replace(show.cues[place], state=state)
    return _changed(show, (*show.cues[:place], changed, *show.cues[place + 1 :]))


def _changed(show: RunOfShow, cues: Sequence[ShowCue]) -> RunOfShow:
    """The revision grows with each change, and only then."""
    changed = tuple(cues)
    return show if changed == show.cues else RunOfShow(show.revision + 1, changed)


def _new_id(cues: Iterable[ShowCue]) -> str:
    """Ids are not used twice in one list; those of others are left alone."""
    numbers = [int(cue.id[1:]) for cue in cues if cue.id[:1] == "c" and cue.id[1:].isdecimal()]
    return f"c{max(numbers, default=0) + 1}"
