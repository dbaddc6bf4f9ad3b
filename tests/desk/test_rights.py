"""What a window holds back, and the reason it gives."""

from __future__ import annotations

from livedesk.core.engine_status import Me
from livedesk.core.roles import RIGHTS
from livedesk.desk.rights import Rights


def test_what_a_role_may_not_do_has_a_reason_and_what_is_unknown_is_not_held_back() -> None:
    host = Rights(Me("Ana", "host", tuple(RIGHTS["host"]), named=True))
    assert host.may("pin")
    assert host.why_not("pin") == ""
    assert not host.may("operate")
    assert host.why_not("operate") == (
        "Your role (host) may not do this. It takes: admin, producer, live operations."
    )
    assert host.named == "Ana"
    machine = Rights(Me("admin", "admin", tuple(RIGHTS["admin"])))
    assert machine.named == ""
    assert Rights().may("administer")
    assert Rights().why_not("administer") == ""
