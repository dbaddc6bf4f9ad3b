"""Did the moderation do what it should? The chat's own record is the judge of the engine's."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median
from typing import Any, Final

from livedesk.demo.check import Check
from livedesk.demo.moderator import (
    BAD,
    HIDE_LIMIT_S,
    REVIEW_LIMIT_S,
    SCRIPT,
    Moderated,
    Part,
)

_BY_RULE: Final[tuple[Part, ...]] = ("hidden", "answer lost", "person shows")
_TAKEN_BACK: Final[tuple[Part, ...]] = ("person takes back", "person shows")
_ANSWERED: Final[tuple[Part, ...]] = ("answered", "person answers")


def judge_chat(seen: Moderated) -> list[Check]:
    if len(seen.parts) < len(SCRIPT) or not seen.comments:
        found = f"{len(seen.parts)} of {len(SCRIPT)} {seen.problem}".strip()
        return [Check("every comment of the script is written", False, found)]
    return [
        _hidden(seen),
        _only_once(seen),
        _shown_again(seen),
        _left(seen),
        _answered(seen),
        _decided(seen),
    ]


def figures(seen: Moderated) -> dict[str, Any]:
    """For the summary: the chat's figures beside the engine's."""
    counts = ("comments", "hidden", "decided", "replied", "overturned", "hide_p50_ms")
    return {
        "comments": len(seen.comments),
        "hidden": sum(not each["visible"] for each in seen.comments),
        "executions": len(seen.executions),
        "hide_ms": [round(ms) for ms in _hide_ms(seen, _ids(seen, _BY_RULE)).values()],
        "engine": {name: seen.status.get(name) for name in counts},
    }


def _ids(seen: Moderated, parts: Iterable[Part]) -> list[str]:
    wanted = set(parts)
    return [comment_id for comment_id, part in seen.parts.items() if part in wanted]


def _first(seen: Moderated, verb: str) -> list[dict[str, Any]]:
    """What was carried out; who asked again by a key had no effect."""
    return [each for each in seen.executions if each["verb"] == verb and not each["repeated"]]


def _hide_ms(seen: Moderated, ids: Iterable[str]) -> dict[str, float]:
    """From the comment until it was hidden, by the chat's clock."""
    wanted = set(ids)
    found: dict[str, float] = {}
    for each in _first(seen, "hide"):
        if each["target"] in wanted and each["after_ms"] is not None:
            found.setdefault(each["target"], each["after_ms"])
    return found


def _hidden(seen: Moderated) -> Check:
    name = f"every bad comment is hidden within {HIDE_LIMIT_S} s, by the chat's own record"
    ids = _ids(seen, _BY_RULE)
    took_ms = _hide_ms(seen, ids)
    late = [each for each in ids if took_ms.get(each, float("inf")) > HIDE_LIMIT_S * 1000]
    late += [each for each in _ids(seen, BAD) if _is_visible(seen, each) and each not in late]
    if late:
        return Check(name, False, f"{len(late)} not: {_texts(seen, late)}")
    found = f"{len(took_ms)}; median {median(took_ms.values()):,.0f} ms, "
    return Check(name, True, f"{found}longest {max(took_ms.values()):,.0f} ms")


def _only_once(seen: Moderated) -> Check:
    """Where the answer was lost it is asked again, with the same key."""
    hides = _first(seen, "hide")
    twice = sum(each["again"] for each in seen.executions if not each["repeated"])
    repeats = sum(each["repeated"] for each in seen.executions)
    found = f"{len(hides)} hidden, {twice} twice; {repeats} asked again by their key"
    return Check("nothing is hidden or answered twice", twice == 0, found)


def _shown_again(seen: Moderated) -> Check:
    name = "what a person takes back is visible again"
    ids = _ids(seen, _TAKEN_BACK)
    was_hidden = _hide_ms(seen, ids)
    wrong = [each for each in ids if each not in was_hidden or not _is_visible(seen, each)]
    return Check(name, not wrong, _texts(seen, wrong) if wrong else f"{len(ids)} of {len(ids)}")


def _left(seen: Moderated) -> Check:
    """Of the script's, and of all that the audience wrote."""
    name = "no clean comment is hidden, not even for a moment"
    touched = set(_ids(seen, (*BAD, *_TAKEN_BACK)))
    clean = [each["id"] for each in seen.comments if each["id"] not in touched and not each["bad"]]
    wrong = sorted(_hide_ms(seen, clean))
    found = _texts(seen, wrong) if wrong else f"{len(clean)} comments left alone"
    return Check(name, not wrong, found)


def _answered(seen: Moderated) -> Check:
    """A rule answers one, a person the other, each from the FAQ."""
    name = "who asks is answered once"
    replies = [each["target"] for each in _first(seen, "reply")]
    ids = _ids(seen, _ANSWERED)
    wrong = [each for each in ids if replies.count(each) != 1]
    found = _texts(seen, wrong) if wrong else f"{len(ids)} of {len(ids)}"
    return Check(name, not wrong, found)


def _decided(seen: Moderated) -> Check:
    name = "while one moderator is at a comment, no other decides"
    took_ms = _hide_ms(seen, _ids(seen, ("person hides",)))
    is_done = bool(took_ms) and max(took_ms.values()) <= REVIEW_LIMIT_S * 1000
    found = seen.refused or "the other was not refused"
    if is_done:
        found += f"; hidden by a person after {max(took_ms.values()):,.0f} ms"
    return Check(name, is_done and seen.refused == "claimed", found)


def _is_visible(seen: Moderated, comment_id: str) -> bool:
    return any(each["id"] == comment_id and each["visible"] for each in seen.comments)


def _texts(seen: Moderated, ids: Iterable[str]) -> str:
    texts = {each["id"]: each["text"] for each in seen.comments}
    return "; ".join(texts.get(each, each) for each in ids)
