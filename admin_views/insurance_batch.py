"""The list out: ticked declarations marked as sent one by one, then the file with their national ids."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from flask import Response, abort, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from admin_views.buttons import seen_version
from admin_views.desk import Opened
from admin_views.told import Outcome, outcomes_of, signed
from models import Application, Declaration, db
from services import insurance_board, insurance_list, national_ids
from services.calendar import Grace, grace
from services.export import CONTENT_TYPES, exported
from services.insurance_codes import BadColumns
from services.insurance_list import Columns
from services.listing import SIZE, Order, key, listed
from services.offers import against
from services.say import said
from services.seal import Seal
from services.sign_in import today
from services.transition import CLOSED, FASTER, Outrun, Refused, take
from workflow.say import Say
from workflow.transitions import DECLARATIONS
from workflow.words import Action, DeclarationState

GONE = Say("There is no such declaration.")
PASSED = Say("It was refused when you tried; by now nothing stands against it.")
WHOLE = joinedload(Declaration.application).options(
    joinedload(Application.institution), joinedload(Application.department), joinedload(Application.student)
)
LISTED = frozenset({*insurance_board.WAITING, DeclarationState.SENT})
WHOLE_VIEW = (
    500  # of a view listed at once; a file of references takes as many lines, and an address tells what became of them
)
TAKEN, ABSENT, LATE, FAULTY = "", "absent", "late", "faulty"  # or the state that was in the way


class ListOut(Opened):
    """Adds the list out to the health office's desk."""

    @expose("/list", methods=("GET", "POST"))
    def list_out(self) -> ResponseReturnValue:
        """Marked by POST, told by GET: reloading or going back sends nothing twice."""
        if request.method == "GET":
            return self._told(request.args.get("told", ""))
        whole, asked = request.form.get("whole"), request.form.get("asked")
        ticked = self._whole() if whole and not asked else list(dict.fromkeys(request.form.getlist("row")))
        if not 0 < len(ticked) <= (WHOLE_VIEW if whole else SIZE):
            too_many = Say("Tick at most %(count)s declarations at once; nothing was listed.", count=SIZE)
            return self._back(too_many if ticked else Say("Tick at least one declaration first."))
        try:
            of = insurance_list.columns()
        except BadColumns as bad:
            return self._back(bad.say)
        rows = self._all(typed.partition(":")[0] for typed in ticked)
        now = grace(db.session(), today())
        if not asked:
            return self._asked(ticked, rows, of, now)
        faulty = {pk for pk, row in rows.items() if insurance_list.fault(row, _seal(), of, now)}
        outcomes = [(typed.partition(":")[0][:20], self._listed(typed, rows, faulty)) for typed in ticked]
        return redirect(url_for(".list_out", told=signed(outcomes)), 303)

    def _asked(self, ticked: Collection[str], rows: Mapping[int, Declaration], of: Columns, now: Grace) -> str:
        """What the press will do, before it does it: what goes into the list, and what stays, each with its reason."""
        go, stay = [], []
        for typed in ticked:
            pk, _colon, version = typed.partition(":")
            row = rows.get(key(pk) or 0)
            if row is None:
                stay.append(Outcome(f"#{pk[:20]}", None, GONE))
            elif say := self._against(row, seen_version(version), of, now):
                stay.append(Outcome(f"{row.student_name}, {said(row.kind)}", self.file_page(row.id), say))
            else:
                go.append((typed, row))
        whole = request.form.get("whole") or len(go) > SIZE
        return self.render("declarations/ask.html", go=go, stay=stay, whole=whole, back=self.list_page())

    def _against(self, row: Declaration, seen: int | None, of: Columns, now: Grace) -> Say | None:
        """What speaks against a declaration on this list; one that is on its way already may be listed again."""
        door = next(d for d in DECLARATIONS.table if d.action is Action.SEND)
        sent = row.state is DeclarationState.SENT
        closed = None if sent else against(db.session(), row, door, seen, g.standing, today())
        return closed or insurance_list.fault(row, _seal(), of, now)

    def _whole(self) -> list[str]:
        """The first of the view that was filtered, as if they were ticked: a morning after the feast has hundreds."""
        args = request.form.to_dict()
        words = insurance_board.sought(db.session(), args)
        found = listed(
            db.session(), {"version": Declaration.version, "state": Declaration.state}, Order(Declaration.aim_on),
            where=[*insurance_board.conditions(args, today()), *words.where],
            branches=insurance_board.branches(args, words), size=WHOLE_VIEW,
        )  # fmt: skip
        return [f"{row.key}:{row.version}" for row in found.rows if row.state in LISTED]

    def _back(self, say: Say) -> ResponseReturnValue:
        flash(said(say), "warning")
        return redirect(self.list_page(), 303)

    def _listed(self, typed: str, rows: Mapping[int, Declaration], faulty: Collection[int]) -> str:
        """Mark one declaration as sent; one that is on its way already may be listed again."""
        pk, _colon, version = typed.partition(":")
        row = rows.get(key(pk) or 0)
        if row is None:
            return ABSENT
        if key(pk) in faulty:
            return FAULTY
        if row.state is DeclarationState.SENT:
            return TAKEN
        try:
            take(db.session(), row, Action.SEND, standing=g.standing, today=today(), seen=seen_version(version))
            db.session.commit()
        except IntegrityError:  # somebody wrote the next line of this history
            db.session.rollback()
            return LATE
        except Refused as refusal:
            db.session.rollback()
            return LATE if isinstance(refusal, Outrun) else row.state.value
        return TAKEN

    def _all(self, typed: Iterable[str]) -> dict[int, Declaration]:
        """The declarations under these keys, with what a list tells of them, in one statement."""
        keys = {pk for text in typed if (pk := key(text))}
        found = select(Declaration).where(Declaration.id.in_(keys), Declaration.state != DeclarationState.NEW)
        return {row.id: row for row in db.session.scalars(found.options(WHOLE))}

    def _told(self, token: str) -> ResponseReturnValue:
        try:
            told = list(self._outcomes(outcomes_of(token)))
        except BadColumns as bad:
            return self._back(bad.say)
        return self.render("declarations/listed.html", outcomes=told, token=token, back=self.list_page())

    def _outcomes(self, outcomes: list[tuple[str, str]]) -> Iterator[Outcome]:
        of, now = insurance_list.columns(), grace(db.session(), today())
        rows = self._all(pk for pk, _word in outcomes)
        for pk, word in outcomes:
            row = rows.get(key(pk) or 0)
            if row is None:
                yield Outcome(f"#{pk}", None, GONE)
            else:
                yield Outcome(f"{row.student_name}, {said(row.kind)}", self.file_page(row.id), _say(word, row, of, now))

    @expose("/list/<export_type>", methods=("POST",))
    def download(self, export_type: str) -> ResponseReturnValue:
        """The file itself; each national id in it is a line in its declaration's history."""
        outcomes = outcomes_of(request.form.get("told", ""))
        if export_type not in CONTENT_TYPES:
            return abort(404)
        try:
            of = insurance_list.columns()
            found = self._all(pk for pk, word in outcomes if word == TAKEN)
            now = grace(db.session(), today())
            cells = {pk: self._cells(found[pk], of, now) for pk in sorted(found)}  # two lists at once wait in one order
            rows = [cells[pk] for typed, _word in outcomes if (pk := key(typed)) in cells]
            db.session.commit()
        except (BadColumns, Refused, IntegrityError) as bad:
            db.session.rollback()
            flash(said(FASTER if isinstance(bad, IntegrityError) else bad.say), "danger")
            return redirect(url_for(".list_out", told=request.form["told"]), 303)
        response = Response(exported(export_type, of.headings, rows), content_type=CONTENT_TYPES[export_type])
        response.headers["Content-Disposition"] = f'attachment; filename="sgk-{today():%Y-%m-%d}.{export_type}"'
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def _cells(self, row: Declaration, of: Columns, now: Grace) -> list[Any]:
        if against := insurance_list.fault(row, _seal(), of, now):
            raise Refused(Say("%(who)s: %(say)s", who=row.student_name, say=against))
        number = national_ids.opened(db.session(), row, seal=_seal(), standing=g.standing, how="exported")
        return insurance_list.cells(row, number, of)


def _say(word: str, row: Declaration, of: Columns, now: Grace) -> Say | None:
    match word:
        case "":
            return None
        case "late":
            return FASTER
        case "faulty":
            return insurance_list.fault(row, _seal(), of, now) or PASSED
    return Say(CLOSED.msgid, action=Action.SEND, state=DeclarationState(word))


def _seal() -> Seal:
    return Seal(current_app.extensions["staj"].national_id_key)
