"""What the chair sets for the department, without IT; each change is in the history below."""

from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from sqlalchemy import select

from admin_views.desk import Opened
from admin_views.seen import outrun
from forms.commission import SettingsForm
from models import Department, DepartmentSettings, db
from services import audit, commissions
from services.listing import key
from services.scope import among
from workflow.say import N_
from workflow.words import Action, Actor


class DepartmentSettingsDesk(Opened):
    """One page per department that the reader chairs."""

    actors = frozenset({Actor.CHAIR})
    group = N_("Commission")
    icon = "gear"
    label = N_("Settings of the department")

    def __init__(self) -> None:
        super().__init__(name="department_settings", endpoint="department_settings", url="/department-settings")

    @expose("/")
    def index(self) -> ResponseReturnValue:
        chaired = (
            select(Department)
            .where(among(Department.id, g.standing.chair_of))
            .order_by(Department.collation_key, Department.id)
        )
        found = db.session.scalars(chaired).all()
        if len(found) == 1:
            return redirect(url_for(".of", pk=found[0].id))
        return self.render("commission/departments.html", departments=found)

    @expose("/<pk>", methods=("GET", "POST"))
    def of(self, pk: str) -> ResponseReturnValue:
        department = db.session.get(Department, key(pk) or 0)
        if department is None or department.id not in g.standing.chair_of:
            return abort(404)
        row = commissions.settings_of(db.session(), department.id)
        form = SettingsForm(obj=row)
        if request.method == "POST" and not outrun(form, row if row.id else None) and form.validate():
            self._keep(row, form)
            flash(_("The settings hold from now on."), "success")
            return redirect(url_for(".of", pk=pk))
        steps = audit.timeline(db.session(), DepartmentSettings.__tablename__, row.id) if row.id else []
        return self.render(
            "commission/settings.html", form=form, row=row, department=department, steps=steps, shown=_shown
        )  # fmt: skip

    def _keep(self, row: Any, form: SettingsForm) -> None:
        action = Action.EDIT if row.id else Action.CREATE
        form.populate_obj(row)
        db.session.add(row)
        audit.note(db.session(), row, action, g.standing)
        db.session.commit()


def _shown(value: Any) -> str:
    """A setting as the history of its page tells it."""
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    return "–" if value in (None, "") else str(value)
