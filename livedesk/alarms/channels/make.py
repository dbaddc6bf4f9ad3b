"""Which edge carries the messages of a channel?"""

from __future__ import annotations

from livedesk.alarms.channels.delivery import Courier
from livedesk.alarms.channels.http import HttpCourier
from livedesk.alarms.channels.ntfy import ntfy_post
from livedesk.alarms.channels.slack import slack_post
from livedesk.alarms.channels.smtp import SmtpCourier
from livedesk.alarms.channels.webhook import webhook_post
from livedesk.core.channel_settings import (
    ChannelSettings,
    EmailChannel,
    NtfyChannel,
    SlackChannel,
    WebhookChannel,
)


def courier_for(channel: ChannelSettings) -> Courier:
    match channel.way:
        case SlackChannel() as slack:
            return HttpCourier(lambda message, _: slack_post(message, slack))
        case NtfyChannel() as ntfy:
            return HttpCourier(lambda message, _: ntfy_post(message, ntfy))
        case WebhookChannel() as hook:
            return HttpCourier(lambda message, utc_ns: webhook_post(message, hook, utc_ns))
        case EmailChannel() as email:
            return SmtpCourier(email)
