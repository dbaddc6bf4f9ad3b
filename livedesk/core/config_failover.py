"""When may the stream move, and what moves it? Reads `[store.failover]`."""

from __future__ import annotations

from typing import Final, Literal, cast

from livedesk.core.config_http import read_body, read_headers
from livedesk.core.config_run import read_run
from livedesk.core.config_secret import Origin, read_address, read_password
from livedesk.core.config_table import Table
from livedesk.core.settings import (
    Actuator,
    CommandActuator,
    FailoverSettings,
    HttpActuator,
    ObsActuator,
)

_HTTP_EXAMPLE: Final = '"https://switch.example/move?to={to}&token=env:SWITCH_TOKEN"'
_RUN_EXAMPLE: Final = '["/usr/local/bin/move-stream", "{to}"]'
_KINDS: Final = ("obs", "http", "command")


def read_failover(table: Table, origin: Origin, *, pulled: bool, uplinks: int) -> FailoverSettings:
    """Every key may be left out. `pulled`: the feed is not relayed, so something else moves it."""
    default = FailoverSettings()
    settings = FailoverSettings(
        automatic=table.flag("automatic", default.automatic),
        fail_back=_fail_back(table),
        fail_back_after_s=table.number(
            "fail_back_after_s", default.fail_back_after_s, 1, 3600, "s"
        ),
        min_dwell_s=table.number("min_dwell_s", default.min_dwell_s, 0, 600, "s"),
        flap_limit=table.whole_number("flap_limit", default.flap_limit, 1, 100, "switches"),
        flap_window_s=table.number("flap_window_s", default.flap_window_s, 10, 86_400, "s"),
        max_lag_ms=table.number("max_lag_ms", default.max_lag_ms, 300, 60_000, "ms"),
        catch_up_s=table.number("catch_up_s", default.catch_up_s, 0, 60, "s"),
        actuator=_actuator(table, origin, pulled=pulled, uplinks=uplinks),
    )
    table.close()
    return settings


def _fail_back(table: Table) -> Literal["manual", "automatic"]:
    given = table.text("fail_back", '"manual" or "automatic"', "manual|automatic", "manual")
    return cast(Literal["manual", "automatic"], given)


def _actuator(table: Table, origin: Origin, *, pulled: bool, uplinks: int) -> Actuator | None:
    kind = table.text(
        "actuator", '"relay", "obs", "http" or "command"', "relay|obs|http|command", "relay"
    )
    _check_kind(table, kind, pulled=pulled, uplinks=uplinks)
    actuator: Actuator | None = None
    for name in _KINDS:
        if table.has(name) and name != kind:
            table.problem(name, f'is only used with actuator = "{name}"; remove this table')
    match kind:
        case "obs":
            actuator = _obs(table.table("obs", "[store.failover.obs]"), origin)
        case "http":
            actuator = _http(table.table("http", "[store.failover.http]"), origin)
        case "command":
            actuator = _command(table.table("command", "[store.failover.command]"))
    return actuator


def _check_kind(table: Table, kind: str, *, pulled: bool, uplinks: int) -> None:
    """Two may not move one stream: the relay moves what it carries, an actuator all else."""
    if kind != "relay" and not pulled:
        table.problem(
            "actuator",
            f'"{kind}" moves a stream that livedesk only watches (pull in [store.feed]); with '
            "listen the relay moves it: remove actuator, or set pull instead of listen",
        )
    elif kind == "relay" and pulled and (uplinks > 1 or "actuator" in table.values):
        table.problem(
            "actuator",
            'expected "obs", "http" or "command", as with pull no relay carries the stream that '
            f'could move it to another uplink; found "{kind}"',
        )


def _obs(table: Table, origin: Origin) -> ObsActuator:
    default = ObsActuator()
    expected = 'the password of OBS\'s WebSocket server, such as "env:OBS_PASSWORD"'
    obs = ObsActuator(
        host=table.text(
            "host", 'a host without port, such as "127.0.0.1"', r"[^\s/@\[\]]{1,253}", default.host
        ),
        port=table.whole_number("port", default.port, 1, 65_535, "port number"),
        password=read_password(table, "password", expected, origin),
        timeout_s=table.number("timeout_s", default.timeout_s, 2, 60, "s"),
    )
    table.close()
    return obs


def _http(table: Table, origin: Origin) -> HttpActuator:
    expected = f"an http or https address, such as {_HTTP_EXAMPLE}"
    url = read_address(table, "url", expected, ("http", "https"), origin.resolve)
    method = table.text("method", '"POST", "PUT" or "GET"', "POST|PUT|GET", "POST")
    actuator = HttpActuator(
        url=url,
        method=cast(Literal["POST", "PUT", "GET"], method),
        headers=read_headers(table.table("headers", 'headers = {Name = "value"}'), origin),
        body=read_body(table, method),
        timeout_s=table.number("timeout_s", 5.0, 0.5, 30, "s"),
    )
    table.close()
    return actuator


def _command(table: Table) -> CommandActuator:
    run = read_run(table, _RUN_EXAMPLE)
    command = CommandActuator(run, table.number("timeout_s", 10.0, 0.5, 60, "s"))
    table.close()
    return command
