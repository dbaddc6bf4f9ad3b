"""What is put on record of webhooks about products that were taken? What their sender will not have
thought; changes of products tell themselves."""

from __future__ import annotations

from livedesk.core.events import Json
from livedesk.engine.hook_news import HookNews
from livedesk.pins.webhook import HookEvent


def tell_taken(news: HookNews, event: HookEvent) -> None:
    if event.note and not event.repeated:
        text = f"A webhook about products changed nothing: {event.note}."
        news.say("hook.unused", "notice", text, {"type": event.type}, event.type)
    product_id = "" if event.product is None else event.product.id
    for problem in event.problems:
        text = f"A webhook was used in part. {problem.where}: {problem.text}"
        told: dict[str, Json] = {"where": problem.where, "product_id": product_id}
        news.say("hook.problem", "warning", text, told, f"{problem.where} {product_id}")
