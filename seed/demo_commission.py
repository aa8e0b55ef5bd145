"""How the demo university's computing commission divides its files, and what its chair set for the department."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Application, Department, DepartmentSettings, Letter, User
from seed.demo_history import History
from seed.demo_people import HOST, LEFT
from seed.demo_stories import Turn
from services import audit, reviewers
from workflow.words import Action, LetterState

OF = "BIL"
GIVEN = (LEFT.login, "uye", "uye2", None)  # one after the other; every fourth file is nobody's
SETTINGS = {
    "late_days": 3,
    "overdue_days": 6,
    "contact": "Bilgisayar Mühendisliği Bölümü Staj Komisyonu\nOda 204 · 0462 377 20 00 · hafta içi 10.00–12.00",
    "instructions": "Başvurmadan önce kabul formunu kurumunuza kaşeletip imzalatın. Belgelerinizi tek bir .zip dosyası olarak yükleyin.",
}
GIVEN_UP = "550 5.1.1 no such user"


def tell(history: History) -> None:
    """After the stories: the waiting files are given out before one member left, and the chair sets the department."""
    session = history.session
    department = session.scalars(select(Department).where(Department.code == OF)).one_or_none()
    if department is None:
        return
    chair = history.commission(department.id, Turn(Action.APPROVE, by_chair=True))
    users = select(User.email, User.id).where(User.email.in_(f"{login}@{HOST}" for login in GIVEN if login))
    keys = dict(session.execute(users).all())
    waiting = select(Application).where(
        Application.department_id == department.id, Application.state.in_(sorted(reviewers.OPEN))
    )
    day = history.today - timedelta(days=1)
    for n, row in enumerate(session.scalars(waiting.order_by(Application.submitted_at, Application.id)).all()):
        if (login := GIVEN[n % len(GIVEN)]) and (to := keys.get(f"{login}@{HOST}")):
            reviewers.give(session, row, to, standing=chair, today=day, at=history.at(day))
    settings = DepartmentSettings(department_id=department.id, **SETTINGS)
    session.add(settings)
    audit.note(session, settings, Action.CREATE, chair)


def give_up_one(session: Session) -> None:
    """One letter to a firm came back: its address is wrong. After everything was posted."""
    sent = select(Letter).where(Letter.reader == "employer", Letter.state == LetterState.SENT).order_by(Letter.id)
    if letter := session.scalars(sent.limit(1)).one_or_none():
        letter.state, letter.sent_at, letter.tries, letter.error = LetterState.FAILED, None, 1, GIVEN_UP
