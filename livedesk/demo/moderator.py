"""The moderator of the show: viewers write as the script says, rules and a person act on it.

The person decides over the engine's API like everybody else; what was really hidden, shown and
answered is told by the chat.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from livedesk.core.events import Json
from livedesk.demo.patience import until
from livedesk.demo.spoiling import spoiled
from livedesk.demo.stage import STORE, Stage
from livedesk.desk.client import HttpDoor
from livedesk.desk.errors import DeskError, RefusedError
from livedesk.desk.sandbox_client import SandboxClient

HIDE_LIMIT_S: Final = 4.7
"""The field's median of automatic hiding; here it is the most."""

REVIEW_LIMIT_S: Final = 22.0
_ITEM_LIMIT_S: Final = 3.0
_DONE_LIMIT_S: Final = 4.7
_STORE: Final = f"/v1/stores/{STORE}"
_MODERATOR: Final = "ana"
_COLLEAGUE: Final = "ben"
ANSWER: Final = "sizes"
_AUDIENCE: Final[dict[str, Json]] = {"rate_per_s": 3, "bad_pct": 0}
"""Nothing but what no rule should touch: questions, praise, jokes and false friends."""
_FOR_PEOPLE: Final[dict[str, Json]] = {"rate_per_s": 1.5, "bad_pct": 8}

Part = Literal[
    "hidden", "answer lost", "answered", "left", "person hides", "person approves",
    "person takes back", "person shows", "person answers",
]  # fmt: skip
"""What is to become of a comment: by a rule alone, or by the moderator. `answer lost`: the chat
hides it and does not say so. `person takes back`: hidden, and that undone. `person shows`: a rule
hid it, and should not have."""

SCRIPT: Final[tuple[tuple[Part, str], ...]] = (
    ("hidden", "wһаtѕарр me for half price"),
    ("left", "those killer lashes 😍 class act as always"),
    ("answered", "where is my order? nothing since monday"),
    ("person approves", "you are an idiot if you miss this palette 😂"),
    ("hidden", "shut it b.i.t.c.h"),
    ("answer lost", "d0uble your m0ney with my broker"),
    ("person takes back", "is this a scam?"),
    ("hidden", "chama no zap que faço mais barato"),
    ("person hides", "this is fake, do not buy here"),
    ("hidden", "wa 0812 3456 7890 lebih murah"),
    ("person shows", "my sister said come to my live and then she cooked lol"),
    ("hidden", "加微信 glow88 便宜一半"),
    ("left", "shut up and take my money 💸"),
    ("person answers", "idiot question maybe, but is the size chart in cm?"),
    ("hidden", "da\u200bsar an\u200bji\u200bng"),
)
"""Look-alikes, spacing, digits for letters and invisible characters among what is bad; what only
sounds so among what is not."""

_NAMES: Final = (
    "deals4u", "Mia", "Hannah", "Noor", "xX_rik_Xx", "Broker Tom", "Lucía", "Rita", "gonewrong88",
    "Murah Jaya", "Jess", "小美代购", "Dani", "Emma", "anon_0412",
)  # fmt: skip

BAD: Final[frozenset[Part]] = frozenset(("hidden", "answer lost", "person hides"))
_FAULT: Final[Mapping[str, Json]] = {"drop_after_pct": 100, "calls": ["act"]}


@dataclass(slots=True)
class Moderated:
    """What the engine's API and the chat said of the viewers' comments."""

    parts: dict[str, Part] = field(default_factory=dict)
    """Of the script's comments that were written, by id."""
    refused: str = ""
    """With which code a colleague was refused, while the moderator was at the item."""
    comments: list[dict[str, Any]] = field(default_factory=list)
    """All that was written, as the chat has it."""
    executions: list[dict[str, Any]] = field(default_factory=list)
    """All that was done, as the chat has it."""
    status: dict[str, Any] = field(default_factory=dict)
    """The engine's `moderation` at the end."""
    problem: str = ""


class Moderator:
    """Plays its part once."""

    def __init__(self, stage: Stage, sandbox: SandboxClient) -> None:
        self._engine = HttpDoor(stage.engine_url, stage.engine_token)
        self._witness = HttpDoor(stage.control_url, stage.control_token)
        self._sandbox = sandbox
        self.moderated = Moderated()

    async def close(self) -> None:
        await self._engine.close()
        await self._witness.close()

    async def play(self, between_s: float) -> None:
        """Every comment of the script, so long apart. What breaks it off is told in `problem`."""
        seen = self.moderated
        try:
            await self._sandbox.order("/chat", _AUDIENCE)
            for number, (part, text) in enumerate(SCRIPT, 1):
                comment_id = f"script-{number}"
                begun = time.monotonic()
                await self._write(comment_id, _NAMES[number - 1], part, text)
                await self._act(comment_id, part)
                await asyncio.sleep(begun + between_s - time.monotonic())
            await self._sandbox.order("/chat", {"rate_per_s": 0})
            await until(self._is_done, _DONE_LIMIT_S)
            seen.comments = await self._pages("comments", "n")
            seen.executions = await self._pages("executions", "number")
            status = json.loads(await self._engine.get_bytes(f"{_STORE}/status"))
            seen.status = status.get("moderation") or {}
        except DeskError as error:
            seen.problem = str(error)

    async def hand_over(self) -> None:
        """Somebody in front of the console moderates from here on: viewers go on, some of them bad.

        Raises DeskError."""
        await self._sandbox.order("/chat", _FOR_PEOPLE)

    async def _write(self, comment_id: str, author: str, part: Part, text: str) -> None:
        line: dict[str, Json] = {"id": comment_id, "text": text, "kind": part, "bad": part in BAD}
        line |= {"author": author, "author_id": f"guest-{comment_id}"}
        await self._sandbox.order("/chat", {"say": [line]})
        self.moderated.parts[comment_id] = part

    async def _act(self, comment_id: str, part: Part) -> None:
        """Returns when what concerns the person is done; what rules do takes its time beside it."""
        match part:
            case "answer lost":
                async with spoiled(self._sandbox, _FAULT, "chat"):
                    await until(lambda: self._was(comment_id, "hide"), _DONE_LIMIT_S)
            case "person approves":
                await self._decide(await self._item(comment_id), "approve")
            case "person hides":
                await self._hide_alone(await self._item(comment_id))
            case "person takes back":
                item_id = await self._item(comment_id)
                await self._decide(item_id, "hide")
                await until(lambda: self._was(comment_id, "hide"), _DONE_LIMIT_S)
                await self._decide(item_id, "undo")
            case "person shows":
                item_id = await self._item(comment_id)
                await until(lambda: self._was(comment_id, "hide"), _DONE_LIMIT_S)
                await self._decide(item_id, "approve")
            case "person answers":
                await self._decide(await self._item(comment_id), "reply", faq=ANSWER)

    async def _hide_alone(self, item_id: str) -> None:
        """Claim it first: a colleague who decides meanwhile is refused."""
        await self._call(item_id, "claim", {"by": _MODERATOR})
        try:
            await self._call(item_id, "approve", {"by": _COLLEAGUE})
        except RefusedError as refused:
            self.moderated.refused = refused.code
        await self._decide(item_id, "hide")

    async def _decide(self, item_id: str, kind: str, **more: Json) -> None:
        """The same key is the same decision, so that it could be sent again."""
        if item_id:
            key = f"{kind}-{item_id}"
            await self._call(item_id, kind, {"by": _MODERATOR, "key": key, **more})

    async def _call(self, item_id: str, act: str, body: dict[str, Json]) -> None:
        await self._engine.post(f"{_STORE}/moderation/{item_id}/{act}", body)

    async def _item(self, comment_id: str) -> str:
        """The queue's item for a comment; empty when there is none in time."""
        found = ""

        async def is_there() -> bool:
            nonlocal found
            page = json.loads(await self._engine.get_bytes(f"{_STORE}/moderation/queue"))
            ids = {item["comment"]["id"]: item["id"] for item in page["items"]}
            found = ids.get(comment_id, "")
            return bool(found)

        await until(is_there, _ITEM_LIMIT_S)
        return found

    async def _was(self, comment_id: str, verb: str) -> bool:
        """Whether the chat did it."""
        executions = await self._pages("executions", "number")
        return any(each["target"] == comment_id and each["verb"] == verb for each in executions)

    async def _is_done(self) -> bool:
        """Whether the chat has all that the script leads to."""
        comments = await self._pages("comments", "n")
        executions = await self._pages("executions", "number")
        visible = {each["id"]: each["visible"] for each in comments}
        answered = {each["target"] for each in executions if each["verb"] == "reply"}
        return all(
            visible.get(comment_id) is (part not in BAD)
            and (comment_id in answered or part not in ("answered", "person answers"))
            for comment_id, part in self.moderated.parts.items()
        )

    async def _pages(self, name: str, number: str) -> list[dict[str, Any]]:
        """The chat's own record."""
        found: list[dict[str, Any]] = []
        while True:
            params: dict[str, str | float] = {"after": str(found[-1][number] if found else 0)}
            body = await self._witness.get_bytes(f"/chat/{name}", params)
            page = json.loads(body)[name]
            if not page:
                return found
            found += page
