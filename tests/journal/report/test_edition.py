"""Does the brand edition name nobody and no machine, and leave everything else as it was?"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedesk.journal.reader import SessionReader
from livedesk.journal.report.edition import AS_WRITTEN, Edited, edited
from tests.journal.kit import event, write

WORDS = Edited([("ana", False), ("Lena Fuchs", True), ("noor", False), ("engine", False)])


@pytest.mark.parametrize(
    "secret",
    [
        "rtmp://ingest.example/live/key",
        "10.0.0.3:1935",
        "[fe80::1%eth0]",
        "studio-7.local:8443",
        "relay.studio.internal",
        "pin.example:9000",
        "localhost:9000",
        "/home/ana/shows/monday.livedesk",
        "C:\\Users\\ana\\shows",
        "\\\\nas\\shows",
        "ana@agency.example",
        "@ana_live",
    ],
)
def test_addresses_hosts_and_paths_are_taken_out(secret: str) -> None:
    told = WORDS.edit(f"Nothing came from {secret} for 3 s.")
    assert secret.strip("[]") not in told
    assert "ana" not in told
    assert told.startswith("Nothing came from ")
    assert told.endswith(" for 3 s.")


@pytest.mark.parametrize(
    "harmless",
    [
        "At 0:12:00 and 16:01:02.5 UTC the rate was 2,500 kbps, 24/7 and/or more.",
        "Pin of Velvet Day Cream (50 ml) is shown after 14 ms.",
        "h264 High 1280×720, version 1.2.3: 16:9",
        "Analysts and bananas stay.",
        "uplink.low:primary was limit.trip, by versions.python and pin.cued.",
        "orders.csv and run_of_show.xlsx were handed in, with ring.JPG.",
    ],
)
def test_what_is_no_address_stays(harmless: str) -> None:
    assert WORDS.edit(harmless) == harmless


def test_a_person_is_one_operator_or_host_wherever_named() -> None:
    assert WORDS.name("ana") == "operator 1"
    assert WORDS.name("NOOR") == "operator 2"
    assert WORDS.name("Lena Fuchs") == "host 1"
    assert WORDS.edit("GO; waived: Clock (noor), by Lena Fuchs.") == (
        "GO; waived: Clock (operator 2), by host 1."
    )
    assert WORDS.name("ana, NOOR, engine") == "operator 1, operator 2, engine"
    assert WORDS.name("engine") == "engine"
    assert WORDS.name(None) == ""
    assert WORDS.name("nobody knows") == "somebody"
    assert WORDS.author("xX_rik_Xx") == "a viewer"


def test_data_are_edited_to_the_last_leaf() -> None:
    told = WORDS.data(
        {
            "decision": {"by": "ana", "note": "told noor"},
            "peer": "studio",
            "ms": 3,
            "item": {"comment": {"author": "rik", "text": "see you"}},
            "waived": [{"check": "clock", "by": "noor"}],
        }
    )
    assert told == {
        "decision": {"by": "operator 1", "note": "told operator 2"},
        "peer": "(address)",
        "ms": 3,
        "item": {"comment": {"author": "a viewer", "text": "see you"}},
        "waived": [{"check": "clock", "by": "operator 2"}],
    }


@given(st.text(max_size=60), st.sampled_from(["ana", "Lena Fuchs", "noor"]), st.text(max_size=60))
def test_no_name_survives_as_a_word(before: str, name: str, after: str) -> None:
    told = WORDS.edit(f"{before} {name} {after}")
    assert f" {name} " not in f" {told} "


def test_people_are_numbered_by_the_whole_record(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.livedesk",
        [],
        [
            event(1, 1, "order.switch", actor="noor"),
            event(2, 2, "pin.cued", actor="lena", source="pad"),
            event(3, 3, "order.switch", actor="ana"),
            event(4, 4, "pin.cued", actor="ana", source="console"),
        ],
    )
    with SessionReader.open(path) as reader:
        brand = edited(reader, "brand")
        assert [brand.name(who) for who in ("noor", "lena", "ana")] == [
            "operator 1",
            "host 1",
            "operator 2",
        ]
        assert edited(reader, "full") is AS_WRITTEN


def test_what_people_typed_is_left_out_wherever_it_is_told(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.livedesk",
        [],
        [
            event(1, 1, "order.failover", actor="noor", reason="Marta of the brand asked for it"),
            event(2, 2, "alarm.shelved", actor="ana", why="Marta"),
            event(3, 3, "failover.switch", reason="primary carries 900 of 4,000 kbps"),
        ],
    )
    with SessionReader.open(path) as reader:
        brand = edited(reader, "brand")
    assert brand.edit("Switch ordered: Marta of the brand asked for it") == (
        "Switch ordered: (a note)"
    )
    assert brand.edit("Marta") == brand.data("Marta") == "(a note)"
    assert brand.edit("ana put it aside until 12:00: Marta.").endswith(": (a note).")
    assert brand.edit("Marta Cream was cued.") == "Marta Cream was cued."
    told = "Moved: primary carries 900 of 4,000 kbps"
    assert brand.edit(told) == told
