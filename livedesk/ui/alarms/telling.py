"""Who hears and reads that an alarm is new? What is worth it goes to the sounds and the desktop."""

from __future__ import annotations

from livedesk.desk.alarm_list import RANK
from livedesk.desk.announcing import Announced, Announcer
from livedesk.desk.model import DeskSnapshot, Moment
from livedesk.ui.notices import Notices
from livedesk.ui.sound import Sounds


class Telling:
    """Told each snapshot of the first window; what several things have to say is one sound."""

    def __init__(self, sounds: Sounds, notices: Notices) -> None:
        self._announcer = Announcer()
        self._sounds = sounds
        self._notices = notices

    def look(self, snapshot: DeskSnapshot, now: Moment) -> tuple[Announced, ...]:
        """Returns what was told."""
        told = self._announcer.look(snapshot, now)
        begun = [each for each in told if each.kind != "over"]
        if begun:
            loudest = max(begun, key=lambda each: RANK[each.priority])
            self._sounds.alarm(loudest.priority)
        elif told:
            self._sounds.over()
        for each in told:
            urgent = each.kind != "over" and each.priority == "high"
            self._notices.tell(each.title, each.text, urgent=urgent)
        return told
