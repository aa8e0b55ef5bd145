"""Who did what, for IT: the history searched by person, action, kind of record, number and days; exported as it is asked."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Response, abort, g, request, stream_with_context
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _

from admin_views.changed import changes
from admin_views.desk import Column, Desk
from models import Step, db
from services.export import CONTENT_TYPES, CSV, exported
from services.listing import Listed, cursor, listed, walked
from services.say import said
from services.scope import reading_session
from services.sign_in import today
from services.tracker import DID
from services.who_did_what import ASKED, COLUMNS, KINDS, NEWEST, Search, search, state_of
from workflow.say import N_
from workflow.turkish import collation_key
from workflow.words import Action, Actor

EXPORTED = (
    N_("When"), N_("Who"), N_("Account number"), N_("In which capacity"), N_("What"), N_("On what"), N_("Number"),
    N_("Department"), N_("Status before"), N_("Status after"), N_("Changes"),
)  # fmt: skip


class WhoDidWhat(Desk):
    """Every step ever taken, newest first, without what it was about."""

    actors = frozenset({Actor.IT})
    group = N_("IT")
    icon = "clock-history"
    label = N_("Who did what")
    intro = N_(
        "Every step on every record, as far as it is IT's business: who, when, on which record. Reasons, names of students' "
        "files and what was written in them are not shown here. Nothing can be changed or removed."
    )
    empty = N_("Nothing has happened yet.")
    list_template = "it/history.html"
    order = NEWEST
    columns = tuple(Column(name, "", expr) for name, expr in COLUMNS.items())

    def __init__(self) -> None:
        super().__init__(Step, name="who_did_what", endpoint="who_did_what", url="/history")

    def page(self, args: Mapping[str, str]) -> Listed:
        asked = self._asked
        return listed(
            db.session(), COLUMNS, NEWEST, at=cursor(args, NEWEST), where=asked.where, branches=asked.branches
        )  # fmt: skip

    @property
    def _asked(self) -> Search:
        """What this address asks; looked up once."""
        if "history_asked" not in g:
            g.history_asked = search(db.session(), request.args)
        found: Search = g.history_asked
        return found

    def list_extras(self, args: Mapping[str, str]) -> dict[str, Any]:
        return {
            "asked": self._asked,
            "kept": {n: v for n in ASKED if (v := args.get(n, "").replace("\x00", "").strip())},
            "actions": _sorted((a.value, _(DID[a])) for a in Action),
            "kinds": _sorted((name, _(label)) for name, label in KINDS.items()),
            "kind_of": KINDS,
            "changes": changes,
            "state_of": state_of,
        }

    @expose("/export/<export_type>")
    def export(self, export_type: str) -> ResponseReturnValue:
        """Exactly the filter on screen, every page of it, as it is read."""
        if export_type != CSV:
            return abort(404)
        pieces = exported(CSV, [_(label) for label in EXPORTED], _rows(self._asked))
        response = Response(stream_with_context(pieces), content_type=CONTENT_TYPES[CSV])
        response.headers["Content-Disposition"] = f'attachment; filename="staj-{today():%Y-%m-%d}-gecmis.csv"'
        response.headers["Cache-Control"] = "private, no-store"
        return response


def _rows(asked: Search) -> Iterator[list[Any]]:
    with reading_session(g.standing) as session:
        for row in walked(session, COLUMNS, NEWEST, where=asked.where, branches=asked.branches):
            kind = _(KINDS[row.machine]) if row.machine in KINDS else row.machine
            yield [
                row.at, row.by_name, row.by_id, said(row.actor), _(DID[row.action]), kind, row.row_id,
                row.department, *(said(state_of(row.machine, s)) for s in (row.from_state, row.to_state)), "; ".join(changes(row.facts)),
            ]  # fmt: skip


def _sorted(options: Iterator[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(options, key=lambda option: collation_key(option[1]))
