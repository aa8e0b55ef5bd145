"""The list out: ticked declarations marked as sent one by one, then the file with their national ids."""

from collections.abc import Iterator
from typing import Any

from flask import Response, abort, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy.exc import IntegrityError

from admin_views.buttons import seen_version
from admin_views.desk import Opened
from admin_views.told import Outcome, outcomes_of, signed
from models import Declaration, db
from services import insurance_list, national_ids
from services.export import CONTENT_TYPES, exported
from services.insurance_list import BadColumns, Columns
from services.listing import SIZE, key
from services.say import said
from services.seal import Seal
from services.sign_in import today
from services.transition import CLOSED, FASTER, Outrun, Refused, take
from workflow.say import Say
from workflow.words import Action, DeclarationState

GONE = Say("There is no such declaration.")
PASSED = Say("It was refused when you tried; by now nothing stands against it.")
TAKEN, ABSENT, LATE, FAULTY = "", "absent", "late", "faulty"  # or the state that was in the way


class ListOut(Opened):
    """Adds the list out to the health office's desk."""

    @expose("/list", methods=("GET", "POST"))
    def list_out(self) -> ResponseReturnValue:
        """Marked by POST, told by GET: reloading or going back sends nothing twice."""
        if request.method == "GET":
            return self._told(request.args.get("told", ""))
        ticked = list(dict.fromkeys(request.form.getlist("row")))
        if not 0 < len(ticked) <= SIZE:
            too_many = Say("Tick at most %(count)s declarations at once; nothing was listed.", count=SIZE)
            return self._back(too_many if ticked else Say("Tick at least one declaration first."))
        try:
            of = insurance_list.columns()
        except BadColumns as bad:
            return self._back(bad.say)
        outcomes = [(typed.partition(":")[0][:20], self._listed(typed, of)) for typed in ticked]
        return redirect(url_for(".list_out", told=signed(outcomes)), 303)

    def _back(self, say: Say) -> ResponseReturnValue:
        flash(said(say), "warning")
        return redirect(url_for(".index_view"), 303)

    def _listed(self, typed: str, of: Columns) -> str:
        """Mark one declaration as sent; one that is on its way already may be listed again."""
        pk, _colon, version = typed.partition(":")
        row = self._find(pk)
        if row is None:
            return ABSENT
        if insurance_list.fault(row, _seal(), of):
            return FAULTY
        if row.state is DeclarationState.SENT:
            return TAKEN
        try:
            take(db.session(), row, Action.SEND, standing=g.standing, today=today(), seen=seen_version(version))
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            return LATE if isinstance(refusal, Outrun) else row.state.value
        return TAKEN

    def _find(self, pk: str) -> Declaration | None:
        row = db.session.get(Declaration, key(pk) or 0)
        return row if row and row.state is not DeclarationState.NEW else None

    def _told(self, token: str) -> ResponseReturnValue:
        try:
            told = list(self._outcomes(outcomes_of(token)))
        except BadColumns as bad:
            return self._back(bad.say)
        return self.render("declarations/listed.html", outcomes=told, token=token, back=url_for(".index_view"))

    def _outcomes(self, outcomes: list[tuple[str, str]]) -> Iterator[Outcome]:
        of = insurance_list.columns()
        for pk, word in outcomes:
            row = self._find(pk)
            if row is None:
                yield Outcome(f"#{pk}", None, GONE)
            else:
                yield Outcome(f"{row.student_name}, {said(row.kind)}", self.file_page(row.id), _say(word, row, of))

    @expose("/list/<export_type>", methods=("POST",))
    def download(self, export_type: str) -> ResponseReturnValue:
        """The file itself; each national id in it is a line in its declaration's history."""
        outcomes = outcomes_of(request.form.get("told", ""))
        if export_type not in CONTENT_TYPES:
            return abort(404)
        try:
            of = insurance_list.columns()
            found = (self._find(pk) for pk, word in outcomes if word == TAKEN)
            rows = [self._cells(row, of) for row in found if row]
            db.session.commit()
        except (BadColumns, Refused, IntegrityError) as bad:
            db.session.rollback()
            flash(said(FASTER if isinstance(bad, IntegrityError) else bad.say), "danger")
            return redirect(url_for(".list_out", told=request.form["told"]), 303)
        response = Response(exported(export_type, of.headings, rows), content_type=CONTENT_TYPES[export_type])
        response.headers["Content-Disposition"] = f'attachment; filename="sgk-{today():%Y-%m-%d}.{export_type}"'
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def _cells(self, row: Declaration, of: Columns) -> list[Any]:
        if against := insurance_list.fault(row, _seal(), of):
            raise Refused(against)
        number = national_ids.opened(db.session(), row, seal=_seal(), standing=g.standing, how="exported")
        return insurance_list.cells(row, number, of)


def _say(word: str, row: Declaration, of: Columns) -> Say | None:
    match word:
        case "":
            return None
        case "late":
            return FASTER
        case "faulty":
            return insurance_list.fault(row, _seal(), of) or PASSED
    return Say(CLOSED.msgid, action=Action.SEND, state=DeclarationState(word))


def _seal() -> Seal:
    return Seal(current_app.extensions["staj"].national_id_key)
