"""The common base of all desks: Flask-Admin's screens, closed until opened, with our own lists and pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.contrib.sqla import ModelView
from flask_admin.helpers import get_redirect_target
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import DataError, IntegrityError
from werkzeug.exceptions import NotFound

from admin_views import errors
from admin_views.place import PAGES, Placed
from admin_views.seen import outrun, seen
from models import db
from services import audit
from services.duties import LastOfficer
from services.listing import NOTHING, Listed, Order, Sought, cursor, key, listed
from services.say import said
from services.search import term as search_term
from services.standing import NOBODY
from workflow.say import N_
from workflow.turkish import lowered
from workflow.words import Action, Actor


@dataclass(frozen=True)
class Card:
    """Something that waits on the person, for the start page; urgent ones lead."""

    count: str
    label: str
    url: str
    urgent: bool = False


class Opened(Placed):
    """A page opened to some capacities; to everybody else it does not exist."""

    actors: ClassVar[frozenset[Actor]] = frozenset()
    group: ClassVar[str] = ""
    icon: ClassVar[str] = "circle"
    label: ClassVar[str] = ""
    files: ClassVar[str] = ""  # the machine whose letters lead to this desk

    def file_page(self, pk: int) -> str:
        """The address of one file's page at this desk."""
        return url_for(f"{self.endpoint}.details_view", id=pk)

    def entry(self) -> tuple[str, str]:
        """Under which entry of the menu this page stands: its endpoint and label."""
        return self.endpoint, self.label

    def leads(self, machine: str) -> bool:
        """Whether letters about files of this machine lead here."""
        return self.files == machine

    def letter_page(self, machine: str, pk: int) -> str:
        """Where a letter about that file leads."""
        return self.file_page(pk)

    def holds(self, machine: str, pk: int) -> bool:
        """Whether this desk has a page for that file: somebody with several duties has several desks."""
        try:
            return self.get_one(pk) is not None
        except NotFound:
            return False

    def get_one(self, id: Any) -> Any:
        """The row this desk shows under that key, or 404."""
        return abort(404)

    def is_accessible(self) -> bool:
        standing = g.get("standing", NOBODY)
        if standing.visit and self.actors != {Actor.EMPLOYER}:
            return False
        return not self.actors.isdisjoint(standing.actors)

    def inaccessible_callback(self, name: str, **kwargs: Any) -> ResponseReturnValue:
        if not g.get("standing", NOBODY).present:
            typed = [value for name, value in request.form.items() if name != "csrf_token"]
            if any(typed) or any(file.filename for file in request.files.values()):
                return errors.send_again(signed_out=True)
            return redirect(url_for("security.login", next=request.full_path.rstrip("?")))
        return abort(404)

    def _run_view(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        return fn(self, *args, **kwargs)  # the library takes any TypeError for an old-style view

    def render(self, template: str, **facts: Any) -> str:
        """The page `template` draws of these facts."""
        page: str = super().render(template, seen=seen, **facts)
        return page

    def waiting(self) -> Sequence[Card]:
        """What waits on the signed-in person here."""
        return ()


@dataclass(frozen=True)
class Column:
    """A list's column: `expr` is selected, shown under `label` (none: not shown) as `kind` says (text, link, state …)."""

    name: str
    label: str
    expr: Any
    kind: str = "text"


@dataclass(frozen=True)
class Choice:
    """A list's filter: an equality on `column`, offered as (value, label) pairs."""

    name: str
    label: str
    column: Any
    options: Any  # a callable giving [(value, label), …]


DONE = {
    Action.CREATE: N_("%(what)s added."),
    Action.EDIT: N_("%(what)s saved."),
    Action.DELETE: N_("%(what)s deleted."),
}
_SCREENS = {
    "create_view": "can_create",
    "edit_view": "can_edit",
    "details_view": "can_view_details",
    "delete_view": "can_delete",
}


class Desk(Opened, ModelView):
    """A table's screens. Open what the desk needs, one line each; `columns`, `order` and `choices` make the list."""

    can_create = can_edit = can_delete = can_export = can_view_details = False
    column_editable_list = ()
    list_template = "admin/list.html"
    create_template = "admin/form.html"
    edit_template = "admin/form.html"
    details_template = "admin/details.html"

    columns: ClassVar[Sequence[Column]] = ()
    choices: ClassVar[Sequence[Choice]] = ()
    joins: ClassVar[Sequence[Any]] = ()
    order: ClassVar[Order]
    one: ClassVar[str] = N_("Record")  # what a row is called
    adds: ClassVar[str] = N_("Add")
    intro: ClassVar[str] = ""
    empty: ClassVar[str] = ""
    searchable: ClassVar[str] = ""

    def __init__(self, model: Any, name: str, endpoint: str, **kwargs: Any) -> None:
        super().__init__(model, db, name=name, endpoint=endpoint, url=kwargs.pop("url", f"/{endpoint}"), **kwargs)

    # -- list ---------------------------------------------------------------------------------------------

    def list_args(self) -> tuple[str, ...]:
        return ("q", *(c.name for c in self.choices), *PAGES)

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        args = request.args.to_dict()
        return self.render(
            self.list_template, page=self.page(args), args=args, filters=self.filters(args), **self.list_extras(args)
        )

    def page(self, args: Mapping[str, str]) -> Listed:
        """The rows of this page of the list, as filtered and searched by the query string."""
        return listed(
            db.session(),
            {c.name: c.expr for c in self.columns},
            self.order,
            at=cursor(args, self.order),
            where=self.conditions(args),
            joins=self.joins,
            sought=self.sought(args),
        )

    def conditions(self, args: Mapping[str, str]) -> list[ColumnElement[bool]]:
        """What the filters in the query string ask for; values not on offer are passed over."""
        return [
            c.column == args[c.name]
            for c in self.choices
            if args.get(c.name) and args[c.name] in {str(value) for value, _label in c.options()}
        ]

    def sought(self, args: Mapping[str, str]) -> Sought:
        """What the search in the query string asks for."""
        term = search_term(args)
        return self.search(term) if term and self.searchable else NOTHING

    def search(self, term: str) -> Sought:
        """What a search term stands for."""
        return NOTHING

    def filters(self, args: Mapping[str, str]) -> list[dict[str, Any]]:
        """The filter boxes, with what is chosen."""
        return [
            {"name": c.name, "label": c.label, "options": c.options(), "chosen": args.get(c.name, "")}
            for c in self.choices
        ]

    def list_extras(self, args: Mapping[str, str]) -> dict[str, Any]:
        """Whatever else this desk's list template shows."""
        return {}

    # -- one row ------------------------------------------------------------------------------------------

    def get_one(self, id: Any) -> Any:
        """The row within reach, or 404: what is not yours does not exist."""
        pk = key(id[0] if isinstance(id, list) else id)
        row = pk and db.session.scalars(select(self.model).where(self.model.id == pk)).one_or_none()
        return row or abort(404)

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        form = self.create_form()
        if request.method == "POST" and self.validate_form(form) and (row := self.create_model(form)):
            self.tell(Action.CREATE)
            return redirect(self.get_save_return_url(row, is_created=True))
        return self.render(self.create_template, form=form, model=None, return_url=self.back())

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        row = self.get_one(request.args.get("id"))
        form = self.edit_form(obj=row)
        if self.sent(form, row) and self.validate_form(form) and self.update_model(form, row):
            self.tell(Action.EDIT)
            return redirect(self.get_save_return_url(row))
        return self.render(self.edit_template, form=form, model=row, return_url=self.back(row.id))

    @expose("/delete/", methods=("POST",))
    def delete_view(self) -> ResponseReturnValue:
        row = self.get_one(request.form.get("id"))
        if (refusal := self.refusal(row) or self.stays(row)) or not self.delete_model(row):
            flash(refusal or _("“%(name)s” cannot be deleted: other records depend on it.", name=row), "danger")
            return redirect(url_for(".edit_view", id=row.id))
        self.tell(Action.DELETE)
        return redirect(self.back())

    def sent(self, form: Any, row: Any) -> bool:
        """Whether the form was sent and its row is still as its sender saw it; says in the form what is against it."""
        if request.method != "POST":
            return False
        if refusal := self.refusal(row):
            form.form_errors.append(refusal)
            return False
        return not outrun(form, row)

    def refusal(self, row: Any) -> str:
        """Why the signed-in person may not edit or delete this row; empty where they may."""
        return ""

    def stays(self, row: Any) -> str:
        """Why this row is not deleted, whoever asks; empty where it may go."""
        return ""

    def edits(self, row: Any) -> bool:
        """Whether a row of the list leads to its form."""
        return self.can_edit

    def tell(self, action: Action) -> None:
        """Say that a row was added, saved or deleted."""
        flash(_(DONE[action], what=_(self.one)), "success")

    def fresh(self) -> str:
        """The heading of the form that adds a row."""
        what = str(_(self.one))
        return str(_("New %(what)s", what=lowered(what[:1], turkish=str(get_locale()) == "tr") + what[1:]))

    def back(self, pk: int | None = None) -> str:
        """Where whoever opened this form came from: the list, at that row."""
        return get_redirect_target() or self.list_page(pk)

    def get_save_return_url(self, model: Any, is_created: bool = False) -> str:  # noqa: FBT002 -- the library's
        return self.back(model.id)

    def delete_model(self, model: Any) -> bool:
        """Delete a row nothing leans on; the database knows what does."""
        try:
            self.on_model_delete(model)
            db.session.delete(model)
            db.session.commit()
        except IntegrityError:
            db.session.rollback()
            return False
        except LastOfficer as last:
            db.session.rollback()
            flash(said(last.say), "danger")
            return False
        return True

    def on_model_change(self, form: Any, model: Any, is_created: bool) -> None:
        audit.note(db.session(), model, Action.CREATE if is_created else Action.EDIT, g.standing)

    def on_model_delete(self, model: Any) -> None:
        audit.note(db.session(), model, Action.DELETE, g.standing)

    def handle_view_exception(self, exc: Exception) -> bool:
        """A conflict becomes a sentence; anything else is a fault and stays one."""
        if isinstance(exc, IntegrityError):
            flash(_("Nothing was saved: another record has this already."), "danger")
            return True
        if isinstance(exc, LastOfficer):
            flash(said(exc.say), "danger")
            return True
        if isinstance(exc, DataError):
            flash(_("Nothing was saved: a value is too long or out of range."), "danger")
            return True
        raise exc

    # -- closed -------------------------------------------------------------------------------------------

    def _handle_view(self, name: str, **kwargs: Any) -> ResponseReturnValue | None:
        """A screen of the library's that the desk does not open is not there; the library would lead to the list."""
        refused: ResponseReturnValue | None = super()._handle_view(name, **kwargs)
        stock = name in _SCREENS and getattr(type(self), name) in {getattr(ModelView, name), getattr(Desk, name)}
        return abort(404) if refused is None and stock and not getattr(self, _SCREENS[name]) else refused

    @expose("/ajax/update/", methods=("POST",))
    def ajax_update(self) -> ResponseReturnValue:
        return abort(404)

    @expose("/action/", methods=("POST",))
    def action_view(self) -> ResponseReturnValue:
        return abort(404)

    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> ResponseReturnValue:
        return abort(404)
