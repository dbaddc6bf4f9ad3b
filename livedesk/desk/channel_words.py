"""How is a channel worded: what kind it is, whether it works, what it has sent?"""

from __future__ import annotations

from livedesk.core.channel_settings import ChannelKind
from livedesk.core.engine_status import ChannelState, ChannelStatus
from livedesk.desk.channels import ChannelTry
from livedesk.desk.looks import Look
from livedesk.desk.words import number, span, tr

_LOOKS: dict[ChannelState, Look] = {
    "unproven": "unknown", "ok": "ok", "limited": "notice", "failing": "warning",
}  # fmt: skip


def kind_name(kind: ChannelKind) -> str:
    return {
        "slack": tr("Slack"),
        "ntfy": tr("ntfy"),
        "webhook": tr("webhook"),
        "email": tr("e-mail"),
    }[kind]


def channel_state(channel: ChannelStatus) -> tuple[Look, str]:
    """Whether it works, as a look and a phrase."""
    words = {
        "unproven": tr("nothing was sent yet"),
        "ok": tr("works"),
        "limited": tr("takes no more for now"),
        "failing": tr("fails"),
    }
    state = words[channel.state]
    if channel.reason and channel.state in ("limited", "failing"):
        state = f"{state}: {channel.reason}"
    return _LOOKS[channel.state], state


def channel_counts(channel: ChannelStatus) -> str:
    """What it has sent, and what it could not."""
    parts = [tr("{n} sent").format(n=number(channel.sent))]
    if channel.ok_age_s is not None:
        parts.append(tr("the last {age} ago").format(age=span(channel.ok_age_s)))
    for count, words in (
        (channel.waiting, tr("{n} waiting")),
        (channel.failed, tr("{n} failed")),
        (channel.dropped, tr("{n} told as a sum")),
    ):
        if count:
            parts.append(words.format(n=number(count)))
    return ", ".join(parts)


def tried_words(test: ChannelTry | None) -> tuple[Look, str]:
    """What became of the newest test."""
    if test is None:
        return "idle", ""
    if test.result is None:
        return "busy", tr("Sending a test…")
    if test.result.ok:
        return "ok", test.result.text or tr("The test was taken.")
    return "warning", test.result.text or tr("The test was not taken.")
