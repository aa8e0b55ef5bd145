"""Two departments with everybody in them: what the tests of reach, of lists and of bad input walk through.

Every row has a name ("ayse approved", "announcement: civil draft"), so that an expectation reads as the rule does.
"""

import hashlib
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from flask.testing import FlaskClient
from sqlalchemy import select

from models import (
    Application,
    Declaration,
    DraftPage,
    Enrolment,
    HolidayOverride,
    JobRun,
    Letter,
    Policy,
    Student,
    User,
    db,
    utcnow,
)
from services.sign_in import today
from tests.people import Town, a_town, looking, sign_in
from workflow.phase import HANDED_IN, TAKES_PLACE
from workflow.words import (
    Actor,
    ApplicationState,
    ChangeState,
    DeclarationKind,
    DeclarationState,
    Outcome,
    Page,
    Programme,
    PublicationKind,
    PublicationState,
    RequestState,
)

Names = frozenset[str]
Keys = dict[str, int]
PDF = b"%PDF-1.4 demo\nstartxref\n0\n%%EOF"
# every try counts, a refused one above all; who is in, was there just now; whose an address is, the worker looks up
COUNTERS = {"sign_in_try", "signed_in", "known_device", "asked_by_mail"}
SEALED, WRITTEN = "Söyledim ki", "Yazdım ki"  # how an answer of a firm, and a day of a logbook, begin
MISSING = 900_000_007  # a key no row has


@dataclass
class University:
    """The application, a client per person (and one for nobody), and the key of every row by its name."""

    app: Flask
    people: dict[str, FlaskClient] = field(default_factory=dict)
    applications: Keys = field(default_factory=dict)
    documents: Keys = field(default_factory=dict)
    publications: Keys = field(default_factory=dict)
    letters: Keys = field(default_factory=dict)
    changes: Keys = field(default_factory=dict)
    requests: Keys = field(default_factory=dict)
    request_files: Keys = field(default_factory=dict)
    templates: Keys = field(default_factory=dict)
    declarations: Keys = field(default_factory=dict)
    attendances: Keys = field(default_factory=dict)
    evaluations: Keys = field(default_factory=dict)
    evaluation_forms: Keys = field(default_factory=dict)
    students: Keys = field(default_factory=dict)
    ledger: Keys = field(default_factory=dict)
    institutions: Keys = field(default_factory=dict)
    steps: Keys = field(default_factory=dict)
    others: Keys = field(default_factory=dict)

    def contents(self) -> dict[str, str]:
        """A digest of every table: equal before and after means that nothing was written."""
        with looking(self.app) as session:
            kept = [t for t in db.metadata.sorted_tables if t.name not in COUNTERS]
            return {t.name: _digest(session.execute(select(t)).all()) for t in kept}


def names(of: Keys, keys: Iterable[Any]) -> Names:
    """What the rows with these keys are called; a key nobody named fails the test that met it."""
    named = {key: name for name, key in of.items()}
    return frozenset(named[int(key)] for key in keys)


def _digest(rows: Any) -> str:
    return f"{len(rows)} {hashlib.sha256(repr(sorted(map(repr, rows))).encode()).hexdigest()}"


def a_university(app: Flask) -> University:
    """Build it over an empty database."""
    made = University(app)
    with app.app_context(), a_town() as t:
        users = _Builder(t, made).everybody()
        t.session.flush()
        t.session.expunge_all()
    made.people = {name: sign_in(app, user) for name, user in users.items()} | {"nobody": app.test_client()}
    return made


class _Builder:
    """Founds the departments, then fills them."""

    def __init__(self, t: Town, made: University) -> None:
        self.t, self.made = t, made
        self.of = {"civil": t.department("INS"), "mining": t.department("MAD")}
        self.kinds = {name: t.internship_type(of) for name, of in self.of.items()}
        self.bosses = {"civil": t.user(), "mining": t.user()}
        self.firms = {"civil": t.institution("Kaya Yapı A.Ş."), "mining": t.institution("Demir Maden Ltd.")}
        self.supervisors = {name: t.supervisor(self.firms[name], self.bosses[name]) for name in self.of}
        self.term = t.term()
        self.starts = today() + timedelta(days=40)

    def everybody(self) -> dict[str, User]:
        """Students with their files, commissions, firms, offices, and what each of them was sent."""
        self.forms = {name: self.t.evaluation_form(of) for name, of in self.of.items()}
        self.made.evaluation_forms |= {name: form.id for name, form in self.forms.items()}
        self.made.evaluation_forms["university"] = self.t.evaluation_form(None).id
        for name, of in (*self.of.items(), ("university", None)):
            self.made.evaluation_forms[f"{name} draft"] = self.t.evaluation_form(of, "draft", 2).id
        ayse = self._student("ayse", "Ayşe", "civil")
        zeynep = self._student("zeynep", "Zeynep", "mining")
        deniz = self.t.student(self.of["mining"], "Deniz", "Yılmaz")  # studies both, sits on civil's commission
        self.t.add(
            Enrolment(
                student_id=deniz.id, department_id=self.of["civil"].id, programme=Programme.DOUBLE_MAJOR, class_year=3
            )
        )
        self._credited("deniz", deniz, "mining", "civil")
        emre = self.t.student(self.of["civil"], "Emre", "Yılmaz", user=self.bosses["mining"])  # studies and employs
        self._credited("emre", emre)
        self._file("emre draft", emre, "civil", ApplicationState.DRAFT)
        self._file("emre in civil", emre, "civil", ApplicationState.SUBMITTED)
        self._file("emre running", emre, "civil", ApplicationState.APPROVED, today() - timedelta(days=20))
        for where in self.of:
            self._file(f"deniz in {where}", deniz, where, ApplicationState.SUBMITTED)
        users: dict[str, Any] = {
            "ayse": ayse.user, "zeynep": zeynep.user, "deniz": self.t.member(self.of["civil"], user=deniz.user),
            "member of civil": self.t.member(self.of["civil"]), "chair of civil": self.t.chair(self.of["civil"]),
            "member of mining": self.t.member(self.of["mining"]), "boss": self.bosses["civil"],
            "emre": self.bosses["mining"], "health office": self.t.office(Actor.HEALTH_OFFICE),
            "career centre": self.t.office(Actor.CAREER_CENTRE), "it": self.t.office(Actor.IT),
            "other it": self.t.office(Actor.IT), "stranger": self.t.user(),
        }  # fmt: skip
        self._publications()
        self._letters(users)
        self._others(users)
        return users

    def _student(self, name: str, first: str, where: str) -> Student:
        """A student with one file in every state."""
        student = self.t.student(self.of[where], first, "Yılmaz")
        self._credited(name, student, where)
        for state in ApplicationState:
            row = self._file(f"{name} {state.value}", student, where, state)
            if state is ApplicationState.DRAFT:
                kept = {"phone": "0532 000 00 00", "email": "x@demo.edu.tr"}
                self.t.add(
                    DraftPage(application_id=row.id, page=Page.PROFILE, student_id=student.id, typed=kept, valid=True)
                )
            if state is ApplicationState.APPROVED:
                self._followed(name, row)
            if state in TAKES_PLACE:
                self._completed(f"{name} {state.value}", where, row)
        for state in list(RequestState)[1:]:
            asked = self.t.request(student, self.of[where], state.value)
            key = f"r/{asked.id}"
            self.made.requests[f"{name} {state.value}"] = asked.id
            self.made.request_files[f"{name} {state.value}"] = self.t.document(asked, key=key).id
            self._keep(key)
        self.made.templates[where] = self.t.template(self.of[where]).id
        return student

    def _followed(self, name: str, row: Application) -> None:
        """What came after an approval: changes (one of them open) and declarations, in every state."""
        for state in set(ChangeState) - {ChangeState.NEW, ChangeState.WITH_COMMISSION}:
            self.made.changes[f"{name} {state.value}"] = self.t.change(row, state.value).id
        for kind, state in zip(cycle(DeclarationKind), list(DeclarationState)[1:], strict=False):
            self.made.declarations[f"{name} {state.value}"] = self.t.declaration(row, kind.value, state.value).id

    def _completed(self, name: str, where: str, row: Application) -> None:
        """What the firm wrote: begun for one that runs, gone on without for one stopped, else done."""
        done = {ApplicationState.APPROVED: ("open", "open"), ApplicationState.STOPPED: ("waived", "waived")}
        sheet, given = done.get(row.state, ("confirmed", "given"))
        self.made.attendances[name] = self.t.attendance(row, sheet).id
        evaluation = self.t.evaluation(row, self.forms[where], given)
        self.made.evaluations[name] = evaluation.id
        if given == "given":
            self.t.answers(row, evaluation, "yes", "Yazılım", "4", f"{SEALED} {name}")
        self.t.log_entry(row, self.starts, f"{WRITTEN} {name}", submitted=row.state in HANDED_IN)
        if row.accepted_half_days:
            line = {"kind": "internship", "application_id": row.id, "half_days": row.accepted_half_days}
            self.made.ledger[name] = self.t.ledger_line(row.student, self.kinds[where], **line).id

    def _credited(self, name: str, student: Student, *programmes: str) -> None:
        """The student by name, with an exemption in each of these programmes."""
        self.made.students[name] = student.id
        for where in programmes:
            self.made.ledger[f"{name} in {where}"] = self.t.ledger_line(student, self.kinds[where], 4).id

    def _file(
        self, name: str, student: Student, where: str, state: ApplicationState, starts_on: date | None = None
    ) -> Application:
        of = self.of[where]
        if state is ApplicationState.DRAFT:
            row = self.t.draft(student, of)
        else:
            facts = {
                "kind": self.kinds[where],
                "supervisor": self.supervisors[where],
                "starts_on": starts_on or self.starts,
            }
            row = self.t.application(student, of, state=state, term=self.term, **facts)
        self.made.applications[name] = row.id
        key = f"d/{row.id}"
        self.made.documents[name] = self.t.document(row, submitted=state is not ApplicationState.DRAFT, key=key).id
        self._keep(key)
        return row

    def _keep(self, key: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "file"
            path.write_bytes(PDF)
            current_app.extensions["storage"].put(key, path)

    def _publications(self) -> None:
        """One of each kind, in each state, of each department and of the university."""
        for where, of in (*self.of.items(), ("university", None)):
            for kind in PublicationKind:
                for state in PublicationState:
                    key = f"p/{where}/{kind.value}/{state.value}"
                    about = {
                        "storage_key": key,
                        "filename": "a.pdf",
                        "content_type": "application/pdf",
                        "size": len(PDF),
                    }
                    row = self.t.publication(of, kind.value, state=state, title=f"{where} {state.value}", **about)
                    self.made.publications[f"{kind.value}: {where} {state.value}"] = row.id
                    self._keep(key)

        for audience in ("staff", "firms"):
            key = f"p/university/{audience}"
            about = {"storage_key": key, "filename": "a.pdf", "content_type": "application/pdf", "size": len(PDF)}
            row = self.t.publication(None, "announcement", audience=audience, title=f"university {audience}", **about)
            self.made.publications[f"announcement: university {audience}"] = row.id
            self._keep(key)

    def _letters(self, users: dict[str, User]) -> None:
        for name, user in (*users.items(), ("an outsider", None)):
            row = Letter(
                user_id=user.id if user else None, reader="student", to_email=f"{name.replace(' ', '.')}@demo.edu.tr",
                to_name=name, language="tr", subject="Mektup", text="Merhaba", html="<p>Merhaba</p>", tries=1,
            )  # fmt: skip
            self.made.letters[name] = self.t.add(row).id

    def _others(self, users: dict[str, User]) -> None:
        """Rows of the reference tables."""
        holiday = self.t.add(HolidayOverride(day=date(2026, 3, 18), effect="holiday", concerns="all", reason="Karar"))
        self.made.steps["faculty"] = self.t.step("faculty", self.of["civil"].faculty_id).row_id
        self.made.institutions = {where: firm.id for where, firm in self.firms.items()}
        self.t.add(JobRun(job="tidy", outcome=Outcome.DONE, ended_at=utcnow()))
        policy = self.t.session.scalars(select(Policy).where(Policy.internship_type_id == self.kinds["civil"].id)).one()
        for kind, rows in (
            ("", self.of),
            (" type", self.kinds),
            (" firm", self.firms),
            (" supervisor", self.supervisors),
        ):
            self.made.others |= {f"{where}{kind}": row.id for where, row in rows.items()}
        self.made.others |= {
            "faculty": self.of["civil"].faculty_id, "term": self.term.id, "holiday": holiday.id, "policy": policy.id,
            "civil membership": self.t.session.merge(users["member of civil"]).memberships[0].id,
            "account": users["stranger"].id, "membership": self.t.session.merge(users["it"]).memberships[0].id,
        }  # fmt: skip


def starting(university: University, days: dict[int, int]) -> None:
    """Have these declarations name first days so many days from now."""
    with looking(university.app) as session:
        for key, ahead in days.items():
            entry, starts = session.get_one(Declaration, key), today() + timedelta(days=ahead)
            entry.starts_on, entry.due_on = starts, starts - timedelta(days=1)
            entry.ends_on, entry.aim_on = starts + timedelta(days=27), entry.due_on
