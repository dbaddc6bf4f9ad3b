"""When a broadcast begins, pauses and ends, told as stories."""

from __future__ import annotations

from livedesk.core.clock import NS_PER_S
from livedesk.core.status import SessionState
from livedesk.engine.session import SessionMachine, SessionRules


def at(seconds: float) -> int:
    return round(seconds * NS_PER_S)


def state_of(machine: SessionMachine) -> SessionState:
    return machine.state


def test_first_media_opens_a_gap_interrupts_and_media_continue() -> None:
    machine = SessionMachine(SessionRules())
    assert machine.observe(at(0), connected=True, media=False) is None
    assert state_of(machine) == "waiting"
    assert machine.observe(at(1), connected=True, media=True) == "started"
    assert machine.observe(at(2), connected=True, media=False) is None
    assert state_of(machine) == "live"
    assert machine.observe(at(3), connected=False, media=False) == "interrupted"
    assert machine.observe(at(4), connected=False, media=False) is None
    assert machine.observe(at(5), connected=True, media=True) == "continued"
    assert state_of(machine) == "live"


def test_a_long_silence_ends_the_session_also_while_connected() -> None:
    for connected, after in ((False, "waiting"), (True, "ended")):
        machine = SessionMachine(SessionRules(idle_s=600))
        machine.observe(at(0), connected=True, media=True)
        machine.observe(at(1), connected=connected, media=False)
        assert machine.observe(at(599.9), connected=connected, media=False) is None
        assert machine.observe(at(600), connected=connected, media=False) == "idle_end"
        assert state_of(machine) == after


def test_after_a_sign_off_the_encoder_has_to_leave_first() -> None:
    machine = SessionMachine(SessionRules())
    machine.observe(at(0), connected=True, media=True)
    machine.sign_off()
    assert machine.observe(at(1), connected=True, media=True) is None
    assert state_of(machine) == "ended"
    assert machine.observe(at(2), connected=False, media=False) is None
    assert state_of(machine) == "waiting"
    assert machine.observe(at(3), connected=True, media=True) == "started"


def test_a_resumed_session_waits_for_media_and_keeps_its_idle_time() -> None:
    machine = SessionMachine(SessionRules(idle_s=600))
    machine.resume(at(1_000))
    assert machine.open
    assert machine.observe(at(1_500), connected=False, media=False) == "interrupted"
    assert machine.observe(at(1_501), connected=False, media=False) is None
    assert machine.observe(at(1_600), connected=False, media=False) == "idle_end"


def test_a_show_that_went_on_while_no_engine_looked_was_not_interrupted() -> None:
    machine = SessionMachine(SessionRules())
    machine.resume(at(10))
    assert machine.observe(at(12), connected=True, media=True) is None
    assert state_of(machine) == "live"
