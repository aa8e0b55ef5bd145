"""The law: which step leads from where to where, by whom, on what condition, telling whom.

Buttons, permission, forms, letters, history, CHECK constraints, documents and tests all read these
tables; a change of policy is a change of one row.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from workflow import guards
from workflow.guards import Moment
from workflow.say import N_, Say
from workflow.words import Action as DO
from workflow.words import Actor as A
from workflow.words import ApplicationState as S
from workflow.words import ChangeState, DeclarationState, InstitutionState, Need, PublicationState, RequestState, Word

Guard = Callable[[Any, Moment], Say | None]


Cause = tuple[str, DO]  # (machine, action)


@dataclass(frozen=True)
class Door:
    """One row of a table: `by` may take `action` from any of `froms`, if every guard stays silent.

    A door with `follows` opens to nobody: it turns by itself, as what another machine's step brings about.
    """

    action: DO
    froms: frozenset[Word]
    by: frozenset[A]
    to: Word
    guards: tuple[Guard, ...]
    needs: frozenset[Need]
    tells: frozenset[A]
    follows: frozenset[Cause]

    def refusal(self, row: Any, moment: Moment) -> Say | None:
        """The first sentence a guard objects with, or None."""
        return next((said for guard in self.guards if (said := guard(row, moment))), None)


@dataclass(frozen=True)
class Machine:
    """One table and the words of its states."""

    name: str
    label: str
    states: type[Word]
    start: Word
    table: tuple[Door, ...]

    def doors(self, state: str, actors: Collection[A]) -> Iterator[Door]:
        """The doors open to somebody who is any of `actors` to a row in `state`, in table order."""
        return (d for d in self.table if state in d.froms and not d.by.isdisjoint(actors))

    def door(self, action: str, state: str, actors: Collection[A]) -> Door | None:
        """The one door for this action, or None: closed until opened."""
        return next((d for d in self.doors(state, actors) if d.action == action), None)

    def following(self, action: str, state: str, cause: Cause) -> Door | None:
        """The door that `cause` turns for a row in `state`, or None."""
        return next((d for d in self.table if d.action == action and state in d.froms and cause in d.follows), None)

    def needs_of(self, state: Word) -> frozenset[Need]:
        """What every row in `state` must carry, whichever door it came through."""
        into = [d.needs for d in self.table if d.to == state and d.froms != {state}]
        return frozenset.intersection(*into) if into and state is not self.start else frozenset()


def _row(  # noqa: PLR0913 -- the columns of the table
    action: DO,
    froms: Iterable[Word],
    by: Iterable[A],
    to: Word,
    *on_condition: Guard,
    needs: Iterable[Need] = (),
    tells: Iterable[A] = (),
    follows: Iterable[Cause] = (),
) -> Door:
    return Door(
        action,
        frozenset(froms),
        frozenset(by),
        to,
        on_condition,
        frozenset(needs),
        frozenset(tells),
        frozenset(follows),
    )


NOBODY: frozenset[A] = frozenset()
BOARD = {A.MEMBER, A.CHAIR}
WHY = {Need.REASON}
DECIDED = {Need.DECIDER}
_CHANGED = ("change_request", DO.APPROVE)

APPLICATIONS = Machine(
    "application",
    N_("Application"),
    S,
    S.DRAFT,
    (
        _row(DO.SUBMIT, {S.DRAFT, S.REJECTED}, {A.STUDENT}, S.SUBMITTED, guards.is_complete, tells=BOARD),
        _row(
            DO.APPROVE,
            {S.SUBMITTED},
            BOARD,
            S.APPROVED,
            guards.not_own,
            guards.institution_not_blocked,
            needs=DECIDED,
            tells={A.STUDENT, A.EMPLOYER, A.HEALTH_OFFICE},
        ),
        _row(
            DO.REJECT,
            {S.SUBMITTED},
            BOARD,
            S.REJECTED,
            guards.not_own,
            needs={Need.REASON, Need.PAGES, Need.DECIDER},
            tells={A.STUDENT},
        ),
        _row(DO.WITHDRAW, {S.SUBMITTED}, {A.STUDENT}, S.WITHDRAWN, tells=BOARD),
        _row(
            DO.CANCEL,
            {S.APPROVED},
            {A.STUDENT, A.CHAIR},
            S.CANCELLED,
            guards.not_started,
            needs=WHY,
            tells={A.STUDENT, *BOARD, A.EMPLOYER, A.HEALTH_OFFICE},
        ),
        _row(
            DO.REOPEN,
            {S.REJECTED},
            {A.CHAIR},
            S.SUBMITTED,
            guards.not_own,
            guards.no_overlap,
            needs=WHY,
            tells={A.STUDENT, *BOARD},
        ),
        _row(DO.POSTPONE, {S.APPROVED}, NOBODY, S.APPROVED, guards.not_started, follows={_CHANGED}),
        _row(DO.EXTEND, {S.APPROVED}, NOBODY, S.APPROVED, guards.is_running, follows={_CHANGED}),
        _row(DO.STOP, {S.APPROVED}, NOBODY, S.STOPPED, guards.has_started, needs=WHY, follows={_CHANGED}),
    ),
)

_C = ChangeState
_OPEN = {_C.WITH_SUPERVISOR, _C.WITH_COMMISSION}
CHANGE_REQUESTS = Machine(
    "change_request",
    N_("Change request"),
    _C,
    _C.NEW,
    (
        _row(DO.ASK, {_C.NEW}, {A.STUDENT}, _C.WITH_SUPERVISOR, guards.is_complete, tells={A.EMPLOYER}),
        _row(
            DO.AGREE,
            {_C.WITH_SUPERVISOR},
            {A.EMPLOYER},
            _C.WITH_COMMISSION,
            guards.is_complete,
            tells={A.STUDENT, *BOARD},
        ),
        _row(DO.DECLINE, {_C.WITH_SUPERVISOR}, {A.EMPLOYER}, _C.DECLINED, needs=WHY, tells={A.STUDENT}),
        _row(
            DO.APPROVE,
            {_C.WITH_COMMISSION},
            BOARD,
            _C.APPROVED,
            guards.not_own,
            guards.is_complete,
            needs=DECIDED,
            tells={A.STUDENT, A.EMPLOYER, A.HEALTH_OFFICE},
        ),
        _row(
            DO.REJECT,
            {_C.WITH_COMMISSION},
            BOARD,
            _C.REJECTED,
            guards.not_own,
            needs={Need.REASON, Need.DECIDER},
            tells={A.STUDENT, A.EMPLOYER},
        ),
        _row(DO.WITHDRAW, _OPEN, {A.STUDENT}, _C.WITHDRAWN, tells={A.EMPLOYER, *BOARD}),
        _row(DO.LAPSE, _OPEN, NOBODY, _C.LAPSED, follows={("application", DO.CANCEL)}),
    ),
)

_R = RequestState
REQUESTS = Machine(
    "request",
    N_("Request to the commission"),
    _R,
    _R.NEW,
    (
        _row(DO.ASK, {_R.NEW}, {A.STUDENT}, _R.OPEN, tells=BOARD),
        _row(
            DO.ANSWER,
            {_R.OPEN},
            BOARD,
            _R.ANSWERED,
            guards.not_own,
            needs={Need.REASON, Need.DECIDER},
            tells={A.STUDENT},
        ),
        _row(DO.ASK_AGAIN, {_R.ANSWERED}, {A.STUDENT}, _R.OPEN, needs=WHY, tells=BOARD),
        _row(DO.WITHDRAW, {_R.OPEN}, {A.STUDENT}, _R.CLOSED),
        _row(DO.CLOSE, {_R.ANSWERED}, {A.STUDENT, *BOARD}, _R.CLOSED),
        _row(DO.REOPEN, {_R.CLOSED}, BOARD, _R.OPEN, needs=WHY, tells={A.STUDENT, *BOARD}),
    ),
)

_D = DeclarationState
_APPLIED = {("application", action) for action in (DO.CANCEL, DO.POSTPONE, DO.EXTEND, DO.STOP)}
_REFUSED = ("declaration", DO.FAIL)
HEALTH = {A.HEALTH_OFFICE}
DECLARATIONS = Machine(
    "declaration",
    N_("Insurance declaration"),
    _D,
    _D.NEW,
    (
        _row(DO.RAISE, {_D.NEW}, NOBODY, _D.DUE, follows={("application", DO.APPROVE), *_APPLIED}),
        _row(DO.MOVE, {_D.DUE, _D.FAILED}, NOBODY, _D.DUE, follows={*_APPLIED, _REFUSED}),
        _row(DO.DROP, {_D.DUE, _D.FAILED}, NOBODY, _D.DROPPED, follows={*_APPLIED, _REFUSED}),
        _row(DO.SEND, {_D.DUE, _D.FAILED}, HEALTH, _D.SENT),
        _row(DO.CONFIRM, {_D.DUE, _D.SENT}, HEALTH, _D.DONE, needs={Need.REFERENCE, Need.DECIDER}),
        _row(DO.FAIL, {_D.SENT}, HEALTH, _D.FAILED, needs={Need.REASON, Need.DECIDER}),
        _row(DO.CORRECT, {_D.DONE}, HEALTH, _D.DONE, needs={Need.REFERENCE, Need.REASON, Need.DECIDER}),
    ),
)

_I = InstitutionState
INSTITUTIONS = Machine(
    "institution",
    N_("Institution"),
    _I,
    _I.UNVERIFIED,
    (
        _row(DO.VERIFY, {_I.UNVERIFIED}, {A.CAREER_CENTRE}, _I.VERIFIED, needs=DECIDED),
        _row(
            DO.BLOCK,
            {_I.UNVERIFIED, _I.VERIFIED},
            {A.CAREER_CENTRE},
            _I.BLOCKED,
            needs={Need.REASON, Need.DECIDER},
        ),
        _row(DO.UNBLOCK, {_I.BLOCKED}, {A.CAREER_CENTRE}, _I.VERIFIED, needs={Need.REASON, Need.DECIDER}),
    ),
)

_P = PublicationState
PUBLISHERS = {A.MEMBER, A.CHAIR, A.CAREER_CENTRE, A.IT}
PUBLICATIONS = Machine(
    "publication",
    N_("Publication"),
    _P,
    _P.DRAFT,
    (
        _row(DO.PUBLISH, {_P.DRAFT, _P.WITHDRAWN}, PUBLISHERS, _P.PUBLISHED, guards.has_content),
        _row(DO.RETRACT, {_P.PUBLISHED}, PUBLISHERS, _P.WITHDRAWN),
    ),
)

MACHINES: dict[str, Machine] = {
    m.name: m for m in (APPLICATIONS, CHANGE_REQUESTS, REQUESTS, DECLARATIONS, INSTITUTIONS, PUBLICATIONS)
}
