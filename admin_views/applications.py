"""The commission's queue: every file of its departments, decided one by one or many at once."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import Response, abort, flash, g, jsonify, redirect, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from sqlalchemy import Float, cast, select
from sqlalchemy.orm import joinedload

from admin_views.assessment import SETTLED, Assessing, Completions
from admin_views.buttons import buttons
from admin_views.desk import Card, Column, Desk
from admin_views.download import download
from admin_views.firm_calls import CallsTheFirm
from admin_views.many import MANY, Many
from admin_views.place import PAGES
from admin_views.reviewing import Reviewing
from forms.step import step_form
from models import Application, Department, Document, Institution, InternshipType, Supervisor, Term, User, db
from services import audit, change_requests, conflicts, insurance_days, reasons, reviewers
from services.differences import since_rejection
from services.export import CONTENT_TYPES, SHEET, XLSX, exported
from services.listing import Conditions, Listed, capped, counts, cursor, key, listed, reaches, walked
from services.offers import files, offers
from services.queue import ALL, KEPT, MINE, NOBODYS, OFF, ORDERS, STATES, Queue, named, options, queue
from services.say import said
from services.scope import among, reading_session
from services.sign_in import today
from services.transition import doors
from services.wizard import everything
from services.wizard.checks import judge_again
from workflow.say import N_, Deadline
from workflow.transitions import APPLICATIONS, Door
from workflow.words import Action, Actor, ApplicationState, Purpose, Word

SOON = 5  # working days to the day to decide by that make a waiting file urgent
EXPORTED = (
    (N_("Number"), Application.id),
    (N_("Student number"), Application.student_number),
    (N_("Name and surname"), Application.student_name),
    (N_("Department"), Department.name),
    (N_("Class year"), Application.class_year),
    (N_("Internship"), InternshipType.name),
    (N_("Term"), Term.name),
    (N_("Institution"), Institution.name),
    (N_("City"), Institution.city),
    (N_("Supervisor"), Supervisor.name),
    (N_("Start"), Application.starts_on),
    (N_("End"), Application.ends_on),
    (N_("Working days"), cast(Application.half_days, Float) / 2),
    (N_("Submitted"), Application.submitted_at),
    (N_("Status"), Application.state),
    (N_("Reviewer"), User.name),
    (N_("Reason"), Application.reason),
    (N_("E-mail"), Application.email),
    (N_("Phone"), Application.phone),
    (N_("Reason of the stop"), Application.stop_reason),
    (N_("Kind of reason"), Application.reason_kind),
    (N_("Handed in"), Application.handed_in_at),
    (N_("Days counted"), cast(Application.counted_half_days, Float) / 2),
    (N_("Days accepted"), cast(Application.accepted_half_days, Float) / 2),
    (N_("To be corrected by"), Application.due_on),
)
WORDS = frozenset({"Reason", "Reason of the stop"})  # read by the commission alone
EXPORT_JOINS = (
    Application.department,
    Application.internship_type,
    Application.term,
    Application.institution,
    Application.supervisor,
    Application.reviewer,
)


class Applications(Many, Reviewing, Assessing, CallsTheFirm, Desk):
    """Applications of the reader's commissions; the career centre reads everybody's."""

    actors = frozenset({Actor.MEMBER, Actor.CHAIR, Actor.CAREER_CENTRE})
    group = N_("Commission")
    label = N_("Applications")
    icon = "clipboard-check"
    files = "application"
    can_view_details = True
    list_template = "applications/list.html"
    order = ORDERS["waiting"]
    joins = (Application.internship_type, Application.institution, Application.department, Application.reviewer)
    columns = (
        Column("student_name", N_("Student"), Application.student_name),
        Column("student_number", N_("Student number"), Application.student_number),
        Column("type", N_("Internship"), InternshipType.name),
        Column("department", N_("Department"), Department.code),
        Column("institution", N_("Institution"), Institution.name),
        Column("institution_id", "", Application.institution_id),
        Column("vouched", "", Institution.state),
        Column("abroad", "", Application.abroad),
        Column("starts_on", N_("Start"), Application.starts_on),
        Column("ends_on", N_("End"), Application.ends_on),
        Column("half_days", N_("Days"), Application.half_days),
        Column("counted_half_days", N_("Days counted"), Application.counted_half_days),
        Column("submitted_at", N_("Submitted"), Application.submitted_at),
        Column("handed_in_at", N_("Handed in"), Application.handed_in_at),
        Column("state", N_("Status"), Application.state),
        Column("reviewer", N_("Reviewer"), User.name),
        Column("breaks", "", Application.breaks),
        Column("version", "", Application.version),
    )

    def __init__(self) -> None:
        super().__init__(Application, name="applications", endpoint="applications")

    # -- the queue ----------------------------------------------------------------------------------------

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        asked = self._asked()
        page = listed(
            db.session(), {c.name: c.expr for c in self.columns}, asked.order, at=cursor(request.args, asked.order),
            where=asked.filters, branches=asked.branches, joins=self.joins, sought=asked.sought,
        )  # fmt: skip
        return self.render(
            self.list_template,
            page=page,
            asked=asked,
            args=_filters(),
            here=self.kept(),
            **self._offered(asked, page),
        )

    def _asked(self) -> Queue:
        return queue(db.session(), request.args, g.standing)

    def _offered(self, asked: Queue, page: Listed) -> dict[str, Any]:
        """What the page around the rows needs."""
        chosen = asked.keys.get("institution")
        shown = {row.state for row in page.rows}
        open_ = files(db.session(), [row.key for row in page.rows if row.state in reviewers.OPEN])
        decides = [
            d.action for d in APPLICATIONS.table if d.action in MANY and d.by & g.standing.actors and d.froms & shown
        ]
        return {
            "options": options(db.session(), asked),
            "whose": self._whose(),
            "states": [*((s.value, said(s)) for s in STATES), (ALL, _("All statuses"))],
            "institution": db.session.get(Institution, chosen) if chosen else None,
            "alike": named(db.session(), request.args["institution"]) if "institution" in asked.wrong else (),
            "decides": decides if open_ else [],
            "offered": offers(db.session(), open_.values(), MANY, g.standing, today()),
            "found_elsewhere": asked.elsewhere(db.session()),
            "decide_by": insurance_days.signs(
                db.session(), [row for row in page.rows if row.state is ApplicationState.SUBMITTED], today()
            ),
            "today": today(),
        }

    def _whose(self) -> list[tuple[str, str]]:
        """Whose files can be asked for, beside each member's; offered to commissions only."""
        if not g.standing.commissions:
            return []
        return [(MINE, _("Mine")), (NOBODYS, _("Nobody’s")), (OFF, _("No reviewer on duty"))]

    @expose("/institutions")
    def institutions(self) -> ResponseReturnValue:
        """The type-ahead of the institution filter."""
        return jsonify(
            [{"id": i.id, "name": i.name, "city": i.city} for i in named(db.session(), request.args.get("q", ""))]
        )

    @expose("/export/<export_type>")
    def export(self, export_type: str) -> ResponseReturnValue:
        """Exactly the filter on screen, every page of it, as it is read."""
        if export_type not in CONTENT_TYPES:
            return abort(404)
        asked = self._asked()
        if export_type == XLSX and reaches(
            db.session(), Application, SHEET, where=asked.where, branches=asked.branches
        ):
            flash(
                _(
                    "An Excel sheet takes %(rows)s rows, and this filter has more. Narrow it, or take the CSV.",
                    rows=format_decimal(SHEET),
                ),
                "danger",
            )
            return redirect(self.list_page())
        pieces = exported(export_type, [_(label) for label, _expr in EXPORTED], _exported(asked))
        response = Response(stream_with_context(pieces), content_type=CONTENT_TYPES[export_type])
        response.headers["Content-Disposition"] = f'attachment; filename="staj-{today():%Y-%m-%d}.{export_type}"'
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def waiting(self) -> list[Card]:
        """What waits for this person's decision, most pressing first; for a chair, the files of reviewers who left."""
        if not g.standing.commissions:
            return []
        by, latest = insurance_days.pressing(db.session(), today(), SOON)
        soon, mine = {"start_to": latest.isoformat()}, {"reviewer": MINE}
        completed, broken = {"state": ApplicationState.COMPLETION.value}, {"state": ALL, "breaks": "1"}
        views: dict[str, dict[str, Any]] = {
            "soon": soon, "mine": mine, "all": {}, "completed": completed, "broken": broken,
        }  # fmt: skip
        n = counts(
            db.session(), Application, {**self._left(), **{name: self._waits(args) for name, args in views.items()}}
        )  # fmt: skip
        n["left"] += n["changing"]
        labels = {
            "left": ngettext("file has no reviewer on duty", "files have no reviewer on duty", n["left"]),
            "soon": ngettext(
                "application has to be decided by %(day)s",
                "applications have to be decided by %(day)s",
                n["soon"],
                day=said(Deadline(by)),
            ),
            "mine": ngettext("of them is yours to review", "of them are yours to review", n["mine"]),
            "all": ngettext("application waits for a decision", "applications wait for a decision", n["all"]),
            "broken": ngettext(
                "internship breaks a rule since its days were counted anew",
                "internships break a rule since their days were counted anew",
                n["broken"],
            ),
            "completed": ngettext("completion waits for assessment", "completions wait for assessment", n["completed"]),
        }
        links = {name: url_for("applications.index_view", **args) for name, args in views.items()}
        links["left"] = url_for("applications.share", reviewer=OFF)
        return [
            Card(capped(n[name]), labels[name], links[name], urgent=name in {"left", "soon", "broken"})
            for name in ("left", "soon", "broken", "all", "mine", "completed")
            if n[name]
        ]

    def _waits(self, args: Mapping[str, str]) -> Conditions:
        """A view of what waits for a decision in the reader's commissions."""
        asked = queue(db.session(), args, g.standing)
        return [
            among(Application.department_id, g.standing.commissions),
            *([Application.state == asked.state] if asked.state else []),
            *asked.where,
        ]

    def _left(self) -> dict[str, Conditions]:
        """What a chair has to give anew: files that wait themselves, and files of which a change waits."""
        theirs = [among(Application.department_id, g.standing.chair_of), *reviewers.off_duty(today())]
        return {
            "left": [Application.state.in_(sorted(reviewers.OPEN)), *theirs],
            "changing": [Application.id.in_(reviewers.changing(g.standing.chair_of)), *theirs],
        }

    # -- one file -----------------------------------------------------------------------------------------

    def get_one(self, id: Any) -> Application:
        found = select(Application).where(Application.id == (key(id) or 0)).options(
            *(joinedload(r) for r in (*EXPORT_JOINS, Application.policy, Application.student))
        )  # fmt: skip
        row: Application | None = db.session.scalars(found).one_or_none()
        return row if row and self.is_of_queue(row) else abort(404)

    def is_of_queue(self, row: Application) -> bool:
        """Reach may come from another capacity (own file, own intern): this desk is for commissions."""
        theirs = row.department_id in g.standing.commissions or Actor.CAREER_CENTRE in g.standing.actors
        partial = row.student_id == g.standing.student_id or row.supervisor_id in g.standing.firm_as
        return theirs and not partial and row.submitted_at is not None

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        row = self.get_one(request.args.get("id"))
        steps = audit.timeline(db.session(), "application", row.id)
        asked, opened, drawn = self._asked(), doors(row, g.standing), buttons(row)
        offered = [b["action"] for b in drawn if not b["refusal"]]
        rejecting = next((d for d in opened if d.action is Action.REJECT and d.action in offered), None)
        handed_in, logbooks = _by_purpose(self._documents(row))
        return self.render(
            "applications/file.html", row=row, judgement=judge_again(row),
            changes=since_rejection(steps), requests=change_requests.of(db.session(), row), logbooks=logbooks, typed=everything.of_application(row, steps, handed_in), buttons=drawn, today=today(),
            rejecting=step_form(rejecting) if rejecting else None, args=_filters(), firm=self.calls(row),
            decide_by=insurance_days.sign(db.session(), row, today()) if row.state is ApplicationState.SUBMITTED else None,
            both_sides=conflicts.of_file(db.session(), row, today()), reviewing=reviewers.turn(db.session(), row, g.standing, today()),
            next=self._beside(asked, row), previous=self._beside(asked, row, back=True), **{"steps": steps, **self.completing(row)},
        )  # fmt: skip

    def _beside(self, asked: Queue, row: Application, *, back: bool = False) -> str | None:
        found = asked.beside(db.session(), row, back=back)
        return self.file_page(found) if found else None

    @expose("/document/<pk>/<document>")
    def document(self, pk: str, document: str) -> ResponseReturnValue:
        row = self.get_one(pk)
        found = next((d for d in self._documents(row) if str(d.id) == document), None)
        return download(found) if found else abort(404)

    def _documents(self, row: Application) -> list[Document]:
        handed_in = (Document.application_id == row.id, Document.submitted_at.is_not(None))
        return list(db.session.scalars(select(Document).where(*handed_in).order_by(Document.id.desc())))

    def entry(self) -> tuple[str, str]:
        """The completions that wait are this queue, filtered, and have an entry of their own."""
        return ("completions", Completions.label) if request.args.get("state") == Completions.queue else super().entry()

    def list_args(self) -> tuple[str, ...]:
        return (*KEPT, *PAGES)

    # -- deciding -----------------------------------------------------------------------------------------

    def file_url(self, row: Any) -> str:
        return self.file_page(row.id)

    def done(self, row: Any, door: Door) -> str:
        return f"{row.student_name}: {said(row.state)}"

    def after(self, row: Any, door: Door) -> str:
        """Back to the list it was decided on, or on to the next file of the queue."""
        assessed = door.action in SETTLED and "state" in request.args  # without, it is not the queue of completions
        decided = door.action in {Action.APPROVE, Action.APPROVE_LATE, Action.REJECT}
        if request.args.get("list") or not (assessed or decided):
            return self.list_page(row.id) if request.args.get("list") else self.file_url(row)
        return self.onwards(row)

    def beside(self, row: Any, *, back: bool = False) -> int | None:
        return self._asked().beside(db.session(), row, back=back)


def _by_purpose(documents: Sequence[Document]) -> tuple[list[Document], list[Document]]:
    """What was handed in with the application, and what closes it."""
    logbooks = [d for d in documents if d.purpose is Purpose.LOGBOOK]
    return [d for d in documents if d not in logbooks], logbooks


def _filters() -> dict[str, Any]:
    """The filters of this address, without places and cursors: what every link of the desk carries on."""
    return {n: v for n in KEPT if (v := request.args.get(n, "").replace("\x00", "").strip())}


def _exported(asked: Queue) -> Iterator[list[Any]]:
    selected = {
        str(n): reasons.column(Application, expr, asked.standing) if label in WORDS else expr
        for n, (label, expr) in enumerate(EXPORTED)
    }
    with reading_session(asked.standing) as session:
        for row in walked(
            session, selected, asked.order, where=asked.where, branches=asked.branches, joins=EXPORT_JOINS
        ):
            yield _cells(row)


def _cells(row: Any) -> list[Any]:
    return [said(value) if isinstance(value, Word) else value for value in row[: len(EXPORTED)]]
