"""What does N fire, and what is offered when that one cannot be pinned?"""

from __future__ import annotations

from livedesk.desk.next_up import next_up
from livedesk.desk.showlines import ShowLine


def line(number: int, refused: str = "", state: str = "waiting") -> ShowLine:
    return ShowLine(f"p{number}", f"Product {number}", f"c{number}", number, stock=refused,
                    refused=bool(refused), state=state)  # type: ignore[arg-type]  # fmt: skip


def test_what_can_be_pinned_needs_nothing_instead() -> None:
    lines = (line(1, state="done"), line(2), line(3))
    assert next_up(lines, "c2") == next_up(lines[1:], "c2")
    assert next_up(lines, "c2").line == lines[1]
    assert next_up(lines, "c2").instead is None


def test_instead_of_one_that_cannot_comes_the_first_that_can_and_waits() -> None:
    lines = (line(1), line(2, "Out of stock."), line(3, "Flagged."), line(4, state="skipped"),
             line(5), line(6))  # fmt: skip
    found = next_up(lines, "c2")
    assert found.refusal == "Out of stock."
    assert found.instead == lines[4]


def test_without_another_there_is_none_instead() -> None:
    lines = (line(1), line(2, "Out of stock."))
    assert next_up(lines, "c2").instead is None
    assert next_up(lines, "c9").line is None
    assert next_up((), "").line is None
