"""How is a text of strangers put into a line of ours: an event, an alarm, a log, a terminal?"""

from __future__ import annotations

from typing import Final

CUT: Final = "…"

ORDERS: Final = (
    *range(0x20),
    *range(0x7F, 0xA0),
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
)
"""Code points that command a screen instead of being seen: control characters, and those that turn
the direction of all that follows (Unicode, UAX 9). Right-to-left scripts need none of them."""

_BLANKS: Final = dict.fromkeys(ORDERS, " ")
_HALVES: Final = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_HARMLESS: Final[dict[int, str]] = _BLANKS | _HALVES


def one_line(text: str, longest: int) -> str:
    """Without what commands a screen, halves of surrogate pairs and runs of blanks; `longest`
    characters at most, the last of them an ellipsis where something was cut off."""
    # Long texts are common among strangers: no more of one is looked at than can be shown.
    line = " ".join(text[: 4 * longest].translate(_HARMLESS).split())
    if len(line) <= longest and len(text) <= 4 * longest:
        return line
    return f"{line[: longest - 1]}{CUT}"
