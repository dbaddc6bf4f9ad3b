"""What may an order to the failover ask for? The same in the window, the command line, the API and
the relay.
"""

from __future__ import annotations

from typing import Final

LONGEST_REASON: Final = 200
"""Characters; the record and one line of a window hold it."""

USUAL_STAY_S: Final = 5.0
LONGEST_STAY_S: Final = 600.0
"""Of a drill, on the other uplink. The shortest is none: back with its first keyframe."""
