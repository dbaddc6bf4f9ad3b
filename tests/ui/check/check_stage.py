"""Checks on a stage: what the engine would say, and what was signed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from livedesk.core.check import CheckItem, CheckReport, Sign
from livedesk.desk.check_client import SignOrder
from livedesk.desk.checking import KnownCheck
from tests.ui.stage import START_UTC_NS

ITEMS = (
    CheckItem("encoder", "Encoder", "go", "Media comes in: 1280 × 720, 4,012 kbps."),
    CheckItem("figures", "Figures", "go", "Rate, sync, picture and sound are in range."),
    CheckItem("settings", "Encoder's settings", "go", "As the platform wishes."),
    CheckItem("slate", "Slate", "no_go", "No slate was seen and heard yet.",
              "Film the slate for 10 s; livedesk slate shows it."),
    CheckItem("way", "Way out", "go", "primary carries, 4,003 kbps acknowledged."),
    CheckItem("standby/bonded", "Standby bonded", "no_go", "Ready, rehearsed 26 h ago; 24 h are "
              "the most.", "Drill it: the stream goes to bonded and back."),
    CheckItem("platform", "Platform's output", "not_used", "No return check is configured."),
    CheckItem("access", "Keys and sign-ins", "go", "What this store uses has no end."),
    CheckItem("catalogue", "Products", "go", "48 products, up to date."),
    CheckItem("rules", "Rules", "go", "Version 2026-09-21.3, 41 rules and 512 terms."),
    CheckItem("disk", "Disk", "go", "212.4 GB are free: enough for 4 h of show."),
    CheckItem("clock", "Clock", "unknown", "Whether it is synchronised is not known.",
              "Turn on time synchronisation in the system's settings (on Linux: timedatectl)."),
    CheckItem("alarms", "Alarms", "go", "None that nobody has seen."),
)  # fmt: skip
AGAINST = ("Slate", "Standby bonded", "Clock")


def no_go(store: str = "lumen", sign: Sign | None = None) -> CheckReport:
    return CheckReport(store, START_UTC_NS, "no_go", ITEMS, AGAINST, sign)


def all_good(store: str = "lumen", sign: Sign | None = None) -> CheckReport:
    items = tuple(
        item if item.state == "not_used" else replace(item, state="go", action="") for item in ITEMS
    )
    return CheckReport(store, START_UTC_NS, "go", items, (), sign)


@dataclass
class StageChecks:
    """Says what the test puts in, and keeps what was asked of it."""

    reports: dict[str, KnownCheck] = field(default_factory=dict)
    looked: list[str] = field(default_factory=list)
    orders: list[SignOrder] = field(default_factory=list)
    me: str = "ana@desk-3"

    def known(self, store: str) -> KnownCheck:
        return self.reports.get(store, KnownCheck())

    def tell(self, report: CheckReport, *, age_s: float = 0.4, trouble: str = "") -> None:
        self.reports[report.store] = KnownCheck(report, age_s, trouble)

    def look(self, store: str, others: Iterable[str] = ()) -> None:
        self.looked += [store, *others]

    def sign(self, order: SignOrder) -> None:
        self.orders.append(order)
        self.reports[order.store] = replace(self.known(order.store), signing=True)
