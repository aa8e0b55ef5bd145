"""What a firm writes about one intern, each on its page: the attendance, week by week, and the evaluation."""

from datetime import date
from typing import Any, ClassVar

from flask import abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from admin_views.buttons import Steps, buttons, seen_version
from admin_views.interns import own_intern, seen_by_firm
from forms.attendance import week_form
from forms.evaluation import Answers, answers_form
from forms.typed import TypedForm
from models import Application, Attendance, Evaluation, EvaluationForm, Model, db
from services import attendance, evaluations
from services.listing import key
from services.say import said
from services.sign_in import today
from services.transition import Outrun, Refused
from workflow.say import Say
from workflow.transitions import Door
from workflow.words import Action, Actor, EvaluationState
from workflow.working_days import BadDates


class OfAnIntern(Steps):
    """A part of an internship that its firm writes; every address is by the internship's key."""

    actors = frozenset({Actor.EMPLOYER})
    lists = "interns"
    model: ClassVar[type[Model]]

    def __init__(self, endpoint: str, url: str) -> None:
        super().__init__(name=endpoint, endpoint=endpoint, url=url)

    @expose("/")
    def index(self) -> ResponseReturnValue:
        return redirect(url_for("interns.index_view"))

    def get_one(self, id: Any) -> Any:
        """The part of this internship, or 404 while nobody has begun it."""
        of: Any = self.model
        return self.row_of(own_intern(id), of) or abort(404)

    def row_of(self, application: Application, model: Any) -> Any:
        return db.session.scalars(select(model).where(model.application_id == application.id)).one_or_none()

    def file_page(self, pk: int) -> str:
        return url_for(f"{self.endpoint}.page", pk=pk)

    def file_url(self, row: Any) -> str:
        return self.file_page(row.application_id)

    def letter_page(self, machine: str, pk: int) -> str:
        of: Any = self.model
        found = db.session.scalar(select(of.application_id).where(of.id == pk))
        return self.file_page(found) if found else url_for("interns.index_view")

    def holds(self, machine: str, pk: int) -> bool:
        of: Any = self.model
        found = db.session.scalar(select(of.application_id).where(of.id == pk))
        try:
            return found is not None and own_intern(found) is not None
        except NotFound:
            return False


class InternAttendance(OfAnIntern):
    """Who was there, week by week; confirmed once the internship is over."""

    model = Attendance
    files = "attendance"

    @expose("/<pk>", methods=("GET", "POST"))
    def page(self, pk: str) -> ResponseReturnValue:
        """GET shows the weeks; POST keeps the one it names."""
        row = own_intern(pk)
        try:
            kept = _sheet(row)
        except BadDates as bad:
            flash(said(bad.say), "danger")
            return redirect(url_for("interns.details_view", id=row.id))
        week = kept.week(_monday(request.form.get("week", "")))
        form = week_form(week) if week and week.asked else None
        if request.method == "POST" and form is None:
            return abort(404)
        late = False
        if request.method == "POST" and form and (form.everybody() or form.validate()):
            try:
                self._keep(row, form)
                return redirect(f"{self.file_page(row.id)}#week")
            except Outrun:
                late = True
            except Refused as refused:
                flash(said(refused.say), "danger")
            db.session.rollback()
            kept = _sheet(row)  # what the other tab wrote
        return self._drawn(row, kept, form if request.method == "POST" else None, late=late)

    def _keep(self, row: Application, form: Any) -> None:
        by = {"standing": g.standing, "today": today(), "seen": request.form.get("stands")}
        attendance.keep(db.session(), row, form.monday, form.missed(), **by)
        db.session.commit()
        flash(_("The week of %(day)s is kept.", day=said(form.monday)), "success")

    def _drawn(self, row: Application, kept: attendance.Sheet, typed: Any, *, late: bool) -> ResponseReturnValue:
        refusal = attendance.refusal(row, kept)
        forms = {
            w.monday: typed if typed and typed.monday == w.monday else week_form(w, filled=False)
            for w in kept.weeks
            if w.asked and not refusal
        }
        opened = typed.monday if typed else kept.next.monday if kept.next else None
        return self.render(
            "interns/attendance.html", row=row, status=seen_by_firm(row), here="attendance", sheet=kept, forms=forms,
            opened=opened, refusal=refusal, typed=typed, late=late, buttons=buttons(kept.row) if kept.row else [],
        )  # fmt: skip

    def turn(self, row: Any, door: Door, form: TypedForm) -> None:
        if door.action is not Action.ATTEST:
            return super().turn(row, door, form)
        seen, worked = (seen_version(request.form.get(name)) for name in ("version", "worked"))
        attendance.attest(db.session(), row.application, standing=g.standing, today=today(), seen=seen, worked=worked)
        return None

    def done(self, row: Any, door: Door) -> str:
        return f"{row.application.student_name}: {said(door.to)}"


class InternEvaluation(OfAnIntern):
    """The evaluation, on the version of the form it was begun on; what it says nobody else reads before the decision."""

    model = Evaluation
    files = "evaluation"
    skips = frozenset({Action.GIVE})  # handed in with its form, so that nothing typed is lost

    @expose("/<pk>", methods=("GET", "POST"))
    def page(self, pk: str) -> ResponseReturnValue:
        """GET shows the questions; POST keeps the answers, and hands them in where that was pressed."""
        row, session = own_intern(pk), db.session()
        begun = evaluations.of(session, row)
        asked = evaluations.asked(session, row, key(request.form.get("form")))
        answered = evaluations.answers(session, begun) if begun else {}
        closed = _closed(row, begun)
        sent = request.method == "POST" and "form" in request.form  # a body of another kind answers nothing
        typed = answers_form(asked, answered, filled=True) if asked and sent else None
        late = False
        if request.method == "POST" and typed is None:
            return abort(404)
        if asked and typed and not closed and typed.validate():
            try:
                if self._kept(row, asked, typed):
                    return redirect(self.file_page(row.id))
            except Outrun:
                late = True
            except Refused as refused:
                flash(said(refused.say), "danger")
            session.rollback()
            begun = evaluations.of(session, row)  # what the other tab wrote
            answered, closed = evaluations.answers(session, begun) if begun else {}, _closed(row, begun)
        return self.render(
            "interns/evaluation.html", row=row, status=seen_by_firm(row), here="evaluation", begun=begun, asked=asked,
            form=(typed or answers_form(asked, answered, filled=False)) if asked and not closed else None,
            answers=_read(asked, answered), closed=closed, late=late, stamp=evaluations.stamp(answered),
            unsaved=_read(asked, _others(typed, answered)) if typed else (),
            early=evaluations.early(row, today()),
        )  # fmt: skip

    def _kept(self, row: Application, asked: EvaluationForm, form: Answers) -> bool:
        """Keep what was typed, whatever becomes of handing in; raises Refused. False where an answer is missing."""
        session = db.session()
        begun = evaluations.keep(session, row, asked, form.answered(), today=today(), seen=request.form.get("stands"))
        session.commit()
        if "give" not in request.form:
            flash(_("Your answers are kept. Hand the evaluation in when you are done."), "success")
            return True
        if not form.complete():
            return False
        evaluations.give(session, begun, standing=g.standing, today=today())
        session.commit()
        flash(
            _("Thank you. The evaluation is handed in; the student reads it after the commission has decided."),
            "success",
        )
        return True


def _closed(row: Application, begun: Evaluation | None) -> Say | None:
    """Why nothing can be answered here, or None."""
    if begun is not None and begun.state is EvaluationState.WAIVED:
        return Say("The commission goes on without the firm's evaluation.")
    if begun is not None and begun.state is EvaluationState.GIVEN:
        return evaluations.GIVEN
    return evaluations.refusal(row, today())


def _read(asked: EvaluationForm | None, answered: dict[int, str]) -> list[tuple[Any, Any]]:
    """Question and answer, as the reader reads them."""
    english = str(get_locale()) == "en"
    return [
        (q, evaluations.in_words(q, answered[q.id], english=english))
        for q in (asked.questions if asked else ())
        if q.id in answered
    ]


def _others(typed: Answers, answered: dict[int, str]) -> dict[int, str]:
    """What was typed and does not stand."""
    return {of: answer for of, answer in typed.answered().items() if answer and answer != answered.get(of)}


def _sheet(row: Application) -> attendance.Sheet:
    return attendance.sheet(db.session(), row, today(), str(get_locale() or "tr"))


def _monday(typed: str) -> date:
    """A week as its form names it; nonsense is a week no internship has."""
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return date.min
