"""The viewers' part of the show as scripted, for tests of its verdict."""

from __future__ import annotations

from typing import Any

from livedesk.demo.moderator import BAD, SCRIPT, Moderated, Part

RULE_HIDES: tuple[Part, ...] = ("hidden", "answer lost", "person shows")
HIDDEN: tuple[Part, ...] = (*RULE_HIDES, "person hides", "person takes back")
BACK: tuple[Part, ...] = ("person takes back", "person shows")
ANSWERED: tuple[Part, ...] = ("answered", "person answers")


def execution(verb: str, target: str, after_ms: float = 300.0, **more: Any) -> dict[str, Any]:
    known = {"verb": verb, "target": target, "after_ms": after_ms, "again": False}
    return {**known, "repeated": False, **more}


def as_moderated(*, hide_ms: float = 300.0) -> Moderated:
    """Rules hide after `hide_ms`; all that was written is in the record."""
    seen = Moderated(refused="claimed", status={"hidden": 8})
    for number, (part, text) in enumerate(SCRIPT, 1):
        comment_id = f"script-{number}"
        seen.parts[comment_id] = part
        is_visible = part not in BAD
        said = {"id": comment_id, "text": text, "bad": part in BAD, "visible": is_visible}
        seen.comments.append(said)
        if part in HIDDEN:
            took_ms = hide_ms if part in RULE_HIDES else 900.0
            seen.executions.append(execution("hide", comment_id, took_ms))
        if part in BACK:
            seen.executions.append(execution("unhide", comment_id))
        if part in ANSWERED:
            seen.executions.append(execution("reply", comment_id))
    clean = {"id": "glow-1", "text": "hi from Cebu!", "bad": False, "visible": True}
    seen.comments.append(clean)
    return seen
