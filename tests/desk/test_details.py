"""Every figure as text: with unit, source and age, and a dash where nothing is known."""

from __future__ import annotations

from livedesk.core.status import FeedStatus, SoundStatus, StoreStatus, SyncStatus
from livedesk.desk.details import DetailRow, detail_rows
from livedesk.desk.model import StoreView


def rows(status: StoreStatus) -> dict[str, DetailRow]:
    return {row.name: row for row in detail_rows(StoreView(status, 0.2, False, None))}


def test_the_cadence_is_there_with_units_and_sources() -> None:
    found = rows(StoreStatus(
        "lumen", "Lumen", 1,
        feed=FeedStatus("OK", fps=29.97, gop_s=2.0, jitter_ms=0.4, bframe_ms=66, profile="High",
                        video_codec="h264", sample_rate=44_100, channels=2, timestamp_faults=3,
                        age_ms=20, probe_age_ms=4200),
        sound=SoundStatus("ok", None, -6.0, -15.0, -16.2, 0.998),
        sync=SyncStatus(-98, -14.2, 2880, state="notice", kind="drifting", slope_error_ppm=0.8),
    ))  # fmt: skip
    assert found["Frame rate"].value == "30.0 fps"
    assert found["Keyframe interval"].value == "2.00 s"
    assert found["B-frame delay"].value == "66 ms"
    assert found["Codec, profile"].value == "h264 High"
    assert found["Sample rate"].value == "44.1 kHz"
    assert found["Timestamp faults"].value == "3"
    assert found["Loudness, 3 s"].value == "−16.2 LUFS"
    assert found["Audio coverage"].value == "0.998 s/s"
    assert found["Drift"].value == "−14.2 ppm ± 0.8"
    assert found["Outlook"] == DetailRow("Outlook", "drifting", "reaches −200 ms in 48 min")
    assert found["Frame rate"].source == "probe · 4.4 s"
    assert "payload bits" in found["Feed rate"].hint


def test_what_is_not_known_is_a_dash_and_never_a_zero() -> None:
    found = rows(StoreStatus("lumen", "Lumen", 1))
    known = {name for name, row in found.items() if not row.heading and row.value != "–"}
    assert known == {"Message faults", "Timestamp faults", "Slate pairs"}
