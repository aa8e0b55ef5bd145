"""Which reminders somebody gets and in which language: the page of an account, and the one behind a firm's letter."""

from flask import Flask, abort, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from flask_security import current_user

from admin_views.desk import Opened
from forms.notifications import NotificationsForm
from models import db
from services import choices
from services.answer_links import hidden
from services.scope import system_session
from workflow.reminders import offered
from workflow.say import N_


def install(app: Flask) -> None:
    """Open to whoever holds a letter's link. A GET never switches anything."""
    app.add_url_rule("/reminders/<token>", "reminders", reminders, methods=["GET", "POST"])


class Notifications(Opened):
    """Everybody's own choice; letters about steps are the law's and stand in no list."""

    label = N_("Notification settings")

    def is_accessible(self) -> bool:
        return bool(current_user.is_authenticated)

    @expose("/", methods=("GET", "POST"))
    def index(self) -> ResponseReturnValue:
        on_offer = offered(g.standing.actors)
        given = {"wanted": [n for n in on_offer if n not in current_user.unwanted], "language": current_user.language}
        form = NotificationsForm(on_offer, data=given)
        if request.method == "POST" and form.validate():
            elsewhere = [name for name in current_user.unwanted if name not in on_offer]  # of a duty held no more
            current_user.unwanted = [*elsewhere, *(n for n in on_offer if n not in form.wanted.data)]
            current_user.language = session["language"] = form.language.data
            db.session.commit()
            flash(_("Saved: you are written to as you chose."), "success")
            return redirect(url_for(".index"))
        return self.render("notifications/own.html", form=form, on_offer=on_offer)


def reminders(token: str) -> ResponseReturnValue:
    """Whether an address of a firm gets reminders: shown by GET, switched by POST."""
    email = choices.email_of(token) or abort(404)
    with system_session(reads=request.method != "POST") as opened:
        switched = request.form.get("reminders") in {"on", "off"}
        if switched:
            choices.switch(opened, email, on=request.form["reminders"] == "on")
        on = choices.reminded(opened, email)
    return render_template(
        "notifications/firm.html", on=on, email=hidden(email), switched=switched
    )  # fmt: skip
