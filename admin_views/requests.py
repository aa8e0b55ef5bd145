"""Requests to the commission at their two desks: students ask and ask again, commissions answer."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import abort, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, select

from admin_views.buttons import Steps, buttons, seen_version
from admin_views.desk import Card, Column, Desk
from admin_views.download import download
from forms.request import AgainForm, ReplyForm, RequestForm
from forms.typed import TypedForm
from models import Application, Department, Document, Request, db
from services import commissions, requests
from services.archives import Refusal
from services.documents import SINGLE, take_in
from services.listing import Cursor, Listed, Order, capped, cursor, key, listed, neighbour
from services.say import said, spoken
from services.scope import among
from services.sign_in import today
from services.transition import Refused, refusal
from workflow.say import N_
from workflow.transitions import Door
from workflow.turkish import collation_key
from workflow.words import Action, Actor, RequestState

ALL = "all"
STATES = (RequestState.OPEN, RequestState.ANSWERED, RequestState.CLOSED)
OLDEST, NEWEST = Order(Request.asked_at), Order(Request.asked_at, descending=True)
Options = list[tuple[str, str]]


class Requests(Steps, Desk):
    """Requests as far as the reader reaches; each is one page with the whole conversation and what to write next."""

    files = "request"
    icon = "chat-left-text"
    can_view_details = True
    list_template = "requests/list.html"
    details_template = "requests/file.html"
    order = NEWEST
    writes: ClassVar[Action]  # the step whose words are typed below the conversation

    def __init__(self, endpoint: str, url: str) -> None:
        super().__init__(Request, name=endpoint, endpoint=endpoint, url=url)

    def theirs(self) -> list[ColumnElement[bool]]:
        """What this desk is for, whatever else its reader reaches in another capacity."""
        raise NotImplementedError

    def writing(self, row: Request) -> TypedForm:
        """The form below the conversation."""
        raise NotImplementedError

    def conditions(self, args: Mapping[str, str]) -> list[ColumnElement[bool]]:
        return [*self.theirs(), *super().conditions(args)]

    def list_args(self) -> tuple[str, ...]:
        return ("state", *super().list_args())

    def list_extras(self, args: Mapping[str, str]) -> dict[str, Any]:
        return {"waited": _waited}

    def get_one(self, id: Any) -> Request:
        found = select(Request).where(Request.id == (key(id) or 0), *self.theirs())
        return db.session.scalars(found).one_or_none() or abort(404)

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        row = self.get_one(request.args.get("id"))
        return self.page_of(row, self.writing(row) if self.door(row) else None)

    @expose("/file/<pk>")
    def file(self, pk: str) -> ResponseReturnValue:
        of = select(Document).join(Request, Request.id == Document.request_id)
        found = db.session.scalars(of.where(Document.id == (key(pk) or 0), *self.theirs())).one_or_none()
        return download(found) if found else abort(404)

    def door(self, row: Request) -> Door | None:
        """The door to what is written below the conversation, if it is open and no guard is against it."""
        door = next((d for d in self.opened(row) if d.action is self.writes), None)
        return door if door and not refusal(db.session(), row, door, g.standing, today()) else None

    def facts(self, row: Any, door: Door) -> TypedForm:
        return self.writing(row) if door.action is self.writes else super().facts(row, door)

    def asked(self, row: Any, door: Door, form: TypedForm) -> ResponseReturnValue:
        return self.page_of(row, form) if door.action is self.writes else super().asked(row, door, form)

    def page_of(self, row: Request, form: TypedForm | None) -> ResponseReturnValue:
        """The whole conversation, and the form for the next word in it."""
        return self.render(
            self.details_template,
            row=row,
            form=form,
            turns=requests.conversation(db.session(), row),
            buttons=[b for b in buttons(row) if b["action"] is not self.writes],
            department=db.session.get(Department, row.department_id),
            limits=commissions.settings_of(db.session(), row.department_id),
            waited=_waited,
        )

    def values(self, row: Any, door: Door, form: Any) -> dict[str, Any]:
        return requests.waits_anew(RequestState(door.to))

    def done(self, row: Any, door: Door) -> str:
        return f"{row.subject}: {said(door.to)}"


def _waited(since: Any, limits: Any) -> requests.Age:
    """How long something has waited, by what its department calls late."""
    return requests.waited(since, today(), limits.late_days, limits.overdue_days)


LIMITS = (Column("late_days", "", requests.LATE), Column("overdue_days", "", requests.OVERDUE))


class MyRequests(Requests):
    """The student's own: one page for the question, its state and the answer."""

    actors = frozenset({Actor.STUDENT})
    group = N_("Student")
    label = N_("My requests to the commission")
    can_create = True
    adds = N_("Write to the commission")
    intro = N_("What concerns your internship and has no page of its own, you ask the commission here.")
    empty = N_("You have asked the commission nothing yet.")
    writes = Action.ASK_AGAIN
    columns = (
        Column("subject", N_("Subject"), Request.subject, "link"),
        Column("asked_at", N_("Asked"), Request.asked_at, "waits"),
        Column("state", N_("Status"), Request.state, "state"),
        *LIMITS,
    )

    def theirs(self) -> list[ColumnElement[bool]]:
        return [Request.student_id == g.standing.student_id]

    def writing(self, row: Request) -> TypedForm:
        return AgainForm()

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        about = requests.about(db.session(), g.standing)
        form = RequestForm().offer(department=departments(g.standing.studies), application=_offered(about))
        if request.method == "POST" and form.validate() and (row := self._raised(form, about)):
            flash(_("Your request went to the commission; you are written to when it is answered."), "success")
            return redirect(self.file_page(row.id))
        return self.render("requests/new.html", form=form, back=url_for(".index_view"))

    def _raised(self, form: Any, about: Sequence[Application]) -> Request | None:
        """The new request; None where something is against it, which the form then says."""
        application = next((a for a in about if str(a.id) == form.application.data), None)
        department = int(form.department.data) if "department" in form else next(iter(g.standing.studies))
        try:
            document = _received(form)
            row = requests.ask(
                db.session(), department_id=department, application=application, subject=form.subject.data,
                text=form.text.data, document=document, standing=g.standing, today=today(),
            )  # fmt: skip
            db.session.commit()
        except Refusal as refusal:
            form.file.errors = [said(refusal.say)]
        except Refused as refused:
            db.session.rollback()
            form.form_errors.append(said(refused.say))
        else:
            return row
        return None

    def turn(self, row: Any, door: Door, form: Any) -> None:
        """What is asked again may bring a file."""
        if door.action is not self.writes:
            super().turn(row, door, form)
            return
        try:
            document = _received(form)
        except Refusal as refusal:
            raise Refused(refusal.say) from refusal
        requests.ask_again(
            db.session(), row, text=form.reason.data, document=document, standing=g.standing, today=today(),
            seen=seen_version(request.form.get("version")),
        )  # fmt: skip


def _received(form: Any) -> Document | None:
    """The file that came with a form, looked into and stored; raises Refusal."""
    if not form.file.data or not form.file.data.filename:
        return None
    db.session.commit()  # a slow upload holds no lock
    settings, store = current_app.extensions["staj"], current_app.extensions["storage"]
    return take_in(store, form.file.data.stream, form.file.data.filename, settings.max_upload, single=SINGLE)


def _offered(about: Sequence[Application]) -> Options:
    """No application in particular, or one of these."""
    named = [(str(a.id), f"#{a.id} {said(a.internship_type)} · {a.institution.name}") for a in about if a.institution]
    return [("", _("None in particular")), *named]


def departments(keys: frozenset[int]) -> Options:
    """(key, name) of these departments, in the alphabet's order."""
    found = db.session.execute(select(Department.id, spoken(Department.name)).where(among(Department.id, keys)))
    return sorted(((str(pk), name) for pk, name in found), key=lambda option: collation_key(option[1]))


class CommissionRequests(Requests):
    """What students ask: unanswered ones first, longest waiting first."""

    actors = frozenset({Actor.MEMBER, Actor.CHAIR})
    group = N_("Commission")
    label = N_("Requests of students")
    empty = N_("No request waits for an answer. New ones appear here as students write them.")
    emptied = N_("That was the last unanswered request.")
    writes = Action.ANSWER
    columns = (
        Column("subject", N_("Subject"), Request.subject, "link"),
        Column("student_name", N_("Student"), Request.student_name),
        Column("student_number", N_("Student number"), Request.student_number),
        Column("asked_at", N_("Asked"), Request.asked_at, "waits"),
        Column("state", N_("Status"), Request.state, "state"),
        *LIMITS,
    )

    def theirs(self) -> list[ColumnElement[bool]]:
        own = g.standing.student_id
        return [among(Request.department_id, g.standing.commissions), *([Request.student_id != own] if own else [])]

    def page(self, args: Mapping[str, str]) -> Listed:
        state, order = _state(args), OLDEST if _state(args) is RequestState.OPEN else NEWEST
        of_state = [Request.state == state] if state else []
        return listed(
            db.session(),
            {c.name: c.expr for c in self.columns},
            order,
            at=cursor(args, order),
            where=self.theirs(),
            branches=[[Request.department_id == d, *of_state] for d in sorted(g.standing.commissions)],
        )

    def list_extras(self, args: Mapping[str, str]) -> dict[str, Any]:
        return {**super().list_extras(args), "states": [*STATES, None], "state": _state(args)}

    def writing(self, row: Request) -> TypedForm:
        offered = [(str(t.id), t.title) for t in requests.templates(db.session(), row)]
        form: TypedForm = ReplyForm().offer(template=[("", _("No template")), *offered])
        return form

    @expose("/step/<pk>/<action>", methods=("GET", "POST"))
    def step(self, pk: str, action: str) -> ResponseReturnValue:
        if action != self.writes or "use" not in request.form:
            answer: ResponseReturnValue = super().step(pk, action)
            return answer
        row = self.get_one(pk)
        return self._filled_in(row) if self.door(row) else self.closed(row, self.writes)

    def _filled_in(self, row: Request) -> ResponseReturnValue:
        """The page again, the chosen template below what is typed already."""
        form: Any = self.writing(row)
        chosen = [t.text for t in requests.templates(db.session(), row) if str(t.id) == form.template.data]
        form.reason.data = "\n\n".join(
            filter(None, [form.reason.data, *chosen])
        )  # too long is said on sending: nothing is cut
        form.template.data = ""
        return self.page_of(row, form)

    def after(self, row: Any, door: Door) -> str:
        """An answer leads to the next request that waits."""
        if door.action is not self.writes:
            return self.file_url(row)
        return self.onwards(row)

    def beside(self, row: Any, *, back: bool = False) -> int | None:
        where = [*self.theirs(), Request.state == RequestState.OPEN]
        return neighbour(db.session(), OLDEST, Cursor(row.asked_at, row.id, back), where=where)

    def waiting(self) -> list[Card]:
        found = requests.waiting(db.session(), g.standing.commissions, g.standing.student_id, today())
        if not found.oldest:
            return []
        age = requests.waited(found.oldest, today())
        label = ngettext(
            "request waits for an answer; %(age)s", "requests wait for an answer; the oldest is %(age)s",
            found.count, age=_age(age),
        )  # fmt: skip
        return [Card(capped(found.count), label, url_for(f"{self.endpoint}.index_view"), urgent=found.level != "fresh")]


def _age(age: requests.Age) -> str:
    if not age.days:
        return str(_("came today"))
    return str(ngettext("waiting for %(num)s day", "waiting for %(num)s days", age.days))


def _state(args: Mapping[str, str]) -> RequestState | None:
    """The state an address asks for: by default what waits, None for all."""
    asked = args.get("state", RequestState.OPEN)
    if asked == ALL:
        return None
    return RequestState(asked) if asked in STATES else RequestState.OPEN
