"""The obligation ledger: what a student still owes, for the student to read and for the commission to keep."""

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms.fields.choices import SelectChoice

from admin_views.buttons import seen_version
from admin_views.desk import Opened
from forms.ledger import CreditForm, TakeBackForm
from models import Enrolment, InternshipType, LedgerEntry, Student, db
from services import ledger
from services.ledger import Owed
from services.listing import key
from services.say import said
from services.scope import among
from services.transition import Refused
from workflow.say import N_
from workflow.words import Actor, LedgerKind, Programme


class MyObligation(Opened):
    """What the student still owes, programme by programme, and the lines it is read off."""

    actors = frozenset({Actor.STUDENT})
    group = N_("Student")
    label = N_("What I still owe")
    icon = "journal-check"

    def __init__(self) -> None:
        super().__init__(name="my_obligation", endpoint="my_obligation", url="/my-obligation")

    @expose("/")
    def index(self) -> ResponseReturnValue:
        of = db.session.get(Student, g.standing.student_id) or abort(404)
        enrolments = _enrolments(of.id)
        return self.render("ledger/mine.html", enrolments=enrolments, **_facts(of.id, enrolments))


class Ledger(Opened):
    """Students of the reader's departments: found by number, credited with exemptions and transfers."""

    actors = frozenset({Actor.MEMBER, Actor.CHAIR})
    group = N_("Commission")
    label = N_("Obligation ledger")
    icon = "journal-check"

    def __init__(self) -> None:
        super().__init__(name="ledger", endpoint="ledger", url="/ledger")

    @expose("/")
    def index(self) -> ResponseReturnValue:
        number = request.args.get("number", "").replace("\x00", "").strip()[:20]
        found = db.session.scalar(select(Student.id).where(Student.number == number)) if number else None
        if found and self._find(str(found)):
            return redirect(url_for(".details_view", pk=found))
        return self.render("ledger/find.html", number=number)

    @expose("/<pk>", methods=("GET", "POST"))
    def details_view(self, pk: str) -> ResponseReturnValue:
        """One student's ledger; POST credits an exemption or a transfer."""
        of = self._find(pk) or abort(404)
        enrolments = _enrolments(of.id, *self._own())
        types, form = _types(enrolments), CreditForm()
        form.internship_type.choices = [SelectChoice("", _("Choose …")), *_offered(types, enrolments)]
        if request.method == "POST" and form.validate() and self._entered(of, enrolments, types, form):
            return redirect(url_for(".details_view", pk=of.id), 303)
        facts = _facts(of.id, enrolments, among(LedgerEntry.department_id, g.standing.commissions))
        return self.render("ledger/student.html", of=of, form=form, enrolments=enrolments, **facts)

    def _entered(
        self, of: Student, enrolments: Sequence[Enrolment], types: Sequence[InternshipType], form: Any
    ) -> bool:
        kind = next(k for k in types if str(k.id) == form.internship_type.data)
        enrolment = next(e for e in enrolments if e.department_id == kind.department_id)
        try:
            ledger.enter(
                db.session(), LedgerKind(form.kind.data), enrolment, kind, form.days.data,
                reason=form.reason.data, standing=g.standing, seen=seen_version(request.form.get("last")),
            )  # fmt: skip
            db.session.commit()
        except Refused as refused:
            db.session.rollback()
            form.form_errors.append(said(refused.say))
            return False
        flash(_("%(kind)s entered: %(name)s", kind=said(LedgerKind(form.kind.data)), name=of.full_name), "success")
        return True

    @expose("/take-back/<pk>", methods=("GET", "POST"))
    def take_back(self, pk: str) -> ResponseReturnValue:
        """A line against one entered in error."""
        own = among(LedgerEntry.department_id, g.standing.commissions)
        entry = db.session.scalar(select(LedgerEntry).where(LedgerEntry.id == (key(pk) or 0), own)) or abort(404)
        of = self._find(str(entry.student_id)) or abort(404)
        form = TakeBackForm()
        if request.method == "POST" and form.validate():
            try:
                ledger.take_back(db.session(), entry, form.reason.data or "", g.standing)
                db.session.commit()
            except Refused as refused:
                db.session.rollback()
                flash(said(refused.say), "danger")
            else:
                flash(_("The line was taken back."), "success")
                return redirect(url_for(".details_view", pk=of.id), 303)
        return self.render("ledger/take_back.html", of=of, entry=entry, form=form)

    def _find(self, pk: str) -> Student | None:
        """A student of the reader's departments; nobody keeps their own ledger."""
        enrolled = select(Enrolment.student_id).where(*self._own())
        found = select(Student).where(Student.id == (key(pk) or 0), Student.id.in_(enrolled))
        of = db.session.scalars(found).one_or_none()
        return None if of is None or of.id == g.standing.student_id else of

    def _own(self) -> list[Any]:
        return [among(Enrolment.department_id, g.standing.commissions)]


def _enrolments(student_id: int, *where: Any) -> Sequence[Enrolment]:
    """The programmes of a student, the major first."""
    found = (
        select(Enrolment).where(Enrolment.student_id == student_id, *where).options(joinedload(Enrolment.department))
    )
    return sorted(db.session.scalars(found), key=lambda e: e.programme is not Programme.MAJOR)


def _types(enrolments: Sequence[Enrolment]) -> Sequence[InternshipType]:
    """The internships of these programmes."""
    of = [e.department_id for e in enrolments]
    found = select(InternshipType).where(InternshipType.department_id.in_(of), InternshipType.active)
    return db.session.scalars(found.order_by(InternshipType.department_id, InternshipType.id)).all()


def _offered(types: Sequence[InternshipType], enrolments: Sequence[Enrolment]) -> list[SelectChoice]:
    names = {e.department_id: said(e.department) for e in enrolments}
    several = len(names) > 1
    return [SelectChoice(str(t.id), f"{names[t.department_id]}: {said(t)}" if several else said(t)) for t in types]


def _facts(student_id: int, enrolments: Sequence[Enrolment], *where: Any) -> dict[str, Any]:
    """What the pages of a ledger draw: what is owed for each programme, and the lines it is read off."""
    lines = ledger.entries(db.session(), student_id, *where)
    owed: dict[int, list[Owed]] = {e.id: [] for e in enrolments}
    for each in ledger.owed(db.session(), enrolments):
        owed[each.enrolment.id].append(each)
    return {
        "owed": owed,
        "lines": lines,
        "taken_back": {line.reverses_id for line in lines},
        "last": ledger.last(db.session(), student_id),
    }
