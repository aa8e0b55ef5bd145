"""Change requests at their three desks: the student asks and withdraws, the supervisor agrees, the commission decides."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from flask import abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from admin_views.buttons import Steps, buttons
from admin_views.desk import Card, Choice, Column, Desk
from admin_views.firm_calls import CallsTheFirm
from admin_views.hand_over import HandsOver
from admin_views.place import PAGES
from forms.change_request import change_form
from models import Application, ChangeRequest, Institution, User, db
from services import audit, change_requests
from services.listing import Cursor, Listed, Order, capped, counts, cursor, key, listed, neighbour
from services.queue import MINE
from services.say import said
from services.scope import among
from services.sign_in import today
from services.transition import Refused
from services.visible import impartial
from workflow.kinds import ReasonKind
from workflow.say import N_
from workflow.transitions import Door
from workflow.words import Actor, ChangeKind, ChangeState

STATES = tuple(s for s in ChangeState if s is not ChangeState.NEW)
KEPT = ("state", "kind", "reviewer")
OLDEST, NEWEST = Order(ChangeRequest.asked_at), Order(ChangeRequest.asked_at, descending=True)


class Changes(CallsTheFirm, Steps, Desk):
    """Change requests as far as the reader reaches; what waits for them comes first."""

    files = "change_request"
    icon = "arrow-left-right"
    can_view_details = True
    details_template = "changes/file.html"
    order = NEWEST
    joins: ClassVar[Sequence[Any]] = (ChangeRequest.application, Application.institution)
    columns: ClassVar[Sequence[Column]] = (
        Column("student_name", N_("Student"), Application.student_name, "link"),
        Column("kind", N_("Kind of change"), ChangeRequest.kind),
        Column("institution", N_("Institution"), Institution.name),
        Column("starts_on", N_("New start"), ChangeRequest.starts_on, "date"),
        Column("ends_on", N_("New end"), ChangeRequest.ends_on, "date"),
        Column("asked_at", N_("Asked"), ChangeRequest.asked_at, "date"),
        Column("state", N_("Status"), ChangeRequest.state, "state"),
    )
    choices = (
        Choice("state", N_("Status"), ChangeRequest.state, lambda: [(s.value, s) for s in STATES]),
        Choice("kind", N_("Kind of change"), ChangeRequest.kind, lambda: [(k.value, k) for k in ChangeKind]),
    )
    waits: ClassVar[ChangeState | None] = None  # in which state a request waits for whoever works here
    wait_text: ClassVar[str]
    emptied = N_("That was the last change request that waited for you.")
    application_desk: ClassVar[str]

    def __init__(self, endpoint: str, url: str) -> None:
        super().__init__(ChangeRequest, name=endpoint, endpoint=endpoint, url=url)

    def theirs(self) -> list[ColumnElement[bool]]:
        """What this desk is for, whatever else its reader reaches in another capacity."""
        raise NotImplementedError

    def conditions(self, args: Mapping[str, str]) -> list[ColumnElement[bool]]:
        return [*self.theirs(), *super().conditions(args)]

    def page(self, args: Mapping[str, str]) -> Listed:
        """What waits here: longest waiting first; anything else newest first."""
        order = OLDEST if self.waits and args.get("state") == self.waits else NEWEST
        return listed(
            db.session(), {c.name: c.expr for c in self.columns}, order, at=cursor(args, order),
            where=self.conditions(args), joins=self.joins,
        )  # fmt: skip

    def get_one(self, id: Any) -> ChangeRequest:
        found = select(ChangeRequest).where(ChangeRequest.id == (key(id) or 0), *self.theirs())
        whole = joinedload(ChangeRequest.application)
        return db.session.scalars(found.options(whole)).one_or_none() or abort(404)

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        row = self.get_one(request.args.get("id"))
        weighed = None
        if row.state in change_requests.OPEN:
            weighed = change_requests.weighed(row.application, row.kind, row.starts_on, row.ends_on, today())
        return self.render(
            self.details_template,
            row=row,
            buttons=buttons(row),
            steps=audit.timeline(db.session(), "change_request", row.id),
            weighed=weighed,
            firm=self.calls(row) if row.state is ChangeState.WITH_SUPERVISOR else None,
            application_url=url_for(f"{self.application_desk}.details_view", id=row.application_id),
        )

    def list_args(self) -> tuple[str, ...]:
        return (*KEPT, *PAGES)

    def after(self, row: Any, door: Door) -> str:
        """Whoever is asked for an answer goes on to the next request that waits for theirs."""
        return self.onwards(row) if self.waits in door.froms else self.file_url(row)

    def beside(self, row: Any, *, back: bool = False) -> int | None:
        where = self.conditions({**self.kept(), "state": str(self.waits)})
        return neighbour(db.session(), OLDEST, Cursor(row.asked_at, row.id, back), where=where)

    def waiting(self) -> list[Card]:
        if self.waits is None:
            return []
        waiting = [*self.theirs(), ChangeRequest.state == self.waits]
        count = counts(db.session(), ChangeRequest, {"waiting": waiting})["waiting"]
        url = url_for(f"{self.endpoint}.index_view", state=self.waits.value)
        return [Card(capped(count), _(self.wait_text), url, urgent=True)] if count else []

    def done(self, row: Any, door: Door) -> str:
        return f"{row.application.student_name}, {said(row.kind)}: {said(door.to)}"


class MyChanges(HandsOver, Changes):
    """The student's own, reached from the application: asked for here, withdrawn here."""

    actors = frozenset({Actor.STUDENT})
    group = N_("Student")
    label = N_("My change requests")
    empty = N_("You have asked for no change. “Take action” on an approved application postpones, extends or stops it.")
    application_desk = "my_applications"

    def theirs(self) -> list[ColumnElement[bool]]:
        return [ChangeRequest.student_id == g.standing.student_id]

    @expose("/ask/<pk>/<kind>", methods=("GET", "POST"))
    def ask(self, pk: str, kind: str) -> ResponseReturnValue:
        """The form; POST counts the days typed so far, or sends the request to the supervisor."""
        row = self.own_application(pk)
        asked = ChangeKind(kind) if kind in set(ChangeKind) else abort(404)
        if not asked.moves:
            return redirect(url_for(".hand_over", pk=row.id))
        offer = next((o for o in change_requests.offers(db.session(), row, today()) if o.kind is asked), None)
        refusal = (
            said(offer.refusal) if offer and offer.refusal else None if offer else _("This change is not possible now.")
        )
        if refusal:
            flash(refusal, "danger")
            if request.method == "GET":
                return redirect(url_for("my_applications.details_view", id=row.id))
        form = change_form(asked)
        if request.method == "POST" and form.validate() and not refusal and "count" not in request.form:
            try:
                change_requests.ask(
                    db.session(), row, asked, starts_on=_start(row, form), ends_on=form.ends_on.data,
                    why=form.why.data, reason_kind=ReasonKind(form.reason_kind.data), standing=g.standing, today=today(),
                )  # fmt: skip
                db.session.commit()
            except Refused as refused:
                db.session.rollback()
                flash(said(refused.say), "danger")
            else:
                flash(_("Your request went to the supervisor; you are written to when there is an answer."), "success")
                return redirect(url_for("my_applications.details_view", id=row.id))
        return self.render("changes/ask.html", row=row, kind=asked, form=form, weighed=_weighed(row, asked, form))

    def own_application(self, pk: Any) -> Application:
        found = select(Application).where(
            Application.id == (key(pk) or 0), Application.student_id == g.standing.student_id
        )
        return db.session.scalars(found).one_or_none() or abort(404)


def _start(row: Application, form: Any) -> date:
    start: date = form.starts_on.data if "starts_on" in form else row.starts_on  # type: ignore[assignment]
    return start


def _weighed(row: Application, kind: ChangeKind, form: Any) -> change_requests.Weighed | None:
    if not form.ends_on.data or not _start(row, form):
        return None
    return change_requests.weighed(row, kind, _start(row, form), form.ends_on.data, today())


class CommissionChanges(Changes):
    """What the supervisor has agreed to waits here; everything else can be looked at."""

    actors = frozenset({Actor.MEMBER, Actor.CHAIR})
    group = N_("Commission")
    label = N_("Change requests")
    intro = N_("Students ask to postpone, extend or stop; the supervisor answers first, then the commission decides.")
    empty = N_("No student of your departments has asked for a change.")
    waits = ChangeState.WITH_COMMISSION
    wait_text = N_("change requests wait for a decision")
    application_desk = "applications"

    joins = (ChangeRequest.application, Application.institution, Application.reviewer)
    columns = (*Changes.columns, Column("reviewer", N_("Reviewer"), User.name))

    def theirs(self) -> list[ColumnElement[bool]]:
        return [
            among(ChangeRequest.department_id, g.standing.commissions),
            *impartial(ChangeRequest, g.standing),
        ]

    def conditions(self, args: Mapping[str, str]) -> list[ColumnElement[bool]]:
        """Whose turn a change is goes with its file."""
        whose = self._whose(args)
        of = select(Application.id).where(Application.reviewer_id == whose)
        return [*super().conditions(args), *([ChangeRequest.application_id.in_(of)] if whose else [])]

    def _whose(self, args: Mapping[str, str]) -> int | None:
        """The reader, or a member by key, as the commission's page asks."""
        asked = args.get("reviewer", "")
        return g.standing.user_id if asked == MINE else key(asked)

    def filters(self, args: Mapping[str, str]) -> list[dict[str, Any]]:
        asked, chosen = self._whose(args), args.get("reviewer", "")
        one = db.session.get(User, asked) if asked and chosen != MINE else None
        options = [(MINE, _("Mine")), *([(str(one.id), one.name)] if one else [])]
        whose = {"name": "reviewer", "label": N_("Reviewer"), "options": options, "chosen": chosen}
        return [*super().filters(args), whose]


class SupervisorChanges(Changes):
    """What the firm's interns ask for, answered by a supervisor who has an account."""

    actors = frozenset({Actor.EMPLOYER})
    group = N_("Employer")
    label = N_("Change requests")
    intro = N_("Interns ask to postpone, extend or stop. You answer first; the commission decides after you.")
    empty = N_("None of your interns has asked for a change. You are written to when one does.")
    waits = ChangeState.WITH_SUPERVISOR
    wait_text = N_("change requests wait for your answer")
    application_desk = "interns"

    def theirs(self) -> list[ColumnElement[bool]]:
        return [among(ChangeRequest.supervisor_id, g.standing.supervises_as)]
