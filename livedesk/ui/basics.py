"""What do all panels share? Text by role, panels, buttons; what did not change costs nothing."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QIcon, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QPushButton, QSizePolicy, QWidget

from livedesk.ui.allowing import PushButton
from livedesk.ui.theme import Role, Theme


def plain_tip(text: str) -> str:
    """A tool tip that says what a name is, also where Qt would take it for markup."""
    if "<" not in text and "&" not in text:
        return text
    lines = (escape(line, quote=False) for line in text.splitlines())
    return f"<qt>{'<br>'.join(lines)}</qt>"


class Text(QLabel):
    """A line of plain text in a font role; setting what it already shows costs nothing."""

    def __init__(self, theme: Theme, role: Role = "body", colour: str | None = None) -> None:
        super().__init__()
        # Names come from elsewhere: markup in them is text.
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(role))
        self._colour = ""
        self.set_colour(colour or theme.colours.text)

    def show_text(self, text: str) -> None:
        if text != self.text():
            self.setText(text)

    def set_colour(self, colour: str) -> None:
        if colour != self._colour:
            self._colour = colour
            palette = self.palette()
            palette.setColor(self.foregroundRole(), QColor(colour))
            self.setPalette(palette)


class ElidedText(Text):
    """A line that ends in an ellipsis where room ends; the whole text is in the tool tip."""

    def __init__(self, theme: Theme, role: Role = "body", colour: str | None = None) -> None:
        super().__init__(theme, role, colour)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_text(self, text: str) -> None:
        if text != self.text():
            self.setText(text)
            self.setToolTip(plain_tip(text))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        metrics = QFontMetrics(self.font())
        room = self.contentsRect()
        shown = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        # Text of the other direction stands where the layout has it, too.
        place = self.alignment() | Qt.AlignmentFlag.AlignAbsolute
        painter.drawText(room, place | Qt.TextFlag.TextSingleLine, shown)
        painter.end()


class Panel(QWidget):
    """A framed part of the window.

    It draws its own ground: a style sheet that changes would put the palettes of the labels in it
    back to what they were when they were first shown.
    """

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._panel_theme = theme
        self._frame = theme.colours.panel, theme.colours.line, 0
        self._hatched = False
        self.setAccessibleName(name)

    @property
    def frame(self) -> tuple[str, str, int]:
        """Ground, edge, and width of the bar at the left."""
        return self._frame

    @property
    def hatched(self) -> bool:
        return self._hatched

    def set_frame(self, ground: str, edge: str, bar_px: int = 0, *, hatched: bool = False) -> None:
        """`hatched`: what stands here was not measured, which is neither good nor bad."""
        if (ground, edge, bar_px, hatched) != (*self._frame, self._hatched):
            self._frame = ground, edge, bar_px
            self._hatched = hatched
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        ground, edge, bar_px = self._frame
        if self.hasFocus():
            edge = self._panel_theme.colours.focus
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QPainterPath()
        radius = self._panel_theme.px(6)
        shape.addRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.fillPath(shape, QColor(ground))
        if self._hatched:
            hatch = QColor(self._panel_theme.colours.hatch)
            painter.fillPath(shape, QBrush(hatch, Qt.BrushStyle.BDiagPattern))
        if bar_px:
            painter.save()
            painter.setClipPath(shape)
            painter.fillRect(0, 0, bar_px, self.height(), QColor(edge))
            painter.restore()
        painter.setPen(QColor(edge))
        painter.drawPath(shape)
        painter.end()


def discard(widget: QWidget) -> None:
    """Take a widget off the window now; Qt deletes it when it next gets to it."""
    widget.hide()
    widget.setParent(None)
    widget.deleteLater()


def keep_room(widget: QWidget) -> None:
    """Hidden or not, it takes its room, so that nothing moves from under the mouse."""
    policy = widget.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    widget.setSizePolicy(policy)


def button(theme: Theme, text: str, hint: str = "", *, segment: bool = False) -> PushButton:
    """A push button; `segment` ones are small, checkable and stand in a row."""
    push = PushButton(text)
    push.setFont(theme.font("small" if segment else "body"))
    push.setProperty("segment", segment)
    push.setCheckable(segment)
    push.setAccessibleName(hint or text)
    if hint:
        push.setToolTip(hint)
    push.setCursor(Qt.CursorShape.PointingHandCursor)
    # A click must not leave a button behind that Space then presses again.
    push.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    push.setAutoDefault(False)
    return push


def close_box(theme: Theme) -> QDialogButtonBox:
    """The one button of a dialog that only tells. The desktop's own icon on it is black, and says
    no more than the word."""
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    box.setFont(theme.font("body"))
    for push in box.buttons():
        push.setIcon(QIcon())
    return box


def show_tone(push: QPushButton, tone: str) -> None:
    """Colour a button: `main` is what one comes for, `armed` waits for its second press, `set` is
    on and easily forgotten."""
    if push.property("tone") != tone:
        push.setProperty("tone", tone)
        push.style().unpolish(push)
        push.style().polish(push)
