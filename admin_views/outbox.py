"""The outbox for IT: what waits, what left, what was given up and why; send again."""

from typing import Any

from flask import flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select

from admin_views.desk import Card, Choice, Column, Desk
from admin_views.mailbox import stays_here
from models import Letter, db
from services import audit, outbox
from services.listing import Order
from workflow.say import N_
from workflow.words import Action, Actor, LetterState

AT_ONCE = 200


class OutboxDesk(Desk):
    """Letters of everybody; their text stays on the mailbox page of whom they are for."""

    actors = frozenset({Actor.IT})
    group = N_("IT")
    icon = "send"
    label = N_("Outbox")
    list_template = "outbox/list.html"
    order = Order(Letter.created_at, descending=True)
    empty = N_("No letter was written yet: letters are written when a step is taken on an application.")
    columns = (
        Column("subject", N_("Subject"), Letter.subject),
        Column("to_name", N_("To"), Letter.to_name),
        Column("to_email", N_("E-mail"), Letter.to_email),
        Column("state", N_("Status"), Letter.state, "state"),
        Column("tries", N_("Tries"), Letter.tries),
        Column("created_at", N_("Written"), Letter.created_at, "moment"),
        Column("next_try_at", N_("Next try"), Letter.next_try_at, "moment"),
        Column("sent_at", N_("Sent"), Letter.sent_at, "moment"),
        Column("error", N_("What went wrong"), Letter.error),
    )
    choices = (Choice("state", N_("Status"), Letter.state, lambda: [(s.value, s) for s in LetterState]),)

    def __init__(self) -> None:
        super().__init__(Letter, name="outbox", endpoint="outbox")

    def list_extras(self, args: Any) -> dict[str, Any]:
        return {"failed": _failed(), "readable": stays_here()}

    def waiting(self) -> list[Card]:
        if not (failed := _failed()):
            return []
        return [
            Card(
                str(failed),
                ngettext("letter could not be sent", "letters could not be sent", failed),
                url_for("outbox.index_view", state="failed"),
                urgent=True,
            )
        ]

    @expose("/retry/<pk>", methods=("POST",))
    def retry(self, pk: str) -> ResponseReturnValue:
        return self._again([self.get_one(pk)])

    @expose("/retry", methods=("POST",))
    def retry_failed(self) -> ResponseReturnValue:
        oldest = select(Letter).where(Letter.state == LetterState.FAILED).order_by(Letter.id).limit(AT_ONCE)
        return self._again(list(db.session.scalars(oldest)))

    def _again(self, letters: list[Letter]) -> ResponseReturnValue:
        queued = [letter for letter in letters if outbox.retry(db.session(), letter)]
        for letter in queued:
            audit.note(db.session(), letter, Action.EDIT, g.standing)
        db.session.commit()
        if queued or not letters:
            flash(
                _("Letters queued again: %(count)s. The worker posts them within a minute.", count=len(queued)),
                "success",
            )
        if len(queued) < len(letters):
            flash(_("A letter that was sent, or is being sent at this moment, is not queued again."), "warning")
        return redirect(url_for(".index_view"))


def _failed() -> int:
    """Letters given up, as many as one press of the button takes."""
    capped = select(Letter.id).where(Letter.state == LetterState.FAILED).limit(AT_ONCE).subquery()
    return db.session.scalar(select(func.count()).select_from(capped)) or 0
