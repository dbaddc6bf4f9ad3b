"""Which stores have the same trouble at once, so that it is one alarm and not twenty? Pure.

Stores share a disk, a network, a rule service. What begins at several of them within a minute has
one cause, and is told once for all of them (first-out); what begins later has another.
"""

from __future__ import annotations

from livedesk.core.clock import NS_PER_S

LEAST = 3
"""So many stores at once are no accident; two may well be."""

_GOES_ON = 2
"""With fewer it is the trouble of that store."""

_TOGETHER_NS = 60 * NS_PER_S


class Together:
    """One kind of trouble, over all stores."""

    def __init__(self) -> None:
        self._since_ns: dict[str, int] = {}
        self._newest_ns = 0
        self._members: set[str] = set()

    @property
    def members(self) -> frozenset[str]:
        """Stores whose trouble is told as one, also while some have got over it already."""
        return frozenset(self._members)

    def having(self) -> tuple[str, ...]:
        """Those of the members that have the trouble now, in the order in which it came."""
        here = (store for store in self._since_ns if store in self._members)
        return tuple(here)

    @property
    def is_there(self) -> bool:
        return len(self.having()) >= _GOES_ON

    def take(self, mono_ns: int, store: str, present: bool | None) -> None:
        """What is seen of one store. None: it cannot be seen, and is taken to be as before."""
        if present is False:
            self._since_ns.pop(store, None)
        elif present and store not in self._since_ns:
            self._since_ns[store] = mono_ns
            self._begins(mono_ns, store)

    def _begins(self, mono_ns: int, store: str) -> None:
        if self._members:
            if mono_ns - self._newest_ns < _TOGETHER_NS or store in self._members:
                self._members.add(store)
                self._newest_ns = mono_ns
            return
        lately = {each for each, at in self._since_ns.items() if mono_ns - at < _TOGETHER_NS}
        if len(lately) >= LEAST:
            self._members, self._newest_ns = lately, mono_ns

    def settle(self, stands: bool) -> None:
        """`stands`: whether its alarm does. Once that is over, what is left is each store's own."""
        if not stands and not self.is_there:
            self._members.clear()
