"""Does this PySide6 keep its hands off references that it does not own?

6.12.0 gives away references to True and None with every signal, and ends Python 3.11 after some
hundred of them. Ours must not; where True and None are immortal (3.12), surviving is the proof.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

ROUNDS = 5_000

CODE = f"""
import json, sys
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QWidget

class Sender(QObject):
    flagged = Signal(bool)
    named = Signal(object)
    def timerEvent(self, event):
        self.timer_events = getattr(self, "timer_events", 0) + 1

class Canvas(QWidget):
    paints = 0
    def paintEvent(self, event):
        painter = QPainter(self)
        painter.drawText(4, 12, "x")
        painter.end()
        self.paints += 1

application = QApplication(["test"])
sender, canvas, seen = Sender(), Canvas(), []
sender.flagged.connect(lambda flag: seen.append(flag))
sender.named.connect(lambda value: seen.append(value))
canvas.resize(32, 32)
canvas.show()
before = sys.getrefcount(True), sys.getrefcount(None)
shots = [0]
def shot():
    shots[0] += 1
for n in range({ROUNDS}):
    sender.flagged.emit(True)
    sender.named.emit(None)
    sender.setObjectName("name")
    seen.clear()
    if n % 5 == 0:
        QTimer.singleShot(0, shot)
        canvas.repaint()
        QCoreApplication.processEvents()
timer = sender.startTimer(0)
while getattr(sender, "timer_events", 0) < 500:
    QCoreApplication.processEvents()
sender.killTimer(timer)
QCoreApplication.processEvents()
after = sys.getrefcount(True), sys.getrefcount(None)
print(json.dumps({{"before": before, "after": after, "shots": shots[0], "paints": canvas.paints}}))
canvas.close()
"""


@pytest.mark.ui
def test_thousands_of_signals_names_timers_and_paints_cost_no_references() -> None:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", CODE]
    child = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert child.returncode == 0, child.stderr
    told = json.loads(child.stdout)
    assert told["shots"] == ROUNDS // 5
    assert told["paints"] >= ROUNDS // 5
    if sys.version_info >= (3, 12):
        return  # immortal: extensions built for older versions move these counts without harm
    for before, after in zip(told["before"], told["after"], strict=True):
        assert abs(after - before) < ROUNDS / 10, "a constant few are Qt's own start"
