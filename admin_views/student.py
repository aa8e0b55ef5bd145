"""The student's pages: what the department publishes, and all applications past and current."""

from collections.abc import Sequence
from typing import Any, ClassVar

from flask import abort, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, or_, select

from admin_views.buttons import Steps, buttons
from admin_views.desk import Card, Column, Desk
from admin_views.download import download
from admin_views.firm_calls import CallsTheFirm
from models import (
    Application,
    Department,
    Document,
    Institution,
    InternshipType,
    Publication,
    Term,
    db,
)
from services import audit, change_requests
from services.insurance_days import decision, told_to_student
from services.listing import Order, key
from services.publications import audiences
from services.say import said
from services.sign_in import today
from services.tracker import track
from services.wizard import everything
from services.wizard.checks import judge_again
from services.wizard.sketches import sketches
from workflow.phase import HANDED_IN
from workflow.say import N_, Deadline, Say
from workflow.words import Action, Actor, PublicationKind, PublicationState, Purpose
from workflow.words import ApplicationState as S


class Reading(Desk):
    """One kind of publication as its students read it: a table, a detail page, a download."""

    kind: ClassVar[PublicationKind]
    actors = frozenset({Actor.STUDENT})
    group = N_("Student")
    list_template = "student/publications.html"
    order = Order(Publication.published_at, descending=True)
    joins = (Publication.department,)
    columns = (
        Column("title", N_("Title"), Publication.title),
        Column("department", N_("Department"), Department.name),
        Column("published_at", N_("Date of publication"), Publication.published_at, "moment"),
        Column("size", N_("Size"), Publication.size),
        Column("must_read", N_("Ticked as read"), Publication.must_read),
    )

    def __init__(self, endpoint: str) -> None:
        super().__init__(Publication, name=endpoint, endpoint=endpoint)

    def conditions(self, args: Any) -> list[ColumnElement[bool]]:
        """What this desk's readers are to read; one who also publishes finds drafts at the publishing desk."""
        meant = Publication.audience.in_(sorted(audiences(self.actors)))
        return [Publication.kind == self.kind, Publication.state == PublicationState.PUBLISHED, meant, *self.theirs()]

    def theirs(self) -> list[ColumnElement[bool]]:
        """Which departments' these readers find here."""
        return [or_(Publication.department_id.is_(None), Publication.department_id.in_(g.standing.studies))]

    def get_one(self, id: Any) -> Publication:
        found = select(Publication).where(Publication.id == (key(id) or 0), *self.conditions({}))
        return db.session.scalars(found).one_or_none() or abort(404)

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        return self.render("student/publication.html", row=self.get_one(request.args.get("id")))

    @expose("/file/<pk>")
    def file(self, pk: str) -> ResponseReturnValue:
        row = self.get_one(pk)
        return download(row) if row.storage_key else abort(404)


class Announcements(Reading):
    kind = PublicationKind.ANNOUNCEMENT
    label = N_("Announcements")
    icon = "megaphone"
    empty = N_("Your department has announced nothing yet. New announcements appear here.")


class News(Announcements):
    """Announcements for staff, as commissions and offices read them."""

    actors = frozenset(Actor) - {Actor.STUDENT, Actor.EMPLOYER}
    group = N_("Account")
    label = N_("Announcements for you")
    empty = N_("Nothing was announced for you yet. New announcements appear here.")

    def theirs(self) -> list[ColumnElement[bool]]:
        everywhere = Actor.IT in g.standing.actors
        own = Publication.department_id.in_(g.standing.commissions)
        return [] if everywhere else [or_(Publication.department_id.is_(None), own)]


class FirmNews(Announcements):
    """Announcements for firms, with an account or by a letter's link."""

    actors = frozenset({Actor.EMPLOYER})
    group = N_("Employer")
    label = N_("Announcements for you")
    empty = N_("Nothing was announced for you yet. New announcements appear here.")

    def theirs(self) -> list[ColumnElement[bool]]:
        return []


class Regulations(Reading):
    kind = PublicationKind.REGULATION
    label = N_("Related regulations")
    icon = "journal-text"
    intro = N_("A click on a regulation downloads it.")
    empty = N_("Your department has published no regulation yet.")


class RequiredFiles(Reading):
    kind = PublicationKind.REQUIRED_FILE
    label = N_("Required files")
    icon = "file-earmark-arrow-down"
    intro = N_("The files you need for the application and for what comes after it.")
    empty = N_("Your department has published no required file yet.")


class MyApplications(CallsTheFirm, Steps, Desk):
    """All internship applications of the student, past and current, with what can be done on each."""

    actors = frozenset({Actor.STUDENT})
    group = N_("Student")
    label = N_("All my applications")
    icon = "list-check"
    files = "application"
    skips = Steps.skips | {Action.COMPLETE}  # admin_views.completion
    can_view_details = True
    list_template = "student/applications.html"
    order = Order(Application.id, descending=True)
    joins = (Application.internship_type, Application.institution, Application.term)
    columns = (
        Column("type", N_("Internship"), InternshipType.name),
        Column("institution", N_("Institution"), Institution.name),
        Column("term", N_("Term"), Term.name),
        Column("starts_on", N_("Start"), Application.starts_on, "date"),
        Column("ends_on", N_("End"), Application.ends_on, "date"),
        Column("half_days", N_("Days"), Application.half_days),
        Column("state", N_("Status"), Application.state),
        Column("reason", N_("Reason"), Application.reason),
        Column("stop_reason", N_("Reason of the stop"), Application.stop_reason),
        Column("due_on", N_("To be corrected by"), Application.due_on),
        Column("created_at", N_("Begun"), Application.created_at),
    )
    empty = N_("You have no application yet. “New application” starts one; it is saved page by page.")

    def __init__(self) -> None:
        super().__init__(Application, name="my_applications", endpoint="my_applications", url="/my-applications")

    def conditions(self, args: Any) -> list[ColumnElement[bool]]:
        return [Application.student_id == g.standing.student_id]

    def get_one(self, id: Any) -> Application:
        found: Application = super().get_one(id)
        return found if found.student_id == g.standing.student_id else abort(404)

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        page = self.page(request.args)
        drafts = [row.key for row in page.rows if row.state is S.DRAFT]
        known = sketches(db.session(), drafts)
        return self.render(self.list_template, page=page, sketches=known, today=today())

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        row = self.get_one(request.args.get("id"))
        steps = audit.timeline(db.session(), "application", row.id)
        return self.render(
            "student/application.html",
            row=row,
            milestones=track(row, steps, today(), self._decided(row)),
            steps=steps,
            buttons=[b for b in buttons(row) if b["action"] not in self.skips],
            changes=change_requests.of(db.session(), row),
            offers=change_requests.offers(db.session(), row, today()),
            typed=everything.of_application(
                row, steps, [d for d in self._documents(row) if d.purpose is not Purpose.LOGBOOK]
            ),
            judgement=judge_again(row) if row.submitted_at else None,
            today=today(),
            firm=self.calls(row),
        )

    def _decided(self, row: Application) -> Say | None:
        """By when the commission decides on a file that waits for it."""
        return told_to_student(decision(db.session(), row, today())) if row.state is S.SUBMITTED else None

    @expose("/document/<pk>/<document>")
    def document(self, pk: str, document: str) -> ResponseReturnValue:
        row = self.get_one(pk)
        found = next((d for d in self._documents(row) if str(d.id) == document), None)
        return download(found) if found else abort(404)

    def _documents(self, row: Application) -> list[Document]:
        return list(
            db.session.scalars(select(Document).where(Document.application_id == row.id).order_by(Document.id.desc()))
        )

    def waiting(self) -> list[Card]:
        waits = (S.DRAFT, S.REJECTED, S.APPROVED, S.STOPPED, S.RETURNED)
        mine = select(Application.id, Application.state, Application.ends_on, Application.due_on).where(
            Application.student_id == g.standing.student_id, Application.state.in_(waits)
        )
        rows = db.session.execute(mine.order_by(Application.id.desc()).limit(50)).all()
        of = {state: [r for r in rows if r.state is state] for state in waits}
        ended = [r for r in of[S.APPROVED] + of[S.STOPPED] if r.ends_on < today()]
        return [
            *([self._card(of[S.REJECTED], _("rejected: correct and submit again"), urgent=True)] if of[S.REJECTED] else []),
            *(self._returned(r) for r in of[S.RETURNED]),
            *([_closing(ended, ngettext("internship has ended: complete it", "internships have ended: complete them", len(ended)))] if ended else []),
            *([self._card(of[S.DRAFT], _("begun and not yet submitted"))] if of[S.DRAFT] else []),
        ]  # fmt: skip

    def _returned(self, row: Any) -> Card:
        label = _("completion returned: correct it by %(day)s", day=said(Deadline(row.due_on)))
        return _closing([row], label, urgent=True)

    def _card(self, rows: Sequence[Any], label: str, *, urgent: bool = False) -> Card:
        url = self.file_page(rows[0].id) if len(rows) == 1 else url_for("my_applications.index_view")
        return Card(str(len(rows)), label, url, urgent)

    def letter_page(self, machine: str, pk: int) -> str:
        """A letter about a completion leads to its steps."""
        state = db.session.scalar(
            select(Application.state).where(Application.id == (key(str(pk)) or 0), *self.conditions({}))
        )
        return _completion(pk) if state in HANDED_IN | {S.RETURNED} else self.file_page(pk)


def _closing(rows: Sequence[Any], label: str, *, urgent: bool = False) -> Card:
    """A card that leads to the completion, or to the list of them."""
    url = _completion(rows[0].id) if len(rows) == 1 else url_for("completion.index")
    return Card(str(len(rows)), label, url, urgent)


def _completion(pk: int) -> str:
    return url_for("completion.details_view", pk=pk)
