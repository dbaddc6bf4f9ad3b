"""When does a waiver or a signature hold, and when no more?"""

from __future__ import annotations

import pytest

from livedesk.core.check import Sign
from livedesk.core.status import PictureStatus
from livedesk.engine.checking.judge import judge
from livedesk.engine.checking.signs import (
    LASTS_NS,
    NotGoError,
    Signed,
    UnknownLineError,
    report,
    sign,
)
from tests.engine.checking.conftest import NOW_NS, ready_facts, ready_status

GO = Sign("go", "ana", NOW_NS, "rehearsed")
READY = judge(ready_facts())
NO_SLATE = judge(ready_facts(slate=None))
UNSTEADY = judge(ready_facts(steady_s=2.0))


def test_a_go_is_refused_while_something_stands_against_it() -> None:
    with pytest.raises(NotGoError) as refusal:
        sign(Signed(), NO_SLATE, GO, ())
    assert refusal.value.against == ("Slate",)
    assert sign(Signed(), NO_SLATE, Sign("no_go", "ana", NOW_NS), ()).sign is not None


def test_a_waived_line_counts_as_taken_on_by_its_name() -> None:
    signed = sign(Signed(), NO_SLATE, GO, ("slate", "disk"))
    told = report("glow", NOW_NS, NO_SLATE, signed)
    assert (told.verdict, told.against, told.sign) == ("go", (), GO)
    [slate] = [item for item in told.items if item.state == "waived"]
    assert (slate.id, slate.waived_by) == ("slate", "ana")


def test_nobody_can_waive_what_is_not_there() -> None:
    with pytest.raises(UnknownLineError):
        sign(Signed(), NO_SLATE, GO, ("slate", "weather"))


def test_a_waiver_ends_when_the_line_was_good_again() -> None:
    signed = sign(Signed(), NO_SLATE, GO, ("slate",)).seen(READY)
    assert report("glow", NOW_NS, NO_SLATE, signed).verdict == "no_go"


def test_what_was_waived_as_unknown_and_turns_out_wrong_stands_again() -> None:
    signed = sign(Signed(), UNSTEADY, GO, ("figures",))
    assert report("glow", NOW_NS, UNSTEADY, signed.seen(UNSTEADY)).verdict == "go"
    black = judge(ready_facts(ready_status(picture=PictureStatus("black"))))
    assert report("glow", NOW_NS, black, signed.seen(black)).against == ("Figures",)


def test_neither_holds_for_longer_than_half_a_day() -> None:
    signed = sign(Signed(), NO_SLATE, GO, ("slate",))
    assert signed.at(NOW_NS + LASTS_NS - 1) == signed
    assert signed.at(NOW_NS + LASTS_NS) == Signed()
