"""What do the calls carry? Their bodies as values, and what is too long or too far off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Final

from msgspec import Meta

from livedesk.core.moderation import (
    Comment,
    ComplianceWarning,
    DecisionKind,
    Effect,
    Item,
    Verdict,
)
from livedesk.moderation.items import MOST_DECISIONS, MOST_EFFECTS
from livedesk.sandbox.rules.answers import wrong

MOST_TOGETHER: Final = 500
TEXT_CHARS: Final = 65_536
_NAME_CHARS: Final = 200
_KEY_CHARS: Final = 256
"""Of an effect: a verb, a number and the id of a comment."""
_WORDS_CHARS: Final = 4_000
_MOST_MINUTES: Final = 1_000_000
_LATEST_NS: Final = 2**62
"""The year 2116; SQLite's integers end at 2^63."""
_TIME: Final = "in ns since 1970, UTC"

Name = Annotated[str, Meta(min_length=1, max_length=_NAME_CHARS)]
Time = Annotated[int, Meta(ge=0, le=_LATEST_NS)]


@dataclass(frozen=True, slots=True)
class CommentsCall:
    store: Name
    comments: Annotated[tuple[Comment, ...], Meta(max_length=MOST_TOGETHER)]


@dataclass(frozen=True, slots=True)
class LocalCall:
    store: Name
    items: Annotated[tuple[Item, ...], Meta(max_length=MOST_TOGETHER)]


@dataclass(frozen=True, slots=True)
class PickCall:
    store: Name
    comment: Comment
    by: Annotated[str, Meta(max_length=_NAME_CHARS)] = ""


@dataclass(frozen=True, slots=True)
class ClaimCall:
    by: Name
    for_s: Annotated[float, Meta(gt=0)] | None = None


@dataclass(frozen=True, slots=True)
class ReleaseCall:
    by: Name


@dataclass(frozen=True, slots=True)
class DecideCall:
    kind: DecisionKind
    by: Name
    utc_ns: Time
    reply: Annotated[str, Meta(max_length=_NAME_CHARS)] = ""
    local: bool = False
    seen: Annotated[int, Meta(ge=0)] | None = None


@dataclass(frozen=True, slots=True)
class EffectNews:
    item_id: Name
    effect: Effect


@dataclass(frozen=True, slots=True)
class EffectsCall:
    store: Name
    effects: Annotated[tuple[EffectNews, ...], Meta(max_length=MOST_TOGETHER)]


def check_comments(comments: Iterable[Comment]) -> None:
    """Raises Refusal, which says at which one."""
    for at, comment in enumerate(comments):
        if not 0 < len(comment.id) <= _NAME_CHARS:
            raise wrong(f"The id of comment {at}", f"1 to {_NAME_CHARS} characters")
        if len(comment.author_id) > _NAME_CHARS or len(comment.author) > TEXT_CHARS:
            raise wrong(f"The author of comment {at}", f"at most {_NAME_CHARS} characters as id")
        if len(comment.text) > TEXT_CHARS:
            raise wrong(f"The text of comment {at}", f"at most {TEXT_CHARS} characters")
        if not _is_time(comment.utc_ns):
            raise wrong(f"The time of comment {at}", _TIME)


def check_items(items: Iterable[Item]) -> None:
    """What an engine has kept may be of any age and make. Raises Refusal."""
    for item in items:
        check_comments([item.comment])
        if len(item.decisions) > MOST_DECISIONS or len(item.effects) > MOST_EFFECTS:
            raise wrong(f"Item {item.id}", "one with fewer decisions and effects")
        if not 0 <= item.revision <= _LATEST_NS:
            raise wrong(f"The revision of item {item.id}", f"from 0 to {_LATEST_NS}")
        _check_verdict(item.verdict)
        for decision in item.decisions:
            _check_times([decision.utc_ns])
            _check_short(decision.by, decision.key, decision.reply)
        check_effects(item.effects)


def check_effects(effects: Iterable[Effect]) -> None:
    """Raises Refusal."""
    for effect in effects:
        _check_times((effect.wanted_utc_ns, effect.settled_utc_ns))
        _check_short(effect.code)
        if len(effect.key) > _KEY_CHARS:
            raise wrong("The key of an effect", f"at most {_KEY_CHARS} characters")
        _check_long(effect.reason, effect.text)


def check_warning(warning: ComplianceWarning) -> None:
    """Raises Refusal."""
    if not (0 < len(warning.id) <= _NAME_CHARS and 0 < len(warning.store) <= _NAME_CHARS):
        raise wrong("id and store", f"texts of 1 to {_NAME_CHARS} characters")
    if len(warning.text) > TEXT_CHARS or len(warning.terms) > MOST_TOGETHER:
        raise wrong("text and terms", f"at most {TEXT_CHARS} characters, and {MOST_TOGETHER} terms")
    if warning.minute is not None and not 0 <= warning.minute <= _MOST_MINUTES:
        raise wrong("minute", f"from 0 to {_MOST_MINUTES}")
    _check_short(warning.product_id, *warning.terms)
    _check_long(warning.product)
    _check_times([warning.utc_ns])


def _check_verdict(verdict: Verdict | None) -> None:
    if verdict is None:
        return
    _check_short(verdict.rule, verdict.list, verdict.version, verdict.reply)
    _check_long(verdict.reason, verdict.term)
    ends = [end for span in verdict.spans for end in (span.start, span.end)]
    if len(verdict.spans) > MOST_TOGETHER or not all(0 <= end <= TEXT_CHARS for end in ends):
        raise wrong("spans", f"at most {MOST_TOGETHER}, within the text")


def _check_short(*texts: str) -> None:
    if any(len(text) > _NAME_CHARS for text in texts):
        raise wrong("Each id, name and key", f"at most {_NAME_CHARS} characters")


def _check_long(*texts: str) -> None:
    if any(len(text) > _WORDS_CHARS for text in texts):
        raise wrong("Each reason, term and answer", f"at most {_WORDS_CHARS} characters")


def _check_times(times_ns: Iterable[int | None]) -> None:
    if not all(_is_time(at) for at in times_ns):
        raise wrong("Each time", _TIME)


def _is_time(utc_ns: int | None) -> bool:
    return utc_ns is None or 0 <= utc_ns <= _LATEST_NS
