"""When does Python's collector look through everything? Not while the window is needed.

A look through all that a console holds takes 0.1 to 0.3 s, with the window at a stand. So what is
there once it stands, and what the queue keeps, is put out of the collector's sight; what comes and
goes after that is little, and looked through in a millisecond or two.
"""

from __future__ import annotations

import gc


def keep_what_stays() -> None:
    """The collector does not look through what there is now again. What is young is looked through
    before, and what is dropped is still freed at once unless it refers to itself in a circle."""
    gc.collect(1)
    gc.freeze()


def forget_what_went() -> None:
    """Look through everything once: a whole window went, and its parts refer to each other."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def see_all() -> None:
    """As before: the console has ended, and the process may go on."""
    gc.unfreeze()
