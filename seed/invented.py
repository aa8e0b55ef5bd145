"""A university invented by arithmetic: the n-th student, institution or application is always the same one.

Nothing here is kept or looked up, so that a million rows can be made in any order, by any number of
processes. Rows are tuples in the form both databases store (dates and JSON as text).
"""

import json
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any

from seed import chains
from seed.naming import PUBLIC, Names, mix, national_id, of
from services.calendar import calendar, workplace
from services.seal import Seal
from workflow.legal_forms import marks
from workflow.turkish import collation_key, search_key, search_words
from workflow.words import Action, ApplicationState, InstitutionKind, InstitutionState, Programme
from workflow.working_days import Override, count, end_for

Row = tuple[Any, ...]
Rows = dict[str, list[Row]]

YEARS = 5
MAIL = "ogr.demo.edu.tr"
_BY_MONTH = (3, 4, 10, 20, 32, 26, 8, 4, 3, 4, 8, 6)  # the six weeks before summer carry the year
_WEEKEND = 0.15
_DURATIONS = (20, 20, 20, 25, 30, 30, 40)


@dataclass(frozen=True)
class Place:
    """A department: its types as (type, policy) keys and who decides there."""

    id: int
    types: tuple[tuple[int, int], ...]
    decider_id: int
    decider: str
    weight: int


@dataclass(frozen=True)
class Plan:
    """How many of what, from which keys on, up to which day. `terms` are (first, last, key)."""

    applications: int
    students: int
    institutions: int
    seed: int
    until: date
    first: dict[str, int]
    places: tuple[Place, ...]
    terms: tuple[tuple[date, date, int], ...]
    overrides: tuple[Override, ...]
    names: Names
    curator: tuple[int, str]
    secret: str

    @property
    def supervisors(self) -> int:
        return self.institutions + self.institutions // 2


@dataclass(frozen=True, slots=True)
class Person:
    """A student as the rows need them."""

    id: int
    number: str
    given: str
    surname: str
    place: Place
    entered: int
    bits: int

    @property
    def name(self) -> str:
        return f"{self.given} {self.surname}"

    @property
    def parties(self) -> chains.Parties:
        place = self.place
        return chains.Parties(self.id, self.name, place.id, place.decider_id, place.decider)


@dataclass(frozen=True, slots=True)
class Firm:
    """An institution as the rows need it."""

    id: int
    name: str
    city: str
    sector: str
    kind: InstitutionKind
    week: int
    words: tuple[str, ...]
    bits: int


class University:
    """Everything a plan stands for."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.seal = Seal(plan.secret)
        self.firm = lru_cache(maxsize=30_000)(self._firm)
        self.dates = lru_cache(maxsize=30_000)(self._dates)
        self.words = lru_cache(maxsize=30_000)(search_words)
        self._calendar = calendar(plan.overrides, range(plan.until.year - YEARS - 1, plan.until.year + 2))

    # -- who is there -------------------------------------------------------------------------------------

    @cached_property
    def _lots(self) -> tuple[Place, ...]:
        """Departments as often as their weight says."""
        return tuple(place for place in self.plan.places for _ in range(place.weight))

    def person(self, k: int) -> Person:
        bits, names = mix(self.plan.seed, 1, k), self.plan.names
        given, surname = names.given(bits), of(names.surnames, bits >> 28)
        half = max(self.plan.students // 2, 1)
        first = self.day(min(k // half, 1) * (self.plan.applications // 2) + k % half)
        entered = first.year - 2
        number = f"{entered % 100:02}{k:07}"
        place = self._lots[(bits >> 40) % len(self._lots)]
        return Person(self.plan.first["student"] + k, number, given, surname, place, entered, bits)

    def _firm(self, k: int) -> Firm:
        bits = mix(self.plan.seed, 2, k)
        name, city, sector = self.plan.names.institution(k, self.plan.seed, bits)
        kind = InstitutionKind.PRIVATE if k % PUBLIC else InstitutionKind.PUBLIC
        week = 63 if k % PUBLIC and (bits >> 56) % 3 == 0 else 31
        return Firm(self.plan.first["institution"] + k, name, city, sector, kind, week, tuple(search_words(name)), bits)

    # -- when ---------------------------------------------------------------------------------------------

    @cached_property
    def _days(self) -> tuple[list[date], list[float]]:
        first = self.plan.until - timedelta(days=365 * YEARS)
        days = [first + timedelta(days=n) for n in range(365 * YEARS + 1)]
        weights = (_BY_MONTH[d.month - 1] * (_WEEKEND if d.weekday() > 4 else 1) for d in days)  # noqa: PLR2004 -- Friday
        return days, list(accumulate(weights))

    def day(self, i: int) -> date:
        """The day the i-th application was begun; later ones are never earlier."""
        days, weights = self._days
        return days[bisect(weights, (i + 0.5) / self.plan.applications * weights[-1])]

    def _dates(self, start: date, days: int, kind: InstitutionKind, week: int) -> tuple[date, int]:
        """The last day of so many working days, and the half-days they really make."""
        where = workplace(week, kind)
        end = end_for(start, 2 * days, where, self._calendar)
        return end, count(start, end, where, self._calendar).half_days

    def term(self, start: date) -> int:
        """The term a first day falls into, or the last one before it."""
        at = bisect(self.plan.terms, (start, date.max, 0))
        return self.plan.terms[max(at - 1, 0)][2]

    # -- rows ---------------------------------------------------------------------------------------------

    def students(self, start: int, stop: int) -> Rows:
        rows: Rows = {"student": [], "enrolment": []}
        now = chains.stamp(datetime.combine(self.plan.until, time(3), UTC))
        for k in range(start, stop):
            p = self.person(k)
            identity = national_id(p.bits)
            email, phone = f"{p.number}@{MAIL}", f"05{p.bits % 10**9:09}"
            sealed = self.seal.close(identity)
            year = min(max(self.plan.until.year - p.entered, 1), 4)
            active = int(self.plan.until.year - p.entered < 7)  # noqa: PLR2004 -- the years one may study
            rows["student"].append(
                (p.id, p.number, p.given, p.surname, sealed, identity[-2:], email, phone, active, now)
            )
            key = self.plan.first["enrolment"] + k
            rows["enrolment"].append((key, p.id, p.place.id, Programme.MAJOR.value, year))
        return rows

    def firms(self, start: int, stop: int) -> Rows:
        rows: Rows = {
            "institution": [],
            "institution_word": [],
            "institution_mark": [],
            "supervisor": [],
            "supervisor_word": [],
            "step": [],
        }
        for k in range(start, stop):
            firm = self.firm(k)
            rows["institution_word"] += [(word, firm.id) for word in firm.words]
            people = [self._supervisor(firm, j) for j in _supervisors(k)]
            rows["supervisor"] += people
            rows["supervisor_word"] += [(word, key) for key, _of, name, *_more in people for word in self.words(name)]
            steps = list(self._curated(firm, k))
            rows["step"] += [chains.row(self.plan.first["step"] + 2 * k + n, step) for n, step in enumerate(steps)]
            row = self._firm_row(firm, steps)
            rows["institution"].append(row)
            rows["institution_mark"] += [(*mark, firm.id) for mark in marks(firm.name, row[6], firm.city)]
        return rows

    def files(self, start: int, stop: int) -> Rows:
        rows: Rows = {"application": [], "step": [], "search_word": []}
        for i in range(start, stop):
            self._file(i, rows)
        return rows

    def _firm_row(self, firm: Firm, steps: list[chains.Step]) -> Row:
        bits, names = firm.bits, self.plan.names
        last = steps[-1] if steps else None
        created = chains.stamp(datetime.combine(self.plan.until - timedelta(days=365 * YEARS), time(9), UTC))
        key = search_key(firm.name)[:200]
        state = last["to_state"] if last else InstitutionState.UNVERIFIED.value
        return (
            firm.id, state, firm.name, key, collation_key(firm.name), firm.kind.value, firm.sector, f"{bits % 10**10:010}",
            f"{of(names.quarters, bits >> 20)} Mah. {bits % 97 + 1}. Sok. No: {bits % 60 + 1}", firm.city,
            f"0{bits % 10**10:010}", f"bilgi@k{firm.id}.example.com", None, bits % 400 + 3, firm.week, created,
            len(steps), last and last["reason"], last and chains.stamp(last["at"]), last and self.plan.curator[0],
        )  # fmt: skip

    def _supervisor(self, firm: Firm, j: int) -> Row:
        bits, names = mix(self.plan.seed, 3, j), self.plan.names
        name = f"{names.given(bits)} {of(names.surnames, bits >> 40)}"
        key = self.plan.first["supervisor"] + j
        title = of(names.titles, bits >> 32)
        return (
            key,
            firm.id,
            name,
            search_key(name),
            collation_key(name),
            title,
            f"0{bits % 10**10:010}",
            f"yetkili{key}@k{firm.id}.example.com",
        )

    def _curated(self, firm: Firm, k: int) -> Iterator[chains.Step]:
        """What the career centre did with an institution: most verified, a few rarely asked for blocked."""
        actions = [Action.VERIFY] if (firm.bits >> 60) % 10 < 7 else []  # noqa: PLR2004 -- seven in ten
        if not (firm.bits >> 52) % 50 and k > self.plan.institutions // 2:
            actions.append(Action.BLOCK)
        at = datetime.combine(self.plan.until - timedelta(days=300), time(8), UTC) + timedelta(minutes=k % 60_000)
        taken = [(a, at + timedelta(days=n)) for n, a in enumerate(actions)]
        return chains.of_institution(firm.id, taken, self.plan.curator)

    def _file(self, i: int, rows: Rows) -> None:
        """One application with its steps and words, appended to `rows`."""
        plan, bits = self.plan, mix(self.plan.seed, 4, i)
        half_files, half_people = max(plan.applications // 2, 1), max(plan.students // 2, 1)
        person = self.person(min(i // half_files, 1) * half_people + (i % half_files) % half_people)
        key = plan.first["application"] + i
        begun = datetime.combine(self.day(i), time(5), UTC) + timedelta(seconds=bits % 54_000)
        taken = chains.moments(bits, begun, datetime.combine(plan.until, time(6), UTC))
        if not taken:
            rows["application"].append(self._draft_row(key, person, begun))
            return
        steps = list(chains.of_file(key, taken, person.parties, bits))
        firm = self.firm(int(plan.institutions * ((bits >> 24) % 2**20 / 2**20) ** 2.5))
        rows["application"].append(self._file_row(key, person, begun, steps, firm, bits))
        first = plan.first["step"] + 2 * plan.institutions + 4 * i
        rows["step"] += [chains.row(first + n, step) for n, step in enumerate(steps)]
        words = {*self.words(person.given), *self.words(person.surname), person.number, *firm.words}
        rows["search_word"] += [(word, person.place.id, key, person.id) for word in words]

    def _draft_row(self, key: int, person: Person, begun: datetime) -> Row:
        whose = (
            key,
            ApplicationState.DRAFT.value,
            person.id,
            person.place.id,
            chains.stamp(begun),
            None,
            None,
            person.number,
            person.name,
        )
        return (*whose, None, None, Programme.MAJOR.value, *(None,) * 14, 0, None, None, None)

    def _file_row(
        self, key: int, person: Person, begun: datetime, steps: list[chains.Step], firm: Firm, bits: int
    ) -> Row:
        last = steps[-1]
        submitted = next(s["at"] for s in reversed(steps) if s["action"] == Action.SUBMIT)
        decided = next((s for s in reversed(steps) if s["action"] in chains.BOARD), None)
        start = submitted.date() + timedelta(days=35 + (bits >> 44) % 60)
        start += timedelta(days=-start.weekday() % 7)
        days = of(_DURATIONS, bits >> 50)
        end, half_days = self.dates(start, days, firm.kind, firm.week)
        kind, policy = of(person.place.types, bits >> 54)
        k = firm.id - self.plan.first["institution"]
        supervisor = self.plan.first["supervisor"] + of(_supervisors(k), bits >> 58)
        pages = last["facts"].get("pages")
        return (
            key, last["to_state"], person.id, person.place.id, chains.stamp(begun), chains.stamp(submitted), pages and json.dumps(pages),
            person.number, person.name, f"{person.number}@{MAIL}", f"05{person.bits % 10**9:09}",
            Programme.MAJOR.value, min(max(start.year - person.entered, 1), 4), kind, policy, self.term(start),
            int(bits % 3 == 0), int(bits % 4 != 0), int(bits % 50 == 0), firm.id, supervisor, firm.kind.value, firm.week,
            start.isoformat(), end.isoformat(), half_days, len(steps), last["reason"],
            decided and chains.stamp(decided["at"]), decided and person.place.decider_id,
        )  # fmt: skip


def _supervisors(k: int) -> range:
    """The supervisors of the k-th institution: one and two by turns."""
    first = k + k // 2
    return range(first, first + 1 + k % 2)
