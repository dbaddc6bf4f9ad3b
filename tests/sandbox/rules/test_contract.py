"""The contract says what is served, and what is served is what the contract says."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from livedesk.core import moderation, rules
from livedesk.core.clock import ManualClock
from livedesk.sandbox.rules.access import ROLES
from livedesk.sandbox.rules.calls import CALLS
from livedesk.sandbox.rules.wire import DecideCall
from tests.sandbox.rules.stage import NOW_NS, RULES, Stage, comment, document, rule_service
from tests.sandbox.rules.yaml_subset import read_yaml

CONTRACT = Path(__file__).parents[3] / "docs" / "rule-service.yaml"
VALUES = [
    moderation.Item, moderation.ComplianceWarning, moderation.RuleStatistics, moderation.Faq,
    rules.Rule, rules.RuleProblem,
]  # fmt: skip
WARNING = {"id": "w1", "store": "glow", "kind": "policy", "text": "No", "utc_ns": NOW_NS}


@pytest.fixture(scope="module")
def contract() -> dict[str, Any]:
    found: dict[str, Any] = read_yaml(CONTRACT.read_text("utf-8"))
    return found


def resolved(contract: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        target: Any = contract
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        schema = target
    return schema


KINDS: dict[str, Any] = {
    "object": dict, "array": list, "string": str, "integer": int, "number": (int, float),
    "boolean": bool, "null": type(None),
}  # fmt: skip


def hold(contract: dict[str, Any], schema: dict[str, Any], value: Any, at: str = "$") -> None:
    """The part of JSON Schema that the contract uses. Members it does not name fail here, although
    callers must stand them: the contract is to name all that is served."""
    schema = resolved(contract, schema)
    if "anyOf" in schema:
        fitting = [each for each in schema["anyOf"] if _fits(contract, each, value)]
        assert fitting, f"{at}: {value!r} is none of {schema['anyOf']}"
        return
    if "enum" in schema:
        assert value in schema["enum"], f"{at}: {value!r}"
    if "type" in schema:
        assert isinstance(value, KINDS[schema["type"]]), f"{at}: {value!r} is no {schema['type']}"
    if isinstance(value, list):
        for number, each in enumerate(value):
            hold(contract, schema["items"], each, f"{at}[{number}]")
    if isinstance(value, dict):
        known = schema.get("properties", {})
        assert set(schema.get("required", ())) <= set(value), f"{at}: {sorted(value)}"
        assert set(value) <= set(known) or not known or "additionalProperties" in schema, at
        for name in known.keys() & value.keys():
            hold(contract, known[name], value[name], f"{at}.{name}")


def _fits(contract: dict[str, Any], schema: dict[str, Any], value: Any) -> bool:
    try:
        hold(contract, schema, value)
    except AssertionError:
        return False
    return True


def test_it_names_each_call_with_its_roles(contract: dict[str, Any]) -> None:
    written = {
        (method.upper(), path, frozenset(call["x-roles"]), call["operationId"])
        for path, calls in contract["paths"].items()
        for method, call in calls.items()
        if method != "parameters"
    }
    assert written == {(method, path, roles, call.__name__) for method, path, roles, call in CALLS}


def test_each_call_says_how_it_is_refused_otherwise(contract: dict[str, Any]) -> None:
    for path, calls in contract["paths"].items():
        for method, call in calls.items():
            if method != "parameters":
                default = call["responses"]["default"]
                assert default == {"$ref": "#/components/responses/Failed"}, f"{method} {path}"


def test_every_reference_leads_somewhere_and_every_schema_is_used(contract: dict[str, Any]) -> None:
    references = set(re.findall(r'\$ref: "(#[^"]+)"', CONTRACT.read_text("utf-8")))
    for reference in references:
        resolved(contract, {"$ref": reference})
    parts = contract["components"]
    for kind in ("schemas", "responses", "parameters"):
        assert {f"#/components/{kind}/{name}" for name in parts[kind]} <= references


def test_its_objects_are_the_shared_values_field_by_field(contract: dict[str, Any]) -> None:
    template = "#/components/schemas/{name}"
    _, made = msgspec.json.schema_components([*VALUES, DecideCall], ref_template=template)
    for name, ours in made.items():
        written = contract["components"]["schemas"][name]
        assert written.get("required", []) == ours.get("required", []), name
        assert set(written["properties"]) == set(ours["properties"]), name
        for member, schema in ours["properties"].items():
            assert _shape(written["properties"][member]) == _shape(schema), f"{name}.{member}"


def _shape(schema: dict[str, Any]) -> Any:
    """What a schema allows, without what it says of it, and without limits."""
    shown: dict[str, Any] = {
        name: schema[name] for name in ("type", "enum", "$ref") if name in schema
    }
    if "enum" in schema:
        shown.pop("type", None)
        shown["enum"] = sorted(schema["enum"])
    if "items" in schema:
        shown["items"] = _shape(schema["items"])
    if "anyOf" in schema:
        shown["anyOf"] = sorted(repr(_shape(each)) for each in schema["anyOf"])
    return shown


def test_what_is_served_is_as_it_says(
    contract: dict[str, Any], tmp_path: Path, clock: ManualClock
) -> None:
    told: set[tuple[str, str, str]] = set()

    def check(path: str, answer: httpx.Response) -> None:
        method = answer.request.method.lower()
        status = str(answer.status_code)
        responses = contract["paths"][path][method]["responses"]
        assert status in responses, f"{method} {path}: {status} {answer.text}"
        told.add((method, path, status))
        content = resolved(contract, responses[status]).get("content")
        if content is not None:
            hold(contract, content["application/json"]["schema"], answer.json(), path)

    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            await _calls(stage, check)

    asyncio.run(run())
    calls = {(method.lower(), path) for method, path, _, _ in CALLS}
    assert {(method, path) for method, path, _ in told} == calls - {("get", "/v1/events")}


async def _calls(stage: Stage, check: Any) -> None:
    """Each call as it goes well, and as it is refused."""
    engine, editor = stage.engine, stage.editor
    texts = ("free cash", "rubbish", "how long is shipping")
    known = await stage.judge(*(comment(at, text) for at, text in enumerate(texts)))
    hide, review = known[0], known[1]
    item, claim = "/v1/items/{item}", {"by": "ann"}
    effect = {**hide["effects"][0], "state": "done"}
    news = {"store": "glow", "effects": [{"item_id": hide["id"], "effect": effect}]}
    version = {"If-Match": f'"{stage.server.version}"'}
    check("/v1/health", await stage.clients["reader"].get("/v1/health"))
    check("/v1/rules", await engine.get("/v1/rules"))
    same = {"If-None-Match": version["If-Match"]}
    check("/v1/rules", await engine.get("/v1/rules", headers=same))
    check("/v1/rules", await engine.get("/v1/rules?version=none"))
    check("/v1/rules", await editor.put("/v1/rules", content=document("x y")))
    check("/v1/rules", await editor.put("/v1/rules", content=b"{", headers=version))
    check("/v1/rules", await editor.put("/v1/rules", content=document("x y"), headers=version))
    check("/v1/rules", await editor.put("/v1/rules", content=document("x z"), headers=version))
    check("/v1/rules/check", await editor.post("/v1/rules/check", json=RULES))
    check("/v1/rules/check", await editor.post("/v1/rules/check", content=b"{"))
    check("/v1/rules/versions", await engine.get("/v1/rules/versions"))
    check("/v1/rules/statistics", await engine.get("/v1/rules/statistics?store=glow"))
    body = {"store": "glow", "comments": [comment(1)]}
    check("/v1/comments", await engine.post("/v1/comments", json=body))
    check("/v1/comments", await engine.post("/v1/comments", json={"store": ""}))
    local = {"store": "glow", "items": [hide]}
    check("/v1/local", await engine.post("/v1/local", json=local))
    check("/v1/items", await engine.get("/v1/items?limit=1&state=open&store=glow"))
    check("/v1/items", await engine.get("/v1/items?state=strange"))
    pick = {"store": "glow", "comment": comment(9, "nice"), "by": "ann"}
    check("/v1/items", await engine.post("/v1/items", json=pick))
    check(item, await engine.get(f"/v1/items/{hide['id']}"))
    check(item, await engine.get("/v1/items/none"))
    check(f"{item}/claim", await engine.post(f"/v1/items/{review['id']}/claim", json=claim))
    check(f"{item}/decide", await stage.decide(review, "hide", "k1", by="bob"))
    check(f"{item}/release", await engine.post(f"/v1/items/{review['id']}/release", json=claim))
    check(f"{item}/decide", await stage.decide(review, "hide", "k1"))
    check(f"{item}/decide", await stage.decide(review, "hide", ""))
    check(f"{item}/decide", await stage.decide(review, "undo", "k1"))
    check("/v1/effects", await engine.post("/v1/effects", json=news))
    check("/v1/warnings", await engine.post("/v1/warnings", json=WARNING))
    check("/v1/warnings", await editor.post("/v1/warnings", json=WARNING))
    check("/v1/warnings", await engine.get("/v1/warnings?store=glow&limit=5"))
    check("/v1/warnings", await engine.get("/v1/warnings?limit=0"))
    check("/v1/audit", await editor.get("/v1/audit?limit=1000"))
    check("/v1/audit", await stage.clients["reader"].get("/v1/audit"))
    check("/v1/audit", await editor.get("/v1/audit?limit=0"))


def test_every_call_asks_for_a_token_and_for_its_role(tmp_path: Path, clock: ManualClock) -> None:
    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            for method, path, roles, _ in CALLS:
                url = path.replace("{item}", "i1")
                stranger = httpx.AsyncClient(base_url=stage.server.url, trust_env=False)
                async with stranger:
                    assert (await stranger.request(method, url)).status_code == 401
                for role in set(ROLES) - roles:
                    answer = await stage.clients[role].request(method, url)
                    assert answer.status_code == 403, f"{method} {path} as {role}"
                    assert answer.json()["error"]["code"] == "forbidden"

    asyncio.run(run())
