"""Can each store be moderated: is the rule service there and lets us in, does the chat answer, and
what can be done about a comment on that platform?

Nothing is judged, hidden or posted. A program that writes lines is not started, as it may be one
that signs in only once; it is looked for.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from random import Random
from time import perf_counter
from typing import Final

from livedesk.core.clock import Clock
from livedesk.core.moderation import Ability, ChatStatus
from livedesk.core.moderation_settings import (
    ChatSettings,
    LinesChat,
    ModerationSettings,
    SandboxChat,
    ShopeeChat,
)
from livedesk.core.rules import RuleSet
from livedesk.core.settings import Settings
from livedesk.doctor.engine import running_engine, webhook
from livedesk.doctor.finding import Finding
from livedesk.moderation.chats.make import chat_for
from livedesk.moderation.rule_file import RuleFileError, read_rules
from livedesk.moderation.service_answers import (
    RulesDocument,
    ServiceAwayError,
    ServiceRefusedError,
)
from livedesk.moderation.service_client import RuleService
from livedesk.paths import Paths
from livedesk.platforms.connection import AddressError

_SERVICE_S: Final = 5.0
_CHAT_S: Final = 3.0
_LOOK_S: Final = 0.05
_VERBS: Final = ("hide", "unhide", "reply", "ban", "unban")
_WAYS: Final[tuple[tuple[Ability, str], ...]] = (
    ("platform", "by the platform"),
    ("by_hand", "by hand"),
    ("not_possible", "not possible"),
)


def check_moderation(settings: Settings, paths: Paths, clock: Clock) -> Iterator[Finding]:
    """Takes some seconds when a service or a chat does not answer."""
    engine = running_engine(paths.runtime)
    stores = [(each.id, each.moderation) for each in settings.stores if each.moderation is not None]
    for findings in asyncio.run(_all(stores, clock)):
        yield from findings
    for store, moderation in stores:
        if moderation.webhook_secret is not None:
            yield webhook(store, "warnings", engine)


async def _all(
    stores: list[tuple[str, ModerationSettings]], clock: Clock
) -> list[tuple[Finding, Finding]]:
    return await asyncio.gather(*(_store(store, each, clock) for store, each in stores))


async def _store(
    store: str, moderation: ModerationSettings, clock: Clock
) -> tuple[Finding, Finding]:
    return await asyncio.gather(_rules(store, moderation), _chat(store, moderation.chat, clock))


async def _rules(store: str, moderation: ModerationSettings) -> Finding:
    service = RuleService(moderation.url, moderation.token)
    begun_s = perf_counter()
    try:
        async with asyncio.timeout(_SERVICE_S):
            document = await service.rules()
            took_ms = (perf_counter() - begun_s) * 1000
            return await _version(store, service, document, took_ms)
    except TimeoutError:
        text = f"{store}: the rule service did not answer within {_SERVICE_S:.0f} s"
    except (ServiceAwayError, ServiceRefusedError) as error:
        text = f"{store}: {error}"
    finally:
        await service.close()
    return Finding("fail", "rules", text, "check url and token in [store.moderation]")


async def _version(
    store: str, service: RuleService, document: RulesDocument | None, took_ms: float
) -> Finding:
    """What the rules are, and whether the token is one of an engine."""
    try:
        if document is None:
            raise ServiceAwayError("The rule service gave no rules.")
        rules, problems = await asyncio.to_thread(read_rules, document.content, document.version)
    except RuleFileError as error:
        text = f"{store}: the rule service's rules cannot be used: {error}"
        return Finding("fail", "rules", text, "correct them in the rule service")
    try:
        await service.judge(store, ())
    except (ServiceAwayError, ServiceRefusedError) as error:
        text = f"{store}: the rules can be read, but comments cannot be given in: {error}"
        action = "put a token of the role engine into [store.moderation]"
        return Finding("fail", "rules", text, action)
    text = f"the rule service of {store} answers in {took_ms:.0f} ms: {_described(rules)}"
    if not problems:
        return Finding("ok", "rules", text)
    first = problems[0]
    text += f"; {len(problems):,} with problems, such as {first.where}: {first.text}"
    return Finding("warn", "rules", text, "look at them in the rule service; the rest is used")


def _described(rules: RuleSet) -> str:
    return f"version {rules.version}, {len(rules.rules):,} rules with {rules.terms:,} terms"


async def _chat(store: str, chat: ChatSettings | None, clock: Clock) -> Finding:
    match chat:
        case None:
            text = f"no chat of {store} is read: comments come by POST /v1/stores/{store}/comments"
            return Finding("ok", "chat", f"{text}, and what is to be done is done by hand")
        case LinesChat(run):
            return _program(store, run[0])
        case ShopeeChat():
            text = f"comments of {store} come with the sign-in of its pins"
            return Finding("ok", "chat", f"{text}; a comment cannot be hidden, its author banned")
        case SandboxChat():
            return await _room(store, chat, clock)


def _program(store: str, program: str) -> Finding:
    if shutil.which(program) is None:
        text = f"{program}, which is to write the comments of {store}, cannot be run"
        action = "install it, or correct run in [store.moderation.lines]; it needs its whole path"
        return Finding("fail", "chat", text, action)
    text = f"comments of {store} come from {program}; what it can do it says when it runs"
    return Finding("ok", "chat", text)


async def _room(store: str, settings: SandboxChat, clock: Clock) -> Finding:
    try:
        chat = chat_for(settings, store, clock=clock, rng=Random())
    except AddressError as error:
        text = f"{store}: the address in [store.moderation.sandbox] cannot be called: {error}"
        return Finding("fail", "chat", text, "correct it in the settings")
    reading = asyncio.create_task(chat.run(lambda _: None))
    try:
        for _ in range(round(_CHAT_S / _LOOK_S)):
            if chat.status().state != "unknown":
                break
            await asyncio.sleep(_LOOK_S)
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await chat.close()
    return _told(store, chat.status())


def _told(store: str, status: ChatStatus) -> Finding:
    if status.state == "up":
        text = f"the chat of {store} answers in the {status.kind}: {abilities(status)}"
        return Finding("ok", "chat", text)
    text = f"the chat of {store} does not answer: {status.reason or 'nothing came'}"
    return Finding("fail", "chat", text, "check [store.moderation.sandbox] and the sandbox")


def abilities(status: ChatStatus) -> str:
    """`hide and reply by the platform, ban by hand`."""
    groups = [
        (words, [verb for verb in _VERBS if getattr(status, verb) == ability])
        for ability, words in _WAYS
    ]
    return "; ".join(f"{', '.join(verbs)} {words}" for words, verbs in groups if verbs)
