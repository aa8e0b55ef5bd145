"""The words an application is found by, kept beside it so that a search is one walk down an index."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import SearchWord
from workflow.turkish import search_words


def words_of(student_name: str, student_number: str, institution_name: str) -> frozenset[str]:
    """The folded words of an application: whose it is and where it is done."""
    return search_words(student_name, student_number, institution_name)


def index(session: Session, application: Any, institution_name: str) -> None:
    """Bring an application's words up to date, at each submission. The caller commits."""
    wanted = words_of(application.student_name, application.student_number, institution_name)
    held = {w.word: w for w in session.scalars(select(SearchWord).where(SearchWord.application_id == application.id))}
    for word, row in list(held.items()):
        if word not in wanted or row.department_id != application.department_id:
            session.delete(held.pop(word))
    session.flush()  # a moved word leaves its old department first
    place = {
        "application_id": application.id,
        "department_id": application.department_id,
        "student_id": application.student_id,
    }
    session.add_all(SearchWord(word=word, **place) for word in sorted(wanted - held.keys()))
