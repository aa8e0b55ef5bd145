"""The calendar's exceptions: who is counted otherwise is listed before one is saved, and counted anew as it is saved."""

from datetime import date
from typing import Any

from flask import g, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from sqlalchemy import func, inspect, select

from admin_views.affected import confirmed
from admin_views.desk import Card, Column
from admin_views.it import OfficeDesk
from forms.it import HolidayForm
from models import HolidayOverride, Step, Term, db
from services import audit, recount
from services.calendar import alone, calendar, overrides, undecided
from services.listing import Order
from services.recount import Revision
from services.sign_in import today
from workflow.days import Override
from workflow.say import N_
from workflow.words import Action

STORED = (
    N_("holiday"),
    N_("half"),
    N_("working"),
    N_("all"),
    N_("public"),
    N_("private"),
    N_("vessel"),
)  # shown translated


class HolidayDesk(OfficeDesk):
    form = HolidayForm
    icon = "calendar3"
    label = N_("Holiday exceptions")
    one = N_("Holiday exception")
    intro = N_(
        "Public holidays are built in. Here stand the days a decree frees, halves or takes back. Administrative leave frees "
        "public bodies only; a private firm works on. Every application whose days change is listed before you save, and "
        "counted anew as you save."
    )
    empty = N_("There is no exception to the public holidays yet.")
    create_template = edit_template = "it/holiday_form.html"
    unique = (("concerns", "day"),)
    order = Order(HolidayOverride.day, descending=True)
    columns = (
        Column("day", N_("Day"), HolidayOverride.day, "date"),
        Column("effect", N_("Effect"), HolidayOverride.effect, "msgid"),
        Column("concerns", N_("Concerns"), HolidayOverride.concerns, "msgid"),
        Column("reason", N_("Reason"), HolidayOverride.reason),
        Column("source", N_("Source"), HolidayOverride.source),
    )

    def __init__(self) -> None:
        super().__init__(HolidayOverride, name="holidays", endpoint="holidays")

    # -- what is saved counts anew ------------------------------------------------------------------------

    def validate_form(self, form: Any) -> bool:
        """The first time, whom it touches is listed; sent again as listed, it is saved."""
        if not super().validate_form(form):
            return False
        alone(db.session())
        row = self.get_one(request.args["id"]) if "id" in request.args else None
        becomes = Override(form.day.data, form.effect.data, form.concerns.data, form.reason.data)
        form.affected = recount.affected(db.session(), _revision(row, becomes))
        return confirmed(form.affected)

    def on_model_change(self, form: Any, model: Any, is_created: bool) -> None:
        was = inspect(model).attrs.day.history.deleted
        cause = audit.note(db.session(), model, Action.CREATE if is_created else Action.EDIT, g.standing)
        self._recount({model.day, *was}, cause)

    @expose("/delete/", methods=("POST",))
    def delete_view(self) -> ResponseReturnValue:
        row = self.get_one(request.form.get("id"))
        alone(db.session())
        affected = recount.affected(db.session(), _revision(row, None))
        if not confirmed(affected):
            return self.render("it/holiday_delete.html", row=row, affected=affected)
        deleted: ResponseReturnValue = super().delete_view()
        return deleted

    def delete_model(self, model: Any) -> bool:
        """A decree leans on nothing; what was counted by it is counted anew."""
        day, cause = model.day, audit.note(db.session(), model, Action.DELETE, g.standing)
        db.session.delete(model)
        self._recount({day}, cause)
        db.session.commit()
        return True

    def _recount(self, days: set[date], cause: Step) -> None:
        recount.revise(db.session(), Revision(days=frozenset(days)), cause)

    # -- what is not known --------------------------------------------------------------------------------

    def list_extras(self, args: Any) -> dict[str, Any]:
        return {"note": self._undecided()}

    def _undecided(self) -> str:
        years = undecided(db.session(), today())
        if not years:
            return ""
        years_text = ", ".join(str(year) for year in years)
        return str(
            _(
                "No decree is entered for %(years)s. Where administrative leave was given, enter it; days of public bodies are counted without it.",
                years=years_text,
            )
        )

    def waiting(self) -> list[Card]:
        """A year in which somebody works as an intern and nobody knows the holidays is an error to mend."""
        last = db.session.scalar(select(func.max(Term.ends_on))) or today()
        years = range(today().year, max(last, today()).year + 1)
        text, at = _("has no public-holiday data: days cannot be counted"), url_for("holidays.index_view")
        return [Card(str(y), text, at, urgent=True) for y in years if y not in calendar((), years).years]


def _revision(row: HolidayOverride | None, becomes: Override | None) -> Revision:
    """What saving does to the decrees: `row` as it stands goes, `becomes` comes."""
    kept = overrides(db.session(), *([HolidayOverride.id != row.id] if row else []))
    days = {o.day for o in (row, becomes) if o is not None}
    return Revision(days=frozenset(days), overrides=(*kept, *([becomes] if becomes else [])))
