"""The register of institutions and supervisors: commissions propose and correct, the career centre vouches."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, func, select

from admin_views.affected import confirmed
from admin_views.buttons import Steps, buttons
from admin_views.desk import Card, Choice, Column, Desk
from admin_views.filters import tax_no
from admin_views.notes import Notes
from forms.institutions import WEEKDAYS, InstitutionForm, days, mask
from models import Application, Institution, Step, Supervisor, db
from services import audit, recount
from services.calendar import alone
from services.listing import CAP, Order, Sought, capped, counts, spread
from services.recount import Affected, Revision
from services.register import (
    by_words,
    concerns,
    lasting,
    look_alikes,
    may_curate,
    registered,
)
from services.say import said
from workflow import written
from workflow.say import N_
from workflow.words import Action, Actor, ApplicationState, InstitutionKind, InstitutionState

CURATED = N_("Only the career centre changes an institution that is verified or blocked, and its supervisors.")
OTHERS = N_(
    "Only files of other departments name this institution: their commissions, or the career centre, change it and its supervisors."
)
KEPT = tuple(s for s in InstitutionState if s is not InstitutionState.MERGED)
STAFF = frozenset({Actor.MEMBER, Actor.CHAIR, Actor.CAREER_CENTRE})


class InstitutionDesk(Notes, Steps, Desk):
    """All institutions; a new one is looked for among those already there first, a merged one leads to its survivor."""

    actors = STAFF
    group = N_("Register")
    label = N_("Institutions")
    one = N_("Institution")
    icon = "building"
    files = "institution"
    can_create = can_edit = can_view_details = True
    skips = frozenset(
        {Action.SUBMIT, Action.MERGE, Action.UNMERGE}
    )  # taken where two are compared (admin_views.merging)
    order = Order(Institution.collation_key)
    searchable = N_("Name or tax number")
    empty = N_("The register is empty. “Add” enters the first institution.")
    columns = (
        Column("name", N_("Name"), Institution.name, "link"),
        Column("city", N_("City"), Institution.city),
        Column("sector", N_("Sector"), Institution.sector),
        Column("kind", N_("Kind"), Institution.kind),
        Column("tax_no", N_("Tax number"), Institution.tax_no, "tax_no"),
        Column("state", N_("Status"), Institution.state, "state"),
    )
    choices = (
        Choice("state", N_("Status"), Institution.state, lambda: [(s.value, s) for s in InstitutionState]),
        Choice("kind", N_("Kind"), Institution.kind, lambda: [(k.value, k) for k in InstitutionKind]),
    )

    def __init__(self) -> None:
        super().__init__(Institution, name="institutions", endpoint="institutions")

    def conditions(self, args: Mapping[str, str]) -> list[ColumnElement[bool]]:
        """One that was merged is part of another; who asks for the merged ones sees them."""
        asked = args.get("state") in set(InstitutionState)
        return [*super().conditions(args), *([] if asked else [Institution.state.in_(KEPT)])]

    def list_extras(self, args: Mapping[str, str]) -> dict[str, Any]:
        """What was merged is not in the list unless it is asked for; a search says that it is found there."""
        if not args.get("q", "").strip() or args.get("state") in set(InstitutionState):
            return {}
        words, merged = self.sought(args), [Institution.state == InstitutionState.MERGED]
        where = [*merged, *super().conditions(args), *words.where]
        return {"found_elsewhere": {} if words.common else spread(db.session(), Institution.state, where)}

    def search(self, term: str) -> Sought:
        return by_words(db.session(), term)

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        return self._written(Institution(working_week=31, created_by_id=g.standing.user_id), Action.CREATE)

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        row = self.get_one(request.args.get("id"))
        if row.merged_into_id:
            return self._led_on(row)
        if request.method == "GET" and (refusal := self.refusal(row)):
            flash(refusal, "danger")
            return redirect(self.file_page(row.id))
        return self._written(row, Action.EDIT)

    def _led_on(self, row: Institution) -> ResponseReturnValue:
        """From an old address of a merged institution to the one it is part of."""
        kept = lasting(db.session(), row.id)
        assert kept  # noqa: S101 -- a survivor is never deleted
        flash(_("%(name)s was merged into this institution.", name=row.name), "info")
        return redirect(self.file_page(kept.id))

    def refusal(self, row: Any) -> str:
        return why_not(row)

    def edits(self, row: Any) -> bool:
        return row.state in KEPT and curates(row.state)

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        row = self.get_one(request.args.get("id"))
        return self._led_on(row) if row.merged_into_id else self.file(row)

    def file(self, row: Institution, note: Any = None) -> ResponseReturnValue:
        """One institution's page; `note` is a note that was not taken as typed."""
        theirs = (Supervisor.institution_id == row.id, Supervisor.merged_into_id.is_(None))
        doubtful = row.tax_no is not None and not written.tax_no_fits(row.tax_no)
        people = db.session.scalars(select(Supervisor).where(*theirs).order_by(Supervisor.id).limit(50))
        merged = db.session.scalars(
            select(Institution).where(Institution.merged_into_id == row.id).order_by(Institution.id).limit(50)
        )
        steps = audit.timeline(db.session(), "institution", row.id)
        refusal = self.refusal(row)
        return self.render(
            "institutions/file.html", row=row, merged=merged.all(), corrected={s.id: _corrections(s) for s in steps if s.action == Action.EDIT}, notes=self.notes(row), note=note or self.note_form(), merges=Actor.CAREER_CENTRE in g.standing.actors, buttons=buttons(row), supervisors=people.all(), steps=steps,
            alike=look_alikes(db.session(), row.name, row.tax_no, row.city, but=row.id), weekdays=days(row.working_week),
            refusal=refusal, may_edit=not refusal, interns=self._interns(row), doubtful=doubtful, personal=written.is_personal(row.tax_no),
        )  # fmt: skip

    def waiting(self) -> list[Card]:
        if Actor.CAREER_CENTRE not in g.standing.actors:
            return []
        new = {"new": [Institution.state == InstitutionState.UNVERIFIED]}
        count = counts(db.session(), Institution, new)["new"]
        url = url_for("institutions.index_view", state="unverified")
        label = ngettext("institution waits to be verified", "institutions wait to be verified", count)
        return [Card(capped(count), label, url)] if count else []

    def _interns(self, row: Institution) -> int:
        running = select(Application.id).where(
            Application.institution_id == row.id, Application.state == ApplicationState.APPROVED
        )
        return db.session.scalar(select(func.count()).select_from(running.limit(CAP).subquery())) or 0

    def _written(self, row: Institution, action: Action) -> ResponseReturnValue:
        form = InstitutionForm(obj=row, weekdays=days(row.working_week))
        if request.method == "POST":
            form.registered = registered(db.session(), form.name.data, form.tax_no.data, but=row.id)
        alike: Any = ()
        affected: Affected | None = None
        if self.sent(form, row) and form.validate():
            alike = look_alikes(db.session(), form.name.data, form.tax_no.data, form.city.data, but=row.id)
            affected = _affected(row, form)
            if (not alike or request.form.get("different")) and confirmed(affected):
                return redirect(self.file_page(self._saved(row, form, action)))
        back = self.file_page(row.id) if row.id else url_for(".index_view")
        return self.render(
            "institutions/form.html", form=form, row=row, alike=alike, back=back, affected=affected, within=_mine(affected)
        )  # fmt: skip

    def _saved(self, row: Institution, form: InstitutionForm, action: Action) -> int:
        for field in form:
            if field.name not in {"csrf_token", "weekdays", "kind"}:
                setattr(row, field.name, field.data)
        row.kind, row.working_week = InstitutionKind(form.kind.data), mask(form.weekdays.data)
        db.session.add(row)
        cause = audit.note(db.session(), row, action, g.standing)
        recount.revise(db.session(), Revision(places={row.id: (row.working_week, row.kind)}), cause)
        db.session.commit()
        self.tell(action)
        return row.id


def _affected(row: Institution, form: InstitutionForm) -> Affected | None:
    """The files that are counted otherwise by the week and the kind typed; a new institution has none."""
    place = mask(form.weekdays.data), InstitutionKind(form.kind.data)
    if not row.id or place == (row.working_week, row.kind):
        return None
    alone(db.session())
    return recount.affected(db.session(), Revision(places={row.id: place}))


def _mine(affected: Affected | None) -> list[int]:
    """Of the files listed, those within the reader's reach."""
    listed = [line.id for line in affected.lines] if affected else []
    return list(db.session.scalars(select(Application.id).where(Application.id.in_(listed)))) if listed else []


def _corrections(step: Step) -> list[tuple[str, str, str]]:
    """What an edit changed, as (label, before, after) in the words of the form."""
    form = InstitutionForm()
    told: dict[str, Callable[[Any], str]] = {"kind": _kind, "working_week": _week, "tax_no": tax_no}
    corrections = []
    for name, (before, after) in step.facts.get("changes", {}).items():
        field, say = form._fields.get({"working_week": "weekdays"}.get(name, name)), told.get(name, _as_it_is)
        if field is not None:
            corrections.append((str(field.label.text), say(before), say(after)))
    return corrections


def _kind(word: Any) -> str:
    return said(InstitutionKind(word)) if word else ""


def _week(week: Any) -> str:
    return ", ".join(_(WEEKDAYS[day]) for day in days(week or 0))


def _as_it_is(value: Any) -> str:
    return "" if value is None else str(value)


def curates(state: InstitutionState) -> bool:
    """Whether the reader may change an institution in that state, and its supervisors."""
    return may_curate(state, g.standing.actors)


def why_not(row: Institution) -> str:
    """Why the reader may not change this institution and its supervisors; empty where they may."""
    if not curates(row.state):
        return str(_(CURATED))
    return "" if concerns(db.session(), row, g.standing) else str(_(OTHERS))
