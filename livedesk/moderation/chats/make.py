"""Which chat do the settings name?"""

from __future__ import annotations

import ssl
from random import Random

from livedesk.core.clock import Clock
from livedesk.core.moderation_settings import ChatSettings, LinesChat, SandboxChat, ShopeeChat
from livedesk.moderation.chats.base import Chat
from livedesk.moderation.chats.lines import LinesRoom
from livedesk.moderation.chats.none import NoChat
from livedesk.moderation.chats.sandbox import SandboxRoom
from livedesk.moderation.chats.shopee import ShopeeChatRoom
from livedesk.platforms.connection import split_url
from livedesk.platforms.lanes import Lanes
from livedesk.platforms.shopee import ShopeeCalls


def chat_for(
    settings: ChatSettings | None,
    store: str,
    *,
    clock: Clock,
    rng: Random,
    shopee: ShopeeCalls | None = None,
    tls: ssl.SSLContext | None = None,
) -> Chat:
    """It connects to nothing and starts nothing until it is run or asked for something.

    `shopee`: what the store's pins call Shopee with (`Workshop.shopee(store)`), needed for
    ShopeeChat only; the chat borrows it, so close the chat first. `tls`: which certificates are
    trusted; None is the system's choice. Call it in a running loop. Raises AddressError, and
    ValueError for a chat of Shopee's without its calls.
    """
    match settings:
        case None:
            return NoChat()
        case SandboxChat() as room:
            return SandboxRoom(room, Lanes(split_url(room.url)[0], clock, rng, tls), clock, rng)
        case LinesChat() as lines:
            return LinesRoom(lines.run, clock, rng)
        case ShopeeChat():
            if shopee is None:
                raise ValueError(f"the chat of {store} needs the sign-in of its pins: Shopee's")
            return ShopeeChatRoom(shopee, clock, rng)
