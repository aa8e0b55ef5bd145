"""The student asks for another supervisor of an approved internship: a registered one, or one typed anew."""

from typing import Any

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from sqlalchemy import select
from wtforms.fields.choices import SelectChoice

from admin_views.desk import Opened
from forms.hand_over import HandOverForm
from models import Application, Supervisor, db
from services import change_requests, hand_over
from services.say import said
from services.sign_in import today
from services.transition import Outrun, Refused
from workflow.words import ChangeKind

MOST = 200  # people of one institution on offer


class HandsOver(Opened):
    """Adds the page to the student's change requests."""

    @expose("/hand-over/<pk>", methods=("GET", "POST"))
    def hand_over(self, pk: str) -> ResponseReturnValue:
        """The form; POST sends the request to the new supervisor."""
        row = self.own_application(pk)
        back = url_for("my_applications.details_view", id=row.id)
        offers = change_requests.offers(db.session(), row, today())
        offer = next((o for o in offers if o.kind is ChangeKind.HAND_OVER), None)
        if offer is None or offer.refusal:
            flash(said(offer.refusal) if offer and offer.refusal else _("This change is not possible now."), "danger")
            return redirect(back)
        form = HandOverForm().suit([SelectChoice(str(p.id), f"{p.name}, {p.title}") for p in _people(row)])
        if request.method == "POST" and form.validate() and self._asked(row, form):
            flash(_("Your request went to the new supervisor; you are written to when there is an answer."), "success")
            return redirect(back)
        return self.render("changes/hand_over.html", row=row, form=form)

    def own_application(self, pk: Any) -> Application:
        """The student's own application with this key, or 404."""
        raise NotImplementedError

    def _asked(self, row: Application, form: HandOverForm) -> bool:
        session = db.session()
        assert row.starts_on  # noqa: S101 -- the schema promises dates of anything submitted
        assert row.ends_on  # noqa: S101
        try:
            person = hand_over.person(session, row, form.pick.data, form.typed(), today())
            change_requests.ask(
                session, row, ChangeKind.HAND_OVER, starts_on=row.starts_on, ends_on=row.ends_on, why=form.why.data,
                standing=g.standing, today=today(), supervisor=person,
            )  # fmt: skip
            session.commit()
        except Refused as refused:
            session.rollback()
            flash(said(refused.say), "warning" if isinstance(refused, Outrun) else "danger")
            return False
        return True


def _people(row: Application) -> list[Supervisor]:
    """The registered supervisors of the institution, whoever it is now aside."""
    theirs = select(Supervisor).where(
        Supervisor.institution_id == row.institution_id,
        Supervisor.merged_into_id.is_(None),
        Supervisor.id != row.supervisor_id,
    )
    return list(db.session.scalars(theirs.order_by(Supervisor.collation_key, Supervisor.id).limit(MOST)))
