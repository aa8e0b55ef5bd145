"""Two entries of one institution made one: every reference moved, remembered, and moved back when it is undone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import CursorResult, and_, func, insert, literal, null, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from models import (
    Absence,
    AnswerLink,
    Application,
    Attendance,
    AttendanceWeek,
    ChangeRequest,
    Declaration,
    Evaluation,
    EvaluationAnswer,
    Institution,
    InstitutionNote,
    MovedReference,
    Step,
    Supervisor,
    ToldApart,
)
from services import audit, recount, search
from services.calendar import alone
from services.standing import Standing
from services.transition import CLOSED, Outrun, Refused, brings_about, follow, take
from workflow.addresses import as_address
from workflow.guards import Moment
from workflow.say import Say
from workflow.transitions import INSTITUTIONS
from workflow.words import Action, Actor

Reference = InstrumentedAttribute[Any]
OF_INSTITUTION: tuple[Reference, ...] = (
    Application.institution_id, ChangeRequest.institution_id, Declaration.institution_id, Supervisor.institution_id,
    InstitutionNote.institution_id,
)  # fmt: skip
OF_SUPERVISOR: tuple[Reference, ...] = (
    Application.supervisor_id, ChangeRequest.supervisor_id, ChangeRequest.before_supervisor_id, AnswerLink.supervisor_id, Attendance.supervisor_id,
    AttendanceWeek.supervisor_id, Absence.supervisor_id, Evaluation.supervisor_id, EvaluationAnswer.supervisor_id,
)  # fmt: skip
APART: tuple[Reference, ...] = (ToldApart.one_now_id, ToldApart.other_now_id)
# every reference, in whatever state its row is, however far the career centre sees
ALL = {"on_behalf_of_the_system": True, "synchronize_session": False}


def merge(  # noqa: PLR0913 -- the facts of a merge, named
    session: Session,
    row: Institution,
    into: Institution,
    *,
    standing: Standing,
    today: date,
    seen: tuple[int, int],
    at: Any = None,
) -> Step:
    """Make `row` part of `into`; `seen` are their versions as they were compared. Raises Refused. The caller commits."""
    alone(session)
    _lock(session, (row.id, into.id))
    if (row.version, into.version) != seen:
        raise Outrun
    row.survivor = into
    return take(
        session, row, Action.MERGE, standing=standing, today=today, at=at,
        facts={"into": [into.id, into.name], "was": row.state.value}, values={"merged_into_id": into.id},
    )  # fmt: skip


def unmerge(
    session: Session, row: Institution, *, standing: Standing, today: date, seen: int | None = None, at: Any = None
) -> Step:
    """Undo a merge: what it moved and is still there goes back, what came later stays. Raises Refused. The caller commits."""
    alone(session)
    _lock(session, (row.id, row.merged_into_id or 0))
    if row.survivor is None:
        raise Outrun if seen not in {None, row.version} else Refused(Say("This institution was not merged."))
    merged = of_merge(session, row)
    facts = {"from": [row.survivor.id, row.survivor.name], "merge": merged.seq, "was": merged.facts["was"]}
    return take(
        session, row, Action.UNMERGE, standing=standing, today=today, seen=seen, at=at, facts=facts,
        values={"merged_into_id": None},
    )  # fmt: skip


def why_not(row: Institution, into: Institution, today: date) -> Say | None:
    """Why `row` cannot become part of `into` now, or None."""
    as_if = SimpleNamespace(id=row.id, name=row.name, state=row.state, survivor=into)
    door = INSTITUTIONS.door(Action.MERGE, row.state, {Actor.CAREER_CENTRE})
    return door.refusal(as_if, Moment(today)) if door else Say(CLOSED.msgid, action=Action.MERGE, state=row.state)


def of_merge(session: Session, row: Institution) -> Step:
    """The step by which an institution was merged last."""
    last = select(Step).where(Step.machine == "institution", Step.row_id == row.id, Step.action == Action.MERGE)
    return session.scalars(last.order_by(Step.seq.desc()).limit(1)).one()


def counted(session: Session, row: Institution) -> dict[str, int]:
    """How many rows of each table name this institution."""
    numbers = {
        column.class_.__tablename__: select(func.count())
        .select_from(column.class_)
        .where(column == row.id)
        .scalar_subquery()
        for column in OF_INSTITUTION
    }
    found = session.execute(select(*(n.label(name) for name, n in numbers.items())), execution_options=ALL).one()
    return dict(found._mapping)  # noqa: SLF001 -- a row's public name for this


def _lock(session: Session, keys: Iterable[int]) -> None:
    """Hold both institutions and their supervisors, in one order, so that two who merge wait for each other."""
    keys = set(keys)
    for model, of in ((Institution, Institution.id), (Supervisor, Supervisor.institution_id)):
        held = select(model).where(of.in_(keys)).order_by(model.id).with_for_update()
        session.scalars(held.execution_options(populate_existing=True)).all()


@brings_about(INSTITUTIONS, Action.MERGE)
def _moved(session: Session, row: Institution, step: Step, _today: date) -> None:
    """Everything that named the one names the other."""
    into = row.survivor
    assert into  # noqa: S101 -- the guard asked for it
    moved = _Moved(session, step)
    pairs = _same_people(session, row, into)
    for key, account in {kept.id: f.user_id for f, kept in pairs if f.user_id and not kept.user_id}.items():
        moved.give(Supervisor.user_id, Supervisor.id == key, None, account)
    for folded, kept in pairs:
        moved.give(Supervisor.merged_into_id, Supervisor.id == folded.id, None, kept.id)
        for column in OF_SUPERVISOR:
            moved.give(column, column == folded.id, folded.id, kept.id)
    counts = {c.class_.__tablename__: moved.give(c, c == row.id, row.id, into.id) for c in OF_INSTITUTION}
    for column in APART:
        moved.give(column, column == row.id, row.id, into.id)
    row.marks = []
    session.flush()
    search.renamed(session, moved.rows(Application.institution_id), row.name, into.name)
    _counted_there(session, (row, into), moved, step)
    audit.note(session, into, Action.TAKE_IN, _by(step), {"from": [row.id, row.name], "moved": counts})
    session.flush()
    session.expire_all()


@brings_about(INSTITUTIONS, Action.UNMERGE)
def _moved_back(session: Session, row: Institution, step: Step, today: date) -> None:
    """What the merge moved, and nobody has moved since, names this one again."""
    merged = of_merge(session, row)
    into = session.get_one(Institution, merged.facts["into"][0])
    moved = _Moved(session, merged)
    people = moved.take_back(Supervisor.institution_id)
    moved.take_back(Supervisor.merged_into_id)
    moved.take_back(Supervisor.user_id)
    moved.take_back(Application.supervisor_id, Application.institution_id == into.id)
    others = select(Supervisor.id).where(Supervisor.institution_id == into.id)
    # whoever answers for a file now is somebody of the survivor: it was given there anew
    files = moved.take_back(Application.institution_id, Application.supervisor_id.not_in(others))
    counts = {c.class_.__tablename__: moved.take_back(c) for c in OF_INSTITUTION if c.class_ is not Application}
    counts |= {Supervisor.__tablename__: people, Application.__tablename__: files}
    for column in (*OF_SUPERVISOR[1:], *APART):
        moved.take_back(column)
    _with_their_files(session, moved, row, into)
    session.expire_all()
    _twins(session, row, into)
    search.renamed(
        session, moved.rows(Application.institution_id, Application.institution_id == row.id), into.name, row.name
    )
    _counted_there(session, (row, into), moved, step, Application.institution_id == row.id)
    row.mark()
    if merged.facts["was"] != row.state.value:
        follow(session, row, Action.RESTORE, step, today=today)
    audit.note(session, into, Action.GIVE_BACK, _by(step), {"to": [row.id, row.name], "moved": counts})
    session.flush()
    session.expire_all()


def _counted_there(
    session: Session, here: tuple[Institution, Institution], moved: "_Moved", step: Step, *only: Any
) -> None:
    """Files that were moved are counted by the week and the kind of where they are now."""
    one, other = here
    if (one.working_week, one.kind) == (other.working_week, other.kind):
        return
    files = session.scalars(moved.rows(Application.institution_id, *only), execution_options=ALL).all()
    recount.revise(session, recount.Revision(files=frozenset(files)), step)


def _with_their_files(session: Session, moved: "_Moved", row: Institution, into: Institution) -> None:
    """What came to a file since the merge goes back with the file."""
    gone_back = moved.rows(Application.institution_id, Application.institution_id == row.id)
    for column in OF_INSTITUTION:
        _give_of(session, column, gone_back, into.id, row.id)
    for was, became in moved.ways(Application.supervisor_id):
        theirs = moved.rows(Application.supervisor_id, Application.supervisor_id == was)
        for column in OF_SUPERVISOR[1:]:
            _give_of(session, column, theirs, became, was)


def _give_of(session: Session, column: Reference, files: Any, said: int, says: int) -> None:
    """Set a column from one key to another in the rows that belong to these applications."""
    model = column.class_
    if model is AnswerLink:
        of = model.change_request_id.in_(select(ChangeRequest.id).where(ChangeRequest.application_id.in_(files)))
    elif "application_id" in model.__table__.c:
        of = model.application_id.in_(files)
    else:
        return
    session.execute(update(model).where(column == said, of).values({column.key: says}), execution_options=ALL)


def _same_people(session: Session, row: Institution, into: Institution) -> list[tuple[Supervisor, Supervisor]]:
    """Supervisors of the one who are, by their address, supervisors of the other; of two accounts neither is lost."""

    def standing(of: Institution) -> list[Supervisor]:
        theirs = select(Supervisor).where(Supervisor.institution_id == of.id, Supervisor.merged_into_id.is_(None))
        return list(session.scalars(theirs.order_by(Supervisor.id.desc())))

    kept = {as_address(s.email): s for s in standing(into)}
    addressed = [(s, as_address(s.email)) for s in reversed(standing(row))]
    pairs = [(s, kept[address]) for s, address in addressed if address in kept]
    taken: dict[int, int] = {}
    return [
        (folded, to)
        for folded, to in pairs
        if not folded.user_id or (to.user_id or taken.setdefault(to.id, folded.user_id)) == folded.user_id
    ]


def _twins(session: Session, row: Institution, into: Institution) -> None:
    """A supervisor who goes back while later files of the survivor name them is entered there as well."""
    for person in session.scalars(select(Supervisor).where(Supervisor.institution_id == row.id)).all():
        later = (Application.supervisor_id == person.id, Application.institution_id == into.id)
        files = session.scalars(select(Application.id).where(*later), execution_options=ALL).all()
        if not files:
            continue
        facts = {n: getattr(person, n) for n in ("user_id", "name", "title", "phone", "email")}
        twin = Supervisor(institution=into, **facts)
        session.add(twin)
        session.flush()
        session.execute(update(Application).where(*later).values({"supervisor_id": twin.id}), execution_options=ALL)
        for column in OF_SUPERVISOR[1:]:
            _give_of(session, column, files, person.id, twin.id)


def _by(step: Step) -> Standing:
    return Standing(user_id=step.by_id, name=step.by_name, offices=frozenset({Actor(step.actor)}))


class _Moved:
    """The references one merge moves, written down row by row before they move."""

    def __init__(self, session: Session, step: Step) -> None:
        self.session, self.step = session, step

    def give(self, column: Reference, where: Any, was: int | None, became: int) -> int:
        """Set `column` where it says `was`; answers how many rows."""
        model = column.class_
        noted = select(
            literal(self.step.id), literal(model.__tablename__), literal(column.key), model.id,
            null() if was is None else literal(was), literal(became),
        ).where(where)  # fmt: skip
        columns = ["step_id", "table_name", "column_name", "row_id", "was", "became"]
        self.session.execute(insert(MovedReference).from_select(columns, noted), execution_options=ALL)
        return self._set(column, column.class_.id.in_(self._noted(column, became)), became)

    def take_back(self, column: Reference, *only: Any) -> int:
        """Set `column` back to what it said, where it still says what the merge made of it."""
        return sum(
            self._set(
                column, and_(column == became, column.class_.id.in_(self._noted(column, became, was)), *only), was
            )
            for was, became in self.ways(column)
        )

    def ways(self, column: Reference) -> Sequence[Any]:
        """(was, became) of every move of this column."""
        of = MovedReference
        ways = select(of.was, of.became).where(*self._of(column)).distinct().order_by(of.was, of.became)
        return self.session.execute(ways, execution_options=ALL).all()

    def rows(self, column: Reference, *only: Any) -> Any:
        """The keys of the rows whose `column` was moved."""
        return select(column.class_.id).where(column.class_.id.in_(self._noted(column)), *only)

    def _of(self, column: Reference) -> list[Any]:
        of = MovedReference
        return [of.step_id == self.step.id, of.table_name == column.class_.__tablename__, of.column_name == column.key]

    def _noted(self, column: Reference, became: int | None = None, *was: int | None) -> Any:
        of = MovedReference
        only = [of.became == became] if became is not None else []
        only += [of.was.is_not_distinct_from(w) for w in was]
        return select(of.row_id).where(*self._of(column), *only)

    def _set(self, column: Reference, where: Any, value: int | None) -> int:
        values: Mapping[str, Any] = {column.key: value}
        done = self.session.execute(update(column.class_).where(where).values(values), execution_options=ALL)
        return cast("CursorResult[Any]", done).rowcount


def left(session: Session, row: Institution) -> dict[str, int]:
    """Of what a merge moved, how much is where it put it and would go back; per table."""
    moved = _Moved(session, of_merge(session, row))
    numbers = {
        c.class_.__tablename__: select(func.count())
        .select_from(moved.rows(c, c == row.merged_into_id).subquery())
        .scalar_subquery()
        for c in OF_INSTITUTION
    }
    found = session.execute(select(*(n.label(name) for name, n in numbers.items())), execution_options=ALL).one()
    return dict(found._mapping)  # noqa: SLF001 -- a row's public name for this
