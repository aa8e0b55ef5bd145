"""A firm's own page: what waits for its answer, the interns of now and to come, and those of before."""

from collections.abc import Sequence
from typing import Any

from flask import abort, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import ngettext
from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import joinedload

from admin_views.desk import Card, Column, Desk
from models import Application, Attendance, Department, Evaluation, Institution, InternshipType, db
from services import interns, publications
from services.listing import Order, key
from services.scope import among
from services.sign_in import today
from workflow.phase import TAKES_PLACE, status
from workflow.say import N_
from workflow.words import Actor, ApplicationState, Phase, Word

GROUPS = (
    (N_("At work now"), (Phase.RUNNING,)),
    (N_("Still to come"), (Phase.UPCOMING,)),
    (N_("Interns of before"), (Phase.ENDED,)),
)


def theirs() -> list[ColumnElement[bool]]:
    """Internships that take place under the reader as supervisor, whatever else they reach in another capacity."""
    own = g.standing.student_id
    return [
        Application.state.in_(sorted(TAKES_PLACE)),
        among(Application.supervisor_id, g.standing.supervises_as),
        *([Application.student_id != own] if own else []),
    ]


def own_intern(pk: Any) -> Application:
    """The internship with this key, if the reader supervises it, with what its pages name; or 404."""
    found = select(Application).where(Application.id == (key(pk) or 0), *theirs())
    named = (Application.institution, Application.internship_type, Application.department, Application.policy)
    return db.session.scalars(found.options(*(joinedload(n) for n in named))).one_or_none() or abort(404)


def seen_by_firm(row: Any) -> Word:
    """How an internship stands, as far as it is the firm's business: what the commission decides is not."""
    state = ApplicationState.STOPPED if row.state is ApplicationState.STOPPED else ApplicationState.APPROVED
    return status(state, row.starts_on, row.ends_on, today())


class Interns(Desk):
    """The employer's start page: only internships of which this person is the supervisor."""

    actors = frozenset({Actor.EMPLOYER})
    group = N_("Employer")
    label = N_("My interns")
    icon = "people"
    files = "application"
    empty = N_("No intern is approved for you yet. You are written to when one is.")
    can_view_details = True
    list_template = "interns/list.html"
    details_template = "interns/file.html"
    order = Order(Application.starts_on, descending=True)
    joins = (Application.internship_type, Application.institution, Application.department)
    columns = (
        Column("student_name", N_("Intern"), Application.student_name),
        Column("internship", N_("Internship"), InternshipType.name),
        Column("institution", N_("Institution"), Institution.name),
        Column("department", N_("Department"), Department.name),
        Column("starts_on", N_("Start"), Application.starts_on),
        Column("ends_on", N_("End"), Application.ends_on),
        Column("state", N_("Status"), Application.state),
        Column("reason_kind", "", Application.reason_kind),
        Column("stopped", "", Application.stop_reason.is_not(None)),
        Column("attendance", "", select(Attendance.state).where(Attendance.application_id == Application.id).scalar_subquery()),
        Column("evaluation", "", select(Evaluation.state).where(Evaluation.application_id == Application.id).scalar_subquery()),
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__(Application, name="interns", endpoint="interns")

    def conditions(self, args: Any) -> list[ColumnElement[bool]]:
        return theirs()

    def get_one(self, id: Any) -> Application:
        return own_intern(id)

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        args, day = request.args.to_dict(), today()
        page = self.page(args)
        waiting = interns.waiting(db.session(), g.standing, day)
        firms = {row.institution for row in page.rows}
        return self.render(
            self.list_template, page=page, args=args, groups=_grouped(page.rows), waiting=waiting, today=day,
            several=len(firms) > 1, addresses=ADDRESSES,
            news=publications.news(db.session(), {Actor.EMPLOYER}), news_at="firm_news",
        )  # fmt: skip

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        row = own_intern(request.args.get("id"))
        return self.render(self.details_template, row=row, status=seen_by_firm(row), here="file")

    def waiting(self) -> list[Card]:
        """For the start page of somebody who has other duties too."""
        found = interns.waiting(db.session(), g.standing, today())
        label = ngettext(
            "answer of yours is awaited about an intern", "answers of yours are awaited about interns", len(found)
        )
        return [Card(str(len(found)), label, url_for("interns.index_view"), urgent=True)] if found else []


# what is awaited -> the page where it is given, and how that page takes its key
ADDRESSES = {
    interns.Awaited.CHANGE: ("intern_changes.details_view", "id"),
    interns.Awaited.WEEKS: ("intern_attendance.page", "pk"),
    interns.Awaited.CONFIRMATION: ("intern_attendance.page", "pk"),
    interns.Awaited.EVALUATION: ("intern_evaluation.page", "pk"),
}


def _grouped(rows: Sequence[Row[Any]]) -> list[tuple[str, list[tuple[Any, Word]]]]:
    """(heading, [(intern, status)]) of the rows of one page, without the groups nobody is in."""
    day = today()  # one who was stopped is at work until their last day
    found = [(status(ApplicationState.APPROVED, r.starts_on, r.ends_on, day), r, seen_by_firm(r)) for r in rows]
    groups = ((heading, [(row, word) for phase, row, word in found if phase in words]) for heading, words in GROUPS)
    return [(heading, members) for heading, members in groups if members]
