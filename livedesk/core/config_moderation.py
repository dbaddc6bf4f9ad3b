"""How is a store's chat moderated? Reads `[store.moderation]`."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from livedesk.core.config_http import HTTP_ADDRESS
from livedesk.core.config_run import read_run
from livedesk.core.config_secret import Origin, read_secret
from livedesk.core.config_table import Table
from livedesk.core.config_webhook import read_webhook_secret
from livedesk.core.loopback import is_loopback
from livedesk.core.moderation_settings import (
    ChatSettings,
    LinesChat,
    ModerationSettings,
    SandboxChat,
    ShopeeChat,
)

_KINDS: Final = ("sandbox", "shopee", "lines", "none")
_OWN_TABLES: Final = ("sandbox", "lines")
_RUN_EXAMPLE: Final = '["/usr/local/bin/read-chat", "--room", "glow"]'


def read_moderation(
    table: Table, origin: Origin, *, platform: str, shopee_sign_in: bool, sandbox: bool
) -> ModerationSettings:
    """`shopee_sign_in`: the store pins through Shopee, so there is a sign-in to share.
    `sandbox`: nothing of the store is real, so tokens may stand in the file unremarked."""
    expected = '"sandbox", "shopee", "lines" or "none"'
    kind = table.text("chat", expected, "|".join(_KINDS), "none")
    _check_kind(table, kind, platform, shopee_sign_in=shopee_sign_in, sandbox=sandbox)
    settings = ModerationSettings(
        url=_service(table),
        token=read_secret(
            table, "token", "the rule service's token", "env:RULES_TOKEN", origin, quiet=sandbox
        ),
        chat=_chat(table, origin, kind),
        webhook_secret=read_webhook_secret(table, origin, quiet=sandbox),
    )
    table.close()
    return settings


def _service(table: Table) -> str:
    """Without a slash at its end, as calls are appended to it. It may have been written with a
    password in it, so no problem repeats it."""
    expected = 'the rule service\'s address, such as "https://rules.example"'
    url = table.private_text("url", expected)
    if url is not None and (fault := _fault(url)):
        table.problem("url", f"expected {expected}; found {fault}")
    return (url or "").rstrip("/")


def _fault(url: str) -> str:
    """What is wrong with the address, in words that do not contain it; empty when nothing is."""
    if not re.fullmatch(HTTP_ADDRESS, url):
        return (
            "no http or https address, or blanks, @, ? or # in it; the token has a key of its own"
        )
    try:
        parts = urlsplit(url)
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole:
        return "no valid host and port after ://"
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        return "http:// to another machine; it has to be https://, as the token goes there"
    return ""


def _check_kind(
    table: Table, kind: str, platform: str, *, shopee_sign_in: bool, sandbox: bool
) -> None:
    """Where it leads elsewhere than to the store's platform, that is all there is to say of it."""
    is_tiktok = platform.lower().replace(" ", "").startswith("tiktok")
    if is_tiktok and (kind == "shopee" or (kind == "sandbox" and not sandbox)):
        table.problem(
            "chat",
            f'"{kind}" does not lead to the platform "{platform}"; TikTok has no official call for '
            'comments: use "lines" for a program of your own that reads them, or "none"',
        )
    elif kind == "shopee" and not shopee_sign_in:
        table.problem(
            "chat",
            '"shopee" reads comments with the sign-in of the pins and in their live: it needs '
            '[store.pins] with gateway = "shopee"; add that, or use "lines" or "none"',
        )


def _chat(table: Table, origin: Origin, kind: str) -> ChatSettings | None:
    for name in _OWN_TABLES:
        if table.has(name) and name != kind:
            table.problem(name, f'is only used with chat = "{name}"; remove this table')
    match kind:
        case "sandbox":
            return _sandbox(table.table("sandbox", "[store.moderation.sandbox]"), origin)
        case "shopee":
            return ShopeeChat()
        case "lines":
            lines = table.table("lines", "[store.moderation.lines]")
            chat = LinesChat(read_run(lines, _RUN_EXAMPLE))
            lines.close()
            return chat
    return None


def _sandbox(table: Table, origin: Origin) -> SandboxChat:
    """Its token opens nothing but the sandbox, so it is not remarked upon."""
    chat = SandboxChat(
        url=table.text(
            "url",
            'the address that the sandbox tells, such as "http://127.0.0.1:8091"',
            HTTP_ADDRESS,
        ).rstrip("/"),
        room=table.text("room", 'a room of the sandbox, such as "glow"', r"[A-Za-z0-9_.-]{1,80}"),
        token=read_secret(table, "token", "the sandbox's token", "", origin, quiet=True),
    )
    table.close()
    return chat
