"""The dialogs of the console: questions, keys, web pad, and the settings with all their tabs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from livedesk.core.clock import NS_PER_S, ManualClock
from livedesk.core.engine_status import ChannelStatus, EngineStatus, Me, User
from livedesk.core.roles import RIGHTS, Role
from livedesk.core.secrets import Secret
from livedesk.desk.alarm_client import ChannelTest, RunbookKind
from livedesk.desk.alarm_settings import RunbookView
from livedesk.desk.channels import ChannelTry
from livedesk.desk.people import KnownPeople
from livedesk.desk.people_client import NewToken, People
from livedesk.desk.preferences import PreferenceBook
from livedesk.desk.rights import Rights
from livedesk.desk.web_pads import KnownPads
from livedesk.desk.wire import NewPad, Pad, Pads
from livedesk.ui import questions
from livedesk.ui.notices import Notices
from livedesk.ui.settings.appearance import AppearancePage
from livedesk.ui.settings.channels import ChannelsPage
from livedesk.ui.settings.dialog import SettingsDialog
from livedesk.ui.settings.people import PeoplePage
from livedesk.ui.settings.runbook import RunbookPage
from livedesk.ui.settings.sounds import SoundsPage
from livedesk.ui.sound import Sounds
from tests.ui.alarm_stage import STEPS, StageAlarms
from tests.ui.pin_stage import pins_status
from tests.ui.stage import START_UTC_NS, Stage, on_air
from tools.scenes.stage import Screen, attached, many, opened


def keys(screen: Screen) -> QWidget:
    window = opened(screen, "feed", attached(on_air()))
    window.show_shortcuts()
    return window


def end(screen: Screen) -> QWidget:
    window = opened(screen, "feed", attached(on_air()))
    window.ask_end()
    return window


def drill(screen: Screen) -> QWidget:
    window = opened(screen, "feed", attached(on_air()))
    questions.ask_drill(window, ("primary", "bonded"), 10, True, lambda: None)
    return window


def leave(screen: Screen) -> QWidget:
    window = opened(screen, "wall", attached(*many(6), seconds=10))
    window.close()
    return window


def stop(screen: Screen) -> QWidget:
    """The second question of the one before."""
    window = leave(screen)
    (question,) = window.findChildren(questions.Question)
    next(push for push in question.buttons() if "stop" in push.text()).click()
    return window


# Web pad


def web_pad(screen: Screen) -> QWidget:
    pads = Pads((Pad("a", "Host's phone", START_UTC_NS, 3_900.0), Pad("b", "Tablet at the desk")),
                ("https://192.168.1.20:8642",))  # fmt: skip
    return _web_pad(screen, KnownPads(pads))


def web_pad_new(screen: Screen) -> QWidget:
    """Just let in: the code that is shown once."""
    address = "https://192.168.1.20:8642"
    pads = Pads((Pad("a", "Host's phone", START_UTC_NS, 3_900.0),), (address,))
    new = NewPad(Pad("a", "Host's phone"), Secret("/pad/lumen#" + 32 * "7"), (address,))
    return _web_pad(screen, KnownPads(pads, new))


def _web_pad(screen: Screen, known: KnownPads) -> QWidget:
    stage = attached(on_air(pins=pins_status(web_pad=True)))
    stage.pins.web_pads.now_known = known
    window = opened(screen, "pins", stage)
    window.open_web_pad()
    return window


# Settings


class _Silent:
    problem = "This computer has no sound output that can be used."

    def play(self, file: Path) -> None: ...


class _People:
    """A `PeopleSource` that stands still."""

    def __init__(self, state: KnownPeople) -> None:
        self.state = state

    def known(self) -> KnownPeople:
        return self.state

    def ask(self) -> None: ...

    def add(self, name: str, role: Role) -> None: ...

    def new_token(self, name: str) -> None: ...

    def give_role(self, name: str, role: Role) -> None: ...

    def revoke(self, name: str) -> None: ...

    def forget_new(self) -> None: ...


PEOPLE = (
    User("Ana Castellanos", "producer", START_UTC_NS, "Mei", START_UTC_NS - 600 * NS_PER_S),
    User("Bo", "live_operations", START_UTC_NS, "Mei", START_UTC_NS - 4 * NS_PER_S),
    User("Ida", "analyst", START_UTC_NS, "Mei"),
    User("Mei", "admin", START_UTC_NS, "settings", START_UTC_NS, from_settings=True),
    User("Studio 2's tablet", "host", START_UTC_NS, "Mei", START_UTC_NS - 86_400 * NS_PER_S),
)


def settings_appearance(screen: Screen) -> QWidget:
    return _settings(screen, "appearance")


def settings_sounds(screen: Screen) -> QWidget:
    return _settings(screen, "sounds")


def settings_channels(screen: Screen) -> QWidget:
    return _settings(screen, "channels")


def settings_channel_new(screen: Screen) -> QWidget:
    window = settings_channels(screen)
    (page,) = window.findChildren(ChannelsPage)
    page.open_form("")
    return window


def settings_runbook(screen: Screen) -> QWidget:
    return _settings(screen, "runbook")


def settings_people(screen: Screen) -> QWidget:
    return _settings(screen, "people")


def settings_people_new(screen: Screen) -> QWidget:
    """The token of who was just added."""
    return _settings(screen, "people", NewToken(PEOPLE[1], Secret("LDu-" + 40 * "x")))


def settings_people_closed(screen: Screen) -> QWidget:
    """To who may not see them."""
    return _settings(screen, "people", role="producer")


def _settings(
    screen: Screen, key: str, new: NewToken | None = None, role: Role = "admin"
) -> QWidget:
    stage = attached(on_air())
    stage.model.me(Me("Mei", role, tuple(RIGHTS[role]), named=True))
    stage.model.engine(EngineStatus(START_UTC_NS, channels=_channels(stage.alarms)), stage.now())
    window = opened(screen, "feed", stage)
    book = PreferenceBook()
    sounds = Sounds(book, ManualClock(), _Silent)
    sounds.test("low")
    notices = Notices(book, lambda: None, lambda: False)
    theme = screen.theme
    people = _People(KnownPeople(People(PEOPLE, 50), new))
    settings = stage.alarms.settings
    pages = (
        AppearancePage(theme, book),
        SoundsPage(theme, book, sounds, notices),
        ChannelsPage(theme, settings, stage.snapshot),
        RunbookPage(theme, settings, stage.snapshot),
        PeoplePage(theme, people, lambda: _rights(stage), lambda: START_UTC_NS),
    )
    dialog = SettingsDialog(theme, window, pages)
    dialog.show_page(key)
    dialog.open()
    return window


def _rights(stage: Stage) -> Rights:
    return Rights(stage.snapshot().me)


def _channels(alarms: StageAlarms) -> tuple[ChannelStatus, ...]:
    """How they are, with one test answered, and a runbook."""
    alarms.settings.runbook = RunbookView(tuple(
        RunbookKind(kind, name, STEPS, STEPS[:2]) for kind, name in (
            ("feed.lost", "No feed"), ("picture.black", "Black picture"),
            ("picture.frozen", "The picture does not move"), ("sync.skew", "Out of step"),
            ("uplink.slow", "An uplink carries too little"))
    ))  # fmt: skip
    answer = ChannelTest(False, "The server's name is not known: hooks.example.invalid.")
    alarms.settings._tests["mail"] = ChannelTry(answer)
    return (
        ChannelStatus("duty", "ntfy", "ok", 12, ok_age_s=62.0),
        ChannelStatus("mail", "email", "failing", 3, failed=4, waiting=2,
                      reason="The server's name is not known: smtp.example.invalid."),
        ChannelStatus("studio", "slack", "unproven"),
        ChannelStatus("rota", "webhook", "ok", 41, dropped=3, ok_age_s=7.0),
    )  # fmt: skip
