"""What may the person at this window do, and if not, why not?

Windows only show by it what is worth trying: it is the engine that enforces rights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from livedesk.core.engine_status import Me
from livedesk.core.roles import RIGHTS, ROLES, Right, Role
from livedesk.desk.words import tr


@dataclass(frozen=True, slots=True)
class Rights:
    """Of the token that this window was opened with.

    `me` None: not known yet, or the engine is too old to say. Nothing is held back then.
    """

    me: Me | None = None

    def may(self, right: Right) -> bool:
        return self.me is None or right in self.me.rights

    @property
    def all(self) -> bool:
        """Whether there is nothing that this person may not."""
        return all(self.may(right) for right in get_args(Right))

    def why_not(self, right: Right) -> str:
        """A sentence for the tooltip of what is disabled; empty where it may be done."""
        if self.me is None or self.may(right):
            return ""
        who = [role_name(role) for role in ROLES if right in RIGHTS[role]]
        return tr("Your role ({role}) may not do this. It takes: {roles}.").format(
            role=role_name(self.me.role), roles=", ".join(who)
        )

    @property
    def named(self) -> str:
        """The person's name, by which the engine calls what is done here; empty where the token is
        the machine's own, and the window says who sits there."""
        return self.me.name if self.me is not None and self.me.named else ""


def role_name(role: Role) -> str:
    match role:
        case "admin":
            return tr("admin")
        case "producer":
            return tr("producer")
        case "live_operations":
            return tr("live operations")
        case "analyst":
            return tr("analyst")
        case "host":
            return tr("host")


def role_words(role: Role) -> str:
    """What the role is for, in one line."""
    match role:
        case "admin":
            return tr("everything, also people, channels and settings")
        case "producer":
            return tr("runs a show: stream, queue, alarms and pins")
        case "live_operations":
            return tr("stream health and moderation; no pins")
        case "analyst":
            return tr("watches, and reads records")
        case "host":
            return tr("the pad only")
