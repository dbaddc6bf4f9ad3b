"""How is a message a mail? RFC 5322; marked as automatic (RFC 3834), and an alarm's end is an
answer to its beginning, so that a mailbox shows the two as one."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from livedesk.alarms.channels.message import Message
from livedesk.core.channel_settings import EmailChannel
from livedesk.core.clock import NS_PER_S
from livedesk.core.one_line import one_line

_LONGEST_SUBJECT: Final = 250


def mail_of(message: Message, way: EmailChannel) -> EmailMessage:
    mail = EmailMessage()
    agency = f"[{message.agency}] " if message.agency else ""
    # A line end in a name of the settings would end the header.
    mail["Subject"] = one_line(f"{agency}{message.title}", _LONGEST_SUBJECT)
    mail["From"] = way.sender
    mail["To"] = ", ".join(way.to)
    mail["Date"] = format_datetime(datetime.fromtimestamp(message.utc_ns // NS_PER_S, UTC))
    mail["Auto-Submitted"] = "auto-generated"
    domain = way.sender.rpartition("@")[2].rstrip("> ")
    mail["Message-ID"] = f"<{message.id}@{domain}>"
    if message.thread:
        # Not one of a message, as the beginning may have gone out in a sum.
        thread = hashlib.sha256(message.thread.encode()).hexdigest()[:32]
        mail["References"] = f"<{thread}@{domain}>"
    if message.priority == "high" and not message.is_fine:
        mail["Importance"] = "high"
    mail.set_content("\n".join((message.title, "", *message.lines, "")))
    return mail
