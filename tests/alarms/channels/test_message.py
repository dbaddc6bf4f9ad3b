"""Do messages say what is wrong, since when and what to do, in the agency's time?"""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

from livedesk.alarms.channels.email import mail_of
from livedesk.alarms.channels.message import Voice, duration, joined
from livedesk.alarms.channels.ntfy import ntfy_post
from livedesk.alarms.channels.slack import slack_post
from livedesk.alarms.channels.webhook import webhook_post
from livedesk.core.channel_settings import (
    EmailChannel,
    NtfyChannel,
    SlackChannel,
    WebhookChannel,
)
from livedesk.core.clock import NS_PER_S
from livedesk.core.secrets import Secret
from livedesk.core.status import AlarmStatus, EndedAlarm
from livedesk.platforms.webhook import SeenHooks, genuine
from tests.alarms.channels.conftest import UTC_NS, raised

VOICE = Voice("North Agency", ZoneInfo("Asia/Singapore"))
ALARM = AlarmStatus(
    "uplink.down/primary", "high", "primary is down", "Switch to bonded.", UTC_NS,
    steps=("Call the studio.", "Note the time."),
)  # fmt: skip
MAIL = EmailChannel("smtp.example", "livedesk@agency.example", ("a@b.example", "c@d.example"))


def test_an_alarm_is_told_with_its_steps_in_local_time() -> None:
    message = VOICE.raised("glow", "Glow Beauty", ALARM, UTC_NS)
    assert message.title == "ALARM Glow Beauty: primary is down"
    since = VOICE.time(UTC_NS)
    assert since.endswith(" +08:00")
    assert message.lines == (
        f"Since {since}. Priority: high.",
        "To do: Switch to bonded.",
        "1. Call the studio.",
        "2. Note the time.",
    )


def test_an_end_says_how_long_it_was_and_who_saw_it() -> None:
    ended = EndedAlarm(
        ALARM.id, "high", ALARM.cause, UTC_NS, UTC_NS + 200 * NS_PER_S, 3, acknowledged_by="Noor"
    )
    message = VOICE.ended("glow", "Glow Beauty", ended, UTC_NS + 201 * NS_PER_S)
    assert message.title == "Over Glow Beauty: primary is down"
    assert "3 min 20 s" in message.text
    assert "It came 3 times." in message.text
    assert "Noor" in message.text
    assert message.is_fine


def test_what_a_greater_fault_took_in_is_not_called_over() -> None:
    ended = EndedAlarm("feed.low", "medium", "low", UTC_NS, UTC_NS, goes_on_as="feed.gone")
    message = VOICE.ended("glow", "Glow", ended, UTC_NS)
    assert not message.title.startswith("Over")
    assert "feed.gone" in message.text


def test_strangers_words_stay_one_line_and_bounded() -> None:
    wild = AlarmStatus("x", "low", "one\ntwo\x1b[31m" + "!" * 10_000, "", UTC_NS)
    message = VOICE.raised("glow", "Glow", wild, UTC_NS)
    assert "\n" not in message.title
    assert "\x1b" not in message.title
    assert len(message.title) <= 150


def test_a_sum_names_each_and_what_had_no_room() -> None:
    many = [raised(f"alarm/{number}") for number in range(25)]
    message = joined(many, 4, UTC_NS)
    assert message.title == "29 messages in one: 25 alarms"
    assert message.lines[-1].startswith("and 9 more")
    assert message.priority == "high"
    assert not message.is_fine


def test_slack_gets_no_order_from_a_strangers_words() -> None:
    alarm = AlarmStatus("x", "high", "<!channel> & <@U1>", "", UTC_NS)
    message = VOICE.raised("glow", "Glow", alarm, UTC_NS)
    body = slack_post(message, SlackChannel(Secret("https://h.example/x"))).body.decode()
    assert "<" not in body
    assert "&lt;!channel&gt; &amp; &lt;@U1&gt;" in body


def test_slacks_sections_stay_below_its_limit() -> None:
    steps = tuple("&" * 300 for _ in range(12))
    alarm = AlarmStatus("x", "high", "cause", "", UTC_NS, steps=steps)
    message = VOICE.raised("glow", "Glow", alarm, UTC_NS)
    body = json.loads(slack_post(message, SlackChannel(Secret("https://h.example/x"))).body)
    assert all(len(block["text"]["text"]) < 3_000 for block in body["blocks"])


def test_ntfy_gets_the_topic_in_the_body_and_the_priority_it_knows() -> None:
    way = NtfyChannel(Secret("https://ntfy.example/deep/my-topic"), Secret("tk_1"))
    message = VOICE.raised("glow", "Glöw Beauty 美", ALARM, UTC_NS)
    post = ntfy_post(message, way)
    body = json.loads(post.body)
    assert post.url.reveal() == "https://ntfy.example/deep/"
    assert (body["topic"], body["priority"]) == ("my-topic", 5)
    assert "美" in body["title"]
    assert dict(post.headers)["Authorization"].reveal() == "Bearer tk_1"
    quiet = json.loads(ntfy_post(VOICE.test("ops", "Noor", UTC_NS), way).body)
    assert quiet["priority"] == 2


def test_a_webhook_is_signed_as_its_receiver_checks_it() -> None:
    secret = Secret("whsec_" + "QUJD" * 12)
    way = WebhookChannel(Secret("https://h.example/x"), secret)
    message = VOICE.raised("glow", "Glow", ALARM, UTC_NS)
    post = webhook_post(message, way, UTC_NS)
    headers = {name: value.reveal() for name, value in post.headers}
    hook = genuine(secret, headers, post.body, UTC_NS, SeenHooks())
    assert hook.type == "alarm.raised"
    assert hook.data["alarm"] == "uplink.down/primary"
    again = webhook_post(message, way, UTC_NS + 60 * NS_PER_S)
    assert dict(again.headers)["webhook-id"] == dict(post.headers)["webhook-id"]
    assert dict(again.headers)["webhook-signature"] != dict(post.headers)["webhook-signature"]


def test_a_mails_end_answers_its_beginning() -> None:
    ended = EndedAlarm(ALARM.id, "high", ALARM.cause, ALARM.since_utc_ns, UTC_NS + NS_PER_S)
    begin = mail_of(VOICE.raised("glow", "Glow", ALARM, UTC_NS), MAIL)
    end = mail_of(VOICE.ended("glow", "Glow", ended, UTC_NS + NS_PER_S), MAIL)
    assert begin["References"] == end["References"]
    assert begin["Message-ID"] != end["Message-ID"]
    assert begin["Subject"] == "[North Agency] ALARM Glow: primary is down"
    assert begin["To"] == "a@b.example, c@d.example"
    assert begin["Auto-Submitted"] == "auto-generated"


def test_durations_read_as_people_say_them() -> None:
    assert [duration(s) for s in (-1, 45, 200, 3_900)] == [
        "0 s", "45 s", "3 min 20 s", "1 h 05 min",
    ]  # fmt: skip
