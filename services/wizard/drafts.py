"""What a student typed, page by page, right or wrong (seed: Staj Başvurusu)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Application, DraftPage, Enrolment, Student
from services.standing import Standing
from workflow.words import ApplicationState, Page, Programme

PAGES = (Page.NOTICE, Page.PROFILE, Page.INTERNSHIP, Page.INSTITUTION, Page.SUPERVISOR, Page.FILES)
OPEN = frozenset({ApplicationState.DRAFT, ApplicationState.REJECTED})
LATE = "late"  # beside a page's words: what another tab typed over words it had not seen
SHOWN_ON = {Page.DATES: Page.INSTITUTION}  # dates stand on the institution's page (seed: "aynı ekranda")


class SavedElsewhere(Exception):
    """The page was saved from another tab since it was drawn; what this one typed is kept beside it."""


def page_of(word: str) -> Page:
    """The wizard page that shows what the commission pointed at."""
    page = Page(word)
    return SHOWN_ON.get(page, page)


def start(session: Session, standing: Standing) -> Application | None:
    """A new draft of the signed-in student, in their major's department until a type is chosen; None without one."""
    student = session.scalars(select(Student).where(Student.id == standing.student_id)).one()
    major = next((e for e in student.enrolments if e.programme is Programme.MAJOR), None)
    if major is None:
        return None
    draft = Application(
        student_id=student.id,
        department_id=major.department_id,
        student_number=student.number,
        student_name=student.full_name,
    )
    session.add(draft)
    session.flush()
    return draft


def pages(session: Session, application: Application) -> dict[Page, DraftPage]:
    """What is kept of each page; one that came with the application, untyped here, is read from its columns."""
    found = session.scalars(select(DraftPage).where(DraftPage.application_id == application.id)).all()
    came = _from_columns(application) if application.submitted_at else {}
    return {page: _page(application, page, typed) for page, typed in came.items()} | {p.page: p for p in found}


def keep(  # noqa: PLR0913 -- the facts of a save, named
    session: Session,
    application: Application,
    page: Page,
    typed: Mapping[str, Any],
    *,
    valid: bool,
    seen: int,
    settles: bool = False,
) -> None:
    """Keep one page as typed; raises SavedElsewhere when `seen` is not the version last saved and the words differ.

    `settles` lets go of what another tab typed. The caller commits, also after SavedElsewhere.
    """
    row = session.get(DraftPage, (application.id, page), with_for_update=True)
    if row is None:
        row = _page(application, page, {})
        session.add(row)
    elif row.version != seen:
        if words(row) == typed:
            return  # a double click, or Back and saved again
        row.typed = {**row.typed, LATE: dict(typed)}
        session.flush()
        raise SavedElsewhere
    late = {} if settles or LATE not in row.typed else {LATE: row.typed[LATE]}
    row.typed, row.valid, row.version = {**typed, **late}, valid, row.version + 1
    session.flush()


def words(page: DraftPage | None, *, late: bool = False) -> dict[str, Any]:
    """What was typed on a page; `late`: what another tab typed there, if anything."""
    typed = dict(page.typed) if page else {}
    other = typed.pop(LATE, None)
    return other if late and other else typed


def _page(application: Application, page: Page, typed: dict[str, Any]) -> DraftPage:
    return DraftPage(
        application_id=application.id, page=page, student_id=application.student_id, typed=typed, valid=True, version=0
    )


def _from_columns(row: Application) -> dict[Page, dict[str, Any]]:
    """The typed pages of an application that was submitted without being typed here."""
    return {
        Page.PROFILE: {"phone": row.phone or "", "email": row.email or ""},
        Page.INTERNSHIP: {
            "internship_type": str(row.internship_type_id),
            "term": str(row.term_id),
            "paid": _yes(row.paid),
            "family_health_cover": _yes(row.family_health_cover),
            "abroad": _yes(row.abroad),
        },
        Page.INSTITUTION: {
            "pick": str(row.institution_id),
            "weekdays": [str(d) for d in range(7) if (row.ticked_week or row.working_week or 0) & (1 << d)],
            "starts_on": _iso(row.starts_on),
            "ends_on": _iso(row.ends_on),
        },
        Page.SUPERVISOR: {"pick": str(row.supervisor_id)},
    }


def _yes(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def enrolment_for(student: Student, department_id: int) -> Enrolment | None:
    """Under which programme a student belongs to a department."""
    return next((e for e in student.enrolments if e.department_id == department_id), None)
