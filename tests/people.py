"""People and files for the tests: small factories that write through a system session and answer keys.

Everything made here lives in one `Town`, so that a test reads: who is there, what they do, who sees it.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import count
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password
from sqlalchemy.orm import Session, object_session

from models import (
    Absence,
    AnswerTemplate,
    Application,
    Attendance,
    AttendanceWeek,
    ChangeRequest,
    Declaration,
    Department,
    Document,
    Enrolment,
    Evaluation,
    EvaluationAnswer,
    EvaluationForm,
    EvaluationQuestion,
    Faculty,
    Institution,
    InternshipType,
    LedgerEntry,
    LogEntry,
    Membership,
    Policy,
    Publication,
    Request,
    SearchWord,
    Step,
    Student,
    Supervisor,
    Term,
    User,
    utcnow,
)
from services import asked, audit, sessions
from services.scope import system_session
from services.standing import Standing, standing_of
from workflow.phase import ASSESSED, HANDED_IN
from workflow.transitions import APPLICATIONS
from workflow.turkish import search_key, search_words
from workflow.words import (
    Actor,
    ApplicationState,
    AttendanceState,
    EvaluationFormState,
    EvaluationState,
    Need,
    Programme,
)

PASSWORD = "martilar-kiyida-7"
TODAY = date(2026, 6, 1)
SUBMITTED_AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


_ACCEPTED = {ApplicationState.ACCEPTED: 38, ApplicationState.PARTLY_ACCEPTED: 20, ApplicationState.NOT_ACCEPTED: 0}


@lru_cache(maxsize=1)
def _hash() -> str:
    return str(hash_password(PASSWORD))


_NUMBERS = count(1)  # a second town in the same test repeats no code, number or address


@dataclass
class Town:
    """The factories, over one open system session."""

    session: Session

    def add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row

    def next(self) -> int:
        return next(_NUMBERS)

    def department(self, code: str = "") -> Department:
        n = self.next()
        code = code or f"D{n}"
        faculty = self.add(Faculty(code=f"F{n}", name=f"Fakülte {n}", name_en=f"Faculty {n}"))
        return self.add(
            Department(code=code, faculty_id=faculty.id, name=f"Bölüm {code}", name_en=f"Department {code}")
        )

    def internship_type(self, of: Department, rules: dict[str, Any] | None = None) -> InternshipType:
        n = self.next()
        kind = self.add(
            InternshipType(
                department_id=of.id,
                code=f"T{n}",
                name=f"Staj {n}",
                name_en=f"Internship {n}",
                compulsory=True,
                total_days=40,
            )
        )
        self.add(Policy(internship_type_id=kind.id, version=1, valid_from=date(2020, 1, 1), rules=rules or {}))
        return kind

    def term(self) -> Term:
        n = self.next()
        return self.add(
            Term(
                code=f"t{n}",
                name=f"Dönem {n}",
                name_en=f"Term {n}",
                starts_on=date(2026, 6, 1),
                ends_on=date(2028, 9, 30),
                teaching=False,
            )
        )

    def user(self, email: str = "", name: str = "") -> User:
        n = self.next()
        return self.add(
            User(
                email=email or f"kisi{n}@demo.edu.tr",
                name=name or f"Kişi {n}",
                password=_hash(),
                fs_uniquifier=uuid.uuid4().hex,
            )
        )

    def member(
        self, of: Department, actor: Actor = Actor.MEMBER, user: User | None = None, until: date | None = None
    ) -> User:
        user = user or self.user()
        term = {"starts_on": date(2020, 1, 1), "ends_on": until}
        self.add(Membership(user_id=user.id, actor=actor, department_id=of.id, **term))
        return user

    def chair(self, of: Department) -> User:
        return self.member(of, Actor.CHAIR)

    def office(self, actor: Actor) -> User:
        user = self.user()
        self.add(Membership(user_id=user.id, actor=actor, starts_on=date(2020, 1, 1)))
        return user

    def student(self, of: Department, name: str = "Ayşe", surname: str = "Yılmaz", user: User | None = None) -> Student:
        n = self.next()
        user = user or self.user(name=f"{name} {surname}")
        student = self.add(
            Student(
                user_id=user.id,
                number=f"3{n:05d}",
                name=name,
                surname=surname,
                national_id_sealed=b"x" * 40,
                national_id_tail="12",
                email=user.email,
                phone="0462 377 00 00",
            )  # fmt: skip
        )
        self.add(Enrolment(student_id=student.id, department_id=of.id, programme=Programme.MAJOR, class_year=3))
        return student

    def institution(self, name: str = "Kaya Yazılım A.Ş.", **facts: Any) -> Institution:
        given = {
            "kind": "private", "sector": "Yazılım", "tax_no": None, "address": "Kalkınma Mah.", "city": "Trabzon",
            "phone": "0462 300 00 00", "email": "bilgi@kaya.example.com", "headcount": 20, **facts,
        }  # fmt: skip
        return self.add(Institution(name=name, name_key=search_key(name), **given))

    def supervisor(self, of: Institution, user: User | None = None, name: str = "Ali Kaya") -> Supervisor:
        n = self.next()
        return self.add(
            Supervisor(
                institution_id=of.id,
                user_id=user.id if user else None,
                name=name,
                name_key=search_key(name),
                title="Müdür",
                phone="0462 300 00 01",
                email=user.email if user else f"yetkili{n}@kaya.example.com",
            )  # fmt: skip
        )

    def draft(self, student: Student, of: Department) -> Application:
        return self.add(
            Application(
                student_id=student.id,
                department_id=of.id,
                student_number=student.number,
                student_name=student.full_name,
            )
        )

    def application(
        self,
        student: Student,
        of: Department,
        *,
        state: ApplicationState = ApplicationState.SUBMITTED,
        kind: InternshipType | None = None,
        supervisor: Supervisor | None = None,
        term: Term | None = None,
        starts_on: date = date(2026, 7, 6),
        submitted_at: datetime = SUBMITTED_AT,
        decider: User | None = None,
    ) -> Application:
        kind = kind or self.internship_type(of)
        supervisor = supervisor or self.supervisor(self.institution())
        needs = APPLICATIONS.needs_of(ApplicationState(state))
        decided = state not in {ApplicationState.SUBMITTED, ApplicationState.WITHDRAWN}
        application = self.add(
            Application(
                state=state,
                student_id=student.id,
                department_id=of.id,
                student_number=student.number,
                student_name=student.full_name,
                email=student.email,
                phone=student.phone,
                class_year=3,
                submitted_at=submitted_at,
                internship_type_id=kind.id,
                policy_id=kind.policies[0].id,
                term_id=(term or self.term()).id,
                paid=False,
                family_health_cover=True,
                abroad=False,
                institution_id=supervisor.institution_id,
                supervisor_id=supervisor.id,
                workplace_kind="private",
                working_week=31,
                starts_on=starts_on,
                ends_on=starts_on + timedelta(days=27),
                half_days=40,
                reason="Belge eksik." if Need.REASON in needs else None,
                stop_reason="Hastalandım." if state == ApplicationState.STOPPED else None,
                pages=["logbook" if Need.DUE in needs else "files"] if Need.PAGES in needs else None,
                due_on=starts_on + timedelta(days=60) if Need.DUE in needs else None,
                handed_in_at=SUBMITTED_AT if state in HANDED_IN | {ApplicationState.RETURNED} else None,
                counted_half_days=38 if state in HANDED_IN | {ApplicationState.RETURNED} else None,
                accepted_half_days=_ACCEPTED[ApplicationState(state)] if state in ASSESSED else None,
                decided_by_id=(decider or self.user()).id if decided else None,
                decided_at=SUBMITTED_AT if decided else None,
            )  # fmt: skip
        )
        for word in search_words(student.full_name, student.number, supervisor.institution.name):
            self.add(SearchWord(word=word, department_id=of.id, application_id=application.id, student_id=student.id))
        return application

    def change(self, of: Application, state: str = "with_supervisor", **facts: Any) -> ChangeRequest:
        """A week's postponement, unless told otherwise."""
        assert of.starts_on
        assert of.ends_on
        given = {
            "kind": "postpone", "why": "Bütünleme sınavım var.", "asked_at": SUBMITTED_AT,
            "starts_on": of.starts_on + timedelta(days=7), "ends_on": of.ends_on + timedelta(days=7),
            "half_days": of.half_days, "reason": "Uygun değil." if state in {"declined", "rejected"} else None,
            "decided_by_id": self.user().id if state in {"approved", "rejected"} else None, **facts,
        }  # fmt: skip
        return self.add(
            ChangeRequest(
                state=state,
                application_id=of.id,
                student_id=of.student_id,
                department_id=of.department_id,
                institution_id=of.institution_id,
                supervisor_id=of.supervisor_id,
                before_starts_on=of.starts_on,
                before_ends_on=of.ends_on,
                before_half_days=of.half_days,
                **given,
            )
        )

    def request(self, student: Student, of: Department, state: str = "open", **facts: Any) -> Request:
        answered = state == "answered"
        given = {"subject": "Sigorta", "text": "Sigortam ne zaman başlar?", "asked_at": SUBMITTED_AT, **facts}
        return self.add(
            Request(
                state=state,
                student_id=student.id,
                department_id=of.id,
                student_number=student.number,
                student_name=student.full_name,
                reason="Stajdan bir gün önce." if answered else None,
                decided_by_id=self.user().id if answered else None,
                **given,
            )
        )

    def declaration(self, of: Application, kind: str = "entry", state: str = "due", **facts: Any) -> Declaration:
        assert of.starts_on
        decided = state in {"done", "failed"}
        given = {
            "due_on": of.starts_on - timedelta(days=1), "aim_on": of.starts_on - timedelta(days=1),
            "raised_at": SUBMITTED_AT, "reference": "REF-1" if state == "done" else None,
            "reason": "Kimlik no eksik." if state == "failed" else None,
            "decided_by_id": self.user().id if decided else None, **facts,
        }  # fmt: skip
        return self.add(
            Declaration(
                kind=kind,
                state=state,
                application_id=of.id,
                student_id=of.student_id,
                department_id=of.department_id,
                institution_id=of.institution_id,
                student_number=of.student_number,
                student_name=of.student_name,
                starts_on=of.starts_on,
                ends_on=of.ends_on,
                **given,
            )
        )

    def evaluation_form(self, of: Department | None, state: str = "in_use", number: int = 1) -> EvaluationForm:
        """One question of each kind."""
        asked = (
            ("yes_no", "Tekrar stajyer olarak alır mısınız?", None),
            ("choice", "Hangi birimde çalıştı?", ["Yazılım", "Donanım"]),
            ("scale", "Devamı", [1, 5]),
            ("text", "Eklemek istedikleriniz", None),
        )
        return self.add(
            EvaluationForm(
                state=EvaluationFormState(state),
                department_id=of.id if of else None,
                number=number,
                title="İşveren değerlendirme formu",
                title_en="Evaluation by the firm",
                questions=[
                    EvaluationQuestion(position=n, kind=kind, text=text, text_en=text, options=options, required=n < 4)
                    for n, (kind, text, options) in enumerate(asked, 1)
                ],
            )
        )

    def attendance(self, of: Application, state: str = "open") -> Attendance:
        waived = {"reason": "Kaşeli çizelge geldi.", "decided_by_id": self.user().id} if state == "waived" else {}
        return self.add(Attendance(state=AttendanceState(state), **self._of_the_firm(of), **waived))

    def evaluation(self, of: Application, form: EvaluationForm, state: str = "open") -> Evaluation:
        waived = {"reason": "Kapalı zarf geldi.", "decided_by_id": self.user().id} if state == "waived" else {}
        return self.add(Evaluation(state=EvaluationState(state), form_id=form.id, **self._of_the_firm(of), **waived))

    def absence(self, of: Application, day: date, half_days: int = 2) -> Absence:
        return self.add(Absence(day=day, half_days=half_days, reason="Raporluydu.", **self._of_the_firm(of)))

    def week(self, of: Application, monday: date) -> AttendanceWeek:
        return self.add(AttendanceWeek(monday=monday, saved_by="Ali Kaya", **self._of_the_firm(of)))

    def answers(self, of: Application, evaluation: Evaluation, *said: str) -> list[EvaluationAnswer]:
        """One answer for each of the form's questions, as far as `said` goes."""
        return [
            self.add(
                EvaluationAnswer(evaluation_id=evaluation.id, question_id=q.id, answer=answer, **self._of_the_firm(of))
            )
            for q, answer in zip(evaluation.form.questions, said, strict=False)
        ]

    def log_entry(
        self, of: Application, day: date, text: str = "Ölçüm yaptım.", *, submitted: bool = False
    ) -> LogEntry:
        at = SUBMITTED_AT if submitted else None
        same = {"student_id": of.student_id, "department_id": of.department_id}
        return self.add(LogEntry(application_id=of.id, day=day, text=text, submitted_at=at, **same))

    def ledger_line(self, student: Student, of: InternshipType, half_days: int = 20, **facts: Any) -> LedgerEntry:
        """An exemption, unless told otherwise."""
        given = {
            "kind": "exemption",
            "reason": "Kurul kararı",
            "by_name": "Dr. Selin Aksoy",
            "at": SUBMITTED_AT,
            **facts,
        }
        same = {"student_id": student.id, "department_id": of.department_id, "internship_type_id": of.id}
        return self.add(LedgerEntry(half_days=half_days, **same, **given))

    def _of_the_firm(self, of: Application) -> dict[str, Any]:
        same = ("student_id", "department_id", "supervisor_id")
        return {"application_id": of.id, **{name: getattr(of, name) for name in same}}

    def template(self, of: Department, title: str = "Sigorta") -> AnswerTemplate:
        return self.add(
            AnswerTemplate(department_id=of.id, title=title, text="Sigortanız stajdan bir gün önce başlar.")
        )

    def document(self, of: Application | Request, *, submitted: bool = True, key: str = "") -> Document:
        n = self.next()
        return self.add(
            Document(
                application_id=of.id if isinstance(of, Application) else None,
                request_id=of.id if isinstance(of, Request) else None,
                student_id=of.student_id,
                department_id=of.department_id,
                filename="belgeler.zip",
                content_type="application/zip",
                size=10,
                sha256="0" * 64,
                storage_key=key or f"test/{n}",
                entries=[["form.pdf", 10]],
                submitted_at=SUBMITTED_AT if submitted else None,
            )  # fmt: skip
        )

    def publication(self, of: Department | None, kind: str = "announcement", **facts: Any) -> Publication:
        given = {
            "title": "Staj toplantısı",
            "body": "Toplantı salı günü.",
            "state": "published",
            "published_at": SUBMITTED_AT,
            **facts,
        }
        return self.add(Publication(kind=kind, department_id=of.id if of else None, **given))

    def step(self, machine: str, row: int, action: str = "create", by: User | None = None, **facts: Any) -> Step:
        """A line of the history, for those who read it."""
        given = {"from_state": "", "to_state": "", "actor": "it", "at": utcnow(), "facts": {}, **facts}
        who = {"by_id": by.id, "by_name": by.name} if by else {"by_name": "Staj"}
        return audit.append(self.session, Step(machine=machine, row_id=row, action=action, **who, **given))

    def standing(self, user: User, today: date = TODAY) -> Standing:
        return standing_of(self.session, user.id, user.name, today)


@contextmanager
def a_town() -> Iterator[Town]:
    """`with a_town() as town: …` inside an application context; committed at the end."""
    with system_session() as session:
        yield Town(session)


@contextmanager
def looking(app: Flask) -> Iterator[Session]:
    """A system session outside any request: a request of a test client must not find a context already open."""
    with app.app_context(), system_session() as session:
        yield session


def letters_asked_for(app: Flask) -> None:
    """What the worker does about the letters somebody asked for by an address."""
    with app.app_context():
        asked.answer()


def sign_in(app: Flask, user: User, **facts: Any) -> FlaskClient:
    """A client signed in as `user`, the way a browser is: by the session cookie. `facts` are of its row."""
    client, kept = app.test_client(), user.session_id()
    _begun(app, user, facts)
    with client.session_transaction() as session:
        session["_user_id"] = kept
        session["_fresh"] = True
        session["fs_cc"] = "set"
        session["fs_paa"] = datetime.now(UTC).timestamp()
        session["identity"] = user.fs_uniquifier
    return client


def _begun(app: Flask, user: User, facts: dict[str, Any]) -> None:
    """The row of the session, in the transaction that made the account where that is still open."""
    made = sessions.row(user)
    for name, value in facts.items():
        setattr(made, name, value)
    if (writing := object_session(user)) and writing.in_transaction():
        writing.add(made)
        writing.flush()
    else:
        with looking(app) as writing:
            writing.add(made)
