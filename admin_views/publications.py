"""What departments publish: announcements, regulations and required files, edited by those who publish them."""

from typing import Any, ClassVar

from flask import abort, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select, true

from admin_views.buttons import Steps, buttons
from admin_views.desk import Choice, Column, Desk
from admin_views.download import download
from forms.publications import PublicationForm
from models import Department, Faculty, Publication, db, utcnow
from services import audit
from services.archives import Refusal
from services.listing import Order, Sought, asking
from services.publications import attach
from services.say import said, spoken
from services.scope import may_write
from workflow.kinds import Audience
from workflow.say import N_
from workflow.transitions import Door
from workflow.turkish import collation_key
from workflow.words import Action, Actor, PublicationKind, PublicationState

UNIVERSITY = "0"


class PublicationDesk(Steps, Desk):
    """One kind of publication: write, publish, edit, withdraw."""

    kind: ClassVar[PublicationKind]
    actors = frozenset({Actor.MEMBER, Actor.CHAIR, Actor.CAREER_CENTRE, Actor.IT})
    group = N_("Publications")
    can_view_details = True
    details_template = "publications/file.html"
    order = Order(Publication.id, descending=True)
    joins = (Publication.department,)
    columns = (
        Column("title", N_("Title"), Publication.title, "link"),
        Column("department", N_("Department"), Department.name, "of"),
        Column("state", N_("Status"), Publication.state, "state"),
        Column("published_at", N_("Date of publication"), Publication.published_at, "moment"),
    )
    choices = (Choice("state", N_("Status"), Publication.state, lambda: [(s.value, s) for s in PublicationState]),)
    searchable = N_("Title begins with")

    def __init__(self) -> None:
        super().__init__(
            Publication, name=self.kind.value, endpoint=f"publish_{self.kind.value}", url=f"/publish/{self.kind.value}"
        )

    can_create = True

    def conditions(self, args: Any) -> list[ColumnElement[bool]]:
        return [Publication.kind == self.kind, *super().conditions(args)]

    def search(self, term: str) -> Sought:
        return asking(Publication.title.startswith(term, autoescape=True))

    def get_one(self, id: Any) -> Publication:
        found: Publication = super().get_one(id)
        return found if found.kind == self.kind else abort(404)

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        row = self.get_one(request.args.get("id"))
        steps = audit.timeline(db.session(), "publication", row.id)
        may = may_write(row, g.standing)
        return self.render(
            self.details_template, row=row, buttons=buttons(row) if may else [], may_edit=may, steps=steps
        )

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        return self._written(Publication(kind=self.kind), Action.CREATE)

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        row = self.get_one(request.args.get("id"))
        return self._written(row, Action.EDIT) if may_write(row, g.standing) else abort(404)

    @expose("/file/<pk>")
    def file(self, pk: str) -> ResponseReturnValue:
        row = self.get_one(pk)
        return download(row) if row.storage_key else abort(404)

    def opened(self, row: Any) -> list[Door]:
        return super().opened(row) if may_write(row, g.standing) else []

    def values(self, row: Any, door: Door, form: Any) -> dict[str, Any]:
        return {"published_at": utcnow()} if door.action is Action.PUBLISH else {}

    def _written(self, row: Publication, action: Action) -> ResponseReturnValue:
        of = str(row.department_id or UNIVERSITY) if row.id else None
        form = PublicationForm(
            data={
                "title": row.title,
                "body": row.body,
                "must_read": row.must_read,
                "department": of,
                "audience": row.audience,
            }
        )
        form.suit(self.kind, self._departments())
        if self.sent(form, row) and form.validate() and self._saved(row, form, action):
            return redirect(self.file_page(row.id))
        back = self.file_page(row.id) if row.id else url_for(".index_view")
        return self.render("publications/form.html", form=form, row=row, back=back)

    def _saved(self, row: Publication, form: PublicationForm, action: Action) -> bool:
        try:
            if form.file and form.file.data:
                settings, store = current_app.extensions["staj"], current_app.extensions["storage"]
                attach(row, store, form.file.data.stream, form.file.data.filename, settings.max_upload)
        except Refusal as refusal:
            form.file.errors = [said(refusal.say)]
            return False
        row.title, row.body = form.title.data, form.body.data
        row.department_id = int(form.department.data) or None
        row.audience = Audience(form.audience.data) if form.audience else Audience.STUDENTS
        row.must_read = bool(form.must_read and form.must_read.data)
        row.edited_by_id = g.standing.user_id
        db.session.add(row)
        audit.note(db.session(), row, action, g.standing)
        db.session.commit()
        if row.state is PublicationState.PUBLISHED:
            flash(_("Saved. Readers see it as it is now."), "success")
        elif row.kind is not PublicationKind.ANNOUNCEMENT and not row.storage_key:
            flash(_("Saved. Add its file, then publish it."), "success")
        else:
            flash(_("Saved. Readers see it once it is published."), "success")
        return True

    def _departments(self) -> list[tuple[str, str]]:
        """Departments this person publishes for, the university as a whole first where they may."""
        everywhere = not g.standing.actors.isdisjoint({Actor.CAREER_CENTRE, Actor.IT})
        mine = Department.id.in_(g.standing.commissions)
        all_ = Actor.IT in g.standing.actors
        found = select(Department.id, spoken(Department.name), spoken(Faculty.name)).join(Department.faculty)
        rows = sorted(
            db.session.execute(found.where(true() if all_ else mine)),
            key=lambda row: collation_key(f"{row[1]} {row[2]}"),
        )
        university = [(UNIVERSITY, _("The whole university"))] if everywhere else []
        return university + [(str(key), f"{name} ({of})") for key, name, of in rows]


class AnnouncementDesk(PublicationDesk):
    kind = PublicationKind.ANNOUNCEMENT
    label = N_("Publish announcements")
    icon = "megaphone"
    empty = N_("Nothing was announced yet. “Add” writes the first announcement.")


class RegulationDesk(PublicationDesk):
    kind = PublicationKind.REGULATION
    label = N_("Publish regulations")
    icon = "journal-text"
    empty = N_("No regulation was published yet. “Add” uploads the first one.")


class RequiredFileDesk(PublicationDesk):
    kind = PublicationKind.REQUIRED_FILE
    label = N_("Publish required files")
    icon = "file-earmark-arrow-down"
    empty = N_("No required file was published yet. “Add” uploads the first one.")
