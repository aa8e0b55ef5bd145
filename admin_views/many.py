"""The same step on many ticked files: asked for once, taken one by one, and told on a page that can be reloaded."""

from collections.abc import Iterator
from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from admin_views.buttons import STYLE, seen_version
from admin_views.desk import Opened
from admin_views.told import Outcome, outcomes_of, signed
from forms.step import step_form
from models import Application, db
from services import completion
from services.listing import SIZE, key
from services.offers import against, files
from services.sign_in import today
from services.transition import CLOSED, FASTER, Outrun, Refused, refusal, take
from workflow.say import Say
from workflow.transitions import APPLICATIONS, Door
from workflow.turkish import collation_key
from workflow.words import Action, ApplicationState

MANY = frozenset({Action.APPROVE, Action.REJECT, Action.ACCEPT})
GONE = Say("There is no such file in your queue.")
PASSED = Say("It was refused when you tried; by now nothing stands against it.")
TAKEN, ABSENT, LATE, AGAINST = "", "absent", "late", "against"  # or the state that was in the way


class Many(Opened):
    """Adds deciding many at once to the commission's desk."""

    def is_of_queue(self, row: Application) -> bool:
        """Whether this desk shows the file to the signed-in person."""
        raise NotImplementedError

    @expose("/bulk/<action>", methods=("GET", "POST"))
    def bulk(self, action: str) -> ResponseReturnValue:
        """Asked by GET, taken by POST, told by GET: reloading or going back decides nothing twice."""
        if action not in MANY:
            return abort(404)
        door = next(d for d in APPLICATIONS.table if d.action == action)
        if token := request.args.get("told"):
            return self._told(token, door)
        ticked = list(dict.fromkeys(request.values.getlist("row")))
        if not 0 < len(ticked) <= SIZE:
            too_many = _("Tick at most %(count)s applications at once; nothing was decided.", count=SIZE)
            flash(too_many if ticked else _("Tick at least one application first."), "warning")
            return redirect(self.list_page())
        if request.method == "POST" and not request.form.get("asked"):
            return redirect(_here(door, row=ticked), 303)
        return self._asked_for(ticked, door)

    def _asked_for(self, ticked: list[str], door: Door) -> ResponseReturnValue:
        form = step_form(door)
        if request.method == "POST" and form.validate():
            outcomes = [(typed.partition(":")[0][:20], self._one_of_many(typed, door, form)) for typed in ticked]
            return redirect(_here(door, told=signed(outcomes)), 303)
        if request.method == "GET":
            form.process(formdata=MultiDict())
        go, stay = self._weighed(ticked, door)
        return self.render(
            "applications/bulk_form.html",
            form=form,
            door=door,
            style=STYLE[door.action],
            ticked=[typed for typed, _row in go],
            who=sorted((row for _typed, row in go), key=lambda row: collation_key(row.student_name)),
            stay=stay,
            back=self.list_page(),
        )

    def _weighed(self, ticked: list[str], door: Door) -> tuple[list[tuple[str, Application]], list[Outcome]]:
        """What the press will do: the files that go, as typed, and those that stay, each with its reason."""
        keys = {typed: key(typed.partition(":")[0]) or 0 for typed in ticked}
        found = {pk: row for pk, row in files(db.session(), set(keys.values())).items() if self.is_of_queue(row)}
        go, stay = [], []
        for typed, pk in keys.items():
            row, seen = found.get(pk), typed.partition(":")[2]
            if row is None:
                stay.append(Outcome(f"#{typed.partition(':')[0][:20]}", None, GONE))
            elif say := against(db.session(), row, door, seen_version(seen), g.standing, today()):
                stay.append(Outcome(f"{row.student_name} ({row.student_number})", self.file_page(row.id), say))
            else:
                go.append((typed, row))
        return go, stay

    def _one_of_many(self, typed: str, door: Door, form: Any) -> str:
        """Take the step; answers TAKEN or what was in the way."""
        pk, _colon, version = typed.partition(":")
        row = db.session.get(Application, key(pk) or 0)
        if row is None or not self.is_of_queue(row):
            return ABSENT
        try:
            self.one_of_many(row, door, form, seen_version(version))
            db.session.commit()
        except Refused as refused:
            db.session.rollback()
            if isinstance(refused, Outrun):
                return LATE
            return row.state.value if refused.say.msgid == CLOSED.msgid else AGAINST
        return TAKEN

    def one_of_many(self, row: Application, door: Door, form: Any, seen: int | None) -> None:
        """Take the step on one file; raises Refused."""
        by = {"standing": g.standing, "today": today(), "seen": seen}
        if door.action is Action.ACCEPT:
            completion.assess(db.session(), row, row.counted_half_days or 0, **by)
        else:
            take(db.session(), row, door.action, reason=form.data.get("reason"), pages=form.data.get("pages"), **by)

    def _told(self, token: str, door: Door) -> ResponseReturnValue:
        """What was decided, for whoever decided it; the names are read anew, within reach."""
        told = list(self._outcomes(outcomes_of(token), door))
        return self.render("applications/bulk.html", outcomes=told, door=door, back=self.list_page())

    def _outcomes(self, outcomes: list[tuple[str, str]], door: Door) -> Iterator[Outcome]:
        for pk, word in outcomes:
            row = db.session.get(Application, key(pk) or 0)
            if row is None or not self.is_of_queue(row):
                yield Outcome(f"#{pk}", None, GONE)
            else:
                who, url = f"{row.student_name} ({row.student_number})", self.file_page(row.id)
                yield Outcome(who, url, _say(word, row, door))


def _say(word: str, row: Application, door: Door) -> Say | None:
    """What was in the way, as a sentence; what a guard had against the file is asked again."""
    match word:
        case "":
            return None
        case "late":
            return FASTER
        case "against":
            return refusal(db.session(), row, door, g.standing, today()) or PASSED
    return Say(CLOSED.msgid, action=door.action, state=ApplicationState(word))


def _here(door: Door, **more: Any) -> str:
    """This address, for the same filter, with other facts."""
    kept = {name: request.args.getlist(name) for name in request.args if name not in {"row", "told"}}
    return url_for(".bulk", action=door.action.value, **{**kept, **more})
