"""The commission's own page: who sits on it from when until when; its chair adds members and ends terms."""

from collections.abc import Mapping
from typing import Any

from flask import abort, current_app, flash, g, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, or_, select
from wtforms import Form

from admin_views.desk import Column, Desk
from admin_views.requests import departments
from forms.commission import EndOfTermForm, TermOfOfficeForm
from models import Department, Membership, User, db
from services import commissions
from services.commissions import BOARD
from services.listing import Order, key
from services.reviewers import WAITING, unattended
from services.say import said
from services.scope import among
from services.sign_in import today
from services.standing import Standing, standing_of
from workflow.say import N_
from workflow.words import Action, Actor

NOW, ALL = "now", "all"


class CommissionDesk(Desk):
    """The memberships of the reader's own commissions; IT keeps all of them at its own desk."""

    actors = frozenset({Actor.MEMBER, Actor.CHAIR})
    group = N_("Commission")
    icon = "people"
    label = N_("The commission")
    one = N_("Member")
    adds = N_("Add a member")
    empty = N_("Nobody sits on the commission. IT appoints a chair.")
    form = TermOfOfficeForm
    can_edit = True
    list_template = "commission/list.html"
    create_template = "commission/new.html"
    edit_template = "commission/edit.html"
    order = Order(Membership.starts_on, descending=True)
    joins = (Membership.user, Membership.department)
    columns = (
        Column("name", N_("Name"), User.name),
        Column("email", N_("E-mail"), User.email),
        Column("department", N_("Department"), Department.name),
        Column("actor", N_("Acts as"), Membership.actor),
        Column("starts_on", N_("From"), Membership.starts_on, "date"),
        Column("ends_on", N_("Until"), Membership.ends_on, "date"),
        *(Column(name, "", waits) for name, waits in WAITING.items()),
        Column("user_id", "", Membership.user_id),
        Column("department_id", "", Membership.department_id),
    )

    def __init__(self) -> None:
        super().__init__(Membership, name="commission", endpoint="commission", url="/commission")

    # -- who sits here ------------------------------------------------------------------------------------

    def conditions(self, args: Mapping[str, str]) -> list[ColumnElement[bool]]:
        ended = or_(Membership.ends_on.is_(None), Membership.ends_on >= today())
        return [*self._theirs(), *([] if args.get("when") == ALL else [ended])]

    def _theirs(self) -> list[ColumnElement[bool]]:
        return [Membership.actor.in_(BOARD), among(Membership.department_id, g.standing.commissions)]

    def list_args(self) -> tuple[str, ...]:
        return ("when", *super().list_args())

    def list_extras(self, args: Mapping[str, str]) -> dict[str, Any]:
        least = current_app.extensions["staj"].commission_least
        return {
            "strengths": commissions.strengths(db.session(), g.standing.commissions, today(), least),
            "several": len(g.standing.commissions) > 1,
            "when": ALL if args.get("when") == ALL else NOW,
        }

    # -- what a chair changes -----------------------------------------------------------------------------

    @expose("/people")
    def people(self) -> ResponseReturnValue:
        """The type-ahead of whom to add: people of the university."""
        if not g.standing.chair_of:
            return abort(404)
        one, several = commissions.who(db.session(), request.args.get("q", "").replace("\x00", "")[:100])
        return jsonify([{"id": u.id, "name": u.name, "city": u.email} for u in ([one] if one else several)])

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        if not g.standing.chair_of:
            return abort(404)
        answer: ResponseReturnValue = super().create_view()
        return answer

    def create_form(self, obj: Any = None) -> Form:
        offered = [(int(pk), name) for pk, name in departments(g.standing.chair_of)]
        form: Any = TermOfOfficeForm(department_id=offered[0][0] if len(offered) == 1 else None)
        if request.method == "GET":
            form.starts_on.data = today()
            form.ends_on.data = commissions.usual_end(today(), current_app.extensions["staj"].commission_years)
        return form.offer(department_id=offered if len(offered) == 1 else [("", "–"), *offered])

    def edit_form(self, obj: Any = None) -> Form:
        return EndOfTermForm(obj=obj)

    def validate_form(self, form: Any) -> bool:
        """Who it is, whether they may sit here, and whether two of their terms would overlap."""
        if not super().validate_form(form):
            return False
        return self._appoints(form) if "person" in form else self._ends(form)

    def _appoints(self, form: Any) -> bool:
        user, alike = commissions.who(db.session(), form.person.data)
        if user is None:
            form.person.errors = [
                _(
                    "Several people fit: %(who)s. Type the e-mail address.",
                    who="; ".join(f"{u.name} <{u.email}>" for u in alike),
                )
                if alike
                else _("There is no account of this name or address. IT adds accounts.")
            ]
            return False
        department = form.department_id.data
        if say := commissions.unfit(db.session(), user, department):
            form.person.errors = [said(say)]
            return False
        term = Membership(
            user_id=user.id, actor=Actor.MEMBER, department_id=department, starts_on=form.starts_on.data,
            ends_on=form.ends_on.data,
        )  # fmt: skip
        form.user = user
        return self._alone(form, term, user.name)

    def _ends(self, form: Any) -> bool:
        row, ends_on = self.get_one(request.args.get("id")), form.ends_on.data
        if ends_on and ends_on < row.starts_on:
            form.ends_on.errors = [_("The last day is before the first.")]
            return False
        if say := commissions.leaves_no_chair(db.session(), row, ends_on):
            form.ends_on.errors = [said(say)]
            return False
        facts = {"user_id": row.user_id, "actor": row.actor, "department_id": row.department_id}
        wanted = Membership(id=row.id, starts_on=row.starts_on, ends_on=ends_on, **facts)
        return self._alone(form, wanted, row.user.name)

    def _alone(self, form: Any, term: Membership, name: str) -> bool:
        if say := commissions.overlap(db.session(), term, name):
            form.ends_on.errors = [said(say)]
        return not form.errors

    def on_model_change(self, form: Any, model: Membership, is_created: bool) -> None:
        if is_created:
            model.user_id, model.actor = form.user.id, Actor.MEMBER
        super().on_model_change(form, model, is_created)

    def tell(self, action: Action) -> None:
        now = self._standing()
        if self.actors.isdisjoint(now.actors):
            flash(_("Your own term has ended: the commission's desks are no longer yours."), "success")
            return
        super().tell(action)
        if files := len(unattended(db.session(), now, today())):
            flash(
                ngettext(
                    "%(num)s open file has no reviewer on duty now: share it out from the start page.",
                    "%(num)s open files have no reviewer on duty now: share them out from the start page.",
                    files,
                ),
                "warning",
            )

    def get_save_return_url(self, model: Any, is_created: bool = False) -> str:  # noqa: FBT002 -- the library's
        """A chair who ended their own term no longer has this desk."""
        if self.actors.isdisjoint(self._standing().actors):
            return url_for("home.index")
        return str(super().get_save_return_url(model, is_created))

    def _standing(self) -> Standing:
        """Who the reader is by what was saved just now."""
        return standing_of(db.session(), g.standing.user_id, g.standing.name, today())

    def get_one(self, id: Any) -> Membership:
        """A term of office the chair may change, or 404."""
        found = select(Membership).where(
            Membership.id == (key(id) or 0),
            Membership.actor.in_(BOARD),
            among(Membership.department_id, g.standing.chair_of),
        )
        return db.session.scalars(found).one_or_none() or abort(404)

    @expose("/delete/", methods=("POST",))
    def delete_view(self) -> ResponseReturnValue:
        """A term that has not begun may be taken back; one that has is ended, and stays in the list."""
        row = self.get_one(request.form.get("id"))
        if row.starts_on <= today():
            flash(_("A term that has begun is ended, not removed."), "danger")
            return redirect(url_for(".edit_view", id=row.id))
        answer: ResponseReturnValue = super().delete_view()
        return answer

    def render(self, template: str, **facts: Any) -> str:
        return super().render(template, **{"today": today(), **facts})

    def edits(self, row: Any) -> bool:
        return row.department_id in g.standing.chair_of
