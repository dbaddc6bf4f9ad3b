"""What would viewers see and hear: in step, with picture, with sound?"""

from __future__ import annotations

from math import ceil

from livedesk.core.figures import FIGURES
from livedesk.core.ladder import SkewLadder
from livedesk.core.status import PictureStatus, SoundState, SoundStatus, SyncStatus
from livedesk.desk.looks import (
    LOUDNESS,
    TRACK_LOST_MS,
    Card,
    Look,
    is_delivering,
    lost,
    needed,
    source_note,
)
from livedesk.desk.model import StoreView
from livedesk.desk.words import age, number, span, tr

PROBE_FIGURE_STALE_MS = 3_000
"""A skew older than this is not shown as a reading: its own window is two seconds."""

SLATE_COUNTS_S = 600
"""A slate seen so lately judges too; later the encoder may have been corrected without one."""

SOON_S = 3_600
"""A limit that is reached within the hour is worth a look while all is still well."""

FAR_S = 12 * 3_600
"""A limit that is reached later than this is no concern of this show."""

BLACK_S = 3
"""From here on a black picture is as loud as its alarm."""

QUIET_DBFS = -60
"""Below, how quiet it is makes no difference, and the bar ends."""

LEAST_COVERAGE = 0.95
"""Sound with more holes than this is heard as broken."""


def sync_card(view: StoreView) -> Card:
    """Stream timing, and the slate where one was seen."""
    sync = view.status.sync
    title, unit = tr("Sync"), FIGURES["skew_ms"].unit
    figure = number(sync.skew_ms, signed=True)
    if view.stale:
        return lost("sync", title, view, figure, unit)
    measured = source_note(tr("probe"), sync.age_ms, view)
    too_old = sync.age_ms is not None and sync.age_ms + view.age_s * 1000 > PROBE_FIGURE_STALE_MS
    if sync.skew_ms is None or sync.state == "no_data" or too_old:
        why = _one_track(view)
        return Card("sync", title, needed(view), tr("Not measured"), note=why, source=measured)
    hint = f"{measured}\n{_slate_hint(sync)}"
    slate = _slate_look(view)
    look: Look = sync.state
    if LOUDNESS[slate] > LOUDNESS[look] and sync.offset_ms is not None:
        note = tr("stream timing {n} ms").format(n=figure)
        offset = number(sync.offset_ms, signed=True)
        return Card("sync", title, slate, skew_words(sync.offset_ms), offset, unit, note,
                    slate_words(sync, view), hint)  # fmt: skip
    drift = drift_words(sync, view.status.limits.max_skew_ms)
    word, note = skew_words(sync.skew_ms), drift
    if look == "ok":
        look, word = ("notice", tr("Drifting")) if _is_soon(sync) else ("ok", tr("In sync"))
        note = drift if _is_soon(sync) else " · ".join(filter(None, [skew_sentence(sync), drift]))
    slate_note = tr("stream timing only") if sync.offset_ms is None else slate_words(sync, view)
    return Card("sync", title, look, word, figure, unit, note, slate_note, hint)


def _one_track(view: StoreView) -> str:
    """Why there is nothing to compare, where a track is missing or has stopped."""
    feed = view.status.feed
    late = [age_ms is None or age_ms >= TRACK_LOST_MS for age_ms in
            (feed.video_age_ms, feed.audio_age_ms)]  # fmt: skip
    if not is_delivering(view) or late[0] == late[1]:
        return ""
    return tr("no picture to compare with") if late[0] else tr("no sound to compare with")


def skew_words(skew_ms: float) -> str:
    """The sign in words, because a sign alone is read the wrong way round."""
    return tr("Sound early") if skew_ms > 0 else tr("Sound late")


def skew_sentence(sync: SyncStatus) -> str:
    """`sound 120 ms late`: what is said aloud."""
    if sync.skew_ms is None:
        return ""
    if abs(sync.skew_ms) < 1:
        return tr("sound and picture together")
    words = tr("sound {n} ms early") if sync.skew_ms > 0 else tr("sound {n} ms late")
    return words.format(n=number(abs(sync.skew_ms)))


def drift_words(sync: SyncStatus, max_skew_ms: float) -> str:
    """Fixed, or when the limit is reached: `reaches +200 ms in 48 min ± 5`."""
    if sync.kind == "fixed":
        return tr("fixed")
    if sync.forecast_s is not None and sync.forecast_s <= FAR_S:
        limit = limit_ahead_ms(sync, max_skew_ms)
        return tr("reaches {limit} ms in {time}").format(
            limit=number(limit, signed=True), time=_span_words(sync)
        )
    return tr("drifting") if sync.kind == "drifting" else ""


def limit_ahead_ms(sync: SyncStatus, max_skew_ms: float) -> float:
    """The limit that the skew moves towards, with its sign."""
    return max_skew_ms if (sync.slope_ppm or sync.skew_ms or 0.0) > 0 else -max_skew_ms


def _span_words(sync: SyncStatus) -> str:
    forecast_s, error_s = sync.forecast_s or 0.0, sync.forecast_error_s
    if forecast_s < 120:
        text = tr("{n} s").format(n=number(forecast_s))
        return text if error_s is None else f"{text} ± {ceil(error_s)}"
    minutes = round(forecast_s / 60)
    text = tr("{n} min").format(n=minutes) if minutes < 120 else span(minutes * 60)
    return text if error_s is None else f"{text} ± {ceil(error_s / 60)}"


def _is_soon(sync: SyncStatus) -> bool:
    return sync.kind != "fixed" and sync.forecast_s is not None and sync.forecast_s < SOON_S


def _slate_look(view: StoreView) -> Look:
    """How bad the true offset is, while its slate is recent enough to judge by."""
    sync = view.status.sync
    if sync.offset_ms is None or sync.offset_age_s is None or sync.offset_age_s > SLATE_COUNTS_S:
        return "idle"
    state = SkewLadder(view.status.limits.max_skew_ms).state(sync.offset_ms)
    return "idle" if state == "no_data" else state


def slate_words(sync: SyncStatus, view: StoreView) -> str:
    if sync.offset_ms is None:
        return tr("no slate seen")
    seen_s = None if sync.offset_age_s is None else sync.offset_age_s + view.age_s
    words = tr("slate {n} ms · {age} ago")
    return words.format(n=number(sync.offset_ms, signed=True), age=age(seen_s))


def _slate_hint(sync: SyncStatus) -> str:
    if sync.offset_ms is not None:
        return tr("The slate shows what viewers see; stream timing shows what the encoder sends.")
    return tr("An error made before the encoder is only seen with a slate (livedesk slate).")


def _picture_words(picture: PictureStatus) -> tuple[Look, str]:
    match picture.state:
        case "black":
            # A cut or a fade is black for a moment; what lasts is what viewers see.
            lasts = picture.for_s is not None and picture.for_s >= BLACK_S
            return ("critical" if lasts else "warning"), tr("Black")
        case "frozen":
            return "warning", tr("Frozen")
        case "ok" | "unknown" as state:
            return state, ""


def _sound_words(state: SoundState) -> tuple[Look, str]:
    match state:
        case "silent":
            return "warning", tr("Silent")
        case "clipping":
            return "notice", tr("Clipping")
        case "ok" | "unknown":
            return state, ""


def media_card(view: StoreView) -> Card:
    """Picture and sound as they were decoded."""
    key, title = "media", tr("Picture & sound")
    sound = view.status.sound
    figure, unit = number(sound.short_term_lufs, 1), FIGURES["short_term_lufs"].unit
    if view.stale:
        return lost(key, title, view, figure, unit)
    look, word, note = _media_words(view)
    if look == "idle":
        return Card(key, title, look, word)
    peak = _peak_words(sound)
    if picture_and_sound_fail(view):
        # Two words need the room, and the level under them says the same.
        figure = ""
    return Card(key, title, look, word, figure, unit, note, peak, level_dbfs=sound.peak_dbfs)


def _peak_words(sound: SoundStatus) -> str:
    if sound.peak_dbfs is None:
        return ""
    if sound.peak_dbfs < QUIET_DBFS:
        return tr("peak < {n} dBFS").format(n=number(QUIET_DBFS))
    return tr("peak {n} dBFS").format(n=number(sound.peak_dbfs, 1))


def picture_and_sound_fail(view: StoreView) -> bool:
    fine = ("ok", "unknown")
    return view.status.picture.state not in fine and view.status.sound.state not in fine


def _media_words(view: StoreView) -> tuple[Look, str, str]:
    picture, sound = view.status.picture, view.status.sound
    if not is_delivering(view) and (picture.state, sound.state) == ("unknown", "unknown"):
        return "idle", tr("Nothing yet"), ""
    looks = _picture_words(picture), _sound_words(sound.state)
    faults = [word for _, word in looks if word]
    if faults:
        look = max((look for look, _ in looks), key=lambda look: LOUDNESS[look])
        # "Frozen, silent" is one word to the eye.
        return look, ", ".join([faults[0], *(f.lower() for f in faults[1:])]), _lasted(view)
    if has_holes(sound):
        return "notice", tr("Sound breaks"), _coverage_words(sound)
    return _unmeasured(view) or ("ok", tr("Good"), "")


def _unmeasured(view: StoreView) -> tuple[Look, str, str] | None:
    """Good is only said of both."""
    blind = [name for name, state in ((tr("picture"), view.status.picture.state),
                                      (tr("sound"), view.status.sound.state))
             if state == "unknown"]  # fmt: skip
    if not blind:
        return None
    note = tr("no reading of {what}").format(what=tr(" and ").join(blind))
    return needed(view), tr("Not measured"), note


def _lasted(view: StoreView) -> str:
    """For how long, of what is wrong."""
    found = ((tr("picture"), view.status.picture.state, view.status.picture.for_s),
             (tr("sound"), view.status.sound.state, view.status.sound.for_s))  # fmt: skip
    parts = [tr("{what} for {time}").format(what=what, time=age(for_s))
             for what, state, for_s in found
             if state not in ("ok", "unknown") and for_s is not None]  # fmt: skip
    return " · ".join(parts)


def has_holes(sound: SoundStatus) -> bool:
    """Whether seconds of sound are missing from seconds of timestamps."""
    return sound.coverage is not None and sound.coverage < LEAST_COVERAGE


def _coverage_words(sound: SoundStatus) -> str:
    missing = 100 * (1 - (sound.coverage or 0.0))
    return tr("{n} % of the sound is missing").format(n=number(missing))
