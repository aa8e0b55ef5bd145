"""Supervisors of institutions: whose address is the firm's identity (services.identity)."""

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from sqlalchemy import ColumnElement

from admin_views.desk import Column, Desk
from admin_views.institutions import STAFF, curates, why_not
from forms.institutions import SupervisorForm
from models import AnswerLink, Institution, Supervisor, db
from services import audit, conflicts, consent
from services.identity import takes_place
from services.listing import Order, Sought
from services.register import lasting, lasting_supervisor
from services.say import said
from services.search import SUPERVISORS, name_words, sought
from services.sign_in import today
from workflow.addresses import as_address
from workflow.say import N_
from workflow.words import Action, Actor


class SupervisorDesk(Desk):
    """Supervisors of institutions; added from the institution's page."""

    actors = STAFF
    group = N_("Register")
    label = N_("Supervisors")
    one = N_("Supervisor")
    icon = "person-badge"
    can_edit = can_delete = True
    order = Order(Supervisor.collation_key)
    joins = (Supervisor.institution,)
    searchable = N_("Name or surname")
    empty = N_("No supervisor is registered yet; add one from an institution's page.")
    columns = (
        Column("name", N_("Name"), Supervisor.name),
        Column("title", N_("Job title"), Supervisor.title),
        Column("institution", N_("Institution"), Institution.name),
        Column("email", N_("E-mail"), Supervisor.email),
        Column("phone", N_("Phone"), Supervisor.phone),
        Column("vouched", "", Institution.state),
    )

    def __init__(self) -> None:
        super().__init__(Supervisor, name="supervisors", endpoint="supervisors")

    def search(self, term: str) -> Sought:
        return sought(db.session(), SUPERVISORS, Supervisor.id, name_words(term))

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        of = self.institution(request.args.get("institution"))
        return self._written(Supervisor(), of, Action.CREATE, url_for("institutions.details_view", id=of.id))

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        row = self.get_one(request.args.get("id"))
        return self._written(row, row.institution, Action.EDIT, self.back(row.id))

    def institution(self, pk: Any) -> Institution:
        """The institution a new supervisor belongs to, or 404."""
        return lasting(db.session(), pk) or abort(404)

    def conditions(self, args: Mapping[str, str]) -> list[ColumnElement[bool]]:
        return [*super().conditions(args), Supervisor.merged_into_id.is_(None)]

    def get_one(self, id: Any) -> Supervisor:
        """The supervisor; of one folded into another, that one."""
        return lasting_supervisor(db.session(), super().get_one(id).id) or abort(404)

    def refusal(self, row: Any) -> str:
        return why_not(row.institution or self.institution(request.args.get("institution")))

    def edits(self, row: Any) -> bool:
        return curates(row.vouched)

    def _written(self, row: Supervisor, of: Institution, action: Action, back: str) -> ResponseReturnValue:
        """`back`: the list or the institution's page, from wherever the form was opened."""
        if request.method == "GET" and (refusal := self.refusal(row)):
            flash(refusal, "danger")
            return redirect(back)
        form = SupervisorForm(obj=row)
        if self.sent(form, row) and form.validate() and self._may_be(row, form):
            asked = self._saved(row, of, form, action)
            self.tell(action)
            if asked:
                flash(
                    _(
                        "An internship takes place here, so whoever reads %(email)s was asked to agree to the new address; until then it stays. The career centre can change it at once.",
                        email=row.email,
                    ),
                    "warning",
                )
            return redirect(back)
        return self.render("institutions/supervisor.html", form=form, row=row, of=of, back=back, asked=self._asked(row))

    def _asked(self, row: Supervisor) -> list[AnswerLink]:
        """What the supervisor was asked and has not answered."""
        return consent.pending(db.session(), row) if row.id else []

    def _may_be(self, row: Supervisor, form: SupervisorForm) -> bool:
        """Whether the address can be the firm's; says in the form whose it is otherwise."""
        email = as_address(form.email.data or "")
        if row.id and email != row.email and (say := conflicts.of_supervisor(db.session(), row.id, email, today())):
            form.email.errors = [said(say)]
        return not form.errors

    def _saved(self, row: Supervisor, of: Institution, form: SupervisorForm, action: Action) -> bool:
        """Keep what was typed; whether the address waits for the consent of whoever reads the old one."""
        email = as_address(form.email.data or "")
        asks = bool(row.id) and email != row.email and not self._at_once(row)
        row.name, row.title, row.phone = form.name.data, form.title.data, form.phone.data
        row.institution = of
        if not asks:
            row.email = email
        db.session.add(row)
        audit.note(db.session(), row, action, g.standing)
        if asks:
            consent.ask(db.session(), row, email, g.standing)
        db.session.commit()
        return asks

    def _at_once(self, row: Supervisor) -> bool:
        return Actor.CAREER_CENTRE in g.standing.actors or not takes_place(row)
