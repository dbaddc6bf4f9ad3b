"""Which keys have orders, pins and the queue? Digits fire a line here and answer there."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from livedesk.core.roles import Right
from livedesk.desk.queue_answers import DIGITS
from livedesk.desk.words import tr
from livedesk.ui.feed.switching import Switching
from livedesk.ui.moderation.page import QueuePage
from livedesk.ui.pins.page import PinsPage
from livedesk.ui.pins.runofshow import KEYED_LINES
from livedesk.ui.shortcuts import Shortcut


def order_shortcuts(switching: Switching) -> tuple[Shortcut, ...]:
    """Orders to the failover; on every page."""
    acts: tuple[tuple[str, str, Callable[[], None]], ...] = (
        ("F8", tr("Switch to the next uplink: press twice; Esc"), switching.press_next),
        ("Ctrl+H", tr("Hold on or off; releases a latch"), switching.press_hold),
        ("Ctrl+D", tr("Drill…"), switching.press_drill),
    )
    return tuple(
        Shortcut((key,), text, act, repeats=False, right="operate") for key, text, act in acts
    )


def pin_shortcuts(pins: PinsPage, web_pad: Callable[[], None]) -> tuple[Shortcut, ...]:
    panel = pins.show_panel
    numbers = tuple(
        Shortcut((f"{n}",), "", partial(pins.fire_number, n), repeats=False, page="pins",
                 right="pin")
        for n in range(1, KEYED_LINES + 1)
    )  # fmt: skip
    acts: tuple[tuple[tuple[str, ...], str, Callable[[], None], Right | None], ...] = (
        (("N", "Ctrl+N"), tr("Fire what is next up"), pins.fire_next, "pin"),
        (("U",), tr("Unpin"), pins.unpin, "pin"),
        (("Ctrl+F", "/"), tr("Search all products; Enter or ↓: what was found"),
         panel.open_search, None),
        (("L",), tr("Run of show"), pins.focus_list, None),
        (("H",), tr("By hand: the oldest is done"), pins.finish_by_hand, "direct"),
        (("Shift+H",), tr("By hand: the oldest could not be done…"), pins.could_not_by_hand,
         "direct"),
        (("V",), tr("Newest or worst pins"), pins.pins.toggle, None),
        (("Shift+P",), tr("Web pad: let a phone or tablet in…"), web_pad, "direct"),
    )  # fmt: skip
    told = (
        Shortcut((), tr("Fire line 1 to 9 of the run of show"), _nothing, page="pins",
                 shown="1 … 9"),
        Shortcut((), tr("In the run of show: fire the chosen line"), _nothing, page="pins",
                 shown=tr("Enter")),
        Shortcut((), tr("… skip it or take it in, repeat it"), _nothing, page="pins",
                 shown="S / R"),
        Shortcut((), tr("… move it, take it out"), _nothing, page="pins",
                 shown=tr("Ctrl+↑ ↓ / Del")),
        Shortcut((), tr("… add a found product"), _nothing, page="pins", shown="A"),
    )  # fmt: skip
    once = tuple(
        Shortcut(keys, text, act, repeats=False, page="pins", right=right)
        for keys, text, act, right in acts
    )
    return (told[0], *numbers, *once, *told[1:])


def queue_shortcuts(queue: QueuePage) -> tuple[Shortcut, ...]:
    """One key an act, on the row under the cursor; what concerns many needs Shift and a second
    press. Going from row to row repeats while the key is held, acts never do."""
    digits = tuple(
        Shortcut((f"{n}",), "", partial(queue.acts.answer_number, n), repeats=False, page="queue")
        for n in range(1, DIGITS + 1)
    )
    steps = (
        Shortcut(("J",), tr("Next comment"), partial(queue.step, 1), page="queue", shown="J / ↓"),
        Shortcut(("K",), tr("Comment before"), partial(queue.step, -1), page="queue",
                 shown="K / ↑"),
    )  # fmt: skip
    acts: tuple[tuple[tuple[str, ...], str, Callable[[], None]], ...] = (
        (("A",), tr("Approve it, or show it again"), partial(queue.acts.decide, "approve")),
        (("H",), tr("Hide it"), partial(queue.acts.decide, "hide")),
        (("B",), tr("Hide it and ban its author"), partial(queue.acts.decide, "ban")),
        (("C",), tr("Claim it, or let it go"), queue.acts.claim),
        (("U",), tr("Undo what you did last"), queue.acts.undo_last),
        (("Shift+U",), tr("Undo the newest decision about it"), partial(queue.acts.decide, "undo")),
        (("Shift+A",), tr("Approve all that say the same: press twice"),
         partial(queue.acts.decide_all, "approve")),
        (("Shift+H",), tr("Hide all that say the same: press twice"),
         partial(queue.acts.decide_all, "hide")),
        (("Shift+B",), tr("… and ban their authors: press twice"),
         partial(queue.acts.decide_all, "ban")),
        (("D",), tr("By hand: the oldest is done"), partial(queue.finish_by_hand, True)),
        (("Shift+D",), tr("By hand: the oldest could not be done…"),
         partial(queue.finish_by_hand, False)),
        (("N",), tr("Let in what is new"), queue.let_in),
        (("Esc",), tr("Off the comment: the list flows"), queue.leave),
        (("V",), tr("Next list: waiting, hidden, by hand, …"), queue.next_list),
        (("S",), tr("All stores or one"), queue.toggle_scope),
        (("Y",), tr("What the rules catch"), queue.toggle_rules),
        (("L",), tr("To the list"), queue.focus_list),
    )  # fmt: skip
    told = Shortcut((), tr("Reply with this answer"), _nothing, page="queue", shown="1 … 9")
    others = Shortcut(("R",), tr("… the next nine answers"), queue.turn_answers, repeats=False,
                      page="queue")  # fmt: skip
    once = [Shortcut(keys, text, act, repeats=False, page="queue") for keys, text, act in acts]
    return (*steps, *once[:2], told, *digits, others, *once[2:])


def _nothing() -> None:
    """What a key of a list does is the list's business; here it is only told."""
