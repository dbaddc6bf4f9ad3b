"""What is asked before something is stopped? Questions beside the window; the show runs on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QMessageBox, QPushButton, QWidget

from livedesk.desk.words import tr


class Question(QMessageBox):
    """A question that is opened, not executed: the event loop is never entered again."""

    def __init__(self, parent: QWidget, text: str, detail: str) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWindowTitle(tr("livedesk"))
        self.setText(text)
        self.setInformativeText(detail)
        self._answers: dict[QAbstractButton, Callable[[], None]] = {}
        self.buttonClicked.connect(self._answered)

    def offer(
        self, text: str, role: QMessageBox.ButtonRole, act: Callable[[], None] | None = None
    ) -> QPushButton:
        push = self.addButton(text, role)
        if act is not None:
            self._answers[push] = act
        return push

    def _answered(self, push: QAbstractButton) -> None:
        act = self._answers.get(push)
        if act is not None:
            act()


def ask_close(
    parent: QWidget,
    stores: Callable[[], tuple[str, ...]],
    close: Callable[[], None],
    stop: Callable[[], None],
    why_not_stop: str = "",
) -> Question:
    """The window was closed while shows are on air; `stores` names them, at each question anew."""
    question = Question(
        parent,
        tr("The show goes on without this window."),
        tr("On air: {stores}. The relay and the engine carry the stream; open livedesk again "
           "to come back to it.").format(stores=", ".join(stores())),
    )  # fmt: skip
    keep = question.offer(tr("Close window"), QMessageBox.ButtonRole.AcceptRole, close)
    end = tr("End and stop the engine…")
    ask = partial(_ask_stop, parent, stores, stop)
    push = question.offer(end, QMessageBox.ButtonRole.DestructiveRole, ask)
    push.setDisabled(bool(why_not_stop))
    push.setToolTip(why_not_stop)
    question.offer(tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
    question.setDefaultButton(keep)
    question.open()
    return question


def ask_end(parent: QWidget, store: str, act: Callable[[], None]) -> Question:
    """Sign off one store."""
    question = Question(
        parent,
        tr("End the session of {store}?").format(store=store),
        tr("Its record is closed, and alarms end. The stream itself goes on until the encoder "
           "stops. A closed session cannot be opened again."),
    )  # fmt: skip
    return _confirm(question, tr("End session"), act)


def _ask_stop(
    parent: QWidget, on_air: Callable[[], tuple[str, ...]], act: Callable[[], None]
) -> None:
    """Sign off all stores and stop everything on this machine."""
    stores = on_air()
    question = Question(
        parent,
        tr("End the show for {n} stores and stop the engine?").format(n=len(stores))
        if len(stores) > 1
        else tr("End the show and stop the engine?"),
        tr("Viewers of {stores} lose the stream at once. Engine and relays stop.").format(
            stores=", ".join(stores)
        ),
    )
    _confirm(question, tr("End and stop"), act)


def ask_drill(
    parent: QWidget, way: tuple[str, str], stay_s: float, on_air: bool, act: Callable[[], None]
) -> Question:
    """A switch there and back as a test. `way`: the uplink that carries, and the one to try."""
    active, to = way
    steps = tr(
        "1. The stream moves from {active} to {to}.\n2. It stays there for {n} s.\n"
        "3. It moves back to {active}.\nThe relay does this by itself, also if the engine stops. "
        "A report with times and lost frames stands under the uplinks afterwards."
    ).format(active=active, to=to, n=round(stay_s))
    risk = tr("You are on air: viewers get the stream over one path, then the other. If {to} "
              "does not take over within 5 s, they notice.").format(to=to)  # fmt: skip
    text = tr("Drill on air?") if on_air else tr("Drill: switch to {to} and back?").format(to=to)
    question = Question(parent, text, f"{risk}\n\n{steps}" if on_air else steps)
    return _confirm(question, tr("Drill on air") if on_air else tr("Start the drill"), act)


def _confirm(question: Question, text: str, act: Callable[[], None]) -> Question:
    question.offer(text, QMessageBox.ButtonRole.DestructiveRole, act)
    question.setDefaultButton(question.offer(tr("Cancel"), QMessageBox.ButtonRole.RejectRole))
    question.open()
    return question
