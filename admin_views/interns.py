"""Read-only lists of approved internships: a firm's own interns, and the starts the health office insures."""

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

APPROVED = Application.state == ApplicationState.APPROVED


def phase(word: str) -> list[ColumnElement[bool]]:
    """The dates that make an approved internship upcoming, running or ended today."""
    day = today()
    return {
        Phase.UPCOMING.value: [Application.starts_on > day],
        Phase.RUNNING.value: [Application.starts_on <= day, Application.ends_on >= day],
        Phase.ENDED.value: [Application.ends_on < day],
    }.get(word, [])


class Approved(Desk):
    """Approved internships by their first day, as far as the reader reaches."""

    can_view_details = True
    list_template = "interns/list.html"
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

    def theirs(self) -> list[ColumnElement[bool]]:
        """What this desk is for, whatever else its reader reaches in another capacity."""
        return [APPROVED]

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


class Interns(Approved):
    """The employer's page: only internships of which this person is the supervisor."""

    actors = frozenset({Actor.EMPLOYER})
    group = N_("Employer")
    label = N_("My interns")
    icon = "people"
    files = "application"
    intro = N_("Approved internships of which you are the supervisor. The university insures its interns.")
    empty = N_("No intern is approved for you yet. You are written to when one is.")

    def __init__(self) -> None:
        super().__init__(Application, name="interns", endpoint="interns")

    def theirs(self) -> list[ColumnElement[bool]]:
        return [
            Application.state.in_((ApplicationState.APPROVED, ApplicationState.STOPPED)),
            Application.supervisor_id.in_(g.standing.supervises_as),
        ]

    def waiting(self) -> list[Card]:
        own = [*phase(Phase.RUNNING.value), *self.theirs()]
        count = db.session.scalar(
            select(func.count()).select_from(select(Application.id).where(*own).limit(CAP).subquery())
        )
        label = ngettext("intern at work now", "interns at work now", count or 0)
        return [Card(str(count), label, url_for("interns.index_view", phase="running"))] if count else []


class Starts(Approved):
    """The health office's page: approved internships by first day, nearest first."""

    actors = frozenset({Actor.HEALTH_OFFICE})
    group = N_("Health office")
    label = N_("Internships to insure")
    icon = "hospital"
    files = "application"
    intro = N_(
        "Approved internships that have not started. The entry is due at the latest one day before the start, by 23:59 (Law 5510)."
    )
    empty = N_("No approved internship waits for its start.")
    order = Order(Application.starts_on)

    def __init__(self) -> None:
        super().__init__(Application, name="starts", endpoint="starts", url="/internships-to-insure")

    def conditions(self, args: Any) -> list[ColumnElement[bool]]:
        return [APPROVED, *phase(args.get("phase") or Phase.UPCOMING.value)]

    def waiting(self) -> list[Card]:
        soon = select(Application.id).where(APPROVED, *phase(Phase.UPCOMING.value)).limit(CAP + 1)
        count = db.session.scalar(select(func.count()).select_from(soon.subquery())) or 0
        text = f"{CAP}+" if count > CAP else str(count)
        label = ngettext("approved internship starts soon", "approved internships start soon", count)
        return [Card(text, label, url_for("starts.index_view"))] if count else []
