"""What of all that viewers and platforms send is a comment? Anything may come; nothing stops.

Ids that cannot be ids make a comment unusable, for nothing could be done about it. All else is
cleaned: what is left can be shown, kept and sent. Only the characters themselves that control a
screen are taken out, never what stands behind them, which other viewers still read.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import Final

from livedesk.core.clock import NS_PER_S
from livedesk.core.moderation import Comment
from livedesk.core.one_line import ORDERS
from livedesk.platforms.answers import UnusableError

MOST_TEXT: Final = 10_000
"""Characters; the longest that a live's chat is known to take has 500."""
MOST_NAME: Final = 100
_MOST_ID: Final = 200
_WRONG_CLOCK_NS: Final = 24 * 3600 * NS_PER_S
"""A platform's time that is so far off says nothing."""
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_BLANKS: Final = "\t\n\v\f\r\x85\u2028\u2029"
_SHOWN: Final[dict[int, str | None]] = {
    **dict.fromkeys(ORDERS),
    **{ord(blank): " " for blank in _BLANKS},
}


def shown(text: str, most: int) -> str:
    """Fit for a window, a log and a terminal: one line, cut to `most` characters."""
    cut = text if len(text) <= most else text[: most - 1] + "…"
    return _SURROGATE.sub("\ufffd", cut).translate(_SHOWN)


def usable(
    *,
    id: object,
    author_id: object,
    author: object,
    text: object,
    utc_ns: int,
    posted_utc_ns: int | None = None,
) -> tuple[Comment, str]:
    """The comment, and what of it was cleaned, empty if nothing. Raises UnusableError.

    Whole numbers are ids too. Who writes may have no id and no name, but what they write is a text.
    """
    if not isinstance(text, str):
        raise UnusableError("text is missing" if text is None else "text is no text")
    comment = Comment(
        id=_id(id, "id"),
        author_id="" if author_id in (None, "") else _id(author_id, "author_id"),
        author=shown(author, MOST_NAME).strip() if isinstance(author, str) else "",
        text=shown(text, MOST_TEXT),
        utc_ns=utc_ns,
        posted_utc_ns=_near(posted_utc_ns, utc_ns),
    )
    return comment, _cleaned(comment, text, posted_utc_ns)


def _cleaned(comment: Comment, text: str, posted_utc_ns: int | None) -> str:
    if len(text) > MOST_TEXT:
        return f"a text of {len(text):,} characters was cut to {MOST_TEXT:,}"
    if comment.text != text:
        return "characters that control a screen, or are none, were taken out of a text"
    if comment.posted_utc_ns != posted_utc_ns:
        return "a time more than a day off was left out"
    return ""


def _id(value: object, name: str) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**64:
        return str(value)
    if not isinstance(value, str):
        raise UnusableError(f"{name} is missing" if value is None else f"{name} is no text")
    if not value or len(value) > _MOST_ID:
        raise UnusableError(f"{name} has {len(value):,} characters; 1 to {_MOST_ID} can be used")
    if not value.isprintable():
        raise UnusableError(f"{name} holds characters that no id has")
    return value


def _near(posted_utc_ns: int | None, utc_ns: int) -> int | None:
    if posted_utc_ns is None or abs(posted_utc_ns - utc_ns) > _WRONG_CLOCK_NS:
        return None
    return posted_utc_ns


class Seen:
    """The ids of the last comments, so that each is given once."""

    def __init__(self, most: int = 20_000) -> None:
        self._ids: OrderedDict[str, None] = OrderedDict()
        self._most = most

    def add(self, comment_id: str) -> bool:
        """Whether it is new; from now on it is not."""
        is_new = comment_id not in self._ids
        self._ids[comment_id] = None
        self._ids.move_to_end(comment_id)
        if len(self._ids) > self._most:
            self._ids.popitem(last=False)
        return is_new
