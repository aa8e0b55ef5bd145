"""The table as buttons: which steps a row offers its reader, and the page that takes one."""

from typing import Any, ClassVar

from flask import abort, flash, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from admin_views.desk import Opened
from forms.step import REASON_LENGTH, step_form
from forms.typed import TypedForm
from models import db
from services.listing import key
from services.say import said
from services.sign_in import today
from services.transition import CLOSED, Outrun, Refused, doors, refusal, take
from workflow.say import N_, Say
from workflow.transitions import Door
from workflow.words import Action, Need

STYLE = {
    Action.APPROVE: "success",
    Action.APPROVE_LATE: "success",
    Action.AGREE: "success",
    Action.ANSWER: "primary",
    Action.ATTEST: "success",
    Action.VERIFY: "success",
    Action.PUBLISH: "success",
    Action.SUBMIT: "primary",
    Action.SEND: "primary",
    Action.CONFIRM: "success",
    Action.FAIL: "danger",
    Action.REJECT: "danger",
    Action.DECLINE: "danger",
    Action.BLOCK: "danger",
    Action.CANCEL: "danger",
    Action.ACCEPT: "success",
}


def buttons(row: Any) -> list[dict[str, Any]]:
    """One button per open door of this row for the signed-in person; `refusal` says why it would not turn now."""
    return [
        {
            "action": d.action,
            "style": STYLE.get(d.action, "secondary"),
            "asks": bool(d.needs - {Need.DECIDER}) or d.asks_first,
            "then": d.then,
            "refusal": refusal(db.session(), row, d, g.standing, today()),
        }
        for d in doors(row, g.standing)
    ]


class Steps(Opened):
    """Adds the step pages to a desk: GET asks for the facts, POST takes the step."""

    skips: ClassVar[frozenset[Action]] = frozenset({Action.SUBMIT})
    emptied: ClassVar[str] = N_("That was the last file of this queue.")

    @expose("/step/<pk>/<action>", methods=("GET", "POST"))
    def step(self, pk: str, action: str) -> ResponseReturnValue:
        row = self.get_one(pk)
        door = next((d for d in self.opened(row) if d.action == action), None)
        if action not in set(Action) - self.skips:
            return abort(404)
        if door is None:
            return self.closed(row, Action(action))
        if request.method == "GET" and (say := refusal(db.session(), row, door, g.standing, today())):
            flash(said(say), "danger")  # nobody fills in a form that would be refused
            return redirect(self.file_url(row))
        form = self.facts(row, door)
        if request.method == "POST" and form.validate():
            return self.taken(row, door, form)
        return self.asked(row, door, form)

    def facts(self, row: Any, door: Door) -> TypedForm:
        """The form of what a step needs."""
        return step_form(door)

    def asked(self, row: Any, door: Door, form: TypedForm) -> ResponseReturnValue:
        """The page that asks for what a step needs."""
        return self.render("admin/step.html", row=row, door=door, form=form, back=self.file_url(row))

    def opened(self, row: Any) -> list[Door]:
        """The doors of this row that this desk shows the signed-in person."""
        return doors(row, g.standing)

    def taken(self, row: Any, door: Door, form: TypedForm) -> ResponseReturnValue:
        """Take the step, say what came of it, go on."""
        try:
            self.turn(row, door, form)
            db.session.commit()
        except (Refused, IntegrityError) as stopped:  # two who write a file's history at one moment: one line each
            db.session.rollback()
            refused = stopped if isinstance(stopped, Refused) else Outrun()
            flash(said(refused.say), "danger")
            if isinstance(refused, Outrun):
                _give_back(form.data.get(Need.REASON.value))
                return redirect(self.file_url(row))
            return self.asked(row, door, form)
        flash(self.done(row, door), "success")
        return redirect(self.after(row, door))

    def turn(self, row: Any, door: Door, form: TypedForm) -> None:
        """Take the step with the facts typed; raises Refused."""
        take(
            db.session(),
            row,
            door.action,
            standing=g.standing,
            today=today(),
            seen=seen_version(request.form.get("version")),
            reason=form.data.get(Need.REASON.value),
            pages=form.data.get(Need.PAGES.value),
            values=self.values(row, door, form),
        )

    def closed(self, row: Any, action: Action) -> ResponseReturnValue:
        """The row has moved on, or was never this person's to move."""
        flash(said(Say(CLOSED.msgid, action=action, state=row.state)), "danger")
        _give_back(request.form.get(Need.REASON.value))
        return redirect(self.file_url(row))

    def values(self, row: Any, door: Door, form: TypedForm) -> dict[str, Any]:
        """Further columns that go with the step."""
        return {Need.REFERENCE.value: form.data["reference"]} if Need.REFERENCE in door.needs else {}

    def done(self, row: Any, door: Door) -> str:
        return f"{said(row)}: {said(door.to)}"

    def file_url(self, row: Any) -> str:
        return self.file_page(row.id)

    def after(self, row: Any, door: Door) -> str:
        """Where to go once the step is taken."""
        return self.file_url(row)

    def onwards(self, row: Any) -> str:
        """On to the next file that waits here, else to one before it; after the last one, to the list."""
        if found := self.beside(row) or self.beside(row, back=True):
            return self.file_page(found)
        flash(_(self.emptied), "info")
        return self.list_page()

    def beside(self, row: Any, *, back: bool = False) -> int | None:
        """The file after (or before) this one among those that wait here, or None."""
        return None


def _give_back(typed: str | None) -> None:
    """Say once more what somebody typed for a step that was not taken."""
    if typed and (typed := typed.strip()[:REASON_LENGTH]):
        flash(f"{_('What you typed was not saved:')} {typed}", "warning")


def seen_version(typed: str | None) -> int | None:
    """The version the form was drawn from; nonsense is a version nobody has seen."""
    if typed is None:
        return None
    return 0 if typed == "0" else key(typed) or -1
