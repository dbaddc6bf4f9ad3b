"""What does an operator see and do on the page of pins?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("PySide6")

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from livedesk.core.clock import NS_PER_MS
from livedesk.core.config_file import load_settings
from livedesk.core.pins import GatewayStatus, PinState, PinStatus, Product, ShowCue
from livedesk.core.secrets import Secret
from livedesk.desk.pinning import Shop
from livedesk.desk.showlines import ProductIndex
from livedesk.desk.web_pads import KnownPads
from livedesk.desk.wire import NewPad, Pad, Pads
from livedesk.ui.pins.byhand import WhyNot
from livedesk.ui.pins.linedelegate import NUMBER, PICTURE
from livedesk.ui.pins.page import SETUP
from livedesk.ui.pins.pictures import decoded
from livedesk.ui.pins.showmodel import spoken
from livedesk.ui.pins.webpad import WebPadDialog
from livedesk.ui.window import ConsoleWindow
from tests.ui.pin_stage import (
    CREAM,
    LIPSTICK,
    PRODUCTS,
    SERUM,
    pins_status,
    product_list,
    show_of,
)
from tests.ui.stage import Stage, on_air

Open = Callable[..., ConsoleWindow]


def a_pin(
    stage: Stage, state: PinState, product: Product = CREAM, ago_ms: int = 300, **changes: object
) -> PinStatus:
    cued = stage.clock.utc_ns() - ago_ms * NS_PER_MS
    known = PinStatus(f"pin-{product.id}", "pin", product.id, product.title, state, "pad", cued,
                      age_ms=float(ago_ms))  # fmt: skip
    return replace(known, **changes)  # type: ignore[arg-type]


def tell(stage: Stage, newest: PinStatus | None = None, **changes: object) -> None:
    stage.tell(on_air(pins=pins_status(newest, **changes)))


def opened(open_window: Open, stage: Stage, newest: PinStatus | None = None, **changes: object,
           ) -> ConsoleWindow:  # fmt: skip
    """The page of pins with five products in the run of show, the second one next up."""
    stage.attach()
    stage.pins.shops["lumen"] = Shop(ProductIndex(product_list()), show_of(done=1))
    tell(stage, newest, **changes)
    window = open_window(stage)
    window.open_page("pins")
    return window


def press(window: ConsoleWindow, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    QTest.keyClick(window.focusWidget() or window, key, modifier or Qt.KeyboardModifier.NoModifier)
    window.refresh()


def test_numbers_fire_lines_on_the_page_of_pins_and_choose_a_range_on_that_of_the_feed(
    stage: Stage, open_window: Open
) -> None:
    window = opened(open_window, stage)
    press(window, Qt.Key.Key_5)
    assert stage.pins.fired == [("p5", "Face Oil 30 ml")]
    window.open_page("feed")
    press(window, Qt.Key.Key_2)
    press(window, Qt.Key.Key_5)
    assert len(stage.pins.fired) == 1
    assert window.page.plots.ranges[1].isChecked()


def test_numbers_are_digits_while_somebody_types(stage: Stage, open_window: Open) -> None:
    window = opened(open_window, stage)
    press(window, Qt.Key.Key_Slash)
    QTest.keyClicks(window.focusWidget(), "15n")
    assert window.pins.show_panel.search.text() == "15n"
    assert stage.pins.fired == []


def test_next_is_chosen_first_and_fired_by_its_key(stage: Stage, open_window: Open) -> None:
    window = opened(open_window, stage)
    press(window, Qt.Key.Key_Return)
    stage.clock.advance(5)
    press(window, Qt.Key.Key_N)
    press(window, Qt.Key.Key_U)
    assert stage.pins.fired == [("p2", SERUM.title), ("p2", SERUM.title)]
    assert stage.pins.unpinned == 1


def stopped(open_window: Open, stage: Stage) -> ConsoleWindow:
    """The lipstick is next up and sold out; the oil is the first after it that can be pinned."""
    return opened(open_window, stage, next_up=ShowCue("c3", "p3"), next_title=LIPSTICK.title)


def test_the_next_that_cannot_be_pinned_says_why_and_what_n_twice_fires(
    stage: Stage, open_window: Open
) -> None:
    panel = stopped(open_window, stage).pins.show_panel
    assert "Out of stock." in panel.next.push.accessibleDescription()
    assert panel.heading.text().startswith("Matte Lipstick Rouge: Out of stock.")
    assert "N twice fires Face Oil 30 ml" in panel.heading.text()


def test_one_press_never_fires_another_product_than_the_one_that_is_next(
    stage: Stage, open_window: Open
) -> None:
    window = stopped(open_window, stage)
    press(window, Qt.Key.Key_N)
    panel = window.pins.show_panel
    assert stage.pins.fired == []
    assert panel.next.push.text() == "N again: Face Oil 30 ml"
    stage.clock.advance(6)
    tell(stage, next_up=ShowCue("c3", "p3"), next_title=LIPSTICK.title)
    window.refresh()
    assert panel.next.push.text().strip() == "Next (N): Matte Lipstick Rouge"
    press(window, Qt.Key.Key_N)
    stage.clock.advance(1)
    press(window, Qt.Key.Key_N)
    assert stage.pins.fired == [("p5", "Face Oil 30 ml")]


def test_the_line_that_stops_the_show_is_skipped_by_its_key(
    stage: Stage, open_window: Open
) -> None:
    window = stopped(open_window, stage)
    press(window, Qt.Key.Key_N)
    press(window, Qt.Key.Key_S)
    assert [(change.op, change.cue_id) for change in stage.pins.changes] == [("skip", "c3")]


def test_next_is_not_fired_again_while_it_is_on_its_way(stage: Stage, open_window: Open) -> None:
    window = opened(open_window, stage)
    press(window, Qt.Key.Key_N)
    stage.clock.advance(0.5)
    tell(stage, a_pin(stage, "in_flight", SERUM, ago_ms=500))
    press(window, Qt.Key.Key_N)
    assert stage.pins.fired == [("p2", SERUM.title)]


def test_a_key_that_is_held_fires_once(stage: Stage, open_window: Open) -> None:
    window = opened(open_window, stage)
    for _ in range(20):
        press(window, Qt.Key.Key_3)
    assert stage.pins.fired == [("p3", LIPSTICK.title)]


def test_what_was_fired_is_shown_before_anything_answers(stage: Stage, open_window: Open) -> None:
    window = opened(open_window, stage)
    press(window, Qt.Key.Key_2)
    assert window.pins.newest.word.text() == "Asked"
    assert window.pins.newest.title.text() == SERUM.title


def test_the_newest_pin_counts_up_and_then_tells_its_latency(
    stage: Stage, open_window: Open
) -> None:
    window = opened(open_window, stage, a_pin(stage, "in_flight"))
    newest = window.pins.newest
    stage.clock.advance(0.1)
    window.refresh()
    assert (newest.word.text(), newest.figure.text()) == ("In flight", "+400 ms")
    tell(stage, a_pin(stage, "late", ago_ms=1300, latency_ms=1240.0, settled_ms=1240.0))
    window.refresh()
    assert (newest.word.text(), newest.figure.text()) == ("Late", "1,240 ms")
    assert newest.mark.look == "warning"
    assert "1,240 ms of 800 ms" in newest.bar.accessibleDescription()


def test_without_news_the_page_says_so(stage: Stage, open_window: Open) -> None:
    window = opened(open_window, stage, a_pin(stage, "in_flight"))
    stage.clock.advance(3)
    window.refresh()
    assert window.pins.newest.word.text() == "In flight?"
    assert "NO NEWS" in window.pins.newest.caption.text()
    assert window.pins.newest.hatched


def test_the_state_of_both_pages_is_seen_from_each(stage: Stage, open_window: Open) -> None:
    window = opened(open_window, stage, a_pin(stage, "failed", reason="No such product."))
    pages = window.top.header.pages.buttons
    for page in ("feed", "pins"):
        window.open_page(page)
        assert "act now" in pages["pins"].accessibleDescription()
        assert "normal" in pages["feed"].accessibleDescription()


def test_a_click_on_the_pin_card_opens_the_page(stage: Stage, open_window: Open) -> None:
    window = opened(open_window, stage, a_pin(stage, "in_flight"))
    window.open_page("feed")
    QTest.mouseClick(window.page.strip.panels["pins"], Qt.MouseButton.LeftButton)
    assert window.pins.isVisible()


def test_lines_are_skipped_repeated_moved_and_removed_by_keys(
    stage: Stage, open_window: Open
) -> None:
    window = opened(open_window, stage)
    for key in (Qt.Key.Key_S, Qt.Key.Key_R, Qt.Key.Key_Delete):
        press(window, key)
    press(window, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    told = [(change.op, change.cue_id, change.to) for change in stage.pins.changes]
    assert told == [("skip", "c2", None), ("repeat", "c2", None), ("remove", "c2", None),
                    ("move", "c2", 2)]  # fmt: skip


def test_a_line_is_dropped_where_the_pointer_is(stage: Stage, open_window: Open) -> None:
    window = opened(open_window, stage)
    QApplication.processEvents()
    view = window.pins.show_panel.list
    box = view.visualRect(view.lines.index(3))
    assert view.place_at(box.center() + QPoint(0, -5)) == 3
    assert view.place_at(box.center() + QPoint(0, 5)) == 4
    assert view.place_at(QPoint(5, view.viewport().height() - 1)) == len(PRODUCTS)


def test_the_choice_follows_its_line_when_the_order_changes(
    stage: Stage, open_window: Open
) -> None:
    window = opened(open_window, stage)
    shop = stage.pins.shops["lumen"]
    assert shop.show is not None
    cues = (*shop.show.cues[2:], *shop.show.cues[:2])
    stage.pins.shops["lumen"] = replace(shop, show=replace(shop.show, revision=2, cues=cues))
    window.refresh()
    chosen = window.pins.show_panel.list.chosen
    assert chosen is not None
    assert (chosen.cue_id, chosen.number) == ("c2", 5)


def test_a_found_product_is_added_or_fired(stage: Stage, open_window: Open) -> None:
    window = opened(open_window, stage)
    press(window, Qt.Key.Key_Slash)
    QTest.keyClicks(window.focusWidget(), "serum")
    press(window, Qt.Key.Key_Return)
    assert stage.pins.fired == []
    press(window, Qt.Key.Key_A)
    press(window, Qt.Key.Key_Return)
    assert [(change.op, change.product_id) for change in stage.pins.changes] == [("add", "p2")]
    assert stage.pins.fired == [("p2", SERUM.title)]


def test_a_line_says_all_that_is_drawn(stage: Stage, open_window: Open) -> None:
    window = opened(open_window, stage, a_pin(stage, "confirmed", latency_ms=168.0),
                    shown_product_id="p1")  # fmt: skip
    lines = window.pins.show_panel.list.lines
    first, second, third, fourth = (spoken(line, lines.live) for line in lines.lines[:4])
    assert first == ("1, Velvet Day Cream 50 ml, 29.50 USD, 120 in stock, shown once, viewers see "
                     "it, Confirmed, normal, 168 ms, read back from the platform")  # fmt: skip
    assert "next up" in second
    assert "Out of stock." in third
    assert "claims a medical effect" in fourth


def test_what_is_by_hand_is_done_by_button_or_key(stage: Stage, open_window: Open) -> None:
    window = opened(open_window, stage, gateway=GatewayStatus("manual", "up", can_pin=False,
                                                              reads_back=False))  # fmt: skip
    asked = a_pin(stage, "in_flight", by_hand=True, ago_ms=4000)
    tell(stage, asked, by_hand=(asked,))
    window.refresh()
    (row,) = window.pins.by_hand.rows
    assert row.title.text() == CREAM.title
    assert row.waits.text() == "4 s"
    row.done.click()
    press(window, Qt.Key.Key_H)
    assert stage.pins.settled == [("pin-p1", True, "")] * 2


def test_what_cannot_be_done_by_hand_is_told_with_its_reason(
    stage: Stage, open_window: Open
) -> None:
    window = opened(open_window, stage)
    asked = a_pin(stage, "in_flight", by_hand=True)
    tell(stage, asked, by_hand=(asked,))
    window.refresh()
    window.pins.by_hand.rows[0].could_not.click()
    dialog = window.findChild(WhyNot)
    assert isinstance(dialog, WhyNot)
    QTest.keyClicks(dialog.reason, "not in the list")
    QTest.keyClick(dialog.reason, Qt.Key.Key_Return)
    assert stage.pins.settled == [("pin-p1", False, "not in the list")]


@pytest.mark.parametrize("size", [(1366, 768), (1600, 900)])
def test_no_title_moves_the_layout(stage: Stage, open_window: Open, size: tuple[int, int]) -> None:
    window = opened(open_window, stage, a_pin(stage, "in_flight"))
    window.resize(*size)
    page, places = window.pins, []
    for text in ("Day Cream", "x" * 10_000, "שלום " * 2_000, "💄" * 2_500, "a\nb\nc"):
        weird = replace(CREAM, title=text)
        stage.pins.shops["lumen"] = Shop(ProductIndex(product_list(weird)), show_of(weird))
        tell(stage, a_pin(stage, "in_flight", weird), next_title=text, shown_title=text,
             shown_product_id="p1", shown_age_ms=1.0)  # fmt: skip
        window.refresh()
        QApplication.processEvents()
        assert (window.width(), window.height()) == size
        places.append([part.geometry() for part in (page.newest, page.pins, page.way)])
    assert all(each == places[0] for each in places)


def test_a_store_that_does_not_pin_is_told_how_to(stage: Stage, open_window: Open) -> None:
    stage.attach()
    stage.tell(on_air())
    window = open_window(stage)
    window.open_page("pins")
    assert window.pins.setup.isVisible()
    press(window, Qt.Key.Key_1)
    press(window, Qt.Key.Key_N)
    window.open_pad()
    window.open_web_pad()
    assert stage.pins.fired == []
    assert not [each for each in window.findChildren(QDialog) if each.isVisible()]


def test_the_settings_that_it_names_are_valid(tmp_path: Path) -> None:
    head = """[[store]]
id = "lumen"
name = "Lumen"
platform = "tiktok"
[store.feed]
listen = "rtmp://127.0.0.1:1935/live/lumen"
[[store.uplink]]
name = "primary"
url = "rtmp://127.0.0.1:1936/live/env:KEY"
"""
    file = tmp_path / "livedesk.toml"
    file.write_text(f"{head}{SETUP}\n")
    (store,) = load_settings(file, lambda _: Secret("a-stream-key")).stores
    assert store.pins is not None
    assert store.pins.catalogue.file == tmp_path / "products.csv"


@pytest.mark.qt_log_ignore("does not support (raise|propagateSizeHints)")
def test_the_pad_opens_once_and_closes_with_the_window(stage: Stage, open_window: Open) -> None:
    window = opened(open_window, stage)
    press(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    window.open_pad()
    pads = [each for each in QApplication.topLevelWidgets() if "Pad of" in each.accessibleName()]
    assert len([pad for pad in pads if pad.isVisible()]) == 1


def test_a_picture_is_decoded_beside_the_window(
    stage: Stage, open_window: Open, qtbot: QtBot
) -> None:
    stage.pins.pictures.files["p1"] = png(400, 100)
    window = opened(open_window, stage)
    pictures = window.pins.pictures
    qtbot.waitUntil(lambda: pictures.pixmap("lumen", "p1", "p1.png") is not None)
    pixmap = pictures.pixmap("lumen", "p1", "p1.png")
    assert pixmap is not None
    assert pixmap.width() == pixmap.height()


def test_a_picture_that_comes_late_is_drawn_without_anything_else_changing(
    stage: Stage, open_window: Open, qtbot: QtBot
) -> None:
    window = opened(open_window, stage)
    QApplication.processEvents()
    assert drawn(window) != QColor("teal")
    stage.pins.pictures.files["p2"] = png(400, 100)
    window.refresh()
    qtbot.waitUntil(lambda: drawn(window) == QColor("teal"))


def drawn(window: ConsoleWindow) -> QColor:
    """The middle of the second line's picture."""
    view = window.pins.show_panel.list
    box = view.visualRect(view.lines.index(1))
    at = QPoint(box.left() + NUMBER + PICTURE // 2, box.center().y())
    return view.viewport().grab().toImage().pixelColor(at)


@pytest.mark.parametrize("content", [b"", b"<html>", b"\x89PNG\r\n\x1a\n" + b"\0" * 50])
def test_what_is_no_picture_is_none(content: bytes) -> None:
    assert decoded(content, 72).isNull()


def png(width: int, height: int) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("teal"))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(data.data())


# The web pad


def web_pad(window: ConsoleWindow) -> WebPadDialog:
    window.open_web_pad()
    dialog = window.findChild(WebPadDialog)
    assert isinstance(dialog, WebPadDialog)
    return dialog


def test_a_new_pad_is_a_code_and_an_address_shown_until_the_dialog_closes(
    stage: Stage, open_window: Open
) -> None:
    window = opened(open_window, stage, web_pad=True)
    pads = Pads((Pad("a1", "Mia", left_s=3600.0),), ("http://192.0.2.20:8642",))
    stage.pins.web_pads.now_known = KnownPads(pads)
    dialog = web_pad(window)
    dialog.name.setText("Mia")
    dialog.let_in.click()
    assert stage.pins.web_pads.named == ["Mia"]
    new = NewPad(pads.pads[0], Secret("/pad/lumen#t=key"), pads.addresses)
    stage.pins.web_pads.now_known = KnownPads(pads, new)
    dialog.refresh()
    assert dialog.address.text() == "http://192.0.2.20:8642/pad/lumen#t=key"
    assert dialog.code.isVisible()
    dialog.reject()
    assert stage.pins.web_pads.forgotten == 1


def test_an_engine_that_no_phone_reaches_is_told(stage: Stage, open_window: Open) -> None:
    window = opened(open_window, stage, web_pad=True)
    stage.pins.web_pads.now_known = KnownPads(Pads())
    dialog = web_pad(window)
    assert "No phone can reach this engine" in dialog.problem.text()
    assert not dialog.let_in.isEnabled()
    dialog.reject()


def test_a_web_pad_that_is_off_says_how_to_turn_it_on(stage: Stage, open_window: Open) -> None:
    window = opened(open_window, stage)
    dialog = web_pad(window)
    shown = [label.text() for label in dialog.findChildren(type(window.pages.message))]
    assert any("web_pad = true" in text for text in shown)
    dialog.reject()
