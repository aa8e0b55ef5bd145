"""The register of institutions: finding them, and what looks like one already there."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from models import Institution, InstitutionWord
from workflow.turkish import name_key, search_key, search_words
from workflow.words import Actor, InstitutionState

LAST = "\uffff"


def may_curate(state: InstitutionState | None, actors: Collection[Actor]) -> bool:
    """Whether somebody with these duties may change an institution in this state (None: a new one), and its supervisors.

    A commission proposes and corrects what nobody has vouched for yet; the career centre does everything.
    """
    proposed = state in {None, InstitutionState.UNVERIFIED} and not {Actor.MEMBER, Actor.CHAIR}.isdisjoint(actors)
    return proposed or Actor.CAREER_CENTRE in actors


def begins(column: Any, prefix: str) -> ColumnElement[bool]:
    """`column` starts with `prefix`, as a range that an index serves on both databases."""
    return and_(column >= prefix, column < prefix + LAST)


def by_words(term: str) -> list[ColumnElement[bool]]:
    """Institutions whose name has, for every typed word, one that begins with it; or whose tax number does."""
    if term.isascii() and term.isdigit():
        return [begins(Institution.tax_no, term)]
    return found_by(Institution.id, InstitutionWord.institution_id, InstitutionWord.word, term)


def found_by(key: Any, of: Any, word: Any, term: str) -> list[ColumnElement[bool]]:
    """Rows that have, for every typed word, one that begins with it: `of` is the key in their table of words."""
    typed = sorted(search_words(term) or search_key(term).split()[-1:])
    return [key.in_(select(of).where(begins(word, beginning))) for beginning in typed]


def look_alikes(session: Session, name: str, tax_no: str | None, *, but: int | None = None) -> Sequence[Institution]:
    """At most ten institutions with this tax number, or the same name but for its legal form."""
    key = name_key(name)
    alike = [Institution.tax_no == tax_no] if tax_no else []
    if key:
        alike.append(and_(*(_has(word) for word in search_words(key))))
    if not alike:
        return ()
    found = session.scalars(
        select(Institution).where(or_(*alike), Institution.id != (but or 0)).order_by(Institution.id).limit(50)
    )
    same = [i for i in found if (tax_no and i.tax_no == tax_no) or name_key(i.name) == key]
    return same[:10]


def registered(session: Session, name: str, tax_no: str | None, *, but: int | None = None) -> Institution | None:
    """The institution that has this name and this tax number already; a branch has a name of its own."""
    key = name_key(name)
    found = look_alikes(session, name, tax_no, but=but) if tax_no else ()
    return next((i for i in found if i.tax_no == tax_no and name_key(i.name) == key), None)


def _has(word: str) -> ColumnElement[bool]:
    return Institution.id.in_(select(InstitutionWord.institution_id).where(InstitutionWord.word == word))


def suggestions(session: Session, term: str, limit: int = 10) -> Sequence[Institution]:
    """What a type-ahead offers: verified first, blocked never."""
    where = by_words(term)
    if not where:
        return ()
    found = select(Institution).where(*where, Institution.state != InstitutionState.BLOCKED)
    return session.scalars(
        found.order_by(Institution.state.desc(), Institution.name_key, Institution.id).limit(limit)
    ).all()
