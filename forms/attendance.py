"""What a firm taps for one week of an intern: each day present, half a day or absent, and why."""

from datetime import date
from typing import Any

from flask import request
from flask_babel import format_date
from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from forms.typed import Length, Line, TypedForm
from workflow.weeks import AskedDay, Missed, Week
from workflow.working_days import HALF, WHOLE

PRESENT, HALF_DAY, ABSENT = "present", "half", "absent"


class WeekForm(TypedForm):
    """One pair of fields for each day asked about: where the intern was, and why not."""

    monday: date
    asked: tuple[AskedDay, ...]

    def everybody(self) -> bool:
        """Whether the one tap for a week without absence was it."""
        return "all_present" in request.form

    def missed(self) -> dict[date, Missed]:
        """The half-days missed, by day."""
        found = {} if self.everybody() else {d.day.day: self._missed(d) for d in self.asked}
        return {day: gap for day, gap in found.items() if gap is not None}

    def _missed(self, day: AskedDay) -> Missed | None:
        there, why = self.of(day)
        if there.data == PRESENT:
            return None
        return Missed(HALF if there.data == HALF_DAY else WHOLE, why.data or "")

    def of(self, day: AskedDay) -> tuple[Any, Any]:
        """The two fields of one day."""
        return self[_there(day)], self[_why(day)]

    def validate(self, extra_validators: Any = None) -> bool:
        """A reason is asked for where somebody was missing, and only there."""
        right: bool = super().validate(extra_validators)
        for day in self.asked:
            there, why = self.of(day)
            if there.data in {HALF_DAY, ABSENT} and not (why.data or "").strip():
                why.errors = [*why.errors, _l("Write the reason.")]
                right = False
        return right


def week_form(week: Week, *, filled: bool = True) -> WeekForm:
    """The form of one week, as typed or as it was kept."""
    fields: dict[str, Any] = {"monday": week.monday, "asked": week.asked}
    for day in week.asked:
        name = format_date(day.day.day, "EEEE d MMMM")
        fields[_there(day)] = RadioField(
            name, [InputRequired(_l("Choose one."))], choices=_choices(day), default=_stands(day)
        )
        fields[_why(day)] = Line(
            _l("%(day)s: reason", day=name),
            [Length(max=500)],
            default=day.missed.reason if day.missed else "",
            render_kw={"list": "reasons", "maxlength": "500", "autocomplete": "off"},
        )
    made: WeekForm = type("OneWeek", (WeekForm,), fields)(**({} if filled else {"formdata": None}))
    return made


def _choices(day: AskedDay) -> list[SelectChoice]:
    """A day that counts as half of one is worked or not."""
    half = [SelectChoice(HALF_DAY, _l("Half a day"))] if day.day.half_days == WHOLE else []
    return [SelectChoice(PRESENT, _l("Present")), *half, SelectChoice(ABSENT, _l("Absent"))]


def _stands(day: AskedDay) -> str:
    missed = day.missed_half_days
    return PRESENT if not missed else ABSENT if missed == day.day.half_days else HALF_DAY


def _there(day: AskedDay) -> str:
    return f"there-{day.day.day}"


def _why(day: AskedDay) -> str:
    return f"why-{day.day.day}"
