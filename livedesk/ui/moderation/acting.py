"""What does a key or a button do? It acts on the row under the cursor, or says why it does not."""

from __future__ import annotations

from collections.abc import Callable

from livedesk.core.moderation import DecisionKind
from livedesk.desk.asked import Guard
from livedesk.desk.model import Moment
from livedesk.desk.queue_view import BatchKind, QueueDesk, QueueRow, QueueView
from livedesk.desk.words import number, tr
from livedesk.ui.moderation.toldline import ToldLine


class Acting:
    """The acts of a page. `acted`: it shows what became of one; `told` says what could not be."""

    def __init__(
        self,
        desk: QueueDesk,
        view: QueueView,
        told: ToldLine,
        now: Callable[[], Moment],
        acted: Callable[[], None],
        why_not: Callable[[], str] = str,
    ) -> None:
        """`why_not`: why the person at this window may not moderate; empty if they may."""
        self._desk = desk
        self._view = view
        self._told = told
        self._now = now
        self._acted = acted
        self._why_not = why_not
        self._guard = Guard()
        self._last: Moment | None = None

    @property
    def chosen(self) -> QueueRow | None:
        """The row on which everything acts."""
        cursor = self._view.cursor
        return None if cursor is None else self._view.row_of(cursor, self._now())

    # How busy the operator is

    def stirred(self) -> None:
        """A hand was on keys or mouse."""
        self._last = self._now()

    @property
    def idle_s(self) -> float:
        return 0.0 if self._last is None else self._now().since_s(self._last)

    def moved(self) -> None:
        """To another row: a first press on the one before is not meant any more."""
        self.stirred()
        self._guard.disarm()
        self._told.forget()

    def armed(self, row: QueueRow) -> str:
        """Which of the acts on many waits for its second press."""
        now = self._now()
        kinds: tuple[BatchKind, ...] = ("approve", "hide", "ban")
        left = (kind for kind in kinds if self._guard.left_s(_many(kind, row), now) is not None)
        return next(left, "")

    # One comment

    def decide(self, kind: DecisionKind) -> None:
        row = self._meant(kind)
        if row is None:
            return
        match kind:
            case "approve":
                self._desk.approve(row.item_id)
            case "hide":
                self._desk.hide(row.item_id)
            case "ban":
                self._desk.ban(row.item_id)
            case "undo":
                self._desk.undo(row.item_id)
            case "reply":
                return
        self._done()

    def undo_last(self) -> None:
        """What this operator did last, wherever the cursor is."""
        if self._is_held_back():
            return
        if self._desk.undoable is None:
            self._told.say(tr("There is nothing of yours to take back."))
            return
        self._desk.undo()
        self._done()

    def claim(self) -> None:
        if self._is_held_back():
            return
        row = self.chosen
        if row is None:
            self._choose_first()
        elif row.claim is not None and not row.claim.mine:
            self._told.say(tr("{name} is at it.").format(name=row.claim.by))
        else:
            give = self._desk.claim if row.claim is None else self._desk.release
            give(row.item_id)
            self._done()

    def answer_number(self, digit: int) -> None:
        row = self.chosen
        faq = self._view.faq(row.item_id) if row is not None else ()
        found = [each for each in faq if each.digit == digit]
        if row is None:
            self._choose_first()
        elif not found:
            self._told.say(tr("There is no answer {n}.").format(n=digit))
        else:
            self.answer(found[0].id)

    def answer(self, faq_id: str) -> None:
        """A repetition needs a second press."""
        row = self._meant("reply")
        if row is None:
            return
        faq = next((each for each in self._view.faq(row.item_id) if each.id == faq_id), None)
        if faq is None or faq.too_long:
            self._told.say(tr("This answer is too long for the platform."))
            return
        now = self._now()
        twice = self._view.duplicate(row.item_id, faq_id, now)
        if twice and not self._guard.press(f"reply {faq_id} {row.item_id}", now):
            self._told.say(tr("{why} Press it again to post it all the same.").format(why=twice))
            return
        self._desk.reply(row.item_id, faq_id, again=bool(twice))
        self._done()

    def settle(self, item_id: str, effect_key: str, done: bool, why_not: str = "") -> None:
        """What was to be done by hand was done, or could not be."""
        if self._is_held_back():
            return
        self._desk.by_hand(item_id, effect_key, done=done, text=why_not)
        self._done()

    # Many

    def decide_all(self, kind: BatchKind) -> None:
        """All that say the same; the first press tells how many, the second does it."""
        row = self._meant(kind)
        if row is None:
            return
        batch = self._view.batch(row.item_id)
        if batch.count < 2:
            self._told.say(tr("No other comment says the same."))
        elif not self._guard.press(_many(kind, row), self._now()):
            self._told.say(_batch_question(kind, batch.count, batch.stores))
        else:
            self._desk.batch(batch, kind)
            self._done()

    # What all of them need

    def _meant(self, kind: DecisionKind) -> QueueRow | None:
        """The chosen row, if this can be done to it; else it is said why not."""
        self.stirred()
        row = self.chosen
        if self._is_held_back():
            return None
        if row is None:
            self._choose_first()
        elif row.claim is not None and not row.claim.mine:
            self._told.say(tr("{name} is at it.").format(name=row.claim.by))
        elif row.order is not None and row.order.state == "sending":
            self._told.say(tr("Wait: it is being sent."))
        elif kind not in row.possible:
            self._told.say(tr("That changes nothing here: {word}.").format(word=row.word))
        else:
            return row
        return None

    def _is_held_back(self) -> bool:
        """A key does not do nothing: who may not is told so."""
        why_not = self._why_not()
        if why_not:
            self._told.say(why_not)
        return bool(why_not)

    def _choose_first(self) -> None:
        self._told.say(tr("No comment is chosen: J takes the next one, or click on it."))

    def _done(self) -> None:
        """A question that was answered does not stand there as if it were asked again."""
        self.stirred()
        self._guard.disarm()
        self._told.forget()
        self._acted()


def _many(kind: BatchKind, row: QueueRow) -> str:
    return f"{kind} all like {row.item_id}"


def _batch_question(kind: BatchKind, count: int, stores: int) -> str:
    what = {
        "approve": tr("approves {n} comments"),
        "hide": tr("hides {n} comments"),
        "ban": tr("hides {n} comments and bans their authors"),
        "reply": tr("answers {n} comments"),
    }[kind].format(n=number(count))
    where = tr(" in {n} stores").format(n=stores) if stores > 1 else ""
    return tr("Press it again: it {what}{where}.").format(what=what, where=where)
