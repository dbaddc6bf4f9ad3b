"""The page of the sessions and its dialogs, each in its states."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import get_args

from PySide6.QtWidgets import QWidget

from livedesk.core.engine_status import Me
from livedesk.core.records import RecordedSession, SessionFigures
from livedesk.core.roles import RIGHTS, Right, Role
from livedesk.desk.records import RecordOrders
from livedesk.ui.sessions.exportdialog import ExportDialog
from livedesk.ui.window import ConsoleWindow
from tests.ui.sessions.record_stage import (
    KIRA,
    LUMEN,
    ORDERS,
    SESSIONS,
    StageRecords,
    figure,
    figures_of,
)
from tests.ui.stage import on_air
from tools.scenes.stage import Screen, attached, opened

FOLDER = Path("/home/ana/Downloads")


def _opened(
    screen: Screen, *chosen: RecordedSession, records: StageRecords | None = None,
    role: Role | None = None,
) -> ConsoleWindow:  # fmt: skip
    stage = attached(on_air(), seconds=4)
    if records is None:
        records = StageRecords(SESSIONS)
    records.tell_figures(figures_of(LUMEN), _better())
    stage.records = records
    if role is not None:
        held: tuple[Right, ...] = get_args(Right)
        rights = tuple(right for right in held if right in RIGHTS[role])
        stage.model.me(Me("Ida", role, rights, named=True))
    window = opened(screen, "sessions", stage)
    page = window.pages.sessions
    # Of who takes the picture otherwise.
    page.choice.folder = FOLDER
    if chosen:
        page.list.choose(*(each.id for each in chosen))
    window.refresh()
    return window


def _better() -> SessionFigures:
    figures = figures_of(KIRA).figures
    changed = {
        "worst_skew_ms": figure("worst_skew_ms", "Worst skew", 64, "+64 ms"),
        "pins_within": figure("pins_within", "Pins within 800 ms", 99.1, "99.1 %", "look", "high"),
        "pin_p95_ms": figure("pin_p95_ms", "Pin latency, 95 %", 702, "702 ms"),
    }
    return figures_of(KIRA, headline="Carried the contract throughout.", incidents=(),
                      figures=tuple(changed.get(each.key, each) for each in figures),
                      limits={"min_kbps": 3000.0, "max_skew_ms": 200.0})  # fmt: skip


def sessions(screen: Screen) -> QWidget:
    return _opened(screen, LUMEN)


def sessions_none(screen: Screen) -> QWidget:
    return _opened(screen, records=StageRecords(()))


def sessions_several(screen: Screen) -> QWidget:
    """Several chosen, an order under way, and one that was refused."""
    refused = "lumen-20260920T110000Z: It is kept. Release it first."
    records = StageRecords(SESSIONS, now_orders=RecordOrders(frozenset({KIRA.id}), refused))
    return _opened(screen, KIRA, LUMEN, SESSIONS[5], records=records)


def sessions_unreadable(screen: Screen) -> QWidget:
    return _opened(screen, SESSIONS[4])


def sessions_searched(screen: Screen) -> QWidget:
    window = _opened(screen)
    window.pages.sessions.search.setText("kira sep")
    return window


def sessions_live_operations(screen: Screen) -> QWidget:
    """Who may not delete is told so."""
    return _opened(screen, LUMEN, role="live_operations")


def compare(screen: Screen) -> QWidget:
    window = _opened(screen, KIRA, LUMEN)
    window.pages.sessions.compare()
    return window


def keep(screen: Screen) -> QWidget:
    window = _opened(screen, KIRA)
    window.pages.sessions.keep()
    return window


def delete(screen: Screen) -> QWidget:
    window = _opened(screen, KIRA)
    window.pages.sessions.delete()
    return window


def delete_several(screen: Screen) -> QWidget:
    window = _opened(screen, *SESSIONS[1:6])
    window.pages.sessions.delete()
    return window


def _export(window: ConsoleWindow) -> ExportDialog:
    window.pages.sessions.export()
    (dialog,) = window.findChildren(ExportDialog)
    return dialog


def export(screen: Screen) -> QWidget:
    window = _opened(screen, LUMEN)
    _export(window)
    return window


def export_running(screen: Screen) -> QWidget:
    records = StageRecords(SESSIONS)
    records.order_files.tell(ORDERS)
    window = _opened(screen, LUMEN, records=records)
    dialog = _export(window)
    dialog.start()
    records.exports.goes(stage="running", share=0.42, doing="Lumen Home: xlsx, samples")
    dialog.refresh()
    return window


def export_closed(screen: Screen) -> QWidget:
    """Its dialog is closed, and it is done meanwhile."""
    records = StageRecords(SESSIONS)
    window = _opened(screen, LUMEN, records=records)
    dialog = _export(window)
    dialog.start()
    dialog.reject()
    records.exports.goes(stage="done", saved=(FOLDER / "lumen.pdf", FOLDER / "lumen.xlsx"))
    window.refresh()
    return window


def orders(screen: Screen) -> QWidget:
    records = StageRecords(SESSIONS)
    records.order_files.tell(replace(ORDERS, missing=("amount",), mapping={"order_id": "Order ID"}))
    window = _opened(screen, LUMEN, records=records)
    _export(window).open_columns()
    return window
