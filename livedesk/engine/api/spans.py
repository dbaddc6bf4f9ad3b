"""Of which stretch of time, and how much of it, is something asked? Query parameters of calls."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

from livedesk.engine.api.answers import ApiError, number, wrong_value

UNIX_LIMIT_S: Final = 9e9
"""In the year 2255, and in nanoseconds still a number that SQLite takes."""
_USUAL_EVENTS: Final = 1_000
_MOST_EVENTS: Final = 5_000
_MOST_KINDS: Final = 50


def asked_span(request: Request, usual_from_s: float, usual_to_s: float) -> tuple[float, float]:
    """`from` and `to`, Unix seconds. Raises ApiError."""
    to_s = number(request, "to", usual_to_s, 0, UNIX_LIMIT_S)
    from_s = number(request, "from", usual_from_s, 0, UNIX_LIMIT_S)
    if from_s >= to_s:
        raise ApiError(422, "wrong_value", "from must be before to.", "Correct from or to.")
    return from_s, to_s


def asked_points(request: Request) -> int:
    return round(number(request, "points", 600, 1, 10_000))


def asked_limit(request: Request) -> int:
    return round(number(request, "limit", _USUAL_EVENTS, 1, _MOST_EVENTS))


def asked_kinds(request: Request) -> frozenset[str]:
    """Whole kinds of events or their first parts, separated by commas. Raises ApiError."""
    kinds = frozenset(filter(None, request.query_params.get("kinds", "").split(",")))
    if len(kinds) > _MOST_KINDS:
        raise wrong_value("kinds", f"at most {_MOST_KINDS} kinds of events")
    return kinds
