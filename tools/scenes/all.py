"""What is shown on the pictures of tools/screens.py? Each page, dialog and state, on a stage."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QApplication, QWidget

from livedesk.ui.welcome.window import WelcomeWindow
from livedesk.ui.window import ConsoleWindow
from tools.scenes import apart, console, dialogs, records, replays, show
from tools.scenes.stage import Scene

SCENES: Final[dict[str, Scene]] = {
    "no-engine": console.no_engine,
    "no-store": console.no_store,
    "welcome": apart.welcome,
    "welcome-missing": apart.welcome_missing,
    "welcome-waiting": apart.welcome_waiting,
    "welcome-done": apart.welcome_done,
    "wall-1": console.wall_one,
    "wall-6": console.wall_six,
    "wall-20": console.wall_twenty,
    "wall-40": console.wall_forty,
    "wall-needing": console.wall_needing,
    "wall-calm": console.wall_calm,
    "wall-second": apart.second_wall,
    "feed-waiting": console.feed_waiting,
    "feed-no-go": console.feed_no_go,
    "feed-good": console.feed_good,
    "feed-failing": console.feed_failing,
    "feed-stalled": console.feed_stalled,
    "feed-stale": console.feed_stale,
    "feed-engine-gone": console.feed_engine_gone,
    "feed-of-many": console.feed_of_many,
    "feed-eventful": console.feed_eventful,
    "feed-values": console.feed_values,
    "feed-figures": console.feed_figures,
    "feed-alarms": console.feed_alarm_list,
    "feed-arranging": console.feed_arranging,
    "feed-sandbox": console.feed_sandbox,
    "pins": show.pins,
    "pins-failed": show.pins_failed,
    "pins-by-hand": show.pins_by_hand,
    "pins-none": show.pins_none,
    "queue": show.queue,
    "queue-empty": show.queue_empty,
    "queue-rules-away": show.queue_rules_away,
    "queue-by-hand": show.queue_by_hand,
    "queue-rules": show.queue_rules,
    "queue-none": show.queue_none,
    "alarms": console.alarms,
    "alarms-flood": console.alarms_flood,
    "alarms-none": console.alarms_none,
    "alarms-analyst": console.alarms_analyst,
    "alarms-engine": console.alarms_engine,
    "alarms-shelve": console.shelve,
    "check-unknown": console.check_unknown,
    "check-no-go": console.check_no_go,
    "check-go": console.check_go,
    "check-waived": console.check_waived,
    "sessions": records.sessions,
    "sessions-none": records.sessions_none,
    "sessions-several": records.sessions_several,
    "sessions-unreadable": records.sessions_unreadable,
    "sessions-searched": records.sessions_searched,
    "sessions-live-operations": records.sessions_live_operations,
    "sessions-compare": records.compare,
    "sessions-keep": records.keep,
    "sessions-delete": records.delete,
    "sessions-delete-several": records.delete_several,
    "sessions-export": records.export,
    "sessions-export-running": records.export_running,
    "sessions-export-closed": records.export_closed,
    "sessions-orders": records.orders,
    "replay": replays.replay,
    "replay-incident": replays.incident,
    "replay-playing": replays.playing,
    "replay-reading": replays.reading,
    "replay-evidence": replays.evidence,
    "keys": dialogs.keys,
    "question-end": dialogs.end,
    "question-drill": dialogs.drill,
    "question-leave": dialogs.leave,
    "question-stop": dialogs.stop,
    "web-pad": dialogs.web_pad,
    "web-pad-new": dialogs.web_pad_new,
    "settings-appearance": dialogs.settings_appearance,
    "settings-sounds": dialogs.settings_sounds,
    "settings-channels": dialogs.settings_channels,
    "settings-channel-new": dialogs.settings_channel_new,
    "settings-runbook": dialogs.settings_runbook,
    "settings-people": dialogs.settings_people,
    "settings-people-new": dialogs.settings_people_new,
    "settings-people-closed": dialogs.settings_people_closed,
    "pad": apart.pad,
    "pad-in-flight": apart.pad_in_flight,
    "pad-pinned": apart.pad_pinned,
    "pad-over-budget": apart.pad_over_budget,
    "pad-failed": apart.pad_failed,
    "pad-no-engine": apart.pad_no_engine,
}


def close(widget: QWidget) -> None:
    """Take a scene off the screen, with its timers."""
    if isinstance(widget, ConsoleWindow | WelcomeWindow):
        widget.close_for_good()
    widget.close()
    widget.deleteLater()
    QApplication.sendPostedEvents(None, 0)
