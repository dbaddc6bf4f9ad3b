"""What does the sandbox's shop sell? Invented products; the first three stand in its picture."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from livedesk.sandbox.encoder.products import OFFERS

Status = Literal["available", "out_of_stock", "restricted", "flagged"]
STATUSES: Final[tuple[Status, ...]] = ("available", "out_of_stock", "restricted", "flagged")
CURRENCY: Final = "USD"
_FIRST_ID: Final = 10_001
_IN_PICTURE: Final = (("GLOW-VDC-50", "skin"), ("GLOW-VCS-30", "skin"), ("GLOW-SLP-07", "lips"))


@dataclass(frozen=True, slots=True)
class Good:
    """A product as the shop has it. Ids are whole numbers, because Shopee's are."""

    id: str
    sku: str
    title: str
    price: Decimal
    before: Decimal
    category: str
    stock: int
    status: Status = "available"
    reason: str = ""
    description: str = ""

    @property
    def state(self) -> Status:
        """Nothing in stock is out of stock, whatever else was said of it as available."""
        return "out_of_stock" if self.status == "available" and self.stock <= 0 else self.status


def goods() -> tuple[Good, ...]:
    """In the order in which they are shown."""
    first: list[_Line] = [
        (sku, offer.name.title(), offer.price[1:], offer.before[1:], kind, 240, "available", "")
        for offer, (sku, kind) in zip(OFFERS, _IN_PICTURE, strict=True)
    ]
    return tuple(
        Good(
            str(_FIRST_ID + n),
            sku,
            title,
            Decimal(price),
            Decimal(before),
            kind,
            stock,
            status,
            why,
            _DESCRIPTIONS.get(sku, ""),
        )
        for n, (sku, title, price, before, kind, stock, status, why) in enumerate(
            (*first, *_OTHERS)
        )
    )


_DESCRIPTIONS: Final = {
    "GLOW-CLN-15": "A light foam for every day. Rinse with lukewarm water.",
    "GLOW-RSM-10": "Rose water and nothing else. Shake before use.",
    "GLOW-BRS-12": "Twelve brushes with handles of ash wood, in a roll.",
    "GLOW-EYE-15": "A cool gel for tired eyes. Instant results, guaranteed or your money back.",
}
"""The last is what the seed rules have a person look at before the show."""
_Line = tuple[str, str, str, str, str, int, Status, str]
_OTHERS: Final[tuple[_Line, ...]] = (
    ("GLOW-CLN-15", "Cloud Cleanser", "17.00", "21.00", "skin", 180, "available", ""),
    ("GLOW-RSM-10", "Rose Mist", "12.50", "12.50", "skin", 96, "available", ""),
    ("GLOW-LIP-SET", "Lip Trio ✨ gift set 🎁", "32.00", "44.70", "lips", 40, "available", ""),
    ("GLOW-OUD-50", "عطر العود الملكي", "58.00", "72.00", "scent", 25, "available", ""),
    ("GLOW-HND-03", "קרם ידיים עם שמן ארגן", "9.90", "11.90", "body", 310, "available", ""),
    ("GLOW-NGT-50", "Midnight Cream", "34.00", "41.00", "skin", 0, "available", ""),
    ("GLOW-RET-30", "Retinal Night Serum 0.5 %", "39.00", "39.00", "skin", 60,
     "restricted", "not sold in this region"),
    ("GLOW-SLM-20", "Slimming Patch", "19.90", "24.90", "body", 500,
     "flagged", "the title claims a medical effect"),
    ("GLOW-BRS-12", "Brush Set, 12 pieces", "27.00", "35.00", "tools", 75, "available", ""),
    ("GLOW-SPF-50", "Daily Shield SPF 50", "22.00", "26.00", "skin", 150, "available", ""),
    ("GLOW-MSK-05", "Clay Mask 5 × 20 ml", "14.00", "18.00", "skin", 130, "available", ""),
    ("GLOW-EYE-15", "Bright Eye Gel", "18.50", "23.00", "skin", 88, "available", ""),
    ("GLOW-BAG-01", "Velvet Travel Bag", "11.00", "15.00", "tools", 3, "available", ""),
)  # fmt: skip
