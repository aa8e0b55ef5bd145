"""The regulation once more, as plain lists and words: what the machines together should do (tests/services/test_machines_together).

Nothing here reads the law's tables; it is written by hand, so that the two can disagree.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

BOARD, CHAIR, STUDENT = frozenset({"member", "chair"}), frozenset({"chair"}), frozenset({"student"})
WAITING = frozenset({"submitted"})
PLACED = frozenset({"approved", "stopped", "returned"})
ASSESSED = frozenset({"accepted", "partly_accepted", "not_accepted"})
MOVABLE = frozenset({"due", "failed"})
OUT = frozenset({"sent", "done"})
OPEN = frozenset({"with_supervisor", "with_commission"})


@dataclass
class Change:
    kind: str
    starts: date
    ends: date
    state: str = "with_supervisor"


@dataclass
class Declared:
    kind: str
    starts: date
    ends: date
    state: str = "due"


@dataclass
class Office:
    """One internship and everything that hangs on it. `credited` is None until days were accepted."""

    today: date
    starts: date
    ends: date
    application: str = "submitted"
    changes: list[Change] = field(default_factory=list)
    declarations: list[Declared] = field(default_factory=list)
    attendance: str = "open"
    evaluation: str = "open"
    request: str = ""
    logbook: bool = False
    credited: int = 0

    # -- the application -------------------------------------------------------------------------------

    def may_act(self, who: str, action: str) -> bool:
        """Whether the regulation lets this person take this step on the application today."""
        froms: dict[str, tuple[frozenset[str], frozenset[str], bool]] = {
            "submit": (frozenset({"rejected"}), STUDENT, True),
            "approve": (WAITING, BOARD, self.today <= decide_by(self.starts)),
            "approve_late": (WAITING, CHAIR, decide_by(self.starts) < self.today <= entry_until(self.starts)),
            "reject": (WAITING, BOARD, True),
            "withdraw": (WAITING, STUDENT, True),
            "cancel": (frozenset({"approved"}), STUDENT | CHAIR, self.starts > self.today),
            "reopen": (frozenset({"rejected"}), CHAIR, self.today <= entry_until(self.starts)),
            "complete": (PLACED, STUDENT, self._is_whole()),
            **{
                a: (frozenset({"completion"}), BOARD, True) for a in ("return", "accept", "accept_partly", "not_accept")
            },
            "reassess": (ASSESSED, CHAIR, True),
        }
        states, by, on_condition = froms[action]
        return self.application in states and who in by and on_condition

    def _is_whole(self) -> bool:
        done = self.attendance != "open" and self.evaluation != "open"
        return self.ends < self.today and self.logbook and done and self.open_change() is None

    def act(self, action: str, parts: frozenset[str] = frozenset(), accepted: int = 0) -> None:
        """Take the step, and all that follows from it."""
        self.application = {
            "submit": "submitted", "approve": "approved", "approve_late": "approved", "reject": "rejected", "withdraw": "withdrawn",
            "cancel": "cancelled", "reopen": "submitted", "complete": "completion", "return": "returned",
            "accept": "accepted", "accept_partly": "partly_accepted", "not_accept": "not_accepted",
            "reassess": "completion",
        }[action]  # fmt: skip
        if action in {"approve", "approve_late"}:
            self._owe("entry")
            self._owe("exit")
        if action == "cancel":
            self._cancel()
        if action == "return":
            self.attendance = "open" if "attendance" in parts else self.attendance
            self.evaluation = "open" if "evaluation" in parts else self.evaluation
        if action in {"accept", "accept_partly", "not_accept", "reassess"}:
            self.credited = accepted

    def _cancel(self) -> None:
        if change := self.open_change():
            change.state = "lapsed"
        entry = self.newest("entry")
        for kind in ("entry", "correction", "exit", "cancellation"):
            self._drop(kind)
        if entry and entry.state in OUT:
            self._owe("cancellation")

    # -- changes of its dates --------------------------------------------------------------------------

    def open_change(self) -> Change | None:
        return next((c for c in self.changes if c.state in OPEN), None)

    def possible(self, kind: str) -> bool:
        """Whether a change of this kind still makes sense today."""
        if self.application != "approved":
            return False
        running = self.starts <= self.today <= self.ends
        return {"postpone": self.starts > self.today, "extend": running, "stop": self.starts <= self.today}[kind]

    def may_ask(self, who: str, kind: str, ends: date) -> bool:
        in_time = kind != "stop" or self.starts <= self.today <= self.ends
        sane = ends >= self.starts and self.declared_in_time(kind, ends)
        return who == "student" and self.open_change() is None and self.possible(kind) and in_time and sane

    def declared_in_time(self, kind: str, ends: date) -> bool:
        """Nobody works on without an entry, and no exit is owed after its last day."""
        entry = self.newest("entry")
        if kind == "extend" and entry and entry.state in MOVABLE:
            return self.today <= entry_until(entry.starts)
        return kind != "stop" or self.today <= later(ends, 10)

    def may_answer(self, who: str, action: str, change: Change) -> bool:
        goes = self.possible(change.kind) and self.declared_in_time(change.kind, change.ends)
        match action:
            case "agree":
                return change.state == "with_supervisor" and who == "employer" and goes
            case "decline":
                return change.state == "with_supervisor" and who == "employer"
            case "approve":
                return change.state == "with_commission" and who in BOARD and goes
            case "reject":
                return change.state == "with_commission" and who in BOARD
            case "withdraw":
                return change.state in OPEN and who == "student"
        return False

    def answer(self, action: str, change: Change) -> None:
        change.state = {
            "agree": "with_commission", "decline": "declined", "approve": "approved", "reject": "rejected",
            "withdraw": "withdrawn",
        }[action]  # fmt: skip
        if action != "approve":
            return
        self.starts, self.ends = change.starts, change.ends
        if change.kind == "stop":
            self.application = "stopped"
        self._settle("exit")
        if change.kind != "postpone":
            for kind in ("entry", "correction"):
                waiting = self.newest(kind)
                if waiting and waiting.state in MOVABLE:
                    self._settle(kind)
        else:
            entry = self.newest("entry")
            if entry and entry.state in OUT:
                self._settle("correction")
            else:
                self._settle("entry")
                self._drop("correction")

    # -- insurance ----------------------------------------------------------------------------------------

    def newest(self, kind: str) -> Declared | None:
        return next((d for d in reversed(self.declarations) if d.kind == kind and d.state != "dropped"), None)

    def _owe(self, kind: str) -> None:
        self.declarations.append(Declared(kind, self.starts, self.ends))

    def _drop(self, kind: str) -> None:
        found = self.newest(kind)
        if found and found.state in MOVABLE:
            found.state = "dropped"

    def _settle(self, kind: str) -> None:
        found = self.newest(kind)
        if found is None or found.state not in MOVABLE:
            self._owe(kind)
        else:
            found.state, found.starts, found.ends = "due", self.starts, self.ends

    def may_declare(self, who: str, action: str, of: Declared) -> bool:
        froms = {"send": MOVABLE, "confirm": {"due", "sent"}, "fail": {"sent"}, "unsend": {"sent"}, "correct": {"done"}}
        return who == "health office" and of.state in froms[action]

    def declare(self, action: str, of: Declared) -> None:
        of.state = {"send": "sent", "confirm": "done", "fail": "failed", "unsend": "due", "correct": "done"}[action]
        back = action in {"fail", "unsend"}  # it was not taken
        if back and self.application == "cancelled" and of.kind in {"entry", "correction"}:
            of.state = "dropped"  # nobody is entered for it any more
            if of.kind == "entry":
                self._drop("cancellation")  # and what was never taken is not cancelled
        elif back and self.newest(of.kind) is not of:
            of.state = "dropped"  # a later one has taken its place
        elif back and of.kind == "entry":
            self._drop("correction")
            if (of.starts, of.ends) != (self.starts, self.ends):
                self._settle("entry")

    # -- what the firm writes ---------------------------------------------------------------------------

    def may_write(self, who: str, action: str, what: str) -> bool:
        state = self.attendance if what == "attendance" else self.evaluation
        over = self.application in PLACED and self.ends < self.today
        match action:
            case "attest" | "give":
                return state == "open" and who == "employer" and self.application in PLACED and self.ends <= self.today
            case "waive":
                return state == "open" and who in BOARD and over
            case "revise":
                return (
                    what == "attendance" and state == "confirmed" and who == "employer" and self.application in PLACED
                )
        return False

    def write(self, action: str, what: str) -> None:
        now = {"attest": "confirmed", "give": "given", "waive": "waived", "revise": "open"}[action]
        if what == "attendance":
            self.attendance = now
        else:
            self.evaluation = now

    # -- requests to the commission ------------------------------------------------------------------------

    def may_talk(self, who: str, action: str) -> bool:
        froms = {
            "ask": ("", {"student"}), "answer": ("open", BOARD), "ask_again": ("answered", {"student"}),
            "withdraw": ("open", {"student"}), "close": ("answered", BOARD | {"student"}), "reopen": ("closed", BOARD),
        }  # fmt: skip
        state, by = froms[action]
        return self.request == state and who in by

    def talk(self, action: str) -> None:
        self.request = {
            "ask": "open", "answer": "answered", "ask_again": "open", "withdraw": "closed", "close": "closed",
            "reopen": "open",
        }[action]  # fmt: skip


HOLIDAYS = frozenset(
    {date(2026, 7, 15), date(2026, 10, 29), date(2027, 1, 1)}
)  # those on working days, as far as this goes
HALF = frozenset({date(2026, 10, 28)})


def decide_by(starts: date) -> date:
    """The last day before the first one on which the university works all day."""
    day = later(starts, -1)
    while day.weekday() > 4 or day in HOLIDAYS | HALF:
        day = later(day, -1)
    return day


def entry_until(starts: date) -> date:
    """The day before the first one, or the working day in its place (Law 5510)."""
    day = later(starts, -1)
    while day.weekday() > 4 or day in HOLIDAYS:
        day = later(day, 1)
    return day


def later(day: date, days: int) -> date:
    return day + timedelta(days=days)
