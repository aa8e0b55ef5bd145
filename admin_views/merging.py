"""Duplicates of the register: found, held side by side, merged or judged different, and either undone."""

from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from admin_views.buttons import seen_version
from admin_views.desk import Opened
from admin_views.place import PAGES
from forms.institutions import MergeForm
from models import Institution, Supervisor, db
from services import apart, audit, duplicates, merging
from services.listing import cursor, key
from services.register import lasting, suggestions
from services.say import said
from services.sign_in import today
from services.transition import Outrun, Refused
from workflow.say import N_
from workflow.words import Actor, InstitutionState

LONGEST_MARK = 120


class Merging(Opened):
    """The career centre's: which entries may be one institution, and making them one."""

    actors = frozenset({Actor.CAREER_CENTRE})
    group = N_("Register")
    label = N_("Likely duplicates")
    icon = "layers"

    def __init__(self) -> None:
        super().__init__(name="merging", endpoint="merging", url="/merging")

    def list_args(self) -> tuple[str, ...]:
        return ("why", *PAGES)

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Pairs by the reason they are held against each other; or what one institution could be merged with."""
        if of := lasting(db.session(), request.args.get("of")):
            typed = request.args.get("q", "").replace("\x00", "").strip()[:100]
            found = [i for i in suggestions(db.session(), typed or of.name) if i.id != of.id]
            return self.render("merging/search.html", of=of, q=typed, found=found)
        counts = duplicates.counted(db.session())
        asked = request.args.get("why", "")
        why = asked if asked in duplicates.REASONS else next((k for k in counts if counts[k]), "tax")
        after, before = (request.args.get(n, "").replace("\x00", "")[:LONGEST_MARK] for n in ("after", "before"))
        page = duplicates.found(db.session(), why, after=after, before=before)
        return self.render("merging/list.html", page=page, why=why, counts=counts, reasons=duplicates.REASONS)

    @expose("/compare", methods=("GET", "POST"))
    def compare(self) -> ResponseReturnValue:
        """Two entries side by side; posted, the one that does not stay becomes part of the other."""
        two = self._two()
        if two[0] is two[1]:
            return self._one_only(two[0])
        form = MergeForm().between(*two)
        if request.method == "POST" and form.validate():
            into, row = two if str(two[0].id) == form.stays.data else reversed(two)
            if (answer := self._merged(row, into)) is not None:
                return answer
        return self._compared(two, form)

    def _two(self) -> tuple[Institution, Institution]:
        first = self._one("first")
        return duplicates.staying(first, self._one("other") if request.args.get("other") else first)

    def _one_only(self, row: Institution) -> ResponseReturnValue:
        """There are no two: none was named to hold it against, or the two are one."""
        if not request.args.get("other"):
            return redirect(url_for(".index", of=row.id))
        flash(_("These two are one institution already."), "info")
        return redirect(url_for("institutions.details_view", id=row.id))

    def _one(self, name: str) -> Institution:
        return lasting(db.session(), request.args.get(name)) or abort(404)

    def _merged(self, row: Institution, into: Institution) -> ResponseReturnValue | None:
        """Take the step and lead to the one that stays; None where it was refused, which is said."""
        seen = tuple(seen_version(request.form.get(f"version_{i.id}", "")) or 0 for i in (row, into))
        try:
            merging.merge(db.session(), row, into, standing=g.standing, today=today(), seen=(seen[0], seen[1]))
            db.session.commit()
        except Refused as refused:
            db.session.rollback()
            flash(said(refused.say), "danger")
            return None
        flash(_("%(name)s is now part of %(into)s.", name=row.name, into=into.name), "success")
        return redirect(url_for("institutions.details_view", id=into.id))

    def _compared(self, two: tuple[Institution, Institution], form: MergeForm) -> ResponseReturnValue:
        people = [
            db.session.scalars(
                select(Supervisor)
                .where(Supervisor.institution_id == i.id, Supervisor.merged_into_id.is_(None))
                .order_by(Supervisor.id)
                .limit(50)
            ).all()
            for i in two
        ]
        return self.render(
            "merging/compare.html", two=two, form=form, people=people,
            counts=[merging.counted(db.session(), i) for i in two],
            judged=apart.between(db.session(), *two),
            shared=[duplicates.REASONS[r] for r in duplicates.reasons(*two)],
            refusals=[merging.why_not(row, into, today()) for row, into in (two[::-1], two)],
        )  # fmt: skip

    @expose("/different")
    def different(self) -> ResponseReturnValue:
        """The pairs that were judged different, newest first."""
        return self.render("merging/different.html", page=apart.page(db.session(), cursor(request.args, apart.NEWEST)))

    @expose("/apart", methods=("GET", "POST"))
    def tell_apart(self) -> ResponseReturnValue:
        """What it means that two entries are not the same; posted, they are judged different."""
        return self._judged(
            apart.tell_apart, _("Judged different: the two are not listed as likely duplicates any more.")
        )

    @expose("/alike", methods=("GET", "POST"))
    def hold_alike(self) -> ResponseReturnValue:
        """What it means to take that judgement back; posted, it is taken back."""
        return self._judged(apart.hold_alike, _("The judgement was taken back: the two may be the same again."))

    def _judged(self, judge: Any, done: str) -> ResponseReturnValue:
        two = self._two()
        if two[0] is two[1]:
            return self._one_only(two[0])
        if request.method == "GET":
            judged = apart.between(db.session(), *two)
            return self.render("merging/apart.html", two=two, judged=judged, takes_back=judge is apart.hold_alike)
        try:
            judge(db.session(), *two, standing=g.standing)
            db.session.commit()
        except (Refused, IntegrityError) as stopped:  # two who write one history at one moment: one line each
            db.session.rollback()
            flash(said((stopped if isinstance(stopped, Refused) else Outrun()).say), "danger")
        else:
            flash(done, "success")
        return redirect(url_for(".index" if judge is apart.tell_apart else ".different"))

    @expose("/merged/<pk>", methods=("GET", "POST"))
    def merged(self, pk: str) -> ResponseReturnValue:
        """One that was merged: what stood in it, what of it would go back; posted, the merge is undone."""
        row = db.session.get(Institution, key(pk) or 0)
        if row is None or row.state is not InstitutionState.MERGED:
            kept = lasting(db.session(), pk) or abort(404)
            return redirect(url_for("institutions.details_view", id=kept.id))
        if request.method == "POST" and (answer := self._undone(row)) is not None:
            return answer
        merged = merging.of_merge(db.session(), row)
        steps = audit.timeline(db.session(), "institution", row.id)
        return self.render(
            "merging/merged.html", row=row, into=row.survivor, merged=merged, steps=steps,
            left=merging.left(db.session(), row),
        )  # fmt: skip

    def _undone(self, row: Institution) -> ResponseReturnValue | None:
        seen: Any = seen_version(request.form.get("version", ""))
        try:
            merging.unmerge(db.session(), row, standing=g.standing, today=today(), seen=seen)
            db.session.commit()
        except Refused as refused:
            db.session.rollback()
            flash(said(refused.say), "danger")
            return None
        flash(_("The merge was undone: %(name)s stands by itself again.", name=row.name), "success")
        return redirect(url_for("institutions.details_view", id=row.id))
