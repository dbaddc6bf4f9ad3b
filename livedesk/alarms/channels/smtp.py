"""How does a message get to a mail server, and what does its answer mean? smtplib, in a thread.

Each mail has a connection of its own: one that was kept would be closed by most servers before the
next alarm.
"""

from __future__ import annotations

import asyncio
import contextlib
import smtplib
import socket
import ssl
from email.message import EmailMessage
from typing import Final

from livedesk.alarms.channels.delivery import Delivery
from livedesk.alarms.channels.email import mail_of
from livedesk.alarms.channels.message import Message
from livedesk.core.channel_settings import EmailChannel

PATIENCE_S: Final = 20.0
"""For the whole mail."""


class SmtpCourier:
    """One channel's way to its mail server."""

    def __init__(
        self, way: EmailChannel, patience_s: float = PATIENCE_S, trust: ssl.SSLContext | None = None
    ) -> None:
        """`trust`: whose certificates are accepted; None: those of the system."""
        self._way = way
        self._patience_s = patience_s
        self._trust = trust

    async def deliver(self, message: Message, _utc_ns: int) -> Delivery:
        call = _Call(self._way, self._patience_s, self._trust)
        sending = asyncio.create_task(asyncio.to_thread(call.send, mail_of(message, self._way)))
        try:
            done, _ = await asyncio.wait((sending,), timeout=self._patience_s)
        finally:
            # A thread cannot be cancelled: without its connection it ends by itself.
            call.break_off()
        if not done:
            sending.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
            return Delivery(False, f"no answer within {self._patience_s:g} s", again=True)
        return sending.result()

    async def close(self) -> None:
        """Nothing is kept."""


class _Call:
    """One connection, from a thread."""

    def __init__(self, way: EmailChannel, patience_s: float, trust: ssl.SSLContext | None) -> None:
        self._way = way
        self._patience_s = patience_s
        self._trust = trust
        self._smtp: smtplib.SMTP | None = None
        self._is_over = False

    def break_off(self) -> None:
        """From the event loop; harmless when it is done."""
        self._is_over = True
        line = None if self._smtp is None else self._smtp.sock
        if line is not None:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def send(self, mail: EmailMessage) -> Delivery:
        try:
            with self._connected() as smtp:
                self._smtp = smtp
                if self._is_over:
                    return Delivery(False, "broken off", again=True)
                return self._hand_over(smtp, mail)
        except ssl.SSLCertVerificationError as error:
            reason = f"its certificate is not accepted ({error.verify_message})"
            return Delivery(False, reason, again=True)
        except ssl.SSLError:
            return Delivery(False, "it speaks no TLS that we understand", again=True)
        except TimeoutError:
            return self._late()
        except smtplib.SMTPException as error:
            # Between two commands smtplib calls it a connection that was closed.
            return self._late() if isinstance(error.__context__, TimeoutError) else _refused(error)
        except OSError:
            return Delivery(False, "nobody answers at its address", again=True)

    def _late(self) -> Delivery:
        return Delivery(False, f"no answer within {self._patience_s:g} s", again=True)

    def _connected(self) -> smtplib.SMTP:
        way, patience_s = self._way, self._patience_s
        if way.security == "tls":
            return smtplib.SMTP_SSL(way.host, way.port, timeout=patience_s, context=self._context())
        return smtplib.SMTP(way.host, way.port, timeout=patience_s)

    def _context(self) -> ssl.SSLContext:
        return self._trust or ssl.create_default_context()

    def _hand_over(self, smtp: smtplib.SMTP, mail: EmailMessage) -> Delivery:
        way = self._way
        if way.security == "starttls":
            smtp.starttls(context=self._context())
        if way.user and way.password is not None:
            smtp.login(way.user, way.password.reveal())
        refused = smtp.send_message(mail)
        if refused:
            text = f"{len(refused)} of {len(way.to)} recipients were refused; the others have it"
            return Delivery(False, text)
        return Delivery(True)


def _refused(error: smtplib.SMTPException) -> Delivery:
    """4xx is for now, 5xx for good (RFC 5321, section 4.2.1). The server's own words stay out: they
    repeat what was said to it."""
    match error:
        case smtplib.SMTPAuthenticationError():
            is_lasting = error.smtp_code >= 500
            text = f"it does not accept user and password ({error.smtp_code})"
            return Delivery(False, text, again=not is_lasting)
        case smtplib.SMTPRecipientsRefused():
            codes = [code for code, _ in error.recipients.values()]
            is_lasting = all(code >= 500 for code in codes)
            return Delivery(False, f"it refused every recipient ({codes[0]})", again=not is_lasting)
        case smtplib.SMTPResponseException():
            is_lasting = error.smtp_code >= 500
            return Delivery(False, f"it answered {error.smtp_code}", again=not is_lasting)
        case smtplib.SMTPNotSupportedError():
            return Delivery(
                False,
                "it offers no STARTTLS, sign-in or addresses beyond ASCII: check security and port",
            )
        case _:
            return Delivery(False, "the connection broke off", again=True)
