"""How is a sound made on this machine? By QtMultimedia, which is loaded only when one is wanted."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QUrl

from livedesk.desk.words import tr


class QtPlayer(QObject):
    """Plays on the system's usual output, also when that changes."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # Loading it takes a while and looks for sound servers, so a start does without.
        from PySide6.QtMultimedia import QMediaDevices, QSoundEffect

        self._devices = QMediaDevices
        self._make = QSoundEffect
        self._effects: dict[Path, QSoundEffect] = {}
        self._failed = ""

    @property
    def problem(self) -> str:
        if self._devices.defaultAudioOutput().isNull():
            return tr("This computer has no sound output that can be used. Connect speakers or "
                      "headphones, and look in the system's sound settings.")  # fmt: skip
        return self._failed

    def play(self, file: Path) -> None:
        output = self._devices.defaultAudioOutput()
        if output.isNull():
            return
        effect = self._effects.get(file)
        if effect is None:
            effect = self._effects[file] = self._make(self)
            effect.statusChanged.connect(lambda: self._look(file))
            effect.setSource(QUrl.fromLocalFile(str(file)))
        if effect.audioDevice() != output:
            effect.setAudioDevice(output)
        effect.play()

    def _look(self, file: Path) -> None:
        failed = self._effects[file].status() == self._make.Status.Error
        name = self._devices.defaultAudioOutput().description()
        text = tr("The sound could not be played on {output}.").format(output=name)
        self._failed = text if failed else ""
