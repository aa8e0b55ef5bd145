"""Everything a student typed in one application, as the preview, the student's own page and the commission's show it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from models import Application, Department, Document, InternshipType, Step, Student, Term
from services.say import said
from services.wizard.reading import Draft
from workflow.words import Action, InstitutionKind, Programme

_VERSION = re.compile(r"\((\d{4}-\d\d-\d\d)\)$")
KINDS = {kind.value: kind for kind in InstitutionKind}


@dataclass(frozen=True)
class Everything:
    """The facts page by page; what is not there yet is None. `place` and `person` are rows, or what is typed of new ones.

    `week` is a bit mask, Monday = 1. `documents` are newest first: the first is the one that is submitted.
    """

    read: Sequence[str] | None = None
    student: Student | None = None
    name: str = ""
    number: str = ""
    department: Department | None = None
    programme: Programme | None = None
    class_year: int | None = None
    phone: str | None = None
    email: str | None = None
    kind: InternshipType | None = None
    term: Term | None = None
    paid: bool | None = None
    family_health_cover: bool | None = None
    abroad: bool | None = None
    place: Any = None
    new_place: bool = False
    week: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    person: Any = None
    documents: Sequence[Document] = field(default_factory=tuple)


def of_draft(draft: Draft) -> Everything:
    """As typed so far."""
    enrolment, student = draft.enrolment, draft.student
    enrolment = enrolment or next(iter(student.enrolments), None)
    new = draft.new_institution and {**draft.new_institution, "kind": KINDS.get(draft.new_institution.get("kind", ""))}
    return Everything(
        read=[p.title for p in draft.must_read if p.id in draft.read],
        student=student,
        name=student.full_name,
        number=student.number,
        department=enrolment.department if enrolment else draft.application.department,
        programme=enrolment.programme if enrolment else None,
        class_year=enrolment.class_year if enrolment else None,
        phone=draft.phone,
        email=draft.email,
        kind=draft.kind,
        term=draft.term,
        paid=draft.paid,
        family_health_cover=draft.family_health_cover,
        abroad=draft.abroad,
        place=draft.institution or new,
        new_place=bool(new),
        week=draft.week,
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        person=draft.supervisor or draft.new_supervisor,
        documents=[draft.document] if draft.document else [],
    )


def of_application(row: Application, steps: Sequence[Step], documents: Sequence[Document]) -> Everything:
    """As submitted, with the changes approved since."""
    return Everything(
        read=_read(steps),
        student=row.student,
        name=row.student_name,
        number=row.student_number,
        department=row.department,
        programme=row.programme,
        class_year=row.class_year,
        phone=row.phone,
        email=row.email,
        kind=row.internship_type,
        term=row.term,
        paid=row.paid,
        family_health_cover=row.family_health_cover,
        abroad=row.abroad,
        place=row.institution,
        week=row.working_week,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        person=row.supervisor,
        documents=documents,
    )


def _read(steps: Sequence[Step]) -> list[str] | None:
    """The regulations ticked with the latest submission, each with the day of its version; None where none was kept."""
    submitted = next((s for s in reversed(steps) if s.action is Action.SUBMIT), None)
    kept = (submitted.facts.get("submission") or {}).get("notice.read") if submitted else None
    return [_VERSION.sub(_dated, title) for title in kept.split("; ") if title] if kept is not None else None


def _dated(version: re.Match[str]) -> str:
    return f"({said(date.fromisoformat(version[1]))})"
