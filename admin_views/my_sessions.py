"""Where an account is signed in: everybody sees their own sessions and ends one, or all others."""

from flask import abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_security import current_user

from admin_views.desk import Opened
from models import db
from services import security_events, sessions
from services.listing import key
from services.session_limits import lasting
from workflow.say import N_


class MySessions(Opened):
    """One line for each browser: which, from where roughly, since when, last used when."""

    label = N_("My sessions")

    def is_accessible(self) -> bool:
        return bool(current_user.is_authenticated)

    @expose("/")
    def index(self) -> ResponseReturnValue:
        rows, held = sessions.of(db.session(), g.standing.user_id, g.standing), sessions.limits_of(g.standing)
        lasts = {name: lasting(getattr(held, name)) for name in ("idle", "whole", "remember")}
        return self.render("my_sessions/list.html", rows=rows, here=g.signed_in.id, held=held, lasts=lasts)

    @expose("/end", methods=("POST",))
    def end(self) -> ResponseReturnValue:
        """End the session the form names."""
        if not sessions.end(db.session(), g.standing.user_id, key(request.form.get("session", "")) or 0):
            return abort(404)
        self._ended()
        flash(_("The session was ended: its browser has to sign in again."), "success")
        return redirect(url_for(".index"))

    @expose("/end-others", methods=("POST",))
    def end_others(self) -> ResponseReturnValue:
        """End every session but this one."""
        count = sessions.end_all(db.session(), g.standing.user_id, but=g.signed_in.id)
        self._ended()
        flash(ngettext("%(num)d other session was ended.", "%(num)d other sessions were ended.", count), "success")
        return redirect(url_for(".index"))

    def _ended(self) -> None:
        db.session.commit()
        security_events.say("sessions_ended", account=g.standing.user_id, by=g.standing.user_id)
