"""What IT sets for the whole university: where to ask for help, the training, the day the site took over."""

from typing import Any

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from sqlalchemy import select

from admin_views.desk import Opened
from admin_views.seen import outrun
from forms.site import SiteForm
from models import SiteSettings, db
from services import audit, site
from services.say import said
from workflow.say import N_
from workflow.words import Action, Actor


class SiteSettingsDesk(Opened):
    """One page; each change is in the history below."""

    actors = frozenset({Actor.IT})
    group = N_("IT")
    icon = "gear"
    label = N_("Settings of the university")

    def __init__(self) -> None:
        super().__init__(name="site_settings", endpoint="site_settings", url="/site-settings")

    @expose("/", methods=("GET", "POST"))
    def index(self) -> ResponseReturnValue:
        row = db.session.scalars(select(SiteSettings)).one_or_none() or SiteSettings()
        form = SiteForm(obj=row)
        if request.method == "POST" and not outrun(form, row if row.id else None) and form.validate():
            self._keep(row, form)
            flash(_("Saved. Every page says it within a minute."), "success")
            return redirect(url_for(".index"), 303)
        steps = audit.timeline(db.session(), SiteSettings.__tablename__, row.id) if row.id else []
        return self.render("it/site.html", form=form, row=row, steps=steps, shown=said)

    def _keep(self, row: Any, form: SiteForm) -> None:
        action = Action.EDIT if row.id else Action.CREATE
        form.populate_obj(row)
        db.session.add(row)
        audit.note(db.session(), row, action, g.standing)
        db.session.commit()
        site.forget()
