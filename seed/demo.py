"""`flask seed demo`: a small university that lives: people who sign in, applications in every state, with their history."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_babel import force_locale
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Application, Letter, Student, User
from seed import demo_commission, demo_completions, demo_register, demo_requests, printing
from seed.demo_history import History
from seed.demo_people import PRINTED, STAFF, employer, give_password, password, staff
from seed.demo_stories import OF, OTHERS
from seed.student_commands import bring_in
from services import digest, reminders
from services.calendar import last_office_day
from services.say import said
from services.scope import system_session
from services.sign_in import today
from services.tables import read_table
from workflow.words import LetterState

STUDENTS = Path(__file__).parent / "data" / "students" / "students.csv"


@click.command("demo")
@with_appcontext
def demo() -> None:
    """Add the demo university, if it is not there, and print who signs in with which password."""
    settings = current_app.extensions["staj"]
    if settings.production:
        raise click.ClickException("This is a production installation: demo accounts have no place here.")
    with system_session(reads=True) as session:
        empty = session.scalar(select(Student.id).limit(1)) is None
    if empty:
        bring_in(read_table(STUDENTS.name, STUDENTS.read_bytes()), STUDENTS.name)
    word = password(settings)
    with system_session() as session:
        staff(session, today())
        host = employer(session)
        untold = session.scalar(select(Application.id).limit(1)) is None
        if untold:
            _tell(session, History(session, current_app.extensions["storage"], host, today()))
    if untold:
        _remind()
    with system_session() as session:
        give_password(session, word)
        _print(session, word)


def _tell(session: Session, history: History) -> None:
    """Every student's stories, in the order of the student file."""
    met: dict[str, int] = {}
    decided = {account.department for account in STAFF}
    students = list(session.scalars(select(Student).order_by(Student.id)))
    with printing.progress("Demo applications") as progress:
        for done, student in enumerate(students, 1):
            code = student.enrolments[0].department.code
            met[code] = met.get(code, -1) + 1
            own = OF.get(code)
            others = OTHERS[sum(met.values()) % len(OTHERS)] if code in decided else OTHERS[0]
            stories = own[met[code]] if own and met[code] < len(own) else others
            for story in stories:
                history.tell(student, story)
            progress(done, len(students))
    demo_requests.tell(history, current_app.extensions["storage"])
    demo_completions.tell(history)
    demo_register.tell(history)
    demo_commission.tell(history)
    history.close()
    demo_commission.give_up_one(session)


def _remind() -> None:
    """This morning's reminders, and the summaries of the last working day."""
    reminders.remind(today())
    with system_session(reads=True) as session:
        morning = last_office_day(session, today())
    digest.summarise(morning)
    with system_session() as session:
        for letter in session.scalars(select(Letter).where(Letter.notice_id.is_not(None))):
            letter.state, letter.tries, letter.sent_at = LetterState.SENT, 1, letter.created_at


def _print(session: Session, word: str) -> None:
    """Who signs in, by the name the account has now."""
    names = dict(session.execute(select(User.email, User.name).where(User.email.in_(a.email for a in PRINTED))).all())
    table = Table("E-mail", "Name", "Role", box=SIMPLE_HEAD, pad_edge=False)
    with force_locale("en"):
        for account in PRINTED:
            of = f" ({account.department})" if account.department else ""
            table.add_row(account.email, names[account.email], f"{said(account.actor)}{of}")
    printing.out.print(f"Demo accounts; password of all: {escape(word)}")
    printing.out.print(table)
