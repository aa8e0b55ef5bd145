"""The morning's letter to those who review: what waits for them, counted under their own reach."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import current_app
from flask_babel import force_locale, gettext, ngettext
from sqlalchemy import ColumnElement, and_, case, func, literal, select
from sqlalchemy.orm import Session

from models import Application, ChangeRequest, Declaration, Institution, Letter, Membership, Request, User
from services import choices
from services.calendar import office_days
from services.insurance_board import SOON, WAITING
from services.insurance_days import latest_start, uninsured
from services.job_runs import Faults
from services.letter_sheet import Line, drawn
from services.listing import CAP, capped
from services.notices import midnight, nth_office_day, once_a_day, raise_once, raised
from services.say import said
from services.scope import among, reading_session, system_session
from services.sign_in import ISTANBUL, today
from services.standing import Standing, standing_of
from services.visible import impartial
from workflow.reminders import DIGEST, DIGEST_READERS
from workflow.say import N_, Deadline
from workflow.words import Actor, ApplicationState, ChangeState, InstitutionState, RequestState

BOARD = frozenset({Actor.MEMBER, Actor.CHAIR})
LATE = 5  # working days after which what waits for a commission is late
PAGE = 200
Conditions = list[ColumnElement[bool]]


@dataclass(frozen=True)
class Kind:
    """One line of the summary: what waits for `actors`, since when, from when on it is late, and where it lies."""

    actors: frozenset[Actor]
    since: Any
    waits: Callable[[Standing, date], Conditions]
    said: Callable[[int], str]
    path: str
    late: Callable[[Session, date], ColumnElement[bool]] | None = None
    oldest: str = N_("the oldest: %(day)s")
    within: bool = False  # part of the line before it, and not counted twice


def _of_board(model: Any, state: Any) -> Callable[[Standing, date], Conditions]:
    """What waits in the departments of somebody's commissions; their own files wait for somebody else."""

    def waits(s: Standing, _today: date) -> Conditions:
        return [among(model.department_id, s.commissions), model.state == state, *impartial(model, s)]

    return waits


def _long(column: Any) -> Callable[[Session, date], ColumnElement[bool]]:
    """Waiting since before so many working days."""

    def late(session: Session, today: date) -> ColumnElement[bool]:
        found: ColumnElement[bool] = column < midnight(nth_office_day(session, today, -LATE))
        return found

    return late


def _starts_soon(standing: Standing, today: date) -> Conditions:
    """What has to be decided before everything else: without a decision there is no insurance entry."""
    return [*_of_board(Application, ApplicationState.SUBMITTED)(standing, today), Application.starts_on <= today + SOON]


def _decided_late(session: Session, today: date) -> ColumnElement[bool]:
    """The day to decide by has passed."""
    return and_(Application.starts_on <= latest_start(session, today - timedelta(days=1)), ~uninsured())


KINDS = (
    Kind(
        BOARD, Application.submitted_at, _of_board(Application, ApplicationState.SUBMITTED),
        lambda n: ngettext("application waits for a decision", "applications wait for a decision", n),
        "/applications/", _long(Application.submitted_at),
    ),
    Kind(
        BOARD, Application.starts_on, _starts_soon,
        lambda n: ngettext("of them starts within seven days and has to be decided first", "of them start within seven days and have to be decided first", n),
        "/applications/?order=start", _decided_late, oldest=N_("the first internship starts: %(day)s"), within=True,
    ),
    Kind(
        BOARD, Application.ends_on, _of_board(Application, ApplicationState.COMPLETION),
        lambda n: ngettext("completion waits for assessment", "completions wait for assessment", n),
        "/applications/?state=completion", oldest=N_("the first internship ended: %(day)s"),
    ),
    Kind(
        BOARD, ChangeRequest.asked_at, _of_board(ChangeRequest, ChangeState.WITH_COMMISSION),
        lambda n: ngettext("change request waits for a decision", "change requests wait for a decision", n),
        "/changes/?state=with_commission", _long(ChangeRequest.asked_at),
    ),
    Kind(
        BOARD, Request.asked_at, _of_board(Request, RequestState.OPEN),
        lambda n: ngettext("student's request waits for an answer", "students' requests wait for an answer", n),
        "/requests/", _long(Request.asked_at),
    ),
    Kind(
        frozenset({Actor.HEALTH_OFFICE}), Declaration.aim_on,
        lambda _s, today: [Declaration.state.in_(WAITING), Declaration.aim_on <= today + SOON],
        lambda n: ngettext("insurance declaration is overdue or due within seven days", "insurance declarations are overdue or due within seven days", n),
        "/declarations/?due=soon", lambda _session, today: Declaration.aim_on < today,
    ),
    Kind(
        frozenset({Actor.CAREER_CENTRE}), Institution.created_at,
        lambda _s, _today: [Institution.state == InstitutionState.UNVERIFIED],
        lambda n: ngettext("institution waits to be verified", "institutions wait to be verified", n),
        "/institutions/?state=unverified",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Waiting:
    """What somebody finds: no count goes past CAP + 1."""

    kind: Kind
    count: int
    late: int
    oldest: date


def waiting(session: Session, standing: Standing, today: date) -> list[Waiting]:
    """What waits for somebody, kind by kind, in a session of their own reach."""
    counted = [
        _counted(session, kind, standing, today) for kind in KINDS if not kind.actors.isdisjoint(standing.actors)
    ]
    return [found for found in counted if found]


def _counted(session: Session, kind: Kind, standing: Standing, today: date) -> Waiting | None:
    late: Any = case((kind.late(session, today), 1), else_=0) if kind.late else literal(0)
    cut = select(kind.since.label("since"), late.label("late")).where(*kind.waits(standing, today))
    found = cut.order_by(kind.since).limit(CAP + 1).subquery()
    count, oldest, overdue = session.execute(
        select(func.count(), func.min(found.c.since), func.sum(found.c.late)).select_from(found)
    ).one()
    return Waiting(kind, count, overdue or 0, _day(oldest)) if count else None


def _day(found: Any) -> date:
    day: date = found.astimezone(ISTANBUL).date() if hasattr(found, "astimezone") else found
    return day


def summarise(today: date) -> int:
    """Write to everybody who reviews and has something waiting, once a working day; answers to how many.

    One letter that fails holds no other up. Raises job_runs.Unfinished at the end where one did.
    """
    with system_session(reads=True) as session:
        if not office_days(session, today, today):
            return 0
        readers = list(_readers(session, today))
    faults, written = Faults(), 0
    for user_id, name in readers:
        with faults.past(f"{DIGEST} {user_id}"):
            written += _write(user_id, name, today)
    faults.end(written)
    return written


def daily() -> int:
    """The job: today's summaries, at the first hour that gets round to them."""
    return once_a_day("summaries", today(), summarise)


def _readers(session: Session, today: date) -> Iterator[tuple[int, str]]:
    """Everybody with a duty of review today who was not written to yet, by keys; several duties make one letter."""
    held = select(Membership.user_id).where(
        Membership.actor.in_(DIGEST_READERS),
        Membership.starts_on <= today,
        Membership.ends_on.is_(None) | (Membership.ends_on >= today),
    )
    last = 0
    while page := session.execute(_after(last, held)).all():
        told = raised(session, DIGEST, [row.id for row in page])
        yield from ((r.id, r.name) for r in page if (r.id, today) not in told and DIGEST not in (r.unwanted or ()))
        last = page[-1].id


def _after(last: int, held: Any) -> Any:
    found = select(User.id, User.name, User.unwanted).where(User.id > last, User.active, User.id.in_(held))
    return found.order_by(User.id).limit(PAGE)


def _write(user_id: int, name: str, today: date) -> bool:
    with system_session(reads=True) as session:
        standing = standing_of(session, user_id, name, today)
    with reading_session(standing) as session:
        found = waiting(session, standing, today)
    if not found:
        return False
    with system_session() as session:
        notice = raise_once(session, DIGEST, user_id, today)
        if notice is not None:
            session.add(_letter(session.get_one(User, user_id), found, notice.id, today))
    return notice is not None


def _letter(user: User, found: Sequence[Waiting], notice_id: int, today: date) -> Letter:
    """One letter: each number a link, the start page for all of them."""
    link = f"{current_app.extensions['staj'].public_url}/"
    with force_locale(user.language):
        total = sum(w.count for w in found if not w.kind.within)
        title = gettext("%(day)s: %(count)s waiting for you", day=said(Deadline(today)), count=capped(total))
        body = gettext("This waits for you today. Each line leads to its list.")
        sheet = drawn(
            user.language, user.name, title, body, link, gettext("Open the start page"),
            lines=[_line(w, link) for w in found], choices=choices.address(user_id=user.id, email=user.email),
        )  # fmt: skip
        return Letter(
            notice_id=notice_id,
            user_id=user.id,
            reader=DIGEST,
            to_email=user.email,
            to_name=user.name,
            language=user.language,
            link=link,
            subject=title,
            **sheet,
        )


def _line(found: Waiting, site: str) -> Line:
    notes = [gettext("overdue: %(count)s", count=capped(found.late))] if found.late else []
    notes.append(gettext(found.kind.oldest, day=said(found.oldest)))
    return Line(capped(found.count), found.kind.said(found.count), "; ".join(notes), site.rstrip("/") + found.kind.path)
