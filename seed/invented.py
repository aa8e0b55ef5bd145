"""A university invented by arithmetic: the n-th student, institution or application is always the same one.

Nothing here is kept or looked up, so that a million rows can be made in any order, by any number of
processes. Rows are tuples in the form both databases store (dates and JSON as text).
"""

import json
from bisect import bisect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import accumulate
from math import prod
from typing import Any

from services import audit
from services.calendar import calendar, workplace
from services.seal import Seal
from workflow.transitions import APPLICATIONS, INSTITUTIONS, Machine
from workflow.turkish import search_key, search_words
from workflow.words import Action, Actor, ApplicationState, InstitutionKind, InstitutionState, Page, Programme
from workflow.working_days import Override, count, end_for

Row = tuple[Any, ...]
Rows = dict[str, list[Row]]

YEARS = 5
_BY_MONTH = (3, 4, 10, 20, 32, 26, 8, 4, 3, 4, 8, 6)  # the six weeks before summer carry the year
_WEEKEND = 0.15
_DURATIONS = (20, 20, 20, 25, 30, 30, 40)
PUBLIC = 8  # every eighth institution is a public body
SHORT = 4  # every fourth firm bears no brand
PUBLIC_SECTOR = "Kamu yönetimi"
FORMS = ("Ltd. Şti.", "A.Ş.", "San. ve Tic. Ltd. Şti.")
_STRIDE = 1_000_003  # a prime that divides no number of combinations
_MIX, _MASK = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9), (1 << 64) - 1

# how a file goes, in percent of files, unless it is too young to have got there
_ROUTES: tuple[tuple[int, tuple[Action, ...]], ...] = (
    (3, ()),
    (72, (Action.SUBMIT, Action.APPROVE)),
    (12, (Action.SUBMIT, Action.REJECT, Action.SUBMIT, Action.APPROVE)),
    (5, (Action.SUBMIT, Action.REJECT)),
    (4, (Action.SUBMIT, Action.WITHDRAW)),
    (4, (Action.SUBMIT, Action.APPROVE, Action.CANCEL)),
)
_ROUTE_OF = tuple(route for percent, route in _ROUTES for _ in range(percent))
_BOARD = frozenset({Action.APPROVE, Action.REJECT})
_REASONS = (
    ("Kabul formunda kurum kaşesi eksik.", (Page.FILES,)),
    ("Başlangıç tarihi bütünleme sınavlarıyla çakışıyor.", (Page.DATES,)),
    ("Yetkilinin unvanı ve iletişim bilgisi eksik.", (Page.SUPERVISOR,)),
    ("Kurumda ilgili alanda mühendis çalıştığı belgelenmemiş.", (Page.INSTITUTION, Page.FILES)),
    ("Staj türü dönem planınıza uymuyor.", (Page.INTERNSHIP,)),
)
_CHANGED_MINDS = ("Öğrenci başka bir kuruma geçti.", "Kurum stajyer kabulünden vazgeçti.", "Sağlık nedeniyle iptal.")


@dataclass(frozen=True)
class Names:
    """What names are drawn from (seed/names.yaml)."""

    female: tuple[str, ...]
    male: tuple[str, ...]
    surnames: tuple[str, ...]
    cities: tuple[str, ...]
    sectors: tuple[str, ...]
    brands: tuple[str, ...]
    public_bodies: tuple[str, ...]
    local_bodies: tuple[str, ...]
    quarters: tuple[str, ...]
    titles: tuple[str, ...]

    @cached_property
    def towns(self) -> tuple[str, ...]:
        """Each city once; `cities` repeats those that have more of everything."""
        return tuple(dict.fromkeys(self.cities))

    def given(self, bits: int) -> str:
        """One given name, or two that go together."""
        names = self.female if bits & 1 else self.male
        first, second = names[(bits >> 1) % len(names)], names[(bits >> 16) % len(names)]
        return first if (bits >> 12) % 3 or first == second else f"{first} {second}"


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


def mix(*numbers: int) -> int:
    """64 well-mixed bits that are always the same for the same numbers."""
    mixed = 0
    for n in numbers:
        mixed = (mixed ^ n) * _MIX[0] + 1 & _MASK
        mixed ^= mixed >> 31
        mixed = mixed * _MIX[1] & _MASK
        mixed ^= mixed >> 29
    return mixed


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
        given, surname = names.given(bits), _of(names.surnames, bits >> 28)
        half = max(self.plan.students // 2, 1)
        first = self.day(min(k // half, 1) * (self.plan.applications // 2) + k % half)
        entered = first.year - 2
        number = f"{entered % 100:02}{k:07}"
        place = self._lots[(bits >> 40) % len(self._lots)]
        return Person(self.plan.first["student"] + k, number, given, surname, place, entered, bits)

    def _firm(self, k: int) -> Firm:
        bits = mix(self.plan.seed, 2, k)
        name, city, sector = self._office(k // PUBLIC) if k % PUBLIC == 0 else self._company(k, bits)
        kind = InstitutionKind.PRIVATE if k % PUBLIC else InstitutionKind.PUBLIC
        week = 63 if k % PUBLIC and (bits >> 56) % 3 == 0 else 31
        return Firm(self.plan.first["institution"] + k, name, city, sector, kind, week, tuple(search_words(name)), bits)

    def _office(self, n: int) -> tuple[str, str, str]:
        """The n-th public body: first what a town has one of, then what each quarter has."""
        names = self.plan.names
        once = len(names.towns) * len(names.public_bodies)
        if n < once:
            town, *what = self._picked(n, names.towns, names.public_bodies)
        else:
            town, *what = self._picked(n - once, names.towns, names.quarters, names.local_bodies)
        return " ".join((town, *what)), town, PUBLIC_SECTOR

    def _company(self, k: int, bits: int) -> tuple[str, str, str]:
        """The k-th private firm: one in four bears no brand."""
        names = self.plan.names
        short, at = ((), k // SHORT) if k % SHORT == 1 else ((names.brands,), k)
        *whose, sector, form = self._picked(at, names.surnames, *short, names.sectors, FORMS)
        return " ".join((*whose, sector, form)), _of(names.cities, bits), sector

    def _picked(self, n: int, *choices: tuple[str, ...]) -> list[str]:
        """The n-th of all combinations in a shuffled order: none comes twice before each came once."""
        total = prod(map(len, choices))
        at, picked = (n * _STRIDE + mix(self.plan.seed, total)) % total, []
        for choice in choices:
            at, here = divmod(at, len(choice))
            picked.append(choice[here])
        return picked

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
        now = _stamp(datetime.combine(self.plan.until, time(3), UTC))
        for k in range(start, stop):
            p = self.person(k)
            national_id = _national_id(p.bits)
            email, phone = f"{p.number}@ogr.demo.edu.tr", f"05{p.bits % 10**9:09}"
            sealed = self.seal.close(national_id)
            year = min(max(self.plan.until.year - p.entered, 1), 4)
            active = int(self.plan.until.year - p.entered < 7)  # noqa: PLR2004 -- the years one may study
            rows["student"].append(
                (p.id, p.number, p.given, p.surname, sealed, national_id[-2:], email, phone, active, now)
            )
            key = self.plan.first["enrolment"] + k
            rows["enrolment"].append((key, p.id, p.place.id, Programme.MAJOR.value, year))
        return rows

    def firms(self, start: int, stop: int) -> Rows:
        rows: Rows = {"institution": [], "institution_word": [], "supervisor": [], "step": []}
        for k in range(start, stop):
            firm = self.firm(k)
            rows["institution_word"] += [(word, firm.id) for word in firm.words]
            rows["supervisor"] += [self._supervisor(firm, j) for j in _supervisors(k)]
            steps = list(self._curated(firm, k))
            rows["step"] += [self._step_row(2 * k + n, step) for n, step in enumerate(steps)]
            rows["institution"].append(self._firm_row(firm, steps))
        return rows

    def files(self, start: int, stop: int) -> Rows:
        rows: Rows = {"application": [], "step": [], "search_word": []}
        for i in range(start, stop):
            self._file(i, rows)
        return rows

    def _firm_row(self, firm: Firm, steps: list[dict[str, Any]]) -> Row:
        bits, names = firm.bits, self.plan.names
        last = steps[-1] if steps else None
        created = _stamp(datetime.combine(self.plan.until - timedelta(days=365 * YEARS), time(9), UTC))
        key = search_key(firm.name)[:200]
        state = last["to_state"] if last else InstitutionState.UNVERIFIED.value
        return (
            firm.id, state, firm.name, key, firm.kind.value, firm.sector, f"{bits % 10**10:010}",
            f"{_of(names.quarters, bits >> 20)} Mah. {bits % 97 + 1}. Sok. No: {bits % 60 + 1}", firm.city,
            f"0{bits % 10**10:010}", f"bilgi@k{firm.id}.example.com", None, bits % 400 + 3, firm.week, created,
            len(steps), last and last["reason"], last and _stamp(last["at"]), last and self.plan.curator[0],
        )  # fmt: skip

    def _supervisor(self, firm: Firm, j: int) -> Row:
        bits, names = mix(self.plan.seed, 3, j), self.plan.names
        name = f"{names.given(bits)} {_of(names.surnames, bits >> 40)}"
        key = self.plan.first["supervisor"] + j
        title = _of(names.titles, bits >> 32)
        return (
            key,
            firm.id,
            name,
            search_key(name),
            title,
            f"0{bits % 10**10:010}",
            f"yetkili{key}@k{firm.id}.example.com",
        )

    def _curated(self, firm: Firm, k: int) -> Iterator[dict[str, Any]]:
        """What the career centre did with an institution: most verified, a few rarely asked for blocked."""
        actions = [Action.VERIFY] if (firm.bits >> 60) % 10 < 7 else []  # noqa: PLR2004 -- seven in ten
        if not (firm.bits >> 52) % 50 and k > self.plan.institutions // 2:
            actions.append(Action.BLOCK)
        at = datetime.combine(self.plan.until - timedelta(days=300), time(8), UTC) + timedelta(minutes=k % 60_000)
        moments = [(a, at + timedelta(days=n)) for n, a in enumerate(actions)]
        why: tuple[str, dict[str, Any]] = ("Kurum adresinde bulunamadı.", {})
        yield from self._chain(
            INSTITUTIONS,
            firm.id,
            moments,
            Actor.CAREER_CENTRE,
            lambda _a: (*self.plan.curator,),
            lambda a: why if a is Action.BLOCK else (None, {}),
        )

    def _file(self, i: int, rows: Rows) -> None:
        """One application with its steps and words, appended to `rows`."""
        plan, bits = self.plan, mix(self.plan.seed, 4, i)
        half_files, half_people = max(plan.applications // 2, 1), max(plan.students // 2, 1)
        person = self.person(min(i // half_files, 1) * half_people + (i % half_files) % half_people)
        key = plan.first["application"] + i
        begun = datetime.combine(self.day(i), time(5), UTC) + timedelta(seconds=bits % 54_000)
        moments = self._moments(_ROUTE_OF[(bits >> 16) % len(_ROUTE_OF)], begun, bits)
        if not moments:
            rows["application"].append(self._draft_row(key, person, begun))
            return
        steps = list(self._steps(key, person, moments, bits))
        firm = self.firm(int(plan.institutions * ((bits >> 24) % 2**20 / 2**20) ** 2.5))
        rows["application"].append(self._file_row(key, person, begun, steps, firm, bits))
        rows["step"] += [self._step_row(2 * plan.institutions + 4 * i + n, step) for n, step in enumerate(steps)]
        words = {*self.words(person.given), *self.words(person.surname), person.number, *firm.words}
        rows["search_word"] += [(word, person.place.id, key, person.id) for word in words]

    def _moments(self, route: tuple[Action, ...], begun: datetime, bits: int) -> list[tuple[Action, datetime]]:
        """When each action of a route was taken, as far as it has come by now."""
        now = datetime.combine(self.plan.until, time(6), UTC)
        moments, at = [], begun
        for n, action in enumerate(route):
            waited = (bits >> (20 + 6 * n)) % (4_000 if n == 0 else 14_000)
            at += timedelta(minutes=waited + (900 if n else 5), seconds=bits % 60)
            if at > now:
                break
            moments.append((action, at))
        return moments

    def _steps(
        self, key: int, person: Person, moments: list[tuple[Action, datetime]], bits: int
    ) -> Iterator[dict[str, Any]]:
        place = person.place
        reason, pages = _of(_REASONS, bits >> 36)

        def who(action: Action) -> tuple[int | None, str]:
            return (place.decider_id, place.decider) if action in _BOARD else (None, person.name)

        def why(action: Action) -> tuple[str | None, dict[str, Any]]:
            if action is Action.REJECT:
                return reason, {"pages": [p.value for p in pages]}
            return (_of(_CHANGED_MINDS, bits >> 40), {}) if action is Action.CANCEL else (None, {})

        return self._chain(APPLICATIONS, key, moments, None, who, why, department_id=place.id, student_id=person.id)

    def _chain(  # noqa: PLR0913 -- what a chain is made of
        self,
        machine: Machine,
        row_id: int,
        moments: list[tuple[Action, datetime]],
        actor: Actor | None,
        who: Callable[[Action], tuple[int | None, str]],
        why: Callable[[Action], tuple[str | None, dict[str, Any]]],
        *,
        department_id: int | None = None,
        student_id: int | None = None,
    ) -> Iterator[dict[str, Any]]:
        """The steps of one row, each through a door of the table, chained like services.audit does."""
        state, before = machine.start.value, audit.GENESIS
        for seq, (action, at) in enumerate(moments, 1):
            by = actor or (Actor.MEMBER if action in _BOARD else Actor.STUDENT)
            to = _through(machine.name, action, state, by)
            (by_id, by_name), (reason, facts) = who(action), why(action)
            step = {
                "machine": machine.name, "row_id": row_id, "seq": seq, "action": action.value, "from_state": state,
                "to_state": to, "actor": by.value, "by_id": by_id, "by_name": by_name, "at": at, "reason": reason,
                "facts": facts, "department_id": department_id, "student_id": student_id, "before": before,
            }  # fmt: skip
            state, before = to, audit.digest(step)
            step["digest"] = before
            yield step

    def _step_row(self, offset: int, step: dict[str, Any]) -> Row:
        kept = {**step, "at": _stamp(step["at"]), "facts": json.dumps(step["facts"]) if step["facts"] else "{}"}
        return (self.plan.first["step"] + offset, *kept.values())

    def _draft_row(self, key: int, person: Person, begun: datetime) -> Row:
        whose = (
            key,
            ApplicationState.DRAFT.value,
            person.id,
            person.place.id,
            _stamp(begun),
            None,
            None,
            person.number,
            person.name,
        )
        return (*whose, None, None, Programme.MAJOR.value, *(None,) * 14, 0, None, None, None)

    def _file_row(
        self, key: int, person: Person, begun: datetime, steps: list[dict[str, Any]], firm: Firm, bits: int
    ) -> Row:
        last = steps[-1]
        submitted = next(s["at"] for s in reversed(steps) if s["action"] == Action.SUBMIT)
        decided = next((s for s in reversed(steps) if s["action"] in _BOARD), None)
        start = submitted.date() + timedelta(days=35 + (bits >> 44) % 60)
        start += timedelta(days=-start.weekday() % 7)
        days = _of(_DURATIONS, bits >> 50)
        end, half_days = self.dates(start, days, firm.kind, firm.week)
        kind, policy = _of(person.place.types, bits >> 54)
        k = firm.id - self.plan.first["institution"]
        supervisor = self.plan.first["supervisor"] + _of(_supervisors(k), bits >> 58)
        pages = last["facts"].get("pages")
        return (
            key, last["to_state"], person.id, person.place.id, _stamp(begun), _stamp(submitted), pages and json.dumps(pages),
            person.number, person.name, f"{person.number}@ogr.demo.edu.tr", f"05{person.bits % 10**9:09}",
            Programme.MAJOR.value, min(max(start.year - person.entered, 1), 4), kind, policy, self.term(start),
            int(bits % 3 == 0), int(bits % 4 != 0), int(bits % 50 == 0), firm.id, supervisor, firm.kind.value, firm.week,
            start.isoformat(), end.isoformat(), half_days, len(steps), last["reason"],
            decided and _stamp(decided["at"]), decided and person.place.decider_id,
        )  # fmt: skip


def _supervisors(k: int) -> range:
    """The supervisors of the k-th institution: one and two by turns."""
    first = k + k // 2
    return range(first, first + 1 + k % 2)


@lru_cache(maxsize=64)
def _through(machine: str, action: Action, state: str, by: Actor) -> str:
    """Where the door leads; the table has no other way."""
    door = next(m for m in (APPLICATIONS, INSTITUTIONS) if m.name == machine).door(action, state, {by})
    if door is None:
        raise LookupError((machine, action, state, by))
    return str(door.to.value)


def _national_id(bits: int) -> str:
    """Eleven digits with the two check digits right."""
    d = [int(c) for c in f"{bits % 899_999_999 + 100_000_000}"]
    tenth = (7 * sum(d[0::2]) - sum(d[1::2])) % 10
    return "".join(map(str, [*d, tenth, (sum(d) + tenth) % 10]))


def _of(choices: Any, bits: int) -> Any:
    return choices[bits % len(choices)]


def _stamp(moment: datetime) -> str:
    """A moment as both databases store it."""
    return moment.isoformat(" ")[:19] + ".000000"


STUDENT = (
    "id",
    "number",
    "name",
    "surname",
    "national_id_sealed",
    "national_id_tail",
    "email",
    "phone",
    "active",
    "refreshed_at",
)
ENROLMENT = ("id", "student_id", "department_id", "programme", "class_year")
INSTITUTION = (
    "id", "state", "name", "name_key", "kind", "sector", "tax_no", "address", "city", "phone", "email", "web", "headcount",
    "working_week", "created_at", "version", "reason", "decided_at", "decided_by_id",
)  # fmt: skip
SUPERVISOR = ("id", "institution_id", "name", "name_key", "title", "phone", "email")
APPLICATION = (
    "id", "state", "student_id", "department_id", "created_at", "submitted_at", "pages", "student_number", "student_name",
    "email", "phone", "programme", "class_year", "internship_type_id", "policy_id", "term_id", "paid",
    "family_health_cover", "abroad", "institution_id", "supervisor_id", "workplace_kind", "working_week", "starts_on",
    "ends_on", "half_days", "version", "reason", "decided_at", "decided_by_id",
)  # fmt: skip
STEP = (
    "id", "machine", "row_id", "seq", "action", "from_state", "to_state", "actor", "by_id", "by_name", "at", "reason",
    "facts", "department_id", "student_id", "before", "digest",
)  # fmt: skip
COLUMNS: dict[str, tuple[str, ...]] = {
    "student": STUDENT,
    "enrolment": ENROLMENT,
    "institution": INSTITUTION,
    "institution_word": ("word", "institution_id"),
    "supervisor": SUPERVISOR,
    "application": APPLICATION,
    "step": STEP,
    "search_word": ("word", "department_id", "application_id", "student_id"),
}
