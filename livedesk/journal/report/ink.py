"""How does each thing in a drawing look, so that screen, paper and grey paper agree?

Drawings carry their look in their attributes: a renderer for paper reads no style sheet of the
page inside of them. What differs in colour differs in dashes, weight or pattern too.
"""

from __future__ import annotations

from typing import Final

INK: Final = "#14181f"
MUTED: Final = "#566070"
LOOK: Final = "#8a5300"
BAD: Final = "#b3261e"
BLUE: Final = "#1f5fbf"
TEAL: Final = "#00786c"
VIOLET: Final = "#8a3fa8"

FONT: Final = "Inter, 'Segoe UI', 'Helvetica Neue', 'Noto Sans', 'DejaVu Sans', Arial, sans-serif"

_CURVE: Final = 'fill="none" stroke-linejoin="round" stroke-linecap="round"'
_HAIR: Final = 'fill="none" stroke-width="1"'

_LOOKS: Final[dict[str, str]] = {
    "grid": f'{_HAIR} stroke="#e6e9ee"',
    "axis": f'{_HAIR} stroke="#8993a1"',
    "leader": 'fill="none" stroke-width="0.8" stroke="#aab3bf"',
    "tick": f'fill="{MUTED}"',
    "tick end": f'fill="{MUTED}" text-anchor="end"',
    "tick middle": f'fill="{MUTED}" text-anchor="middle"',
    "tick utc": 'fill="#6b7482" font-size="12.5"',
    "tick utc middle": 'fill="#6b7482" font-size="12.5" text-anchor="middle"',
    "lane": f'fill="{INK}" text-anchor="end" font-weight="500"',
    "curve feed": f'{_CURVE} stroke="{INK}" stroke-width="1.2"',
    "curve goodput-0": f'{_CURVE} stroke="{BLUE}" stroke-width="2.4"',
    "curve goodput-1": f'{_CURVE} stroke="{TEAL}" stroke-width="2.4" stroke-dasharray="10 4"',
    "curve goodput-2": f'{_CURVE} stroke="{VIOLET}" stroke-width="2.4" stroke-dasharray="2 4.5"',
    "curve skew": f'{_CURVE} stroke="{BLUE}" stroke-width="2.2"',
    "range feed": f'stroke="none" fill="{INK}" fill-opacity="0.08"',
    "range goodput-0": f'stroke="none" fill="{BLUE}" fill-opacity="0.16"',
    "range goodput-1": f'stroke="none" fill="{TEAL}" fill-opacity="0.16"',
    "range goodput-2": f'stroke="none" fill="{VIOLET}" fill-opacity="0.16"',
    "range skew": f'stroke="none" fill="{BLUE}" fill-opacity="0.16"',
    "rule critical": f'fill="none" stroke="{BAD}" stroke-width="1.6"',
    "rule warning": f'fill="none" stroke="{LOOK}" stroke-width="1.2" stroke-dasharray="7 4"',
    "rule notice": 'fill="none" stroke="#8993a1" stroke-width="1.2" stroke-dasharray="2 3"',
    "rule-name critical": f'fill="{BAD}" font-weight="600"',
    "rule-name warning": f'fill="{LOOK}" font-weight="500"',
    "rule-name notice": f'fill="{MUTED}" font-weight="500"',
    "flag": f'fill="{BAD}"',
    "flag-name": 'fill="#ffffff" font-size="12" font-weight="600" text-anchor="middle"',
    "trouble": 'fill="#f7d9d5" stroke="#c4675c" stroke-width="0.8"',
    "trouble narrow": 'fill="#eeb4ad"',
    "gap narrow": 'fill="#c9d0d8"',
    "trouble-line": 'fill="none" stroke="#d98d84" stroke-width="1.1"',
    "gap": 'fill="#eceff2" stroke="#aab3bf" stroke-width="0.6"',
    "gap-line": 'fill="none" stroke="#b9c1cb" stroke-width="1"',
    "carried": f'fill="{BLUE}"',
    "count": f'fill="{MUTED}"',
    "alarm": f'fill="{LOOK}"',
    "switch": f'fill="none" stroke="{INK}" stroke-width="1.6"',
    "dot good": (
        f'fill="none" stroke="{BLUE}" stroke-width="6" stroke-linecap="round" stroke-opacity="0.75"'
    ),
    "dot bad": f'fill="#ffffff" stroke="{BAD}" stroke-width="1.8"',
    "mark good": f'fill="none" stroke="{BLUE}" stroke-width="1.2"',
    "mark bad": f'fill="none" stroke="{BAD}" stroke-width="3"',
}


def look(style: str) -> str:
    """The attributes of a style, with its name as class; what has no look of its own is ink."""
    return f'class="{style}" {_LOOKS.get(style, f"""fill="{INK}" """).strip()}'
