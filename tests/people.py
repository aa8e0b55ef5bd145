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
from sqlalchemy.orm import Session

from models import (
    AnswerTemplate,
    Application,
    ChangeRequest,
    Declaration,
    Department,
    Document,
    Enrolment,
    Faculty,
    Institution,
    InternshipType,
    Membership,
    Policy,
    Publication,
    Request,
    SearchWord,
    Student,
    Supervisor,
    Term,
    User,
)
from services.scope import system_session
from services.standing import Standing, standing_of
from workflow.turkish import search_key, search_words
from workflow.words import Actor, ApplicationState, Programme

PASSWORD = "parola-parola-1"
TODAY = date(2026, 6, 1)
NEEDS_REASON = {ApplicationState.REJECTED, ApplicationState.CANCELLED, ApplicationState.STOPPED}
SUBMITTED_AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


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

    def member(self, of: Department, actor: Actor = Actor.MEMBER, user: User | None = None) -> User:
        user = user or self.user()
        self.add(Membership(user_id=user.id, actor=actor, department_id=of.id, starts_on=date(2020, 1, 1)))
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
                reason="Belge eksik." if state in NEEDS_REASON else None,
                pages=["files"] if state == ApplicationState.REJECTED else None,
                decided_by_id=(decider or self.user()).id if decided else None,
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


def sign_in(app: Flask, user: User) -> FlaskClient:
    """A client signed in as `user`, the way a browser is: by the session cookie."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = user.fs_uniquifier
        session["_fresh"] = True
        session["fs_cc"] = "set"
        session["fs_paa"] = datetime.now(UTC).timestamp()
        session["identity"] = user.fs_uniquifier
    return client
