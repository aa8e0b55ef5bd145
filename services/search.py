"""The words an application is found by, kept beside it so that a search is one walk down an index."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.orm import Session, aliased

from models import Application, Department, SearchWord
from services.register import begins
from workflow.turkish import search_words

LONGEST = 100  # characters of what is typed into a search box


def words_of(student_name: str, student_number: str, institution_name: str) -> frozenset[str]:
    """The folded words of an application: whose it is and where it is done."""
    return search_words(student_name, student_number, institution_name)


def typed_words(typed: str) -> tuple[str, ...]:
    """The words of what was typed, the most telling first; none where nothing of it is searched."""
    return tuple(sorted(search_words(typed[:LONGEST]), key=lambda w: (-len(w), w)))


def found_by(key: Any, words: Sequence[str], of: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    """Rows whose application (`key`) has, for each word, one that begins with it, in the departments `of` names.

    The first word is walked down in its index; the others are asked of each file found.
    """
    if not words:
        return []
    first, *others = words
    walked = select(SearchWord.application_id).where(of, begins(SearchWord.word, first))
    found: list[ColumnElement[bool]] = [key.in_(walked)]
    for word in others:
        also = aliased(SearchWord)
        found.append(select(also.word).where(also.application_id == key, begins(also.word, word)).exists())
    return found


def everywhere() -> ColumnElement[bool]:
    """The words of every department, each walked from its beginning."""
    return SearchWord.department_id.in_(select(Department.id))


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


def renamed(session: Session, applications: Any, before: str, after: str) -> None:
    """Let the applications whose keys `applications` selects be found by another institution's name. The caller commits."""
    turned = sorted(search_words(before) ^ search_words(after))
    named = select(Application.id, Application.department_id, Application.student_id, Application.student_name,
                   Application.student_number).where(Application.id.in_(applications))  # fmt: skip
    found = session.execute(named, execution_options=EVERYBODY).all()
    of = SearchWord.application_id.in_(applications)
    session.execute(delete(SearchWord).where(of, SearchWord.word.in_(turned)), execution_options=EVERYBODY)
    rows = [
        {"application_id": a.id, "department_id": a.department_id, "student_id": a.student_id, "word": word}
        for a in found
        for word in sorted(words_of(a.student_name, a.student_number, after).intersection(turned))
    ]
    if rows:
        session.execute(insert(SearchWord), rows, execution_options=EVERYBODY)


EVERYBODY = {"on_behalf_of_the_system": True, "synchronize_session": False}
