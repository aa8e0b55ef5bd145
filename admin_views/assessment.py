"""The commission's assessment of completed internships: what its file page shows of them, and the steps it adds."""

from datetime import timedelta
from typing import Any, ClassVar

from flask import abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import get_locale
from flask_babel import gettext as _

from admin_views.buttons import Steps, seen_version
from admin_views.completion import weeks
from admin_views.desk import Opened
from forms.completion import AssessForm, ReturnForm
from forms.step import step_form
from forms.typed import TypedForm
from models import Application, db
from services import completion
from services.calendar import office_days
from services.completion import Parts
from services.say import said
from services.sign_in import today
from services.transition import CLOSED, Refused
from workflow.completion import ATTENDANCES, EVALUATIONS
from workflow.days import days_text
from workflow.phase import BEFORE_COMPLETION, TAKES_PLACE
from workflow.say import N_, Say
from workflow.transitions import Door
from workflow.words import Action, Actor, ApplicationState, Part

DUE_AFTER = 10  # working days a student is offered for a correction
NEXT_DAYS = 40  # in which there are as many, whatever the feasts
WAIVED = {Part.ATTENDANCE: ATTENDANCES, Part.EVALUATION: EVALUATIONS}
SETTLED = frozenset({Action.ACCEPT, Action.ACCEPT_PARTLY, Action.RETURN})  # the next file waits


class Assessing(Steps):
    """Adds the assessment of a completion to the commission's desk."""

    skips: ClassVar[frozenset[Action]] = Steps.skips | {Action.COMPLETE, Action.NOT_ACCEPT}

    def completing(self, row: Application) -> dict[str, Any]:
        """What closes the internship, for whoever assesses it; nothing before its first day."""
        own = row.department_id in g.standing.commissions
        if not own or row.state not in TAKES_PLACE or not row.starts_on or row.starts_on > today():
            return {"parts": None}
        found = _parts(row)
        waits = row.state is ApplicationState.COMPLETION
        open_parts = (Part.ATTENDANCE, not found.attended), (Part.EVALUATION, not found.evaluated)
        waivable = not found.ended and row.state in BEFORE_COMPLETION
        fewer, returning = (
            AssessForm(formdata=None).of(row.counted_half_days or 0),
            ReturnForm(formdata=None, due_on=_due()),
        )
        fewer.reason.id = "fewer-reason"  # both forms stand on one page
        return {
            "parts": found,
            "steps": completion.history(db.session(), row, found),
            "counted": completion.as_stored(row, found),
            "answers": completion.answers(db.session(), row),
            "waivable": [part for part, missing in open_parts if missing and waivable],
            "fewer": fewer if waits else None,
            "returning": returning if waits else None,
        }

    def facts(self, row: Application, door: Door) -> TypedForm:
        """The form of what a step needs."""
        match door.action:
            case Action.ACCEPT_PARTLY:
                form = AssessForm().of(row.counted_half_days or 0)
                form.accepted.description = _("Between 0 and %(days)s.", days=days_text(row.counted_half_days or 0))
                return form
            case Action.RETURN:
                return ReturnForm(due_on=_due())
        return super().facts(row, door)

    def turn(self, row: Application, door: Door, form: Any) -> None:
        """Take the step with the facts typed; raises Refused."""
        by = {"standing": g.standing, "today": today(), "seen": seen_version(request.form.get("version"))}
        match door.action:
            case Action.ACCEPT:
                completion.assess(db.session(), row, row.counted_half_days or 0, **by)
            case Action.ACCEPT_PARTLY:
                completion.assess(db.session(), row, form.accepted.data, reason=form.reason.data or None, **by)
            case Action.RETURN:
                concerned = [Part(word) for word in form.pages.data]
                completion.send_back(db.session(), row, concerned, form.due_on.data, reason=form.reason.data, **by)
            case Action.REASSESS:
                completion.reopen(db.session(), row, reason=form.reason.data, **by)
            case _:
                super().turn(row, door, form)

    @expose("/waive/<pk>/<part>", methods=("GET", "POST"))
    def waive(self, pk: str, part: str) -> ResponseReturnValue:
        """Go on without the firm's sheet or evaluation: it came on paper, or will not come."""
        row = self.get_one(pk)
        machine = WAIVED[Part(part)] if part in set(WAIVED) else abort(404)
        if row.department_id not in g.standing.commissions:
            return abort(404)
        door = next(d for d in machine.table if d.action is Action.WAIVE)
        form = step_form(door)
        if row.state not in BEFORE_COMPLETION:
            flash(said(Say(CLOSED.msgid, action=Action.WAIVE, state=row.state)), "danger")
            return redirect(self.file_url(row))
        if request.method == "POST" and form.validate():
            try:
                completion.waive(
                    db.session(), row, Part(part), reason=form.data["reason"], standing=g.standing, today=today()
                )
                db.session.commit()
            except Refused as refused:
                db.session.rollback()
                flash(said(refused.say), "danger")
            else:
                flash(f"{row.student_name}: {said(Part(part))}, {said(door.to)}", "success")
                return redirect(self.file_url(row))
        return self.render(
            "admin/step.html", row=row, door=door, form=form, back=self.file_url(row), about=said(Part(part))
        )

    @expose("/logbook/<pk>")
    def logbook(self, pk: str) -> ResponseReturnValue:
        """The daily entries that were handed in, to be read or printed."""
        row = self.get_one(pk)
        if row.state not in TAKES_PLACE or row.department_id not in g.standing.commissions:
            return abort(404)
        return self.render("completion/print.html", row=row, weeks=weeks(_parts(row).days), back=self.file_url(row))


class Completions(Opened):
    """The menu's way to the completions that wait: the commission's queue, filtered."""

    actors = frozenset({Actor.MEMBER, Actor.CHAIR})
    group = N_("Commission")
    label = N_("Completions to assess")
    icon = "flag"
    queue = ApplicationState.COMPLETION.value  # of the applications' list

    def __init__(self) -> None:
        super().__init__(name="completions", endpoint="completions", url="/completions")

    @expose("/")
    def index(self) -> ResponseReturnValue:
        return redirect(url_for("applications.index_view", state=self.queue))


def _parts(row: Application) -> Parts:
    return completion.parts(db.session(), row, today(), str(get_locale() or "tr"))


def _due() -> Any:
    """The day offered for a correction."""
    return office_days(db.session(), today() + timedelta(days=1), today() + timedelta(days=NEXT_DAYS))[DUE_AFTER - 1]
