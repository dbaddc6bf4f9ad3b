"""What does Prometheus see of moderation? What waits, what was done and how soon, what is away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, get_args

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from livedesk.core.moderation import LinkState, ModerationStatus
from livedesk.core.status import StoreStatus
from livedesk.engine.api.metric_family import gauge, scaled

_COUNTED: Final = (
    ("comments", "Comments received in this session."),
    ("hidden", "Comments hidden by rules in this session."),
    ("decided", "Decisions of people in this session."),
    ("replied", "FAQ answers in this session."),
    ("overturned", "What rules did and people took back in this session."),
    ("local", "Comments judged by the engine itself in this session."),
)
_WAITING: Final = (
    ("waiting", "Items that wait for a person."),
    ("overdue", "Of those, past their target."),
    ("by_hand", "Effects that wait for a person's hand."),
    ("unknown", "Effects of which nobody knows what became."),
)


def moderation(statuses: list[StoreStatus]) -> Iterator[Metric]:
    known = [(s.store, s.moderation) for s in statuses if s.moderation is not None]
    for name, text in _COUNTED:
        counter = CounterMetricFamily(f"livedesk_moderation_{name}", text, labels=["store"])
        for store, status in known:
            counter.add_metric([store], getattr(status, name))
        yield counter
    for name, text in _WAITING:
        rows = (([store], float(getattr(status, name))) for store, status in known)
        yield gauge(f"livedesk_moderation_{name}", text, ["store"], rows)
    yield gauge(
        "livedesk_moderation_oldest_seconds", "Age of the oldest item that waits.", ["store"],
        (([store], status.oldest_s) for store, status in known),
    )  # fmt: skip
    yield from _times(known)
    yield from _links(known)
    yield from _rules(known)


_Known = list[tuple[str, ModerationStatus]]


def _times(known: _Known) -> Iterator[Metric]:
    yield gauge(
        "livedesk_moderation_hide_seconds", "From a comment until a rule had it hidden.",
        ["store", "quantile"],
        (([store, quantile], scaled(figure, 1e-3)) for store, status in known
         for quantile, figure in (("0.5", status.hide_p50_ms), ("0.99", status.hide_p99_ms))),
    )  # fmt: skip
    yield gauge(
        "livedesk_moderation_review_seconds", "From a comment until a person decided.",
        ["store", "quantile"],
        (([store, quantile], figure) for store, status in known
         for quantile, figure in (("0.5", status.review_p50_s), ("0.9", status.review_p90_s))),
    )  # fmt: skip


def _links(known: _Known) -> Iterator[Metric]:
    states = get_args(LinkState)
    yield gauge(
        "livedesk_moderation_service_state", "1 for the state the rule service is in.",
        ["store", "state"],
        (([store, state], float(status.service.state == state))
         for store, status in known for state in states),
    )  # fmt: skip
    yield gauge(
        "livedesk_moderation_unsent", "What the rule service has not been told yet.", ["store"],
        (([store], float(status.service.unsent)) for store, status in known),
    )  # fmt: skip
    yield gauge(
        "livedesk_chat_state", "1 for the state the chat is in.", ["store", "state"],
        (([store, state], float(status.chat.state == state))
         for store, status in known for state in states),
    )  # fmt: skip
    yield gauge(
        "livedesk_chat_lost_seconds", "Seconds of chat that passed unseen in this session.",
        ["store"], (([store], status.chat.lost_s) for store, status in known),
    )  # fmt: skip


def _rules(known: _Known) -> Iterator[Metric]:
    """Of those with the most hits; the status tells at most twenty, which bounds the labels."""
    hits = GaugeMetricFamily(
        "livedesk_rule_hits", "Comments that a rule found in this session.",
        labels=["store", "rule"],
    )  # fmt: skip
    overturned = GaugeMetricFamily(
        "livedesk_rule_overturned", "Of those, what people took back.", labels=["store", "rule"]
    )
    for store, status in known:
        for rule in status.rules:
            hits.add_metric([store, rule.rule], rule.hits)
            overturned.add_metric([store, rule.rule], rule.overturned)
    yield hits
    yield overturned
