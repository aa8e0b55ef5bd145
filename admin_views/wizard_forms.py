"""The wizard's forms with their choices: from what is kept, or from what was just typed."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from wtforms.fields.choices import SelectChoice

from forms import wizard as forms
from models import Application, Institution, InternshipType, Supervisor, Term
from services.listing import key
from services.register import OFFERED, lasting, lasting_supervisor, registered, suggestions
from services.say import said
from services.wizard import drafts, reading
from workflow.plain import plain
from workflow.words import Page, Programme

FORMS = {
    Page.NOTICE: forms.NoticePage,
    Page.PROFILE: forms.ProfilePage,
    Page.INTERNSHIP: forms.InternshipPage,
    Page.INSTITUTION: forms.InstitutionPage,
    Page.SUPERVISOR: forms.SupervisorPage,
}
MANY = frozenset({"read", "weekdays"})
EXTRA = frozenset({"q", "wanted"})
LONGEST = 10_000


def typed(page: Page, sent: Any) -> dict[str, Any]:
    """What the person sent for this page's fields, as text; but for outer blanks, what says nothing, length and what is read by a rule as sent."""
    form: Any = FORMS[page]()
    names = [*form._fields, *EXTRA]
    return {
        n: [_clean(v) for v in sent.getlist(n)] if n in MANY else _kept(form, n, sent.get(n, ""))
        for n in names
        if n in sent or n in MANY
    }


def form(session: Session, row: Application, page: Page, values: Mapping[str, Any], today: date) -> Any:
    """The page's form over typed values, with the choices of this moment."""
    given = _lasting(session, page, {**_defaults(session, row, page), **values})
    rules = _rules(session, row) if page is Page.NOTICE else []
    if page is Page.NOTICE:  # ticks of a department chosen before are not asked for here
        given["read"] = [v for v in given.get("read", ()) if v in {c.value for c in rules}]
    sent = MultiDict([(k, v) for k, vs in given.items() for v in (vs if isinstance(vs, list) else [vs])])
    made: Any = FORMS[page](sent)
    match page:
        case Page.NOTICE:
            made.suit(rules)
        case Page.INTERNSHIP:
            made.suit(_types(session, row), _terms(session, today))
        case Page.INSTITUTION:
            made.suit([SelectChoice(str(i.id), f"{i.name} – {i.city}") for i in institutions(session, given)])
            if made.pick.data == forms.NEW:
                made.registered = registered(session, made.name.data, made.tax_no.data, but=row.institution_id)
        case Page.SUPERVISOR:
            made.suit([SelectChoice(str(s.id), f"{s.name}, {s.title}") for s in _people(session, row)])
    return made


def institutions(session: Session, given: Mapping[str, Any]) -> list[Institution]:
    """Those on offer: the one picked, and what the search found."""
    found = list(suggestions(session, str(given.get("q", ""))[:100]))
    picked = session.get(Institution, key(given.get("pick")) or 0)
    if picked and picked not in found and picked.state in OFFERED:
        found.insert(0, picked)
    return found


def _lasting(session: Session, page: Page, given: dict[str, Any]) -> dict[str, Any]:
    """A pick of what was merged since is a pick of what it is part of now."""
    found: Any = None
    if key(given.get("pick")):
        look_up = {Page.INSTITUTION: lasting, Page.SUPERVISOR: lasting_supervisor}.get(page)
        found = look_up and look_up(session, given["pick"])
    return given | {"pick": str(found.id)} if found else given


def _kept(form: Any, name: str, value: str) -> str:
    """What can be read stands in the draft as the application will have it."""
    kept = getattr(form._fields.get(name), "kept", _clean)
    return _clean(kept(value[:LONGEST]))


def _clean(value: str) -> str:
    return plain(value)[:LONGEST].rstrip()


def _defaults(session: Session, row: Application, page: Page) -> dict[str, Any]:
    if page is Page.PROFILE:
        student = row.student
        return {"phone": student.own_phone or student.phone or "", "email": student.own_email or student.email}
    if page is Page.INSTITUTION:
        return {"weekdays": ["0", "1", "2", "3", "4"]}
    if page is Page.SUPERVISOR and not _people(session, row):
        return {"pick": forms.NEW}
    return {}


def _rules(session: Session, row: Application) -> list[SelectChoice]:
    of = reading.department_of(session, row, drafts.pages(session, row))
    return [SelectChoice(str(p.id), p.title) for p in reading.must_read(session, of)]


def _types(session: Session, row: Application) -> list[SelectChoice]:
    enrolments = {e.department_id: e for e in row.student.enrolments}
    found = session.scalars(
        select(InternshipType)
        .where(InternshipType.department_id.in_(enrolments), InternshipType.active)
        .order_by(InternshipType.department_id, InternshipType.compulsory.desc(), InternshipType.code)
    )
    owed = {True: _("compulsory"), False: _("voluntary")}  # the catalogue does not find them within an f-string
    return [
        SelectChoice(
            str(t.id),
            f"{said(t)} ({owed[t.compulsory]})",
            optgroup=_programme(enrolments[t.department_id]) if len(enrolments) > 1 else None,
        )
        for t in found
    ]


def _programme(enrolment: Any) -> str:
    word = _("Double major") if enrolment.programme is Programme.DOUBLE_MAJOR else _("Major")
    return f"{word}: {said(enrolment.department)}"


def _terms(session: Session, today: date) -> list[SelectChoice]:
    found = (
        select(Term)
        .where(Term.ends_on >= today, Term.starts_on <= today + timedelta(days=400))
        .order_by(Term.starts_on)
    )
    return [SelectChoice(str(t.id), said(t)) for t in session.scalars(found)]


def _people(session: Session, row: Application) -> list[Supervisor]:
    page = drafts.pages(session, row).get(Page.INSTITUTION)
    institution = lasting(session, page.typed.get("pick")) if page else None
    if institution is None:
        return []
    theirs = (Supervisor.institution_id == institution.id, Supervisor.merged_into_id.is_(None))
    return list(
        session.scalars(select(Supervisor).where(*theirs).order_by(Supervisor.collation_key, Supervisor.id).limit(50))
    )
