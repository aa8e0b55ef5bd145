"""The health office's desk: the deadline board, and one declaration with everything that is declared for its internship."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import abort, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload
from stdnum.tr import tckimlik

from admin_views.buttons import Steps, buttons
from admin_views.desk import Card, Column, Desk
from admin_views.insurance_batch import LISTED, WHOLE_VIEW, ListOut
from admin_views.insurance_references import ReferencesIn
from admin_views.place import PAGES
from models import Application, ChangeRequest, Declaration, Department, Institution, Step, db
from services import insurance_board as board
from services import insurance_list, national_ids, uninsured
from services.calendar import Grace, grace
from services.insurance_codes import BadColumns
from services.listing import CAP, Listed, Order, Sought, capped, cursor, key, listed
from services.say import said
from services.seal import Seal
from services.search import term, typed_words
from services.sign_in import today
from services.transition import FASTER, Refused
from workflow.say import N_, Say
from workflow.transitions import Door
from workflow.words import Actor, DeclarationKind, DeclarationState, Urgency

EVERY_STATE = (board.ALL, Say(N_("All")))
KEPT = ("q", "due", "kind", "state")  # of the board, on every link to a declaration
NOT_BY_ID = Say(
    "National ids are not searched: what is searched stands in the address. Search by name or student number."
)
WHOLE = joinedload(Declaration.application).options(
    joinedload(Application.institution), joinedload(Application.department), joinedload(Application.student),
    joinedload(Application.internship_type), joinedload(Application.supervisor),
)  # fmt: skip


class Declarations(ListOut, ReferencesIn, Steps, Desk):
    """What is owed to the social security institution, most urgent first."""

    actors = frozenset({Actor.HEALTH_OFFICE})
    group = N_("Health office")
    label = N_("Insurance declarations")
    icon = "hospital"
    files = "declaration"
    intro = N_(
        "Entries end one day before the internship starts, by 23:59; exits within the days set for them after "
        "it ends (Law 5510). "
        "The desk aims at the last working day before that."
    )
    empty = N_("Nothing waits to be declared. Approved internships bring their declarations here by themselves.")
    can_view_details = True
    list_template = "declarations/list.html"
    details_template = "declarations/file.html"
    order = Order(Declaration.aim_on)
    searchable = N_("Name, student number or institution")
    joins = (Declaration.application, Application.institution, Application.department)
    columns = (
        Column("student_name", N_("Intern"), Declaration.student_name),
        Column("student_number", N_("Student number"), Declaration.student_number),
        Column("kind", N_("Declaration"), Declaration.kind),
        Column("institution", N_("Institution"), Institution.name),
        Column("department", N_("Department"), Department.code),
        Column("starts_on", N_("Start"), Declaration.starts_on),
        Column("ends_on", N_("End"), Declaration.ends_on),
        Column("aim_on", N_("To be made by"), Declaration.aim_on),
        Column("due_on", "", Declaration.due_on),
        Column("state", N_("Status"), Declaration.state),
        Column("reference", N_("Reference number"), Declaration.reference),
        Column("reason_kind", "", Application.reason_kind),
        Column("stopped", "", Application.stop_reason.is_not(None)),
        Column("version", "", Declaration.version),
    )

    def __init__(self) -> None:
        super().__init__(Declaration, name="declarations", endpoint="declarations")

    # -- the board ----------------------------------------------------------------------------------------

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        args = request.args.to_dict()
        typed = term(args)
        if tckimlik.is_valid(typed):
            flash(said(NOT_BY_ID), "warning")
            return redirect(url_for(".index_view", **self.kept() | {"q": None}), 303)
        page = self.page(args)
        counted = board.board(db.session(), today())
        now = grace(db.session(), today())
        untimely = _untimely(page.rows, now)
        return self.render(
            self.list_template,
            page=page,
            args=args,
            filters=self.filters(args),
            left=board.time_left(db.session(), page.rows, now),
            untimely=untimely,
            without=uninsured.count(db.session(), today(), now),
            listed_out=LISTED,
            ticks=[row.state in LISTED and not why for row, why in zip(page.rows, untimely, strict=True)],
            views=[(_(view.label), capped(counted[name]), view.args, name) for name, view in board.VIEWS.items()],
            chosen={f["name"]: f["chosen"] for f in self.filters(args) if f["chosen"]}
            | ({"q": typed} if typed else {}),
            typed=typed,
            unread=bool(typed) and not typed_words(typed),
            whole=WHOLE_VIEW,
            found_elsewhere=board.elsewhere(db.session(), args, page.sought, today()),
        )

    def list_args(self) -> tuple[str, ...]:
        return (*KEPT, *PAGES)

    @expose("/uninsured")
    def uninsured(self) -> ResponseReturnValue:
        """The internships that stand without an entry the law allows, and what is to be done about each."""
        found = list(uninsured.sweep(db.session(), today(), most=CAP))
        return self.render("declarations/uninsured.html", found=found, today=today())

    def page(self, args: Mapping[str, str]) -> Listed:
        words = self.sought(args)
        return listed(
            db.session(),
            {c.name: c.expr for c in self.columns},
            self.order,
            at=cursor(args, self.order),
            where=self.conditions(args),
            branches=board.branches(args, words),
            joins=self.joins,
            sought=words,
        )

    def conditions(self, args: Mapping[str, str]) -> list[ColumnElement[bool]]:
        return board.conditions(args, today())

    def sought(self, args: Mapping[str, str]) -> Sought:
        return board.sought(db.session(), args)

    def filters(self, args: Mapping[str, str]) -> list[dict[str, Any]]:
        offered = (
            ("due", N_("Deadline"), [(w.value, w) for w in Urgency], N_("All")),
            ("kind", N_("Declaration"), [(w.value, w) for w in DeclarationKind], N_("All")),
            ("state", N_("Status"), [*((w.value, w) for w in board.STATES), EVERY_STATE], N_("Waiting")),
        )
        return [
            {"name": n, "label": label, "options": options, "chosen": args.get(n, ""), "blank": blank}
            for n, label, options, blank in offered
        ]

    def waiting(self) -> list[Card]:
        counted = board.board(db.session(), today())
        labels = {
            "overdue": _("insurance declarations are overdue"),
            "today": _("insurance declarations are due today"),
            "exits": _("insurance exits are due"),
        }
        without = uninsured.count(db.session(), today())
        label = ngettext("approved internship stands without an insurance entry", "approved internships stand without an insurance entry", without)  # fmt: skip
        cards = [Card(capped(without), label, url_for("declarations.uninsured"), urgent=True)] if without else []
        return cards + [
            Card(
                capped(counted[name]),
                label,
                url_for("declarations.index_view", **dict[str, Any](board.VIEWS[name].args)),
                name == "overdue",
            )
            for name, label in labels.items()
            if counted[name]
        ]

    # -- one file -----------------------------------------------------------------------------------------

    def get_one(self, id: Any) -> Declaration:
        found = select(Declaration).where(Declaration.id == (key(id) or 0), Declaration.state != DeclarationState.NEW)
        row = db.session.scalars(found.options(WHOLE)).one_or_none()
        return row if row and row.application else abort(404)

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        return self._file(self.get_one(request.args.get("id")))

    @expose("/national-id/<pk>", methods=("POST",))
    def national_id(self, pk: str) -> ResponseReturnValue:
        """The number in full, on this one answer: it stands in no address, and the history says who saw it."""
        row = self.get_one(pk)
        try:
            number = national_ids.opened(db.session(), row, seal=seal(), standing=g.standing, how="shown")
            db.session.commit()
        except IntegrityError:  # somebody wrote the next line of this history
            db.session.rollback()
            flash(said(FASTER), "danger")
        except Refused as refused:
            db.session.rollback()
            flash(said(refused.say), "danger")
        else:
            return self._file(row, number)
        return redirect(self.file_url(row), 303)

    def _file(self, row: Declaration, number: str = "") -> ResponseReturnValue:
        of = select(Declaration).where(
            Declaration.application_id == row.application_id, Declaration.state != DeclarationState.NEW
        )
        declared = list(db.session.scalars(of.order_by(Declaration.id)))
        now = grace(db.session(), today())
        steps = select(Step).where(Step.machine == "declaration", Step.row_id == row.id).order_by(Step.seq)
        return self.render(
            self.details_template,
            row=row,
            declared=list(zip(declared, board.time_left(db.session(), declared, now), strict=True)),
            buttons=buttons(row),
            steps=list(db.session.scalars(steps)),
            number=number,
            today=today(),
            untimely=_untimely([row], now)[0],
        )

    def done(self, row: Any, door: Door) -> str:
        return f"{row.student_name}, {said(row.kind)}: {said(door.to)}"

    # -- where letters lead -------------------------------------------------------------------------------

    def leads(self, machine: str) -> bool:
        return machine in {"declaration", "application", "change_request"}

    def letter_page(self, machine: str, pk: int) -> str:
        found = self._declaration_of(machine, pk)
        return self.file_page(found) if found else url_for("declarations.index_view")

    def holds(self, machine: str, pk: int) -> bool:
        return self._declaration_of(machine, pk) is not None

    def _declaration_of(self, machine: str, pk: int) -> int | None:
        """The declaration a letter is about: of an application the one that waits, most urgent first."""
        application = select(ChangeRequest.application_id).where(ChangeRequest.id == pk).scalar_subquery()
        of = {
            "declaration": Declaration.id == pk,
            "application": Declaration.application_id == pk,
            "change_request": Declaration.application_id == application,
        }[machine]
        waits = Declaration.state.in_(board.WAITING)
        found = select(Declaration.id).where(of).order_by(waits.desc(), Declaration.aim_on, Declaration.id)
        return db.session.scalar(found.limit(1))


def _untimely(rows: Sequence[Any], now: Grace) -> list[Say | None]:
    """Why each declaration is for no list today; what is wrong with the columns, the list itself tells."""
    try:
        of = insurance_list.columns()
    except BadColumns:
        return [None for _row in rows]
    return [insurance_list.untimely(row, of, now) for row in rows]


def seal() -> Seal:
    """The deployment's own."""
    return Seal(current_app.extensions["staj"].national_id_key)
