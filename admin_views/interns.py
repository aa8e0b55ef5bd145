"""A firm's own interns: the approved internships of which somebody is the supervisor."""

from typing import Any

from flask import abort, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import ngettext
from sqlalchemy import ColumnElement, func, select

from admin_views.desk import Card, Choice, Column, Desk
from models import Application, Department, Institution, db
from services.listing import CAP, Order, key
from services.sign_in import today
from workflow.say import N_
from workflow.words import Actor, ApplicationState, Phase


def phase(word: str) -> list[ColumnElement[bool]]:
    """The dates that make an approved internship upcoming, running or ended today."""
    day = today()
    return {
        Phase.UPCOMING.value: [Application.starts_on > day],
        Phase.RUNNING.value: [Application.starts_on <= day, Application.ends_on >= day],
        Phase.ENDED.value: [Application.ends_on < day],
    }.get(word, [])


class Interns(Desk):
    """The employer's page: only internships of which this person is the supervisor."""

    actors = frozenset({Actor.EMPLOYER})
    group = N_("Employer")
    label = N_("My interns")
    icon = "people"
    files = "application"
    intro = N_("Approved internships of which you are the supervisor. The university insures its interns.")
    empty = N_("No intern is approved for you yet. You are written to when one is.")
    can_view_details = True
    details_template = "interns/file.html"
    order = Order(Application.starts_on, descending=True)
    joins = (Application.internship_type, Application.institution, Application.department)
    columns = (
        Column("student_name", N_("Intern"), Application.student_name, "link"),
        Column("institution", N_("Institution"), Institution.name),
        Column("department", N_("Department"), Department.name),
        Column("starts_on", N_("Start"), Application.starts_on, "date"),
        Column("ends_on", N_("End"), Application.ends_on, "date"),
        Column("state", N_("Status"), Application.state, "phase"),
    )
    choices = (Choice("phase", N_("Status"), None, lambda: [(p.value, p) for p in Phase]),)

    def __init__(self) -> None:
        super().__init__(Application, name="interns", endpoint="interns")

    def theirs(self) -> list[ColumnElement[bool]]:
        """What this desk is for, whatever else its reader reaches in another capacity."""
        return [
            Application.state.in_((ApplicationState.APPROVED, ApplicationState.STOPPED)),
            Application.supervisor_id.in_(g.standing.supervises_as),
        ]

    def conditions(self, args: Any) -> list[ColumnElement[bool]]:
        return [*self.theirs(), *phase(args.get("phase", ""))]

    def get_one(self, id: Any) -> Application:
        found = select(Application).where(Application.id == (key(id) or 0), *self.theirs())
        return db.session.scalars(found).one_or_none() or abort(404)

    def list_extras(self, args: Any) -> dict[str, Any]:
        return {"today": today()}

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        row = self.get_one(request.args.get("id"))
        return self.render(self.details_template, row=row, today=today())

    def waiting(self) -> list[Card]:
        own = [*phase(Phase.RUNNING.value), *self.theirs()]
        count = db.session.scalar(
            select(func.count()).select_from(select(Application.id).where(*own).limit(CAP).subquery())
        )
        label = ngettext("intern at work now", "interns at work now", count or 0)
        return [Card(str(count), label, url_for("interns.index_view", phase="running"))] if count else []
