"""What is typed about the record, what is answered, and with which exit status."""

from __future__ import annotations

import io
import json
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from livedesk.cli import main
from livedesk.core.clock import NS_PER_S
from livedesk.journal.commands import export as export_command
from livedesk.journal.commands import proof
from livedesk.journal.commands.terminal import TerminalWatch
from livedesk.journal.exports.watch import Watch
from livedesk.journal.retention import kept
from livedesk.journal.sessions import session_path
from livedesk.journal.typed_acts import UNREADABLE, forget, take
from tests.journal.kit import START_UTC_NS, event, info, row, steady, write

Said = pytest.CaptureFixture[str]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    monkeypatch.setenv("LIVEDESK_DATA_DIR", str(folder))
    monkeypatch.chdir(tmp_path)
    return folder


def recorded(data: Path, store: str = "glow", day: int = 0, goodput: float = 4000) -> Path:
    start_ns = START_UTC_NS + day * 86_400 * NS_PER_S
    about = replace(info(session=f"{store}-{day}"), store=store, started_utc_ns=start_ns)
    rows = [*steady(range(40), goodput=goodput), *(row(t, -5, "skew_ms") for t in range(40))]
    events = [
        event(1, 0, "session.start"),
        event(2, 0.1, "uplink.up", uplink="primary"),
        event(3, 20, "operator.note", "A note.", actor="Ann"),
        event(4, 40, "session.end"),
    ]
    moved_ns = start_ns - START_UTC_NS
    return write(
        session_path(data, store, start_ns),
        [replace(each, utc_ns=each.utc_ns + moved_ns) for each in rows],
        [replace(each, utc_ns=each.utc_ns + moved_ns) for each in events],
        about,
    )


def damage(path: Path) -> Path:
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 5_000)
    return path


def test_a_batch_is_a_folder_a_store_and_goes_on_after_a_damaged_one(
    data: Path, tmp_path: Path, capsys: Said
) -> None:
    recorded(data), recorded(data, "lumen")
    bad = damage(recorded(data, "glow", 1))
    recorded(data, "glow", -30)
    out = tmp_path / "out"
    arguments = ["--since", "2026-11-20", "--format", "jsonl", "--out", str(out)]
    assert main(["export", *arguments]) == 1
    said = capsys.readouterr()
    assert sorted(path.name for path in out.iterdir()) == ["glow", "lumen"]
    assert len(list(out.rglob("*.jsonl"))) == 2
    assert [line.split(":")[0] for line in said.out.splitlines()] == [
        f"glow {session_path(data, 'glow', START_UTC_NS).stem}",
        f"lumen {session_path(data, 'lumen', START_UTC_NS).stem}",
    ]
    assert said.err.count("livedesk recover") == 1
    assert str(bad) in said.err
    assert "1 of 3 sessions could not be exported" in said.err
    assert "Traceback" not in said.err


def test_a_batch_of_one_store_and_one_day(data: Path, tmp_path: Path, capsys: Said) -> None:
    for day in range(3):
        recorded(data, "glow", day)
    recorded(data, "lumen", 1)
    one_day = ["--since", "2026-11-23", "--until", "2026-11-23", "--store", "glow"]
    assert main(["export", *one_day, "--format", "jsonl", "--out", str(tmp_path / "out")]) == 0
    assert re.findall(r"^\w+ (\w+):", capsys.readouterr().out, re.M) == ["20261123T055754Z"]
    assert main(["export", "--since", "2027-01-01"]) == 0
    assert "nothing was exported" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["export", "x", "--since", "1d"], "--since"),
        (["export", "--since", "soon"], "names no time"),
        (["export", "--since", ""], "names no time"),
        (["export", "--since", "2026-11-22", "--until", "2026-11-20"], "exchange them"),
        (["export", "data/sessions/glow"], "is a folder"),
        (["export", "loop"], "is no file"),
        (["export", "glow-0", "--start-timecode", "24:00:00:00"], "--start-timecode"),
        (["sessions", "keep", "glow-0", "--why", " "], "--why"),
        (["recover", "data/sessions"], "is no file"),
        (["export", "--store", "nobody"], "stores with some: glow"),
        (["export", "glow-0", "--format", "docx,csv"], "no export format: docx"),
        (["export", "glow-0", "--format", ","], "no export format: none"),
        (["export", "glow-0", "--columns", "sku=SKU"], "--orders FILE"),
        (["sessions", "delete", "glow-0"], "--yes"),
        (["sessions", "keep", "glow-7", "--why", "x"], "no session"),
        (["evidence", "glow-0", "--from", "soon", "--to", "0:00:30", "--reason", "x"], "soon"),
        (["evidence", "glow-0", "--from", "0:00", "--to", "0:30", "--reason", " "], "--reason"),
        (["verify", "glow-0", "--head", "xyz"], "64 hex digits"),
        (["recover", "none.livedesk"], "no file"),
    ],
)
def test_what_is_asked_wrongly_is_a_sentence(
    data: Path, capsys: Said, arguments: list[str], words: str
) -> None:
    recorded(data)
    Path("loop").symlink_to("loop")
    assert main(arguments) == 2
    assert words in capsys.readouterr().err


def test_of_sessions_with_the_same_id_none_is_taken_for_the_other(data: Path, capsys: Said) -> None:
    path = recorded(data)
    copy = path.with_name("20261201T000000Z.livedesk")
    copy.write_bytes(path.read_bytes())
    assert main(["sessions", "delete", "glow-0", "--yes"]) == 2
    assert f"glow/{copy.stem}, glow/{path.stem}" in capsys.readouterr().err
    assert main(["sessions", "delete", copy.stem, "--yes"]) == 0
    assert path.exists()


def test_a_day_counts_whole_however_it_is_written(data: Path, tmp_path: Path) -> None:
    recorded(data)
    for until in ("2026-11-22", "20261122", "2026-W47-7"):
        out = tmp_path / until
        batch = ["export", "--since", until, "--until", until, "--format", "vtt"]
        assert main([*batch, "--out", str(out)]) == 0
        assert len(list(out.rglob("*.vtt"))) == 1


def test_a_disk_that_is_full_is_a_sentence_also_when_recovering(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(proof, "salvage", full)
    assert main(["recover", str(recorded(data))]) == 1
    assert "written to recovered: database or disk is full; free room" in capsys.readouterr().err


def test_ctrl_c_in_a_batch_says_what_is_there(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    recorded(data), recorded(data, "glow", 1)
    calls = iter(range(9))

    def pressed(*arguments: object) -> list[Path]:
        if next(calls):
            raise KeyboardInterrupt
        return []

    monkeypatch.setattr(export_command, "export", pressed)
    out = tmp_path / "out"
    assert main(["export", "--store", "glow", "--format", "jsonl", "--out", str(out)]) == 130
    assert "1 of 2 sessions are exported" in capsys.readouterr().err


def test_sessions_are_listed_for_people_and_programs(data: Path, capsys: Said) -> None:
    recorded(data), recorded(data, "lumen", 1)
    bad = damage(recorded(data, "glow", 2))
    assert main(["sessions", "keep", "glow-0", "--why", "Dispute 12"]) == 0
    capsys.readouterr()
    assert main(["sessions"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [f"glow-{bad.stem}", "lumen-1", "glow-0"]
    assert "cannot be read" in lines[0]
    assert "2026-11-22 05:57 UTC  40 s" in lines[2]
    assert lines[2].endswith("kept: Dispute 12")
    assert main(["sessions", "--json", "--store", "glow"]) == 0
    listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["kept"] for each in listed] == ["", "Dispute 12"]
    assert listed[1]["file"] == f"sessions/glow/{session_path(data, 'glow', START_UTC_NS).name}"
    assert listed[0]["problem"]


def test_nothing_is_deleted_that_is_kept_and_nothing_unasked(
    data: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = recorded(data)
    assert main(["sessions", "keep", "glow-0", "--why", "Dispute 12"]) == 0
    assert main(["sessions", "delete", "glow-0", "--yes"]) == 1
    assert "Dispute 12" in capsys.readouterr().err
    assert main(["sessions", "unkeep", "glow-0"]) == 0
    assert kept(data) == {}
    for answer in ("no\n", ""):
        monkeypatch.setattr("sys.stdin", Terminal(answer))
        assert main(["sessions", "delete", "glow-0"]) == 1
    assert path.exists()
    assert main(["sessions", "delete", "glow-0", "--yes"]) == 0
    assert not path.exists()
    assert "free again" in capsys.readouterr().out


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_prune_takes_what_ended_long_ago(data: Path, capsys: Said) -> None:
    old, older = recorded(data, "glow", -4_000), recorded(data, "lumen", -4_001)
    new = recorded(data, "glow", 40_000)
    assert main(["sessions", "keep", "lumen--4001", "--why", "First one"]) == 0
    assert main(["sessions", "prune", "--older-than", "365d", "--dry-run"]) == 0
    assert "glow--4000" in capsys.readouterr().out
    assert old.exists()
    assert main(["sessions", "prune", "--older-than", "365", "--yes"]) == 0
    assert [path.exists() for path in (old, older, new)] == [False, True, True]
    assert "1 session deleted" in capsys.readouterr().out


def test_two_sessions_are_compared_by_mark_and_not_by_colour(data: Path, capsys: Said) -> None:
    recorded(data), recorded(data, "lumen", 1, goodput=900)
    assert main(["compare", "glow-0", "lumen-1"]) == 0
    text = capsys.readouterr().out
    assert "✓" in text
    assert "\x1b" not in text
    assert main(["compare", "glow-0", "lumen-1", "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert (first["store"], second["store"]) == ("glow", "lumen")
    assert {each["key"] for each in first["figures"]} >= {"on_air_s", "share_above_min"}


def test_a_record_is_verified_and_a_touched_one_is_found(data: Path, capsys: Said) -> None:
    path = recorded(data)
    assert main(["verify", "glow-0"]) == 0
    said = capsys.readouterr().out
    head = re.search(r"[0-9a-f]{64}", said)
    assert head is not None
    assert main(["verify", str(path), "--head", head[0]]) == 0
    assert main(["verify", str(path), "--head", "0" * 64]) == 1
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE events SET actor = 'Eve' WHERE seq = 3")
    capsys.readouterr()
    assert main(["verify", "glow-0"]) == 1
    assert "event 3 is not as it was written" in capsys.readouterr().err


ORDERS = """\
Order ID,SKU,Settlement amount,{currency},Created Time
1,42,19.90,USD,2026-11-22 05:58:00
2,42,abc,USD,2026-11-22 05:58:05
"""


def test_orders_are_joined_and_complaints_name_their_rows(
    data: Path, tmp_path: Path, capsys: Said
) -> None:
    recorded(data)
    orders = tmp_path / "orders.csv"
    orders.write_text(ORDERS.format(currency="Currency"))
    out = tmp_path / "out"
    arguments = ["export", "glow-0", "--orders", str(orders), "--format", "csv", "--out", str(out)]
    assert main(arguments) == 0
    assert "orders.csv, row 3, Settlement amount:" in capsys.readouterr().err
    assert list(out.rglob("commerce*.csv"))
    orders.write_text("a,b\n1,2\n")
    assert main(arguments) == 2
    assert "Its columns: a, b" in capsys.readouterr().err
    assert main([*arguments, "--columns", "colour=a"]) == 2
    assert "The fields: order_id" in capsys.readouterr().err


def test_what_was_said_of_columns_is_remembered(data: Path, tmp_path: Path) -> None:
    recorded(data)
    orders = tmp_path / "orders.csv"
    orders.write_text("Nr,Thing,Sum\n1,42,19.90\n")
    columns = ["order_id=Nr", "sku=Thing", "amount=Sum", "currency_code=USD"]
    export = ["export", "glow-0", "--orders", str(orders), "--format", "csv", "--out", "out"]
    assert main(export) == 2
    assert main([*export, "--columns", *columns]) == 0
    assert main(export) == 0


@pytest.mark.slow
def test_evidence_is_packed_and_verified(data: Path, tmp_path: Path, capsys: Said) -> None:
    recorded(data)
    stretch = ["--from", "0:00:10", "--to", "2026-11-22T05:58:24Z", "--reason", "Strike"]
    assert main(["evidence", "glow-0", *stretch, "--out", str(tmp_path / "out")]) == 0
    packed = capsys.readouterr().out.strip()
    assert packed.endswith("-evidence-000010-000030.zip")
    assert main(["verify", packed]) == 0
    last = re.search(r"--head ([0-9a-f]{64})", capsys.readouterr().out)
    assert last is not None
    assert main(["verify", "glow-0", "--head", last[1]]) == 0
    content = bytearray(Path(packed).read_bytes())
    content[200] ^= 4
    Path(packed).write_bytes(content)
    assert main(["verify", packed]) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_what_can_be_read_of_a_damaged_file_is_recovered(
    data: Path, tmp_path: Path, capsys: Said
) -> None:
    path = recorded(data)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - 4096])
    assert main(["recover", str(path), "--out", str(path.parent)]) == 2
    capsys.readouterr()
    assert main(["recover", str(path), "--out", str(tmp_path / "saved")]) == 0
    said = capsys.readouterr()
    saved = Path(said.out.strip())
    assert "events" in said.err
    assert path.read_bytes() == whole[: len(whole) - 4096]
    assert main(["export", str(saved), "--format", "jsonl", "--out", str(tmp_path)]) == 0
    assert main(["recover", str(path), "--out", str(tmp_path / "saved")]) == 2


@pytest.mark.parametrize("content", [b"", b"text", b"SQLite format 3\0" + b"\0" * 5_000])
def test_foreign_files_are_a_sentence_everywhere(
    data: Path, tmp_path: Path, capsys: Said, content: bytes
) -> None:
    path = tmp_path / "foreign.livedesk"
    path.write_bytes(content)
    out = ["--out", str(tmp_path / "out")]
    stretch = ["--from", "0:00", "--to", "0:30", "--reason", "x"]
    for arguments in (
        ["export", str(path), *out],
        ["evidence", str(path), *stretch, *out],
        ["verify", str(path)],
        ["compare", str(path), str(path)],
        ["recover", str(path), *out],
    ):
        assert main(arguments) == 1, arguments
        said = capsys.readouterr()
        assert "foreign.livedesk" in said.err
        assert "Traceback" not in said.err


def test_progress_is_one_line_on_a_terminal_and_nothing_in_a_pipe() -> None:
    def shown_in(stream: io.StringIO) -> str:
        now_s = iter(range(100))
        watch: Watch = TerminalWatch(stream, "glow (1 of 2)", lambda: float(next(now_s)))
        for done in range(5):
            watch.told(done / 4, "Writing \x1b[2J csv")
        assert isinstance(watch, TerminalWatch)
        watch.clear()
        return stream.getvalue()

    on_terminal = shown_in(Terminal())
    assert on_terminal.startswith("\r\x1b[K  0 % glow (1 of 2): Writing")
    assert on_terminal.endswith("\r\x1b[K")
    assert "\n" not in on_terminal
    assert "[2J" not in on_terminal.replace(" [2J", "")
    assert shown_in(io.StringIO()) == ""


def test_what_is_done_to_sessions_waits_for_the_audit_trail(data: Path, capsys: Said) -> None:
    path = recorded(data)
    recorded(data, "lumen", -4_000)
    for typed in (
        ["keep", "glow-0", "--why", "Dispute 12"],
        ["unkeep", "glow-0"],
        ["delete", "glow-0", "--yes"],
        ["prune", "--older-than", "3650", "--yes"],
    ):
        assert main(["sessions", *typed]) == 0
    acts = take(data)
    assert [(act.act, act.store, act.data["session"]) for act in acts] == [
        ("session.kept", "glow", "glow-0"),
        ("session.unkept", "glow", "glow-0"),
        ("session.deleted", "glow", "glow-0"),
        ("session.deleted", "lumen", "lumen--4000"),
    ]
    assert all(act.actor for act in acts)
    assert acts[2].data["file"] == f"sessions/glow/{path.name}"
    assert take(data) == acts
    forget(data)
    assert take(data) == []


def test_an_act_that_a_full_disk_cut_off_is_not_passed_over(data: Path) -> None:
    recorded(data)
    assert main(["sessions", "delete", "glow-0", "--yes"]) == 0
    with (data / "sessions" / "typed-acts.jsonl").open("ab") as file:
        file.write(b'{"act":"session.del')
    assert [act.act for act in take(data)] == ["session.deleted", UNREADABLE]


def test_damage_that_nobody_thought_of_is_a_sentence_and_a_mistake_of_ours_is_not(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    def stumbles(*_: object) -> list[Path]:
        raise AttributeError("'list' object has no attribute 'get'")

    path = recorded(data)
    monkeypatch.setattr(export_command, "export", stumbles)
    with pytest.raises(AttributeError):
        main(["export", "glow-0"])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE events SET data = '[1]' WHERE seq = 3")
    assert main(["export", "glow-0"]) == 1
    assert "rows in it make no sense. What can still be read" in capsys.readouterr().err
