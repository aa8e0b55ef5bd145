"""References and refusals that come back in a file: each line judged, each its own step."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any

from flask_babel import force_locale
from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import Declaration
from services.insurance_list import Columns
from services.listing import key
from services.say import said
from services.sign_in import LANGUAGES
from services.standing import Standing
from services.tables import Line, Unreadable
from services.transition import CLOSED, Refused, take
from workflow import written
from workflow.plain import legible
from workflow.say import Say
from workflow.transitions import DECLARATIONS
from workflow.turkish import search_key
from workflow.words import Action, Actor, DeclarationKind, DeclarationState

MOST = 500  # lines of a file
LENGTHS = {"reference": 50, "refusal": 2000}
# what a column may be called, folded
HEADINGS = {
    "bildirge no": "declaration", "declaration": "declaration", "basvuru no": "application", "application": "application",
    "bildirge turu": "kind", "kind": "kind", "referans no": "reference", "reference": "reference",
    "ret gerekcesi": "refusal", "refusal": "refusal",
}  # fmt: skip
FORMULA = re.compile(
    r"^[=+@]|^#|^\d+([.,]\d+)?E\+?\d+$", re.IGNORECASE
)  # and what a spreadsheet makes of a long number
OFFICE = frozenset({Actor.HEALTH_OFFICE})
NUMBERLESS = Say("This line has no declaration number and no application number.")
UNKNOWN = Say("There is no such declaration.")
UNANSWERED = Say("Neither a reference nor a refusal is given.")
UNDECIDED = Say("It was refused when you tried; by now nothing stands against it.")


@dataclass(frozen=True)
class Given:
    """One line, as far as it concerns the references: nothing else of the file is kept."""

    line: int
    declaration: str = ""
    application: str = ""
    kind: str = ""
    reference: str = ""
    refusal: str = ""
    torn: bool = False  # more cells than the heading has columns: what stands where cannot be told

    def kept(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self)


_FACTS = frozenset(f.name for f in fields(Given)) - {"line", "torn"}


def headings(of: Columns) -> Mapping[str, str]:
    """What a column may be called: what the list out calls it, then the usual names."""
    return HEADINGS | {search_key(heading): fact for heading, fact in of.columns}


def given(file: str, lines: Iterable[Line], names: Mapping[str, str] = HEADINGS) -> list[Given]:
    """The lines of a file; raises Unreadable for a file that is too long, empty, or of other columns."""
    kept = {heading: fact for heading, fact in names.items() if fact in _FACTS}
    found: list[Given] = []
    for line in lines:
        if len(found) == MOST:
            raise Unreadable(
                file, Say("At most %(count)s lines at once; nothing was recorded.", count=MOST), line.number
            )
        facts = {kept[name]: str(value) for n, value in line.values.items() if (name := search_key(n)) in kept}
        facts |= {"reference": written.digits(facts["reference"])} if "reference" in facts else {}
        found.append(Given(line.number, **{n: _short(v) for n, v in facts.items()}, torn=line.fault is not None))
    if not found:
        raise Unreadable(file, Say("The file has no lines below its heading."))
    if not any(line.declaration or line.application for line in found):
        raise Unreadable(file, Say("No line has a declaration number or an application number: are these the columns of the list?"))  # fmt: skip
    return found


def _short(text: str) -> str:
    return text[: LENGTHS["refusal"] + 1]


@dataclass(frozen=True)
class Answer:
    """What became of one line: `row` is None where it names none, `says` everything against it, none where it is recorded."""

    given: Given
    row: Declaration | None
    says: tuple[Say, ...] = ()

    @property
    def say(self) -> Say | None:
        """All of it in one sentence after the other."""
        told = self.says[:1] and self.says[0]
        for more in self.says[1:]:
            told = Say("%(one)s %(more)s", one=told, more=more)
        return told or None


def answers(session: Session, lines: Iterable[Given]) -> list[Answer]:
    """How the records stand to each line of a file, within reach."""
    lines = list(lines)
    known = _known(session, lines)
    return [_answer(line, known) for line in lines]


def record(session: Session, lines: Iterable[Given], *, standing: Standing, today: date) -> None:
    """Take the step of every line that has one; each is committed by itself, so that one refusal spoils no other."""
    lines = list(lines)
    known = _known(session, lines)
    for line in lines:
        found = _answer(line, known)
        if found.row is None or found.say is not UNDECIDED:
            continue
        values = {"reference": line.reference} if line.reference else {}
        try:
            take(
                session, found.row, _action(line), standing=standing, today=today, reason=line.refusal or None, values=values
            )  # fmt: skip
            session.commit()
        except (Refused, IntegrityError):  # somebody was faster; the answers tell how it stands
            session.rollback()
        else:
            known.note(line.reference, found.row.id)


@dataclass(frozen=True)
class Known:
    """The declarations that lines name, by their own number and by their application's, and where references stand."""

    declaration: dict[int, list[Declaration]] = field(default_factory=dict)
    application: dict[int, list[Declaration]] = field(default_factory=dict)
    references: dict[str, list[int]] = field(default_factory=dict)

    def note(self, reference: str | None, pk: int) -> None:
        self.references.setdefault(reference or "", []).append(pk)

    def elsewhere(self, reference: str, pk: int) -> int | None:
        """Another declaration that has this reference."""
        return next((other for other in self.references.get(reference, ()) if other != pk), None)


def _known(session: Session, lines: Iterable[Given]) -> Known:
    """Every declaration the lines name, in one statement; and every one that has a reference they give, in another."""
    own = {k for line in lines if (k := _key(line.declaration))}
    of = {k for line in lines if not line.declaration and (k := _key(line.application))}
    asked = select(Declaration).where(
        or_(Declaration.id.in_(own), Declaration.application_id.in_(of)), Declaration.state != DeclarationState.NEW
    )
    known = Known()
    for row in session.scalars(asked.order_by(Declaration.id)):
        known.declaration.setdefault(row.id, []).append(row)
        known.application.setdefault(row.application_id, []).append(row)
    given = {line.reference for line in lines if line.reference and not _faults(line)}
    standing = select(Declaration.reference, Declaration.id).where(Declaration.reference.in_(given))
    for reference, pk in session.execute(standing.order_by(Declaration.id)):
        known.note(reference, pk)
    return known


def _key(typed: str) -> int | None:
    """A number as typed; pages write that of an application with a # before it."""
    return key(written.digits(typed.removeprefix("#")))


def _answer(line: Given, known: Known) -> Answer:
    if not line.declaration and not line.application:
        return Answer(line, None, (NUMBERLESS, *_faults(line)))
    if line.declaration:
        rows = known.declaration.get(_key(line.declaration) or 0, [])
    else:
        rows = _meant(line, known.application.get(_key(line.application) or 0, []))
    if len(rows) != 1:
        several = Say("This application has several declarations: give the declaration number.")
        return Answer(line, None, (several if rows else UNKNOWN, *_faults(line)))
    stands = _faults(line) or filter(None, [_stands(line, rows[0], known)])
    return Answer(line, rows[0], tuple(stands))


def _meant(line: Given, rows: list[Declaration]) -> list[Declaration]:
    """Of an application's declarations the kind that is named; else what is on its way, where only one is."""
    if line.kind:
        return [row for row in rows if search_key(line.kind) in _names(row.kind)][-1:]
    return [row for row in rows if row.state is DeclarationState.SENT] or rows


def _names(kind: DeclarationKind) -> set[str]:
    """The word of a kind and what either language calls it: a list may come back from another reader's desk."""
    names = {kind.value, kind.label}
    for language in LANGUAGES:
        with force_locale(language):
            names.add(said(kind))
    return {search_key(name) for name in names}


def _stands(line: Given, row: Declaration, known: Known) -> Say | None:
    """None where the line is recorded, UNDECIDED where it can be, else what is against it."""
    if row.state is DeclarationState.DONE and line.reference:
        other = Say("Done under another reference (%(reference)s): correct it on its page.", reference=row.reference)
        return None if row.reference == line.reference else other
    if row.state is DeclarationState.FAILED and line.refusal == row.reason:
        return None
    action = _action(line)
    if not any(door.action is action for door in DECLARATIONS.doors(row.state, OFFICE)):
        return Say(CLOSED.msgid, action=action, state=row.state)
    if other_one := line.reference and known.elsewhere(line.reference, row.id):
        return Say(
            "Declaration %(number)s has this reference already. If both really have it, record it on this declaration’s page.",
            number=other_one,
        )  # fmt: skip
    return UNDECIDED


def _faults(line: Given) -> tuple[Say, ...]:
    """Everything that is wrong with what a line says, whatever stands in the records."""
    found = [TORN] if line.torn else []
    if line.reference and line.refusal:
        found.append(Say("Give either a reference or a refusal, not both."))
    for name, longest in LENGTHS.items():
        text = getattr(line, name)
        if len(text) > longest:
            found.append(Say("The text is longer than %(count)s characters.", count=longest))
        if not legible(text, lines=name == "refusal"):
            found.append(Say("This holds hidden or broken characters."))
    if FORMULA.match(line.reference):
        found.append(Say("This is a formula, or a number the spreadsheet has shortened. Write the reference as text."))
    return tuple(found) or (() if line.reference or line.refusal else (UNANSWERED,))


TORN = Say("This row has more cells than the heading has columns.")


def _action(line: Given) -> Action:
    return Action.CONFIRM if line.reference else Action.FAIL
