"""Do words of strangers, of any script and length, get through every channel as words only?"""

from __future__ import annotations

import json

import pytest

from livedesk.alarms.channels.email import mail_of
from livedesk.alarms.channels.message import Message, Voice
from livedesk.alarms.channels.ntfy import ntfy_post
from livedesk.alarms.channels.queue import Outbox
from livedesk.alarms.channels.slack import slack_post
from livedesk.alarms.channels.webhook import webhook_post
from livedesk.core.channel_settings import (
    EmailChannel,
    NtfyChannel,
    SlackChannel,
    WebhookChannel,
)
from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.secrets import Secret
from livedesk.core.status import AlarmStatus, Priority
from tests.alarms.channels.conftest import UTC_NS

URL = Secret("https://host.example/topic")
WORDS = (
    "<!channel> & <@U1> @here",
    "x" * 10_000,
    "&" * 10_000,
    "\u202eabc\u2066 مرحبا",
    "👩\u200d👩\u200d👧" * 500,
    "a\r\nBcc: everybody@example\r\n\r\nbody",
    "\x00\x1b[31mred",
    "\ud800 half a pair",
)


def _told(words: str) -> Message:
    alarm = AlarmStatus("a", "high", words, words, UTC_NS, steps=(words,) * 12)
    return Voice("Agen\rcy <!channel>").raised("glow", words, alarm, UTC_NS)


@pytest.mark.parametrize("words", WORDS, ids=range(len(WORDS)))
def test_words_stay_words(words: str) -> None:
    message = _told(words)
    slack = json.loads(slack_post(message, SlackChannel(URL)).body)
    texts = [slack["text"], *(block["text"]["text"] for block in slack["blocks"])]
    assert not any("<" in text for text in texts)
    assert all(0 < len(text) <= 3_000 for text in texts)
    ntfy = ntfy_post(message, NtfyChannel(URL))
    assert len(json.loads(ntfy.body)["message"].encode()) <= 4_096
    assert [name for name, _ in ntfy.headers] == ["Content-Type"]
    mail = mail_of(message, EmailChannel("smtp.example", "desk@agency.example", ("a@b.example",)))
    assert mail["Bcc"] is None
    assert max(map(len, bytes(mail).splitlines())) <= 998, "RFC 5322, 2.1.1"
    hook = json.loads(webhook_post(message, WebhookChannel(URL), UTC_NS).body)
    assert len(hook["data"]["title"]) <= 150


def test_a_thousand_alarms_in_a_second_are_one_message_with_the_worst_first() -> None:
    outbox = Outbox("ops", "slack", 20)
    for n in range(1_000):
        priority: Priority = "high" if n % 10 == 0 else "low"
        alarm = AlarmStatus(f"a{n}", priority, f"{priority} {n}", "", UTC_NS)
        outbox.put(Voice().raised("glow", "Glow", alarm, UTC_NS), n * NS_PER_MS)
    message = outbox.take(NS_PER_S, UTC_NS)
    assert message is not None
    assert message.title.startswith("1000 messages in one")
    assert all(": high" in line for line in message.lines[:20])
    assert outbox.status(NS_PER_S).dropped == 800
