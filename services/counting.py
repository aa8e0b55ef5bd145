"""Which stored counts would be others: applications and open change requests held against what days are counted from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Session

from models import Absence, Application, Department, Institution, LedgerEntry, Policy
from services.calendar import calendar, overrides, workplace
from workflow import policy as law
from workflow.days import Calendar, Override
from workflow.facts import Facts
from workflow.kinds import CountRule
from workflow.phase import OPEN_TO_CREDIT
from workflow.words import ApplicationState as S
from workflow.words import InstitutionKind
from workflow.working_days import BadDates, count

AT_ONCE, MOST = 500, 5_000  # files read together; keys that one statement names
SYSTEM = {"on_behalf_of_the_system": True}  # a count is of everybody, whoever changes what it is made from
# a file that was decided, or given up, keeps the count it was decided by
LIVE = (S.SUBMITTED, S.REJECTED, S.APPROVED, S.STOPPED, S.RETURNED, S.COMPLETION)
HANDED_IN = frozenset({S.RETURNED, S.COMPLETION})
HELD_TO_RULES = frozenset({S.SUBMITTED, S.APPROVED})
_NEAR = timedelta(days=7)

Place = tuple[int, InstitutionKind]  # a workplace's week and kind, as the register has them


def ceiling(ticked: int | None, registered: int) -> int:
    """The days of the week that count: those ticked, as far as the register has them as worked."""
    return registered if ticked is None else ticked & registered


@dataclass(frozen=True)
class Revision:
    """What changes about days. `days`: those worth something else; `overrides`: the decrees as they will be.

    `places`: {institution: its week and kind as they will be}; `files`: applications to look at whatever changed;
    `sweep`: all of them. What is not given is as it stands.
    """

    days: frozenset[date] = frozenset()
    overrides: tuple[Override, ...] | None = None
    places: Mapping[int, Place] = field(default_factory=dict)
    files: frozenset[int] = frozenset()
    sweep: bool = False

    def __bool__(self) -> bool:
        return bool(self.days or self.places or self.files or self.sweep)

    @cached_property
    def spans(self) -> list[tuple[date, date]]:
        """The days as spans: those near one another are looked for together."""
        spans: list[tuple[date, date]] = []
        for day in sorted(self.days):
            if spans and day - spans[-1][1] <= _NEAR:
                spans[-1] = (spans[-1][0], day)
            else:
                spans.append((day, day))
        return spans

    @property
    def parts(self) -> Iterator["Revision"]:
        """The same in pieces, each of which one statement can name."""
        if self.sweep or self.days:
            yield replace(self, places={}, files=frozenset())
        for some in _in_pieces(self.places):
            yield Revision(places={key: self.places[key] for key in some})
        for some in _in_pieces(self.files):
            yield Revision(files=frozenset(some))

    def touches(self, key: Any, institution: Any, *ranges: tuple[Any, Any]) -> ColumnElement[bool]:
        """Rows whose count may be another: by their key, their institution, or days in one of their ranges."""
        if self.sweep:
            return true()
        within = [and_(start <= last, end >= first) for first, last in self.spans for start, end in ranges]
        return or_(false(), institution.in_(sorted(self.places)), key.in_(sorted(self.files)), *within)


def _in_pieces(keys: Iterable[int]) -> Iterator[list[int]]:
    named = sorted(keys)
    return (named[start : start + MOST] for start in range(0, len(named), MOST))


@dataclass(frozen=True)
class Recounted:
    """One application that counts otherwise. `values` are its columns as they will be; counts are half-days."""

    row: Any
    values: Mapping[str, Any]

    @property
    def breaks(self) -> CountRule | None:
        found: CountRule | None = self.values["breaks"]
        return found

    @property
    def differs(self) -> bool:
        return any(getattr(self.row, name) != value for name, value in self.values.items())

    @property
    def before(self) -> int:
        return int(self.row.half_days)

    @property
    def after(self) -> int:
        return int(self.values["half_days"])


def keys(session: Session, revision: Revision) -> Sequence[int]:
    """The live applications whose count the revision may touch, in the order in which they are held."""
    of, found = Application, set[int]()
    for part in revision.parts:
        touched = part.touches(of.id, of.institution_id, (of.starts_on, of.ends_on))
        found |= set(session.scalars(select(of.id).where(of.state.in_(LIVE), touched), execution_options=SYSTEM))
    return sorted(found)


def recounted(session: Session, revision: Revision, *, hold: bool = False) -> Iterator[list[Recounted]]:
    """The applications that count otherwise, a batch at a time; `hold`: nobody else moves them until the caller commits."""
    if not revision:
        return
    counter = Counter(session, revision)
    found_keys = keys(session, revision)
    for start in range(0, len(found_keys), AT_ONCE):
        some = found_keys[start : start + AT_ONCE]
        rows = session.execute(_columns(some, hold=hold), execution_options=SYSTEM).all()
        found = [r for r in counter.of(rows) if r.differs]
        if found:
            yield found


def _columns(keys: Sequence[int], *, hold: bool) -> Any:
    of = Application
    found = (
        select(
            of.id, of.state, of.version, of.department_id, of.student_id, of.student_number, of.student_name, of.starts_on, of.ends_on,
            of.half_days, of.counted_half_days, of.working_week, of.ticked_week, of.workplace_kind, of.policy_id, of.breaks,
            of.internship_type_id, of.institution_id, of.class_year, of.submitted_at,
            Department.name.label("department"), Department.name_en.label("department_en"),
            Institution.working_week.label("registered_week"), Institution.kind.label("kind"),
        )
        .join(of.institution)
        .join(of.department)
        .where(of.id.in_(keys), of.state.in_(LIVE))
        .order_by(of.id)
    )  # fmt: skip
    return found.with_for_update(of=of) if hold else found


class Counter:
    """Counts rows of applications as a revision leaves the calendar and the register."""

    def __init__(self, session: Session, revision: Revision) -> None:
        self.session, self.revision = session, revision
        self.decrees = tuple(overrides(session)) if revision.overrides is None else revision.overrides
        self._calendars: dict[tuple[int, int], Calendar] = {}
        self._rules: dict[int, Mapping[str, Any]] = {}

    def of(self, rows: Sequence[Any]) -> Iterator[Recounted]:
        """Each row with its columns as they will be; one whose days cannot be counted stays as it is."""
        missed, credited = self._missed(rows), _Credited(self.session, rows)
        for row in rows:
            week, kind = self.place(row)
            try:
                half_days = attended = self.half_days(row, week, kind, row.starts_on, row.ends_on)
                if row.id in missed:
                    attended = self.half_days(row, week, kind, row.starts_on, row.ends_on, missed[row.id])
            except BadDates:
                continue
            kept = row.state in HANDED_IN and row.counted_half_days is not None
            yield Recounted(
                row,
                {
                    "half_days": half_days,
                    "working_week": week,
                    "workplace_kind": kind,
                    "counted_half_days": min(half_days, attended) if kept else row.counted_half_days,
                    "breaks": self._newly(row, half_days, credited),
                },
            )

    def place(self, row: Any) -> Place:
        """The week that counts at its workplace, and the workplace's kind."""
        registered, kind = self.revision.places.get(row.institution_id, (row.registered_week, row.kind))
        ticked = row.working_week if row.ticked_week is None else row.ticked_week
        return ceiling(ticked, registered), kind

    def half_days(
        self, row: Any, week: int, kind: str, first: date, last: date, missed: Mapping[date, int] | None = None
    ) -> int:
        """What these days make at that workplace, under the row's own policy; raises BadDates."""
        rules = self.rules(row.policy_id)
        place = workplace(law.counted_week(rules, week, kind), kind)
        worth = law.half_day_worth(rules)
        return count(
            first, last, place, self._calendar(first, last), half_day_worth=worth, absences=missed or {}
        ).half_days

    def rules(self, policy_id: int | None) -> Mapping[str, Any]:
        if policy_id is None:
            return {}
        if policy_id not in self._rules:
            self._rules[policy_id] = self.session.scalar(select(Policy.rules).where(Policy.id == policy_id)) or {}
        return self._rules[policy_id]

    def _calendar(self, first: date, last: date) -> Calendar:
        years = first.year, last.year
        if years not in self._calendars:
            self._calendars[years] = calendar(self.decrees, range(years[0], years[1] + 1))
        return self._calendars[years]

    def _missed(self, rows: Sequence[Any]) -> dict[int, dict[date, int]]:
        of = [row.id for row in rows if row.state in HANDED_IN]
        found: dict[int, dict[date, int]] = {}
        if of:
            absent = select(Absence.application_id, Absence.day, Absence.half_days).where(
                Absence.application_id.in_(of)
            )
            for key, day, half_days in self.session.execute(absent, execution_options=SYSTEM):
                found.setdefault(key, {})[day] = half_days
        return found

    def _newly(self, row: Any, half_days: int, credited: "_Credited") -> CountRule | None:
        """The rule about the count that it breaks since it was counted anew; what it broke as it was decided is known."""
        broken = self._breaks(row, half_days, credited)
        known = row.breaks is None and broken == self._breaks(row, row.half_days, credited)
        return None if known else broken

    def _breaks(self, row: Any, half_days: int, credited: "_Credited") -> CountRule | None:
        """The first rule about the count that is broken; what was decided or given up early is held to none."""
        if row.state not in HELD_TO_RULES:
            return None
        rules = self.rules(row.policy_id)
        asked: dict[str, Any] = {rule.value: rules[rule] for rule in CountRule if rule in rules}
        facts = Facts(row.starts_on, row.starts_on, row.ends_on, half_days, row.class_year or 0)
        broken = _broken(asked, facts)
        if broken is None or "total_days" not in rules:
            return broken
        facts = replace(facts, credited=credited.of(row))  # a rest shorter than the least may be worked off
        asked["total_days"] = rules["total_days"]
        return _broken(asked, facts)


def _broken(rules: Mapping[str, Any], facts: Facts) -> CountRule | None:
    failed = {verdict.rule for verdict in law.check(rules, facts) if not verdict.passed}
    return next((rule for rule in CountRule if rule in failed), None)


class _Credited:
    """Half-days credited or planned for a type by everything else of a student, as they stood when a row was submitted."""

    def __init__(self, session: Session, rows: Sequence[Any]) -> None:
        self.session, self.students = session, sorted({row.student_id for row in rows})

    def of(self, row: Any) -> int:
        lines = self._lines.get((row.student_id, row.internship_type_id), ())
        return sum(half_days for of, at, half_days in lines if of != row.id and at and at <= row.submitted_at)

    @cached_property
    def _lines(self) -> dict[tuple[int, int], list[tuple[int | None, datetime | None, int]]]:
        entry, file = LedgerEntry, Application
        ledger = select(entry.student_id, entry.internship_type_id, entry.application_id, entry.at, entry.half_days)
        planned = select(file.student_id, file.internship_type_id, file.id, file.submitted_at, file.half_days)
        asked = (
            ledger.where(entry.student_id.in_(self.students)),
            planned.where(file.student_id.in_(self.students), file.state.in_(sorted(OPEN_TO_CREDIT))),
        )
        lines: dict[tuple[int, int], list[tuple[int | None, datetime | None, int]]] = {}
        for found in asked:
            for student, kind, of, at, half_days in self.session.execute(found, execution_options=SYSTEM):
                lines.setdefault((student, kind), []).append((of, at, int(half_days or 0)))
        return lines
