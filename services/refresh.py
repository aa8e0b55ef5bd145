"""Our students brought up to date with the student database's records, thousands or one at a time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from secrets import token_urlsafe
from typing import Any
from uuid import uuid4

from flask_security import hash_password
from sqlalchemy import insert, select
from sqlalchemy.orm import Session, selectinload

from models import Department, Enrolment, Step, Student, User, UserWord, utcnow
from services import audit
from services.changes import Change, Difference, Faulty, Field, Group
from services.directory import DirectoryStudent, Record, records
from services.seal import Seal
from services.standing import Standing
from services.tables import Line
from workflow.say import N_, Say
from workflow.turkish import search_words
from workflow.words import Action, Actor, Programme

Progress = Callable[[int, int], None]
Places = dict[Programme, tuple[int, int]]
PLAIN = ("name", "surname", "email", "phone", "active")
ZEROS = (1, 2, 3)  # which a spreadsheet takes off a number
FEW = 500  # up to here rows are asked for by number, beyond it all are read
DIRECTORY = "directory"  # the history's name for whole imports


@dataclass
class _Known:
    """A student as we have them, without the entity."""

    id: int
    number: str
    user_id: int | None
    national_id: bytes
    plain: dict[str, Any]
    places: Places = field(default_factory=dict)


@dataclass(frozen=True)
class _Task:
    """A record that is new (no `known`) or differs."""

    record: DirectoryStudent
    known: _Known | None
    places: Places
    user_id: int | None


class Refresh:
    """One comparison of records with our rows, and, if nothing is wrong with it, its writing."""

    def __init__(
        self, session: Session, seal: Seal, records: Iterable[Record], difference: Difference | None = None
    ) -> None:
        self.session, self.seal = session, seal
        self.difference = difference or Difference()
        self.group = Group("student", N_("Students"))
        self.difference.groups.append(self.group)
        self.tasks: list[_Task] = []
        self._compare(list(records))

    def write(self, progress: Progress | None = None) -> Difference:
        """Write what differs, in the caller's transaction; raises Faulty when anything was wrong."""
        if self.difference.problems:
            raise Faulty(self.difference)
        for start in range(0, len(self.tasks), FEW):
            part = self.tasks[start : start + FEW]
            self._insert([t for t in part if t.known is None])
            self._update([t for t in part if t.known is not None])
            self.session.flush()
            self.session.expunge_all()
            if progress:
                progress(start + len(part), len(self.tasks))
        return self.difference

    def note(self, by: Standing, source: str) -> None:
        """One history line for the whole import: who, from where, how many, and the first numbers."""
        group = self.group
        if group.differs:
            first = [c.label for c in (*group.new, *group.changed)[:100]]
            facts = {"source": source[:200], "counts": self.difference.counts, "first": first}
            self._step(DIRECTORY, 1, by, facts)

    def note_one(self, by: Standing) -> None:
        """A history line of the one student a sign-in refreshed."""
        for task, change in zip((t for t in self.tasks if t.known), self.group.changed, strict=True):
            changes = {f.name: [f.before, f.after] for f in change.fields}
            self._step("student", task.known.id if task.known else 0, by, {"changes": changes})

    def _step(self, machine: str, row_id: int, by: Standing, facts: dict[str, Any]) -> None:
        step = Step(
            machine=machine, row_id=row_id, action=Action.EDIT, from_state="", to_state="", actor=Actor.IT, by_id=by.user_id,
            by_name=by.name, at=utcnow(), facts=facts, student_id=row_id if machine == "student" else None,
        )  # fmt: skip
        audit.append(self.session, step)

    # -- comparing ----------------------------------------------------------------------------------------

    def _compare(self, records: list[Record]) -> None:
        self.departments = {d.code: d.id for d in self.session.execute(select(Department.code, Department.id))}
        self.codes = {key: code for code, key in self.departments.items()}
        known = self._known(records)
        accounts = self._accounts(records)
        self.numbers: dict[str, Line] = {}
        self.addresses: dict[str, Line] = {}
        for given in records:
            line, record = given.line, given.student
            mine = known.get(record.number)
            faults = [*self._twice(given), *self._lost_zero(record, known), *self._misplaced(record, mine, accounts)]
            for say in faults:
                self.difference.wrong(line.file, line.number, say)
            if not faults and not given.faults and record.department_code:  # a whole column may be missing
                self._task(line, record, mine, accounts)
        self.difference.in_order()

    def _known(self, records: Sequence[Record]) -> dict[str, _Known]:
        columns = [getattr(Student, name) for name in PLAIN]
        students = select(Student.id, Student.number, Student.user_id, Student.national_id_sealed, *columns)
        places = select(Enrolment.student_id, Enrolment.programme, Enrolment.department_id, Enrolment.class_year)
        if len(records) <= FEW:
            asked = {r.student.number for r in records}
            numbers = Student.number.in_(
                asked | {f"{'0' * n}{a}" for a in asked if a.isascii() and a.isdigit() for n in ZEROS}
            )
            students, places = students.where(numbers), places.join(Enrolment.student).where(numbers)
        found = {
            key: _Known(key, number, user_id, sealed, dict(zip(PLAIN, plain, strict=True)))
            for key, number, user_id, sealed, *plain in self.session.execute(students)
        }
        for student_id, programme, department_id, year in self.session.execute(places):
            found[student_id].places[programme] = (department_id, year)
        return {k.number: k for k in found.values()}

    def _accounts(self, records: Sequence[Record]) -> dict[str, tuple[int, str | None]]:
        """{e-mail: (account, number of the student it belongs to)}."""
        query = select(User.email, User.id, Student.number).outerjoin(Student, Student.user_id == User.id)
        if len(records) <= FEW:
            query = query.where(User.email.in_({r.student.email for r in records}))
        return {email: (key, number) for email, key, number in self.session.execute(query)}

    def _twice(self, given: Record) -> Iterator[Say]:
        """What another line of the files says already."""
        line, record = given.line, given.student
        if record.number and (first := self.numbers.setdefault(record.number, line)) is not line:
            yield Say("Student %(number)s stands on line %(line)s already.", number=record.number, line=first.number)
        if record.email and (first := self.addresses.setdefault(record.email, line)) is not line:
            yield Say(
                "The e-mail address %(email)s stands on line %(line)s already.", email=record.email, line=first.number
            )

    @staticmethod
    def _lost_zero(record: DirectoryStudent, known: dict[str, _Known]) -> Iterator[Say]:
        """A student we know by the same number with zeros before it is not a new one."""
        if record.number in known or not record.number.isdigit():
            return
        if whole := next((w for n in ZEROS if (w := f"{'0' * n}{record.number}") in known), None):
            yield Say(
                "number: “%(number)s” has lost its zeros; the student is known as %(whole)s. Make the column text.",
                number=record.number,
                whole=whole,
            )

    def _misplaced(
        self, record: DirectoryStudent, known: _Known | None, accounts: dict[str, tuple[int, str | None]]
    ) -> Iterator[Say]:
        """Departments there are not, and an account that is somebody else's."""
        codes = [c for c in (record.department_code, record.second_department_code) if c]
        for unknown in (c for c in dict.fromkeys(codes) if c not in self.departments):
            yield Say("There is no department with the code “%(code)s”.", code=unknown)
        if len(set(codes)) < len(codes):
            yield Say("The second department is the same as the first.")
        account, owner = accounts.get(record.email, (None, None))
        if owner not in {None, record.number} or (known and known.user_id and account not in {None, known.user_id}):
            yield Say("The account %(email)s belongs to somebody else.", email=record.email)

    def _task(
        self, line: Line, record: DirectoryStudent, known: _Known | None, accounts: dict[str, tuple[int, str | None]]
    ) -> None:
        """Queue the record if it differs."""
        codes = (record.department_code, *filter(None, [record.second_department_code]))
        account, _owner = accounts.get(record.email, (None, None))
        programmes = zip((Programme.MAJOR, Programme.DOUBLE_MAJOR), codes, strict=False)
        places: Places = {p: (self.departments[code], record.class_year) for p, code in programmes}
        differing = self._fields(record, known, places) if known else ()
        if known and not differing:
            self.group.unchanged += 1
            return
        self.tasks.append(_Task(record, known, places, (known.user_id if known else None) or account))
        change = Change(f"{record.number} {record.name} {record.surname}", line.file, line.number, tuple(differing))
        (self.group.changed if known else self.group.new).append(change)

    def _fields(self, record: DirectoryStudent, known: _Known, places: Places) -> list[Field]:
        differing = [Field(n, known.plain[n], new) for n in PLAIN if (new := getattr(record, n)) != known.plain[n]]
        if not self._same_id(known, record.national_id):
            differing.append(Field("national_id", "•••", "•••" + record.national_id[-2:]))
        if places != known.places:
            differing.append(Field("department", self._said(known.places), self._said(places)))
        if not known.user_id:
            differing.append(Field("account", None, record.email))
        return differing

    def _same_id(self, known: _Known, national_id: str) -> bool:
        try:
            return self.seal.open(known.national_id) == national_id
        except Exception:  # noqa: BLE001 -- sealed under an older key or damaged: seal it anew
            return False

    def _said(self, places: Places) -> str:
        return ", ".join(
            f"{self.codes[department]} {year}" for _p, (department, year) in sorted(places.items(), reverse=True)
        )

    # -- writing ------------------------------------------------------------------------------------------

    def _insert(self, tasks: Sequence[_Task]) -> None:
        """New students by the table, not one by one: 57,000 in half the time. Only a system session may."""
        new = [_account(t.record, self.locked) for t in tasks if t.user_id is None]
        keys_of_new = list(self._insert_all(User, new))
        self._keep_words(keys_of_new, new)
        accounts = iter(keys_of_new)
        rows = [_student(t, self.seal, t.user_id or next(accounts)) for t in tasks]
        keys = self._insert_all(Student, rows)
        self._insert_all(
            Enrolment,
            [{"student_id": key, **place} for t, key in zip(tasks, keys, strict=True) for place in _places(t.places)],
        )

    def _keep_words(self, keys: Sequence[int], accounts: Sequence[dict[str, Any]]) -> None:
        """The words these accounts are looked up by, as models.User keeps them."""
        rows = [
            {"word": word, "user_id": key}
            for key, account in zip(keys, accounts, strict=True)
            for word in search_words(account["name"], account["email"].partition("@")[0])
        ]
        if rows:
            self.session.execute(insert(UserWord), rows)

    def _insert_all(self, model: Any, rows: list[dict[str, Any]]) -> Iterator[int]:
        """The new keys, in the order of the rows."""
        if not rows:
            return iter(())
        return iter(self.session.scalars(insert(model).returning(model.id, sort_by_parameter_order=True), rows).all())

    def _update(self, tasks: Sequence[_Task]) -> None:
        if not tasks:
            return
        wanted = {t.record.number: t for t in tasks}
        found = self.session.scalars(
            select(Student)
            .where(Student.number.in_(wanted))
            .options(selectinload(Student.enrolments), selectinload(Student.user))
        ).all()
        moved = [s for s in found if _departments(s) != {p: d for p, (d, _y) in wanted[s.number].places.items()}]
        for student in moved:
            student.enrolments.clear()
        self.session.flush()  # the old places go before the new ones come: each pair is unique
        for student in found:
            task = wanted[student.number]
            _bring_up_to_date(student, task)
            if task.known and not self._same_id(task.known, task.record.national_id):
                _set(student, _sealed(task.record, self.seal))
            if student.user is None and task.user_id is None:
                student.user = User(**_account(task.record, self.locked))

    @cached_property
    def locked(self) -> str:
        """A password nobody knows: the account opens by the reset letter or the campus sign-in."""
        return str(hash_password(token_urlsafe(32)))


def _departments(student: Student) -> dict[Programme, int]:
    return {e.programme: e.department_id for e in student.enrolments}


def _places(places: Places) -> list[dict[str, Any]]:
    return [{"programme": p, "department_id": d, "class_year": y} for p, (d, y) in places.items()]


def _account(record: DirectoryStudent, locked: str) -> dict[str, Any]:
    return {
        "email": record.email,
        "name": f"{record.name} {record.surname}",
        "password": locked,
        "fs_uniquifier": uuid4().hex,
    }


def _sealed(record: DirectoryStudent, seal: Seal) -> dict[str, Any]:
    return {"national_id_sealed": seal.close(record.national_id), "national_id_tail": record.national_id[-2:]}


def _student(task: _Task, seal: Seal, user_id: int) -> dict[str, Any]:
    plain = {name: getattr(task.record, name) for name in PLAIN}
    return {"number": task.record.number, "user_id": user_id, **plain, **_sealed(task.record, seal)}


def _set(row: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def _bring_up_to_date(student: Student, task: _Task) -> None:
    _set(student, {name: getattr(task.record, name) for name in PLAIN})
    if student.user:
        student.user.email, student.user.name = task.record.email, f"{task.record.name} {task.record.surname}"
    elif task.user_id:
        student.user_id = task.user_id
    if not student.enrolments:
        student.enrolments = [Enrolment(**place) for place in _places(task.places)]
    for place in student.enrolments:
        place.class_year = task.places[place.programme][1]
    student.refreshed_at = utcnow()


def import_students(  # noqa: PLR0913 -- what an import is, named
    session: Session,
    lines: Iterable[Line],
    difference: Difference,
    *,
    seal: Seal,
    by: Standing,
    source: str,
    progress: Progress | None = None,
) -> Difference:
    """Take every row or none, in the caller's transaction; raises Faulty or services.tables.Unreadable."""
    refresh = Refresh(session, seal, records(lines, difference), difference)
    refresh.write(progress)
    refresh.note(by, source)
    return difference
