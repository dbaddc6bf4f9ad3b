"""Which ways has this desktop to show a notification? The tray first, then the desktop's portal."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QSystemTrayIcon

from livedesk.desk.words import tr
from livedesk.ui.notices import Way

SHOWN_MS = 10_000
"""A tray's notification stays so long; the alarm stays in the window."""

NOTICE_ID = "livedesk-alarm"
"""The portal replaces a notification by the next of the same name, so they do not pile up."""


def find_way(icon: QIcon, parent: QObject) -> Way | None:
    """The first that this desktop has."""
    if QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages():
        return TrayWay(icon, parent)
    portal = PortalWay(parent)
    return portal if portal.is_there else None


class TrayWay:
    """By an icon in the tray. A desktop does not tell whether it showed what it was given."""

    problem = ""

    def __init__(self, icon: QIcon, parent: QObject) -> None:
        self._tray = QSystemTrayIcon(icon, parent)
        self._tray.setToolTip(tr("livedesk"))

    def show(self, title: str, text: str, *, urgent: bool) -> None:
        kinds = QSystemTrayIcon.MessageIcon
        self._tray.show()
        kind = kinds.Critical if urgent else kinds.Information
        self._tray.showMessage(title, text, kind, SHOWN_MS)


class PortalWay(QObject):
    """By org.freedesktop.portal.Notification on the session's bus, where a desktop has no tray."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # Desktops with a tray never need it.
        from PySide6 import QtDBus

        self._dbus = QtDBus
        self._bus = QtDBus.QDBusConnection.sessionBus()
        self._problem = ""

    @property
    def is_there(self) -> bool:
        return self._bus.isConnected()

    @property
    def problem(self) -> str:
        return self._problem

    def show(self, title: str, text: str, *, urgent: bool) -> None:
        call = self._dbus.QDBusMessage.createMethodCall(
            "org.freedesktop.portal.Desktop",
            "/org/freedesktop/portal/desktop",
            "org.freedesktop.portal.Notification",
            "AddNotification",
        )
        priority = "urgent" if urgent else "normal"
        call.setArguments([NOTICE_ID, {"title": title, "body": text, "priority": priority}])
        watcher = self._dbus.QDBusPendingCallWatcher(self._bus.asyncCall(call), self)
        watcher.finished.connect(self._answered)

    def _answered(self, watcher: QObject) -> None:
        assert isinstance(watcher, self._dbus.QDBusPendingCallWatcher)
        reason = watcher.error().message() if watcher.isError() else ""
        text = tr("The desktop did not take the notification: {reason}")
        self._problem = text.format(reason=reason) if reason else ""
        watcher.deleteLater()
