"""“Send the firm its link again”: one button for everybody who waits for a firm, on each page where they wait."""

from typing import Any

from flask import flash, g, redirect
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _

from admin_views.desk import Opened
from models import Application, db
from services import firm_links
from services.say import said
from services.sign_in import today
from services.transition import Refused


class CallsTheFirm(Opened):
    """Adds the button's address to a desk whose rows are applications, or belong to one."""

    @expose("/call/<pk>", methods=("POST",))
    def call(self, pk: str) -> ResponseReturnValue:
        """Send it, or say why not; back to the page it was asked on."""
        row = self.get_one(pk)
        of = row if isinstance(row, Application) else row.application
        if self.calls(row) is None:
            flash(_("Nothing of this internship waits for the firm now."), "danger")
            return redirect(self.call_back(row))
        try:
            email = firm_links.send_again(db.session(), of, g.standing, today=today())
            db.session.commit()
        except Refused as refused:
            db.session.rollback()
            flash(said(refused.say), "danger")
        else:
            flash(_("The link is on its way to %(email)s.", email=email), "success")
        return redirect(self.call_back(row))

    def calls(self, row: Any) -> firm_links.Offer | None:
        """What the reader is offered on this row's page."""
        return firm_links.offer(db.session(), row if isinstance(row, Application) else row.application, g.standing)

    def call_back(self, row: Any) -> str:
        """Where the button stood."""
        return self.file_page(row.id)
