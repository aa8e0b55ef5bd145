"""The words a row is found by, kept beside it so that a search is one walk down an index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, and_, bindparam, delete, func, insert, select
from sqlalchemy.orm import Session, aliased

from models import Application, Department, InstitutionWord, SearchWord, SupervisorWord, UserWord
from services.listing import NOTHING, Conditions, Sought
from workflow.turkish import search_key, search_words

LONGEST = 100  # characters of what is typed into a search box
COMMON = 20_000  # rows that have a word; what more of them have is looked for along the list
LAST = "\uffff"


@dataclass(frozen=True)
class Words:
    """A table of folded words: `of` is the key of the row that has one; `within` narrows the table."""

    table: Any
    of: str
    within: Conditions = ()


INSTITUTIONS = Words(InstitutionWord, "institution_id")
SUPERVISORS = Words(SupervisorWord, "supervisor_id")
ACCOUNTS = Words(UserWord, "user_id")


def applications(of: ColumnElement[bool]) -> Words:
    """The words of applications in the departments that `of` names."""
    return Words(SearchWord, "application_id", (of,))


def begins(column: Any, prefix: str) -> ColumnElement[bool]:
    """`column` starts with `prefix`, as a range that an index serves on both databases."""
    return and_(column >= prefix, column < prefix + LAST)


def _begins(column: Any, word: str) -> ColumnElement[bool]:
    """The same with a folded word (a–z, 0–9) spelled out: a plan made once for every word fits a rare one badly."""
    first, last = (bindparam(None, end, String, literal_execute=True) for end in (word, word + LAST))
    return and_(column >= first, column < last)


def sought(session: Session, words: Words, key: Any, typed: Sequence[str]) -> Sought:
    """Rows whose `key` has, for each word, one that begins with it in that table.

    The rarest word is walked down in its index and the others are asked of each row found. Where even that one is
    in more than COMMON rows, each row of a list is asked for all of them.
    """
    if not typed:
        return NOTHING
    of, word = getattr(words.table, words.of), words.table.word
    having = [select(of).where(*words.within, _begins(word, w)) for w in typed]
    counted = (select(func.count()).select_from(one.limit(COMMON + 1).subquery()).scalar_subquery() for one in having)
    many = session.execute(select(*counted)).one()
    rarest, first = min(zip(many, range(len(typed)), strict=True))
    walked, others, common = having[first], [*typed[:first], *typed[first + 1 :]], rarest > COMMON

    def asks(key: Any) -> Conditions:
        if common:
            return [_has(words, key, w) for w in typed]
        return [key.in_(walked), *(_has(words, key, w) for w in others)]

    return Sought(key, asks, common)


def _has(words: Words, key: Any, beginning: str) -> ColumnElement[bool]:
    """Whether the row under this key has such a word; a value asked of each row, never a join with all that have."""
    table = aliased(words.table)
    one = select(table.word).where(getattr(table, words.of) == key, _begins(table.word, beginning)).limit(1)
    return one.scalar_subquery().is_not(None)


def words_of(student_name: str, student_number: str, institution_name: str) -> frozenset[str]:
    """The folded words of an application: whose it is and where it is done."""
    return search_words(student_name, student_number, institution_name)


def term(args: Mapping[str, str]) -> str:
    """What was typed into the search box of a list, out of its query string."""
    return args.get("q", "").replace("\x00", "").strip()[:LONGEST]


def typed_words(typed: str) -> tuple[str, ...]:
    """The words of what was typed, the longest first; none where nothing of it is searched."""
    return tuple(sorted(search_words(typed[:LONGEST]), key=lambda w: (-len(w), w)))


def name_words(typed: str) -> tuple[str, ...]:
    """The words of a name as typed; where none of them tells anything (“A.Ş.”), the last one all the same."""
    return typed_words(typed) or tuple(search_key(typed[:LONGEST]).split()[-1:])


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
