"""Figures: how many applications by faculty, department, term, city, sector and status, each number with its rows behind it."""

from typing import Any

from flask import Response, abort, g, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _

from admin_views.desk import Opened
from models import db
from services.export import CONTENT_TYPES, exported
from services.figures import BY, Figures, asked, current_term, figures
from services.queue import ALL, STATES, Queue, options
from services.sign_in import today
from workflow.say import N_
from workflow.turkish import collation_key
from workflow.words import Actor

DRAWN = 12  # bars of a picture, lines of a table until all are asked for
OFFERED = 200  # cities and sectors that a filter offers


class FiguresDesk(Opened):
    """The same page for whoever reads a queue: the career centre's everywhere, a commission's of its departments."""

    actors = frozenset({Actor.MEMBER, Actor.CHAIR, Actor.CAREER_CENTRE})
    group = N_("Commission")
    label = N_("Figures")
    icon = "bar-chart"

    def __init__(self) -> None:
        super().__init__(name="figures", endpoint="figures", url="/figures")

    @expose("/")
    def index(self) -> ResponseReturnValue:
        view = _view()
        found = figures(db.session(), view)
        offered: dict[str, Any] = options(db.session(), view)
        args = _args(view)
        for name in ("city", "sector"):
            seen = {line.value for line in found.by[name][:OFFERED]} | ({args[name]} if name in args else set())
            offered[name] = [(value, value) for value in sorted(seen, key=collation_key)]
        return self.render(
            "figures/page.html", found=found, args=args, options=offered, by=BY, drawn=DRAWN,
            whole=request.args.get("whole"), rows=rows_of(args), wrong=view.wrong, states=[(s.value, s) for s in STATES],
        )  # fmt: skip

    @expose("/export/<by>/<export_type>")
    def export(self, by: str, export_type: str) -> ResponseReturnValue:
        """One table of the page as it is filtered, every line of it."""
        if by not in BY or export_type not in CONTENT_TYPES:
            return abort(404)
        found = figures(db.session(), _view())
        headings = [_(BY[by]), _("Applications"), _("Share")]
        pieces = exported(export_type, headings, _cells(found, by))
        response = Response(stream_with_context(pieces), content_type=CONTENT_TYPES[export_type])
        name = f"staj-{by}-{today():%Y-%m-%d}.{export_type}"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        response.headers["Cache-Control"] = "private, no-store"
        return response


def _view() -> Queue:
    """What an address asks for: the current term unless it names another one, or (empty) all of them."""
    args = request.args.to_dict()
    if "term" not in args and (term := current_term(db.session(), today())):
        args["term"] = str(term)
    return asked(db.session(), args, g.standing)


def _args(view: Queue) -> dict[str, str]:
    """What is asked for, as an address says it; what could not be read is left out."""
    keys = {n: str(k) for n, k in view.keys.items() if n in BY}
    every = {} if "term" in keys else {"term": ""}
    return every | keys | dict(view.texts) | ({"state": view.state.value} if view.state else {})


def rows_of(args: dict[str, str]) -> Any:
    """The address of the applications behind a number: a template calls it with what narrows the page further."""

    def address(**more: str) -> str:
        return url_for("applications.index_view", **{"state": ALL, **args, **more})  # type: ignore[arg-type]

    return address


def _cells(found: Figures, by: str) -> list[list[Any]]:
    whole = found.total or 1
    lines: list[list[Any]] = [[line.label, line.count, round(100 * line.count / whole, 1)] for line in found.by[by]]
    return [*lines, [_("Total"), found.total, 100 if found.total else 0]]
