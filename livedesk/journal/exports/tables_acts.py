"""What was done in the show, as tables: switches and pins, one row each."""

from __future__ import annotations

from collections.abc import Iterator

from livedesk.journal.exports.table import Column, Row
from livedesk.journal.fold.pins import settled_utc_ns
from livedesk.journal.fold.summary import Summary
from livedesk.journal.rows import to_json

SWITCHES = (
    Column("utc", "wall time of the decision", "time"),
    Column("t_s", "session time of the decision", "number", "s"),
    Column("from", "the uplink that was left"),
    Column("to", "the uplink that took over"),
    Column("state", "done, failed, or open: its end is not on record", is_word=True),
    Column("cause", "a stable word, see the architecture's Failover", is_word=True),
    Column("because", "the cause in words"),
    Column("reason", "what was seen, with the figures that decided"),
    Column("figures", "the same for programs, JSON", is_json=True),
    Column("actor", "who ordered it, if a person did", who="person"),
    Column("onset_utc", "wall time at which the fault began, by estimate", "time"),
    Column("detect_ms", "from there to the decision", "number", "ms"),
    Column(
        "publish_ms", "from the decision until the platform took the publication", "number", "ms"
    ),
    Column("first_keyframe_ms", "until it had acknowledged the first keyframe", "number", "ms"),
    Column("frames_lost", "given up, because too much waited", "int"),
    Column("frames_repeated", "sent again, from the last keyframe on", "int"),
    Column("lost_ms", "media time given up", "number", "ms"),
)


def switch_lines(summary: Summary) -> Iterator[Row]:
    for row in summary.switches:
        yield (
            row.utc_ns,
            row.t_ms / 1000,
            row.from_,
            row.to,
            row.state,
            row.cause,
            row.cause_words,
            row.reason,
            to_json(dict(row.figures)),
            row.actor,
            None if row.detect_ms is None else row.onset_utc_ns,
            row.detect_ms,
            row.publish_ms,
            row.switch_ms,
            row.frames_lost,
            row.frames_repeated,
            row.lost_ms,
        )


PINS = (
    Column("cue_utc", "wall time of the cue", "time"),
    Column("t_s", "session time of the cue", "number", "s"),
    Column("pin", "its id"),
    Column("action", "pin or unpin", is_word=True),
    Column("product_id", "as the platform names it"),
    Column("title", "of the product"),
    Column("state", "what became of it, a stable word; see the architecture's Pins", is_word=True),
    Column(
        "shown", "whether the platform showed it, as it was read back; empty: not known", "bool"
    ),
    Column("latency_ms", "from the cue until it was read back", "number", "ms"),
    Column("received_ms", "from the cue until the engine had it", "number", "ms"),
    Column("sent_ms", "until the first byte went to the platform", "number", "ms"),
    Column("accepted_ms", "until the platform said yes", "number", "ms"),
    Column("settled_ms", "until its state was final", "number", "ms"),
    Column("settled_utc", "wall time of that", "time"),
    Column("attempts", "calls that were to pin it", "int"),
    Column("reads", "calls that were to read it back", "int"),
    Column("hedged", "a second attempt went out while the first had no answer", "bool"),
    Column("by_hand", "a person pinned it in the platform's own window", "bool"),
    Column("source", "pad, web_pad, key, console or api", is_word=True),
    Column("actor", "who gave the cue", who="person"),
    Column("code", "why it failed, was late or refused, a stable word", is_word=True),
    Column("reason", "the same in words"),
    Column(
        "clock_offset_ms", "by which the clock of the pad's device was corrected", "number", "ms"
    ),
    Column("clock_error_ms", "how far that may be off to either side", "number", "ms"),
    Column(
        "recorded", "no: the disk did not take the intent in time; it was sent all the same", "bool"
    ),
    Column("key", "idempotency key"),
)


def pin_lines(summary: Summary) -> Iterator[Row]:
    for row in summary.pins:
        pin = row.pin
        yield (
            pin.cued_utc_ns,
            row.t_ms / 1000,
            pin.id,
            pin.action,
            pin.product_id,
            pin.title,
            pin.state,
            pin.shown,
            pin.latency_ms,
            pin.received_ms,
            pin.sent_ms,
            pin.accepted_ms,
            pin.settled_ms,
            settled_utc_ns(pin),
            pin.attempts,
            pin.reads,
            pin.hedged,
            pin.by_hand,
            pin.source,
            pin.actor,
            pin.code,
            pin.reason,
            None if pin.clock is None else pin.clock.offset_ms,
            None if pin.clock is None else pin.clock.error_ms,
            pin.recorded,
            pin.key,
        )
