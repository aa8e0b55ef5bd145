"""How the site is: one word for whoever asks, and for IT every part with what to do about it."""

from typing import Any

from flask import Flask, Response, current_app, jsonify, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _

from admin_views.desk import Card, Opened
from models import db, utcnow
from services import health
from services.sign_in import today
from workflow.kinds import Health
from workflow.say import N_
from workflow.words import Actor


def install(app: Flask) -> None:
    """The address a load balancer asks; it says yes or no and nothing else."""
    app.add_url_rule("/health", "health", _answer)


def _answer() -> ResponseReturnValue:
    well = health.healthy(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001 -- the application itself keeps the answer
    answer: Response = jsonify(status="ok" if well else "not ok")
    answer.status_code = 200 if well else 503
    return answer


class HealthDesk(Opened):
    """Every part of the running site: in order, needs attention, or broken."""

    actors = frozenset({Actor.IT})
    group = N_("IT")
    icon = "hospital"
    label = N_("Health of the system")

    def __init__(self) -> None:
        super().__init__(name="system", endpoint="system", url="/system")

    @expose("/")
    def index(self) -> ResponseReturnValue:
        found = health.checks(db.session(), today())
        worst = max((check.level for check in found), key=list(Health).index)
        return self.render("it/health.html", checks=found, worst=worst, versions=health.versions(db.session()))

    def waiting(self) -> list[Card]:
        """The worker tells on everything else; whether it is there, nobody else tells."""
        check: Any = health.worker(db.session(), utcnow())
        if check.level is Health.OK:
            return []
        return [Card("!", _("The worker is silent: letters wait"), url_for("system.index"), urgent=True)]
