"""The page of the check: is this store ready to go on air, and who says so?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from typing import Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from livedesk.core.check import Verdict
from livedesk.desk.check_client import SignOrder
from livedesk.desk.check_words import line_rows, store_words, verdict_words, why_not_go
from livedesk.desk.checking import KnownCheck
from livedesk.desk.model import DeskSnapshot
from livedesk.desk.rights import Rights
from livedesk.desk.words import tr
from livedesk.ui.check.lines import LineList
from livedesk.ui.check.signing import SignPanel
from livedesk.ui.check.stores import StoreRow
from livedesk.ui.check.verdict import VerdictPanel
from livedesk.ui.theme import Theme


class CheckSource(Protocol):
    """Who knows the checks of all stores, and takes signatures."""

    @property
    def me(self) -> str: ...

    def known(self, store: str) -> KnownCheck: ...

    def look(self, store: str, others: Iterable[str] = ()) -> None: ...

    def sign(self, order: SignOrder) -> None: ...


class CheckPage(QWidget):
    """The verdict, its lines, somebody's word on them; and all stores."""

    store_asked = Signal(str)
    """Somebody wants to see the check of another store."""

    def __init__(self, source: CheckSource, theme: Theme, zone: tzinfo | None = None) -> None:
        super().__init__()
        self._source = source
        self._zone = zone
        self._store = ""
        self._waive: frozenset[str] = frozenset()
        self._rights = Rights()
        self._was_signing = False
        self.stores = StoreRow(theme)
        self.verdict = VerdictPanel(theme)
        self.lines = LineList(theme)
        self.signing = SignPanel(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.gap)
        for part in (self.stores, self.verdict):
            column.addWidget(part)
        column.addWidget(self.lines, 1)
        column.addWidget(self.signing)
        self.stores.chosen.connect(self.store_asked)
        self.lines.waived.connect(self._mark)
        self.signing.signed.connect(self._sign)

    def show_check(self, snapshot: DeskSnapshot, store: str | None, rights: Rights) -> None:
        """`store`: the one that is chosen in the window; the first where none is."""
        views = snapshot.stores
        view = snapshot.store(store) or (views[0] if views else None)
        if view is None:
            return
        if view.status.store != self._store:
            self._store, self._waive = view.status.store, frozenset()
            self._was_signing = False
            self.signing.clear()
        self._rights = rights
        others = [each.status.store for each in views if each is not view]
        if snapshot.link.answering:
            self._source.look(self._store, others)
        self.stores.setVisible(len(views) > 1)
        known = {each.status.store: self._source.known(each.status.store) for each in views}
        self.stores.show_stores(
            {each.status.store: (each.status.name,
                                 store_words(known[each.status.store], self._zone))
             for each in views},
            self._store,
        )  # fmt: skip
        self._show_store(view.status.name, known[self._store])

    def _show_store(self, name: str, known: KnownCheck) -> None:
        self.verdict.show_verdict(name, verdict_words(known, self._zone))
        rows = () if known.report is None else line_rows(known.report)
        # What is good by now is not taken on by anybody.
        self._waive &= {row.id for row in rows if row.can_waive}
        may, why_not = self._rights.may("operate"), self._rights.why_not("operate")
        self.lines.show_lines(rows, self._waive, may=may, why_not=why_not)
        if self._was_signing and not known.signing:
            self._was_signing = False
            # What was refused is not written a second time.
            if not known.trouble:
                self.signing.clear()
        if known.signing:
            why_not = tr("Being signed…")
        elif known.report is None or known.is_stale():
            why_not = why_not or tr("There is no check to sign: the engine does not tell it.")
        why_go = why_not_go(known.report, self._waive)
        self.signing.show_state(self._source.me, why_go, why_not, known.trouble)

    def focus_list(self) -> None:
        self.lines.focus_list()

    def _mark(self, line_id: str, on: bool) -> None:
        self._waive = self._waive | {line_id} if on else self._waive - {line_id}
        report = self._source.known(self._store).report
        self.signing.show_state(self._source.me, why_not_go(report, self._waive), "", "")

    def _sign(self, verdict: Verdict, note: str) -> None:
        self._source.sign(SignOrder(self._store, verdict, note, tuple(sorted(self._waive))))
        self._was_signing = True
