"""What does an answer say? Bytes that anybody may have written become values, or words why not.

What cannot be read says nothing about what was done: its effect is `maybe`.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final, NoReturn

from livedesk.core.secrets import Secret, redact
from livedesk.platforms.connection import Reply
from livedesk.platforms.lanes import NoReply
from livedesk.platforms.outcome import Answer

LONGEST_WAIT_S: Final = 3600.0
"""A Retry-After beyond it is taken for this: nobody plans a show by a header."""
_SHOWN_CHARACTERS: Final = 160
_AT_ONCE_BYTES: Final = 32 * 1024
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

JsonObject = Mapping[str, Any]


class UnusableError(Exception):
    """An answer, or a part of it, that is not what it should be. The text says what came."""

    def __init__(self, text: str, code: str = "bad_answer") -> None:
        super().__init__(text)
        self.code = code


async def parsed(reply: Reply) -> JsonObject:
    """`json_object`, in a thread where it would hold the event loop up: a page of products may be
    megabytes, and takes a second. Raises UnusableError."""
    if len(reply.body) <= _AT_ONCE_BYTES:
        return json_object(reply)
    return await asyncio.to_thread(json_object, reply)


def json_object(reply: Reply) -> JsonObject:
    """The JSON object in the body, whatever the status. Raises UnusableError.

    Numbers with a fraction are Decimal, so that prices stay what they are."""
    if 300 <= reply.status < 400:
        raise UnusableError(f"a redirect ({reply.status}), which is not followed")
    if reply.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise UnusableError("a compressed answer, which was not asked for")
    if not reply.body.strip():
        raise UnusableError(f"an answer without a body ({reply.status})")
    if reply.kind in ("text/html", "application/xhtml+xml") or _looks_like_html(reply.body):
        raise UnusableError(f"a web page in place of data ({reply.status})")
    try:
        found = json.loads(
            reply.body.decode(),
            parse_float=Decimal,
            parse_constant=_no_number,
            object_pairs_hook=_unique,
        )
    except UnicodeDecodeError:
        raise UnusableError("an answer that is not UTF-8") from None
    except (ValueError, RecursionError, InvalidOperation):
        raise UnusableError("an answer that is not whole, valid JSON") from None
    if not isinstance(found, dict):
        raise UnusableError("JSON that is no object")
    return found


def _looks_like_html(body: bytes) -> bool:
    return body.lstrip()[:1] == b"<"


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def text(entry: JsonObject, name: str, default: str | None = None) -> str:
    """Raises UnusableError if it is no text, or absent without a default."""
    value = entry.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise UnusableError(_misfit(name, value, "no text"))
    return value


def whole(entry: JsonObject, name: str) -> int:
    value = entry.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise UnusableError(_misfit(name, value, "no whole number"))
    return value


def whole_or_none(entry: JsonObject, name: str) -> int | None:
    return None if entry.get(name) is None else whole(entry, name)


def flag(entry: JsonObject, name: str) -> bool:
    value = entry.get(name)
    if not isinstance(value, bool):
        raise UnusableError(_misfit(name, value, "neither true nor false"))
    return value


def part(entry: JsonObject, name: str) -> JsonObject:
    value = entry.get(name)
    if not isinstance(value, dict):
        raise UnusableError(_misfit(name, value, "no object"))
    return value


def parts(entry: JsonObject, name: str) -> list[Any]:
    value = entry.get(name)
    if not isinstance(value, list):
        raise UnusableError(_misfit(name, value, "no list"))
    return value


def money(value: object) -> Decimal | None:
    """A price as a number or as a text of digits; None for all that is none, below 0 too."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        price = Decimal(value)
    except InvalidOperation:
        return None
    return price if price.is_finite() and 0 <= price < 10**12 else None


def _misfit(name: str, value: object, wanted: str) -> str:
    return f"{name} is missing" if value is None else f"{name} is {_what(value)} and {wanted}"


def _what(value: object) -> str:
    match value:
        case bool():
            return "true or false"
        case str():
            return "a text"
        case int() | Decimal():
            return "a number"
        case list():
            return "a list"
        case _:
            return "an object"


def http_date(given: str) -> datetime | None:
    """None for what is no date (RFC 9110, section 5.6.7)."""
    try:
        at = parsedate_to_datetime(given)
    except (ValueError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def retry_after_s(reply: Reply, utc_ns: int) -> float | None:
    """Seconds, or an HTTP date (RFC 9110, section 10.2.3), within 0 and an hour.

    A date is counted from the answer's own, as this machine's clock may be hours off."""
    given = reply.headers.get("retry-after", "").strip()
    if not given:
        return None
    try:
        wait_s = float(given)
    except ValueError:
        until = http_date(given)
        if until is None:
            return None
        now = http_date(reply.headers.get("date", "")) or _EPOCH + timedelta(
            microseconds=utc_ns // 1_000
        )
        wait_s = (until - now).total_seconds()
    return None if math.isnan(wait_s) else min(max(wait_s, 0.0), LONGEST_WAIT_S)


def said(words: str, secrets: Iterable[Secret]) -> str:
    """What a platform said, in one short line. It may repeat what it was sent."""
    line = "".join(c if c.isprintable() else " " for c in redact(words[:4096], secrets))
    return " ".join(line.split())[:_SHOWN_CHARACTERS].rstrip(".")


def sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}." if words else ""


def unanswered(failure: NoReply) -> Answer:
    """Of a call that got no whole answer."""
    return Answer("maybe" if failure.sent else "none", failure.code, sentence(failure.text))


def unusable(error: UnusableError) -> Answer:
    return Answer("maybe", error.code, f"The platform's answer cannot be used: {error}.")


def by_status(reply: Reply, utc_ns: int, error: UnusableError) -> Answer:
    """What the status alone says, where the body cannot be read.

    Only 401, 403 and 429 say in themselves that nothing was done."""
    wait_s = retry_after_s(reply, utc_ns)
    match reply.status:
        case HTTPStatus.TOO_MANY_REQUESTS:
            return Answer("none", "rate_limited", TOO_MANY, retry_after_s=wait_s)
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            words = f"The platform refused the access ({reply.status})."
            return Answer("none", "not_authorized", words, final=True)
        case status if status >= 500:
            return server_error(status, wait_s)
        case _:
            return unusable(error)


TOO_MANY: Final = "The platform got too many calls."


def server_error(status: int, wait_s: float | None) -> Answer:
    words = f"The platform failed with {status}."
    return Answer("maybe", "server_error", words, retry_after_s=wait_s)
