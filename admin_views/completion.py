"""The student closes an internship ("Staj Sonlandır"): the steps as a list, the logbook day by day, handing in."""

from datetime import date
from typing import Any

from flask import abort, current_app, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from admin_views.buttons import seen_version
from admin_views.firm_calls import CallsTheFirm
from forms.completion import LOGBOOK, EntryForm
from models import Application, Attendance, Evaluation, db
from services import completion, logbook
from services.archives import Refusal
from services.completion import Parts
from services.documents import give, take_in
from services.listing import key
from services.logbook import LogDay
from services.say import said
from services.sign_in import today
from services.transition import Outrun, Refused, hold
from workflow.phase import ASSESSED, TAKES_PLACE
from workflow.say import N_
from workflow.words import Actor, Purpose

FIRMS_OWN: dict[str, Any] = {
    "attendance": Attendance,
    "evaluation": Evaluation,
}  # what a letter to a student may be about


class Completion(CallsTheFirm):
    """Every internship of the student that took place, and the steps that close it."""

    actors = frozenset({Actor.STUDENT})
    group = N_("Student")
    label = N_("Complete an internship")
    icon = "flag"

    def __init__(self) -> None:
        super().__init__(name="completion", endpoint="completion", url="/completion")

    @expose("/")
    def index(self) -> ResponseReturnValue:
        whole = (joinedload(Application.internship_type), joinedload(Application.institution))
        mine = (Application.student_id == g.standing.student_id, Application.state.in_(sorted(TAKES_PLACE)))
        found = select(Application).options(*whole).where(*mine).order_by(Application.starts_on.desc()).limit(50)
        return self.render("completion/index.html", rows=db.session.scalars(found).all(), today=today())

    @expose("/<pk>", methods=("GET", "POST"))
    def details_view(self, pk: str) -> ResponseReturnValue:
        """The steps as a list; POST hands the completion in."""
        row = self.get_one(pk)
        if request.method == "POST":
            return self._handed_in(row)
        found = self._parts(row)
        return self.render(
            "completion/file.html",
            row=row,
            parts=found,
            tasks=completion.tasks(row, found, today()),
            judgement=completion.as_stored(row, found),
            answers=completion.answers(db.session(), row) if row.state in ASSESSED else (),
            steps=completion.history(db.session(), row, found),
            today=today(),
            firm=self.calls(row),
        )

    def _handed_in(self, row: Application) -> ResponseReturnValue:
        try:
            completion.hand_in(
                db.session(), row, standing=g.standing, today=today(), seen=seen_version(request.form.get("version"))
            )
            db.session.commit()
        except Refused as refused:
            db.session.rollback()
            flash(said(refused.say), "danger")
        else:
            flash(
                _("Your completion was handed in to the commission. You are written to when it has decided."), "success"
            )
        return redirect(self.file_page(row.id), 303)

    # -- the logbook --------------------------------------------------------------------------------------

    @expose("/<pk>/logbook", methods=("GET", "POST"))
    def logbook(self, pk: str) -> ResponseReturnValue:
        """The file, and the days with what is written; POST takes a file."""
        row = self.get_one(pk)
        if request.method == "POST":
            return self._uploaded(row)
        refused, refusal = session.pop("refused_logbook", (None, ""))
        return self.render(
            "completion/logbook.html",
            row=row,
            parts=self._parts(row),
            closed=logbook.closed(row, today()),
            refusal=refusal if refused == row.id else "",
            accept=LOGBOOK,
            today=today(),
        )

    def _uploaded(self, row: Application) -> ResponseReturnValue:
        upload, refusal = request.files.get("logbook"), ""
        if said_no := logbook.closed(row, today()):
            refusal = said(said_no)
        elif not upload or not upload.filename:
            refusal = _("Choose the .zip, .7z or .pdf file first.")
        else:
            refusal = self._taken(row, upload)
        if refusal:
            session["refused_logbook"] = row.id, refusal
        return redirect(url_for(".logbook", pk=row.id), 303)

    def _taken(self, row: Application, upload: Any) -> str:
        """Take the file in; answers why it is not taken."""
        db.session.commit()  # a slow upload or a large archive holds no lock
        settings, store = current_app.extensions["staj"], current_app.extensions["storage"]
        try:
            document = take_in(store, upload.stream, upload.filename, settings.max_upload, single=frozenset({".pdf"}))
        except Refusal as refusal:
            return said(refusal.say)
        hold(db.session(), row)  # it may have been handed in while the file arrived
        if said_no := logbook.closed(row, today()):
            return said(said_no)
        give(db.session(), document, row, Purpose.LOGBOOK)
        db.session.commit()
        flash(_("%(name)s was uploaded.", name=document.filename), "success")
        return ""

    @expose("/<pk>/day/<day>", methods=("GET", "POST"))
    def day(self, pk: str, day: str) -> ResponseReturnValue:
        """One day of the logbook; whichever way it is left, what is typed is kept first."""
        row = self.get_one(pk)
        days = self._parts(row).days
        at = next((n for n, d in enumerate(days) if d.day.isoformat() == day), None)
        if at is None:
            return abort(404)
        on, before, after = days[at], days[at - 1] if at else None, days[at + 1] if at + 1 < len(days) else None
        after = after if after and after.day <= today() else None
        form = EntryForm(text=on.entry.text if on.entry else "")
        late = False
        if request.method == "POST":
            to = {"before": before, "after": after}.get(request.form.get("go", ""))
            if not form.text.data and on.entry is None and to:
                return self._to_day(row, to)
            if form.validate():
                try:
                    self._written(row, on, form.text.data or "")
                    return self._to_day(row, to)
                except Outrun:
                    late = True
                except Refused as refused:
                    form.form_errors.append(said(refused.say))
                db.session.rollback()
                days = self._parts(row).days  # what the other tab wrote
                on = next((d for d in days if d.day == on.day), on)
        return self.render(
            "completion/day.html",
            row=row,
            on=on,
            before=before,
            after=after,
            form=form,
            late=late,
            number=at + 1,
            total=len(days),
            closed=logbook.closed(row, today()),
        )

    def _written(self, row: Application, on: LogDay, text: str) -> None:
        version = seen_version(request.form.get("version")) or 0
        logbook.write(db.session(), row, on, text, seen=version, today=today())
        db.session.commit()
        flash(_("Saved: %(day)s", day=said(on.day)), "success")

    def _to_day(self, row: Application, to: LogDay | None) -> ResponseReturnValue:
        if to is None:
            return redirect(url_for(".logbook", pk=row.id, _anchor="days"), 303)
        return redirect(url_for(".day", pk=row.id, day=to.day.isoformat()), 303)

    @expose("/<pk>/print")
    def printed(self, pk: str) -> ResponseReturnValue:
        """The logbook on paper."""
        row = self.get_one(pk)
        back = url_for(".logbook", pk=row.id)
        return self.render("completion/print.html", row=row, weeks=weeks(self._parts(row).days), back=back)

    # -- shared -------------------------------------------------------------------------------------------

    def get_one(self, id: Any) -> Application:
        """The student's own, once it took place."""
        mine = (Application.student_id == g.standing.student_id, Application.state.in_(sorted(TAKES_PLACE)))
        found = select(Application).where(Application.id == (key(id) or 0), *mine)
        whole = (
            joinedload(Application.supervisor),
            joinedload(Application.institution),
            joinedload(Application.policy),
        )
        return db.session.scalars(found.options(*whole)).one_or_none() or abort(404)

    def _parts(self, row: Application) -> Parts:
        return completion.parts(db.session(), row, today(), str(get_locale() or "tr"))

    def file_page(self, pk: int) -> str:
        return url_for("completion.details_view", pk=pk)

    def leads(self, machine: str) -> bool:
        return machine in FIRMS_OWN

    def holds(self, machine: str, pk: int) -> bool:
        return self._application_of(machine, pk) is not None

    def letter_page(self, machine: str, pk: int) -> str:
        """A letter about what the firm wrote leads to the steps it belongs to."""
        of = self._application_of(machine, pk)
        return self.file_page(of) if of else url_for("completion.index")

    def _application_of(self, machine: str, pk: int) -> int | None:
        model = FIRMS_OWN[machine]
        own = select(model.application_id).where(model.id == pk, model.student_id == g.standing.student_id)
        found: int | None = db.session.scalar(own)
        return found


def weeks(days: tuple[LogDay, ...]) -> list[list[LogDay]]:
    """The written days, week by week, as they are signed."""
    of: dict[tuple[int, int], list[LogDay]] = {}
    for day in days:
        if day.entry is not None:
            of.setdefault(_week(day.day), []).append(day)
    return list(of.values())


def _week(day: date) -> tuple[int, int]:
    year, week, _weekday = day.isocalendar()
    return year, week
