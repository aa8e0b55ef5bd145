"""Whose turn a file is: the chair gives ticked files to members or shares them out, a member takes a nobody's file."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from admin_views.desk import Opened
from forms.commission import EVENLY, NOBODY, ShareForm
from models import Application, Department, db
from services import reviewers
from services.listing import SIZE, key
from services.queue import OFF
from services.say import said, spoken
from services.sign_in import today
from services.transition import Refused
from workflow.say import Say
from workflow.turkish import collation_key

TOLD = 5  # reasons that are spelt out


class Reviewing(Opened):
    """Adds the division of labour to the commission's desk."""

    def get_one(self, id: Any) -> Application:
        """The file within the desk's reach, or 404."""
        raise NotImplementedError

    def is_of_queue(self, row: Application) -> bool:
        """Whether this desk shows the file to the signed-in person."""
        raise NotImplementedError

    def file_url(self, row: Any) -> str:
        """The file's page, with the filters of the list it was opened from."""
        raise NotImplementedError

    @expose("/take/<pk>", methods=("POST",))
    def take_up(self, pk: str) -> ResponseReturnValue:
        row = self.get_one(pk)
        if not g.standing.commissions:
            return abort(404)
        try:
            reviewers.take_up(db.session(), row, standing=g.standing, today=today())
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            flash(said(refusal.say), "danger")
        else:
            flash(_("%(student)s: the file is yours to review now.", student=row.student_name), "success")
        return redirect(self.file_url(row))

    @expose("/share", methods=("GET", "POST"))
    def share(self) -> ResponseReturnValue:
        """Asked by GET, done by POST; `reviewer=off` means every file whose reviewer has left."""
        if not g.standing.chair_of:
            return abort(404)
        left = request.args.get("reviewer") == OFF and not request.values.getlist("row")
        rows = reviewers.unattended(db.session(), g.standing, today()) if left else self._ticked()
        if not rows:
            nothing = (
                _("Every open file has a reviewer on duty.") if left else _("Tick at least one application first.")
            )
            flash(nothing, "success" if left else "warning")
            return redirect(self.list_page())
        if request.method == "POST" and not request.form.get("asked"):
            return redirect(url_for(".share", row=[row.id for row in rows]), 303)
        return self._asked_whose(rows, left=left)

    def _ticked(self) -> Sequence[Application]:
        """The ticked files of the queue, as the list sends them: key, or key:version."""
        typed = dict.fromkeys(request.values.getlist("row"))
        keys = [pk for text in typed if (pk := key(text.partition(":")[0]))][:SIZE]
        found = db.session.scalars(select(Application).where(Application.id.in_(keys)).order_by(Application.id))
        return [row for row in found if self.is_of_queue(row)]

    def _asked_whose(self, rows: Sequence[Application], *, left: bool) -> ResponseReturnValue:
        departments = {row.department_id for row in rows}
        commissions = reviewers.on_duty(db.session(), departments & g.standing.chair_of, today())
        form = ShareForm().offer(self._candidates(commissions))
        if request.method == "POST" and form.validate():
            self._shared(rows, form.to.data)
            db.session.commit()
            return redirect(self.list_page(), 303)
        if request.method == "GET":
            form.to.data = EVENLY
        return self.render("applications/share.html", form=form, rows=rows, left=left, back=self.list_page())

    def _candidates(self, commissions: dict[int, reviewers.Commission]) -> list[tuple[str, str]]:
        """Everybody on duty by name, with the open files each has already."""
        codes = select(Department.id, spoken(Department.name)).where(Department.id.in_(commissions))
        named: dict[int, str] = dict(db.session.execute(codes).all()) if len(commissions) > 1 else {}
        offered = {
            (str(r.id), f"{r.name}{f' – {named[d]}' if d in named else ''}"): r.files
            for d, commission in commissions.items()
            for r in commission
        }
        return [
            (value, str(ngettext("%(who)s (%(num)s open file)", "%(who)s (%(num)s open files)", files, who=label)))
            for (value, label), files in sorted(offered.items(), key=lambda one: collation_key(one[0][1]))
        ]

    def _shared(self, rows: Sequence[Application], to: str) -> None:
        """Give the files, and say what became of them."""
        if to == EVENLY:
            got, refused = reviewers.share_out(db.session(), rows, standing=g.standing, today=today())
        else:
            got, refused = self._given(rows, None if to == NOBODY else key(to))
        if got:
            each = ", ".join(
                f"{name}: {count}" for name, count in sorted(got.items(), key=lambda n: collation_key(n[0]))
            )
            flash(_("Files given. %(each)s", each=each), "success")
        for row, say in refused[:TOLD]:
            flash(f"{row.student_name}: {said(say)}", "danger")
        if more := len(refused) - TOLD if len(refused) > TOLD else 0:
            flash(ngettext("%(num)s more file stays as it is.", "%(num)s more files stay as they are.", more), "danger")

    def _given(self, rows: Sequence[Application], to: int | None) -> tuple[Counter[str], list[tuple[Application, Say]]]:
        got, refused = Counter[str](), list[tuple[Application, Say]]()
        for row in rows:
            try:
                reviewers.give(db.session(), row, to, standing=g.standing, today=today())
            except Refused as refusal:
                refused.append((row, refusal.say))
            else:
                got[row.reviewer.name if row.reviewer else _("Nobody")] += 1
        return got, refused
