"""What is known of a draft, so that several can be told apart in a list."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from models import DraftPage, Institution, InternshipType
from services.listing import key
from services.say import spoken
from services.wizard.drafts import words
from services.wizard.reading import NEW, day
from workflow.words import Page


@dataclass(frozen=True)
class Sketch:
    """One draft as far as it is typed; `saved_at` is the last save."""

    type: str
    institution: str
    starts_on: date | None
    ends_on: date | None
    saved_at: datetime


def sketches(session: Session, applications: Collection[int]) -> dict[int, Sketch]:
    """The sketch of each of these applications of which a page is kept."""
    if not applications:
        return {}
    pages: dict[int, dict[Page, DraftPage]] = {}
    for page in session.scalars(select(DraftPage).where(DraftPage.application_id.in_(applications))):
        pages.setdefault(page.application_id, {})[page.page] = page
    typed = {pk: _typed(kept) for pk, kept in pages.items()}
    names = _names(session, typed.values())
    return {
        pk: Sketch(
            names.get(("type", key(facts.get("internship_type"))), ""),
            str(facts.get("name", "")) if facts.get("pick") == NEW else names.get(("firm", key(facts.get("pick"))), ""),
            day(facts.get("starts_on")),
            day(facts.get("ends_on")),
            max(page.saved_at for page in pages[pk].values()),
        )
        for pk, facts in typed.items()
    }


def _typed(kept: Mapping[Page, DraftPage]) -> dict[str, Any]:
    return words(kept.get(Page.INTERNSHIP)) | words(kept.get(Page.INSTITUTION))


def _names(session: Session, typed: Collection[Mapping[str, Any]]) -> dict[tuple[str, int | None], str]:
    """The names of the internship types and institutions chosen, in one statement."""
    types, firms = ({key(t.get(name)) or 0 for t in typed} for name in ("internship_type", "pick"))
    kinds = select(
        literal("type").label("kind"), InternshipType.id.label("key"), spoken(InternshipType.name).label("name")
    )
    registered = select(literal("firm"), Institution.id, Institution.name)
    found = union_all(kinds.where(InternshipType.id.in_(types)), registered.where(Institution.id.in_(firms)))
    return {(row.kind, row.key): row.name for row in session.execute(found)}
